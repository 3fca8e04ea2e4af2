//! `weal account`: keys here, and what their accounts have there.

use std::{
    fmt::Write,
    io::{IsTerminal, Read},
};

use serde_json::json;
use weal_client::{
    keys::{DEV_ACCOUNTS, DEV_PHRASE, KeyPair, Phrase, dev_account},
    rpc::types::{AccountAddress, AccountGet, AuthorityInfo, DevFaucet, Hex32, U128},
};
use weal_types::address::Address;
use zeroize::Zeroizing;

use crate::{
    args::{self, Connection},
    chain::{Node, failed},
    codes, keys,
    outcome::{Failure, Report},
    text::{Align, BOLD, table},
};

/// Bytes of a phrase or seed with its path: far more than the longest.
const SECRET_BYTES: u64 = 4096;

/// `weal account …`.
pub fn command(arguments: &args::Account) -> Result<Report, Failure> {
    match arguments {
        args::Account::New { name, no_passphrase } => new(name, *no_passphrase),
        args::Account::Import { name, no_passphrase } => import(name, *no_passphrase),
        args::Account::List { dev } => list(*dev),
        args::Account::Show { connection, account } => show(connection, account.as_deref()),
        args::Account::Fund { connection, account, amount } => {
            fund(connection, account.as_deref(), amount.as_deref())
        }
    }
}

fn new(name: &str, is_plain: bool) -> Result<Report, Failure> {
    let phrase = Phrase::generate().map_err(|error| Failure::new(codes::KEY, error.to_string()))?;
    let pair = KeyPair::from_text(phrase.words())
        .map_err(|error| Failure::new(codes::INTERNAL, error.to_string()))?;
    let path = keys::add(name, &pair, is_plain)?;
    let (address, words) = (pair.address(), phrase.words());
    let text = format!(
        "{BOLD}{name}{BOLD:#}  {address}\n  key    {}\n  words  {words}\n\nWrite the words down: \
         they restore the key anywhere, for anybody who has them. They are not shown again.\n",
        path.display()
    );
    let data = json!({ "name": name, "account": address, "file": path, "words": words });
    Ok(Report { text, data })
}

fn import(name: &str, is_plain: bool) -> Result<Report, Failure> {
    let secret = secret()?;
    let pair = KeyPair::from_text(&secret).map_err(|error| {
        Failure::new(codes::KEY, error.to_string())
            .hint("write the words, or 0x and 64 digits; a path such as //Alice may follow")
    })?;
    let path = keys::add(name, &pair, is_plain)?;
    let address = pair.address();
    let text = format!("{BOLD}{name}{BOLD:#}  {address}\n  key    {}\n", path.display());
    Ok(Report { text, data: json!({ "name": name, "account": address, "file": path }) })
}

/// Words or a seed. They never stand on a command line, which others on the machine can read.
fn secret() -> Result<Zeroizing<String>, Failure> {
    let refused = |error: std::io::Error| Failure::new(codes::KEY, format!("no input: {error}"));
    if std::io::stdin().is_terminal() {
        let typed = rpassword::prompt_password("Words or seed: ").map_err(refused)?;
        return Ok(Zeroizing::new(typed));
    }
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().take(SECRET_BYTES).read_to_string(&mut text).map_err(refused)?;
    Ok(text)
}

fn list(with_dev: bool) -> Result<Report, Failure> {
    let mut rows = vec![["name", "account", "restored by"].map(str::to_owned).to_vec()];
    let mut data = vec![];
    for (name, account) in keys::list()? {
        let address = Address::Account(account).to_text();
        rows.push(vec![name.clone(), address.clone(), String::new()]);
        data.push(json!({ "name": name, "account": address, "dev": false }));
    }
    let dev = DEV_ACCOUNTS.iter().filter(|_| with_dev);
    for (name, pair) in dev.filter_map(|name| Some((*name, dev_account(name)?))) {
        let (first, rest) = name.split_at(1);
        let path = format!("//{}{rest}", first.to_uppercase());
        rows.push(vec![name.into(), pair.address(), format!("the words below and {path}")]);
        let secret = format!("{DEV_PHRASE}{path}");
        data.push(json!({
            "name": name, "account": pair.address(), "dev": true, "secret": secret,
        }));
    }
    let mut text = table(&[Align::Left; 3], &rows);
    if with_dev {
        let _ = writeln!(text, "\n{DEV_PHRASE}\nThese keys are public: use them on devnets only.");
    }
    Ok(Report { text, data: json!({ "accounts": data }) })
}

fn show(connection: &Connection, account: Option<&str>) -> Result<Report, Failure> {
    let node = Node::connect(connection, None)?;
    let account = node.account_or_own(account)?;
    let params = AccountGet { account: AccountAddress(account) };
    let info = node.client.account_get(&params).map_err(failed)?;
    let book = node.book(None)?;
    let mut text = format!("{BOLD}{}{BOLD:#}\n", node.named(&account));
    let admitted = match (&info.admitted_by, info.admitted) {
        (Some(by), _) => format!(", admitted by {}", node.named(&by.0)),
        (None, true) => ", admitted".into(),
        (None, false) => String::new(),
    };
    let _ = writeln!(text, "  {}{admitted}, nonce {}", info.status, info.nonce);
    match &info.authority {
        AuthorityInfo::Key(key) if key.0 == account.0 => {}
        AuthorityInfo::Key(key) => drop(writeln!(text, "  signed for by the key {key}")),
        AuthorityInfo::Policy { threshold, keys } => {
            let _ = writeln!(text, "  signed for by keys that weigh {threshold} together:");
            for key in keys {
                let _ = writeln!(text, "    {} weighs {}", key.key, key.weight);
            }
        }
    }
    let mut rows = vec![["asset", "free", "reserved", "held"].map(str::to_owned).to_vec()];
    for balance in &info.balances {
        let amount = |units: U128| book.show(&balance.asset.0, units.0);
        let [free, reserved, held] = [balance.free, balance.reserved, balance.held].map(amount);
        rows.push(vec![balance.symbol.clone(), free, reserved, held]);
    }
    if rows.len() > 1 {
        let columns = [Align::Left, Align::Right, Align::Right, Align::Right];
        let _ = write!(text, "\n{}", table(&columns, &rows));
    }
    Ok(Report { text, data: json!(info) })
}

fn fund(
    connection: &Connection,
    account: Option<&str>,
    amount: Option<&str>,
) -> Result<Report, Failure> {
    let node = Node::connect(connection, None)?;
    let account = node.account_or_own(account)?;
    let book = node.book(None)?;
    let amount = amount.map(|amount| book.read(amount)).transpose()?;
    let params = DevFaucet {
        account: AccountAddress(account),
        asset: amount.map(|held| Hex32(held.asset.0)),
        amount: amount.map(|held| U128(held.amount.0)),
    };
    let answer = node.client.dev_faucet(&params).map_err(failed)?;
    let what = amount.map_or("money".to_owned(), |held| book.show(&held.asset.0, held.amount.0));
    let text = format!("{} has received {what}\n", node.named(&account));
    Ok(Report { text, data: answer })
}
