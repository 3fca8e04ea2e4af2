//! What the page tells its reader to do.

/// A block of the page that asks for something.
pub struct Block {
    /// The line of its first fence.
    pub line: usize,
    /// What it asks for.
    pub task: Task,
}

/// What a reader does.
pub enum Task {
    /// Runs commands.
    Run {
        /// Which.
        commands: Vec<Line>,
        /// Whether numbers may differ from those shown.
        numbers_vary: bool,
    },
    /// Writes a file.
    Write {
        /// Its path.
        file: String,
        /// All that is in it.
        text: String,
    },
    /// Adds to a file's end, after an empty line.
    Append {
        /// Its path.
        file: String,
        /// What is added.
        text: String,
    },
    /// Changes lines of a file.
    Change {
        /// Its path.
        file: String,
        /// Where, and to what.
        places: Vec<Place>,
    },
}

/// A command, and what the page shows of its output.
pub struct Line {
    /// The line of the page.
    pub line: usize,
    /// The command.
    pub text: String,
    /// What it prints.
    pub shown: Vec<String>,
}

/// Lines that become others.
#[derive(Default)]
pub struct Place {
    /// As they are.
    pub old: String,
    /// As they will be.
    pub new: String,
}

impl Place {
    /// The text with the lines changed, which it must have once.
    pub fn apply(&self, text: &str) -> Result<String, &'static str> {
        // Whole lines: a line break before the first.
        let (text, old) = (format!("\n{text}"), format!("\n{}", self.old));
        match text.matches(&old).count() {
            0 => Err("these lines are not"),
            1 => Ok(text.replacen(&old, &format!("\n{}", self.new), 1).split_off(1)),
            _ => Err("these lines are more than once"),
        }
    }
}

/// The blocks of a page, in order.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut found = vec![];
    let mut lines = (1..).zip(page.lines());
    while let Some((line, text)) = lines.next() {
        let Some(info) = text.strip_prefix("```") else { continue };
        let body: Vec<_> = lines.by_ref().take_while(|(_, text)| *text != "```").collect();
        found.extend(task(line, info, &body).map(|task| Block { line, task }));
    }
    found
}

fn task(line: usize, info: &str, body: &[(usize, &str)]) -> Option<Task> {
    let text = || body.iter().map(|(_, text)| format!("{text}\n")).collect::<String>();
    let task = match info.split(' ').collect::<Vec<_>>()[..] {
        ["console"] => Task::Run { commands: commands(body), numbers_vary: false },
        ["console", "numbers"] => Task::Run { commands: commands(body), numbers_vary: true },
        ["rust", file] => Task::Write { file: file.into(), text: text() },
        ["rust", file, "append"] => Task::Append { file: file.into(), text: text() },
        ["diff", file] => Task::Change { file: file.into(), places: places(body) },
        ["sh"] => return None,
        _ => panic!("docs/tutorial.md:{line}: `{info}` does not say what a reader does"),
    };
    Some(task)
}

fn commands(body: &[(usize, &str)]) -> Vec<Line> {
    let mut found: Vec<Line> = vec![];
    for (line, text) in body {
        match (text.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => {
                found.push(Line { line: *line, text: command.into(), shown: vec![] });
            }
            (None, Some(command)) => command.shown.push((*text).into()),
            (None, None) => panic!("docs/tutorial.md:{line}: start with a command"),
        }
    }
    found
}

fn places(body: &[(usize, &str)]) -> Vec<Place> {
    let mut found = vec![Place::default()];
    for (line, text) in body {
        let Some(place) = found.last_mut() else { continue };
        let (in_old, in_new, text) = match text.split_at_checked(1) {
            _ if *text == "…" => {
                found.push(Place::default());
                continue;
            }
            None => (true, true, ""),
            Some((" ", text)) => (true, true, text),
            Some(("-", text)) => (true, false, text),
            Some(("+", text)) => (false, true, text),
            Some(_) => panic!("docs/tutorial.md:{line}: start with `+`, `-` or a space"),
        };
        for (belongs, side) in [(in_old, &mut place.old), (in_new, &mut place.new)] {
            if belongs {
                *side += &format!("{text}\n");
            }
        }
    }
    found
}

#[test]
fn a_page_is_read_block_by_block() {
    let page = "Text.\n```sh\nignored\n```\n```console numbers\n$ one\nout\n…\n$ two\n```\n\
                ```rust a.rs\nfn a() {}\n```\n```diff a.rs\n-fn a() {}\n+fn b() {}\n```\n";
    let blocks = blocks(page);
    assert_eq!(blocks.iter().map(|block| block.line).collect::<Vec<_>>(), [5, 11, 14]);
    let Task::Run { commands, numbers_vary: true } = &blocks[0].task else { panic!() };
    assert_eq!((&*commands[0].text, &*commands[0].shown), ("one", &["out".into(), "…".into()][..]));
    assert_eq!((&*commands[1].text, commands[1].shown.len()), ("two", 0));
    let Task::Change { file, places } = &blocks[2].task else { panic!() };
    assert_eq!((file.as_str(), places[0].apply("fn a() {}\n")), ("a.rs", Ok("fn b() {}\n".into())));
}

#[test]
fn lines_change_where_they_are_once() {
    let place = Place { old: "b\n".into(), new: "x\ny\n".into() };
    assert_eq!(place.apply("a\nb\nc\n").as_deref(), Ok("a\nx\ny\nc\n"));
    assert_eq!(place.apply("b\n").as_deref(), Ok("x\ny\n"));
    for bad in ["a\n", "b\na\nb\n", "ab\n", "bc\n"] {
        assert!(place.apply(bad).is_err(), "{bad}");
    }
}
