//! The golden scenarios, `tests/golden/donation/vectors.json`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    check::{Counts, Givers, Moved, Places},
    step::{Kind, Leaf, Leaves, Rule, Step},
};

/// A named sequence of steps with what must come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Runs that a hop may have here.
    pub max_runs: usize,
    /// Whether its amounts are small enough for one object per unit.
    pub is_small: bool,
    /// The steps.
    pub steps: Vec<Entry>,
    /// What is so in the end.
    pub expect: Expect,
}

/// A step of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in seconds.
    pub at: u64,
    /// The step.
    pub step: Step,
    /// What it must do.
    pub expected: Expected,
}

/// What a step must do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Expected {
    Hops(Vec<Moved>),
    Refusal { code: String, most: Option<u128> },
}

/// What must be so after the last step; see [`crate::Subject`] for the shapes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the methods of `Subject` say it")]
pub struct Expect {
    pub lines: BTreeMap<String, Counts>,
    pub places: BTreeMap<String, Places>,
    pub leaf_places: BTreeMap<String, Vec<Places>>,
    pub dust: BTreeMap<String, Vec<(String, u128)>>,
    pub givers: Vec<(String, u128, u128, Givers)>,
    /// For each batch that was paid, leaf by leaf, whose units it got.
    pub payees: Vec<Vec<Givers>>,
    pub paid: BTreeMap<(String, String), u128>,
}

/// The document.
pub fn document() -> Value {
    let text = include_str!("../../golden/donation/vectors.json");
    serde_json::from_str(text).expect("the vectors are JSON")
}

/// The scenarios.
pub fn scenarios() -> Vec<Scenario> {
    items(&document()["scenarios"]).iter().map(scenario).collect()
}

/// The elements of a list; none where there is no list.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).into()
}

/// A number, written as a text.
pub fn number(value: &Value) -> u128 {
    text(value).parse().unwrap_or_else(|_| panic!("{value} is no number"))
}

/// 32 bytes, written `0x…`.
pub fn hash(value: &Value) -> [u8; 32] {
    let text = text(value);
    let bytes = hex::decode(text.trim_start_matches("0x")).expect("hex");
    bytes.try_into().expect("32 bytes")
}

fn scenario(value: &Value) -> Scenario {
    Scenario {
        name: text(&value["name"]),
        max_runs: number(&value["limits"]["max_runs"]) as usize,
        is_small: value["oracle"] == "units",
        steps: items(&value["steps"]).iter().map(entry).collect(),
        expect: expect(&value["expect"]),
    }
}

fn entry(value: &Value) -> Entry {
    let expected = match value.get("error") {
        Some(code) => Expected::Refusal {
            code: text(code),
            most: value.get("error_data").map(|data| number(&data["most"])),
        },
        None => Expected::Hops(items(&value["hops"]).iter().map(moved).collect()),
    };
    Entry { at: number(&value["at"]) as u64, step: step(value), expected }
}

fn moved(value: &Value) -> Moved {
    let pair = |pair: &Value| (number(&pair[0]), number(&pair[1]));
    Moved {
        id: (text(&value["id"][0]), number(&value["id"][1])),
        kind: text(&value["kind"]),
        runs: items(&value["runs"]).iter().map(pair).collect(),
        to: places(&value["to"]),
    }
}

fn places(value: &Value) -> Places {
    let place = |place: &Value| (text(&place[0]), number(&place[1]), number(&place[2]));
    items(value).iter().map(place).collect()
}

fn leaves(value: &Value) -> Leaves {
    items(value).iter().map(|leaf| (hash(&leaf[0]), number(&leaf[1]))).collect()
}

fn leaf(value: &Value) -> Leaf {
    Leaf {
        index: number(&value[0]) as u32,
        commit: hash(&value[1]),
        amount: number(&value[2]),
        path: leaves(&value[3]),
    }
}

fn kind(value: &Value) -> Kind {
    match text(value).as_str() {
        "intake" => Kind::Intake,
        "split" => Kind::Split,
        "work" => Kind::Work,
        "fee" => Kind::Fee,
        other => panic!("{other} is no kind of line"),
    }
}

fn rule(value: &Value) -> Rule {
    match text(value).as_str() {
        "fifo_owner" => Rule::FifoOwner,
        "prorata_original" => Rule::ProrataOriginal,
        "similar_fund" => Rule::SimilarFund,
        other => panic!("{other} is no closing rule"),
    }
}

