//! What the operator's guide says to type.

const GUIDE: &str = include_str!("../../../../docs/operate.md");

/// The command of the guide that begins with these words, of which it has one, for a shell. What
/// stands for something else there is replaced, each once and in this order.
pub fn command(begins: &str, replaced: &[(&str, &str)]) -> String {
    let mut places = GUIDE.match_indices(begins).filter_map(|(at, _)| {
        let (before, rest) = GUIDE.split_at(at);
        match before.rsplit('\n').next().unwrap_or_default() {
            // Whoever runs this here is who it is to be run as.
            "$ " | "$ sudo " | "$ sudo -u weal " => Some(of_block(rest)),
            text if text.ends_with('`') => rest.split('`').next().map(str::to_owned),
            _ => None,
        }
    });
    let mut command = places.next().unwrap_or_else(|| panic!("the guide has no `{begins}`"));
    assert_eq!(places.next(), None, "the guide has `{begins}` more than once");
    let mut done = String::new();
    for (from, to) in replaced {
        let (before, after) = command
            .split_once(from)
            .unwrap_or_else(|| panic!("`{begins}` has no further {from} in the guide: {command}"));
        done += &format!("{before}{to}");
        command = after.to_owned();
    }
    done + &command
}

/// A command of a console block: it goes on while a quotation is open, and ends before its comment.
fn of_block(text: &str) -> String {
    let mut command = String::new();
    for line in text.lines() {
        command += line;
        if command.matches('\'').count().is_multiple_of(2) {
            break;
        }
    }
    command.split(" #").next().unwrap_or_default().trim_end().to_owned()
}

/// The description of a chain of four, with what is known of each in the places of `…` and of the
/// hosts. The first account is the council's, the others are the operators'.
pub fn description(keys: &[String], addresses: &[String], accounts: &[(&str, String)]) -> String {
    let (_, rest) = GUIDE.split_once("```toml\n# consortium.toml\n").expect("a description");
    let (text, _) = rest.split_once("```").expect("the block ends");
    let (mut keys, mut addresses) = (keys.iter(), addresses.iter());
    let (council, operators) = accounts.split_first().expect("a council");
    let mut operators_left = operators.iter();
    let mut lines = Vec::new();
    for line in text.lines() {
        let field = line.split(" = ").next().unwrap_or_default();
        match field {
            "key" => lines.push(format!("key = \"{}\"", keys.next().expect("a key"))),
            "operator" => {
                let (_, account) = operators_left.next().expect("an operator");
                lines.push(format!("operator = \"{account}\""));
            }
            // All on this machine.
            "address" => {
                let address = addresses.next().expect("an address");
                lines.push(format!("address = \"{address}\"\nlisten = \"{address}\""));
                lines.push("rpc = \"127.0.0.1:0\"".to_owned());
            }
            "listen" | "rpc" => {}
            _ => lines.push(line.replace("weal1…", &council.1)),
        }
    }
    for (name, account) in operators {
        lines.push(format!("[[accounts]]\nname = \"{name}\"\naccount = \"{account}\""));
    }
    let text = lines.join("\n") + "\n";
    assert!(!text.contains('…'), "{text}");
    text
}
