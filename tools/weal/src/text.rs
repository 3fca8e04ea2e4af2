//! Numbers, columns and emphasis in text for people.

use anstyle::Style;

/// Headings.
pub const BOLD: Style = Style::new().bold();

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A hash as `0x` and 64 digits.
pub fn hash(bytes: &[u8; 32]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// Where a column's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// For words.
    Left,
    /// For numbers.
    Right,
}

/// Rows in columns that are as wide as their widest cell, two spaces apart, the first row bold.
/// Spaces at the ends of lines are left out.
pub fn table(columns: &[Align], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns.len()).map(width).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for ((cell, width), align) in row.iter().zip(&widths).zip(columns) {
            if !line.is_empty() {
                line.push_str("  ");
            }
            line.push_str(&match align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            });
        }
        let line = line.trim_end();
        match number {
            0 => text.push_str(&format!("{BOLD}{line}{BOLD:#}\n")),
            _ => text.push_str(&format!("{line}\n")),
        }
    }
    text
}

/// Breaks `text` between words so that lines have at most `columns` characters where they can, and
/// starts each with `indent`.
pub fn wrapped(text: &str, indent: &str, columns: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        let length = indent.chars().count() + line.chars().count() + 1 + word.chars().count();
        if line.is_empty() {
            line.push_str(word);
        } else if length <= columns {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (524_288, "524,288"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn columns_line_up() {
        let rows = [["part", "bytes"], ["code", "1,824"], ["ABI", "7"]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        let text =
            anstream::adapter::strip_str(&table(&[Align::Left, Align::Right], &rows)).to_string();
        assert_eq!(text, "part  bytes\ncode  1,824\nABI       7\n");
    }

    #[test]
    fn long_texts_are_broken_between_words() {
        assert_eq!(wrapped("one two three", "  ", 9), "  one two\n  three\n");
        assert_eq!(wrapped("extraordinary", "", 5), "extraordinary\n");
        assert_eq!(wrapped("", " ", 5), " \n");
    }
}