fn step(v: &Value) -> Step {
    let t = |name: &str| text(&v[name]);
    let n = |name: &str| number(&v[name]);
    let gift = || v.get("as").map(text).unwrap_or_default();
    let share = |share: &Value| (text(&share[0]), number(&share[1]) as u32);
    match t("do").as_str() {
        "open_fund" => Step::OpenFund {
            fund: t("fund"),
            asset: t("asset"),
            cooling: n("cooling") as u64,
            ceiling: n("ceiling_ppm") as u32,
            closing: rule(&v["closing"]),
            wind_down: n("wind_down") as u64,
        },
        "open_line" => Step::OpenLine {
            line: t("line"),
            fund: t("fund"),
            asset: t("asset"),
            kind: kind(&v["kind"]),
            plan: items(&v["plan"]).iter().map(share).collect(),
            fee_so_far: n("fee_so_far") as u32,
        },
        "donate" => Step::Donate { fund: t("fund"), amount: n("amount"), gift: gift() },
        "donate_batch" => {
            Step::DonateBatch { fund: t("fund"), leaves: leaves(&v["leaves"]), gift: gift() }
        }
        "split" => Step::Split { line: t("line"), x: n("x") },
        "forward" => Step::Forward { line: t("line"), to: t("to"), x: n("x") },
        "convert" => Step::Convert { line: t("line"), to: t("to"), x: n("x"), y: n("y") },
        "spend" => Step::Spend { line: t("line"), x: n("x") },
        "spend_batch" => Step::SpendBatch { line: t("line"), leaves: leaves(&v["leaves"]) },
        "advance" => Step::Advance { id: t("id"), line: t("line"), x: n("x") },
        "reimburse" => Step::Reimburse { id: t("id"), x: n("x") },
        "hand_back" => Step::HandBack { line: t("line"), start: n("start"), a: n("a"), b: n("b") },
        _ => later_step(v),
    }
}

/// Holds, refunds, notices and closing.
fn later_step(v: &Value) -> Step {
    let t = |name: &str| text(&v[name]);
    let n = |name: &str| number(&v[name]);
    match t("do").as_str() {
        "hold" => Step::Hold { id: t("id"), line: t("line"), s: n("s"), e: n("e") },
        "release" => Step::Release { id: t("id") },
        "seize" => Step::Seize { id: t("id"), x: n("x") },
        "refund" => Step::Refund { line: t("line"), u: n("u"), leaf: v.get("leaf").map(leaf) },
        "announce" => Step::Announce { line: t("line"), to: t("to"), until: n("until") as u64 },
        "withdraw_notice" => Step::WithdrawNotice { line: t("line") },
        "repurpose" => Step::Repurpose { line: t("line"), x: n("x") },
        "skip" => Step::Skip { line: t("line"), limit: n("limit") as u32 },
        "close_fund" => Step::CloseFund { fund: t("fund") },
        "sweep" => Step::Sweep { line: t("line") },
        "settle" => Step::Settle {
            fund: t("fund"),
            asset: t("asset"),
            limit: n("limit") as u32,
            to: v.get("to").map(text),
        },
        other => panic!("{other} is no message"),
    }
}

fn map<T>(value: &Value, read: impl Fn(&Value) -> T) -> BTreeMap<String, T> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(name, value)| (name.clone(), read(value))).collect()
}

fn expect(value: &Value) -> Expect {
    let counts = |value: &Value| Counts {
        received: number(&value["C"]),
        next: number(&value["D"]),
        sent: number(&value["S"]),
        carved: number(&value["K"]),
    };
    let givers = |value: &Value| -> Vec<_> {
        items(value).iter().map(|giver| (text(&giver[0]), number(&giver[1]))).collect()
    };
    let back = |value: &Value| {
        let (start, end) = (number(&value["start"]), number(&value["end"]));
        (text(&value["line"]), start, end, givers(&value["givers"]))
    };
    let payment = |value: &Value| ((text(&value[0]), text(&value[1])), number(&value[2]));
    Expect {
        lines: map(&value["lines"], counts),
        places: map(&value["where"], places),
        leaf_places: map(&value["leaf_where"], |leaves| items(leaves).iter().map(places).collect()),
        dust: map(&value["dust"], givers),
        givers: items(&value["back"]).iter().map(back).collect(),
        payees: items(&value["payees"])
            .iter()
            .map(|batch| items(batch).iter().map(givers).collect())
            .collect(),
        paid: items(&value["paid"]).iter().map(payment).collect(),
    }
}
