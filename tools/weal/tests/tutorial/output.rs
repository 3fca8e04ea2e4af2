//! Whether a command printed what the page shows.

/// The first of the `shown` lines that was not printed. Their order is not compared: tests run side
/// by side.
pub fn missing<'a>(shown: &'a [String], printed: &str, numbers_vary: bool) -> Option<&'a str> {
    let is_printed = |shown: &&String| {
        printed.lines().map(str::trim_end).any(|line| match numbers_vary {
            true => is_like(&without_numbers(line), &without_numbers(shown)),
            false => is_like(line, shown),
        })
    };
    shown.iter().find(|line| !line.is_empty() && !is_printed(line)).map(String::as_str)
}

/// Whether a line has the parts of `pattern` between its `…`, in order and up to both ends.
fn is_like(line: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The words of a line, numbers replaced by `0`.
fn without_numbers(line: &str) -> String {
    let word = |word: &str| {
        let mut text = String::new();
        let mut in_number = false;
        for letter in word.chars() {
            let goes_on = letter.is_ascii_digit() || (in_number && ",.".contains(letter));
            match (goes_on, in_number) {
                (true, true) => {}
                (true, false) => text.push('0'),
                (false, _) => text.push(letter),
            }
            in_number = goes_on;
        }
        text
    };
    line.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn ellipses_stand_for_anything() {
    for (line, pattern) in
        [("abc", "abc"), ("abc", "…"), ("", "…"), ("abc", "a…"), ("abc", "…c"), ("axbyc", "a…b…c")]
    {
        assert!(is_like(line, pattern), "{line} {pattern}");
    }
    for (line, pattern) in [("abc", "ab"), ("abc", "b…"), ("abc", "…b"), ("ac", "a…b…c"), ("", "a")]
    {
        assert!(!is_like(line, pattern), "{line} {pattern}");
    }
}

#[test]
fn numbers_may_differ_where_that_is_said() {
    let shown = ["code   1,449   58.9 %".to_owned()];
    assert_eq!(missing(&shown, "code  12,001  60.0 %\n", true), None);
    assert!(missing(&shown, "code  12,001  60.0 %\n", false).is_some());
    assert!(missing(&shown, "data  1,449  58.9 %\n", true).is_some());
}
