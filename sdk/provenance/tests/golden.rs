//! One record of each kind in bytes. They are in the state of every chain, so an encoding that
//! changes makes old records unreadable: the file changes on purpose only, by `make golden`.

use parity_scale_codec::Encode;
use serde_json::{Value, json};
use weal_provenance::{
    FundId, LineId, RecordsMut, Span, Units,
    line::{
        Advance, Books, ClosingRule, Count, Fund, FundStatus, Gifts, Kind, Line, LineStatus, Notice,
    },
    record::{
        Arrival, Batch, Gift, Hold, Hop, HopKind, In, More, Next, Note, Origin, Out, Part, Place,
        Round, Stamp,
    },
    store::Memory,
    stripe::{Plan, Share},
};
use weal_types::{AccountId, AssetId, ContractId, TimeMs};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/donation/records.json");

fn units(count: u128) -> Units {
    Units::new(count).unwrap()
}

/// Records as they are put one after the other.
#[derive(Default)]
struct Rows(Vec<Value>);

impl Rows {
    fn add(&mut self, what: &str, put: impl FnOnce(&mut Memory)) {
        let mut records = Memory::default();
        put(&mut records);
        let entries: Vec<_> = records.0.into_iter().collect();
        let [(key, value)] = &entries[..] else { panic!("{what}: one record") };
        let hex = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
        self.0.push(json!({ "record": what, "key": hex(key), "value": hex(value) }));
    }
}

const FUND: FundId = FundId(2);
const LINE: LineId = LineId(0x0102_0304);
const ACCOUNT: AccountId = AccountId([0xA1; 32]);
const ASSET: AssetId = AssetId([0xA2; 32]);
const TIME: TimeMs = TimeMs(1_700_000_000_123);

fn cards(rows: &mut Rows) {
    let fund = Fund {
        charter: [0xC1; 32],
        asset: ASSET,
        charity: ACCOUNT,
        ceiling: 100_000,
        cooling: 86_400,
        wind_down: 604_800,
        closing: ClosingRule::ProrataOriginal,
        purposes: vec![3, 4],
        min_gift: units(1),
        min_move: units(100),
        report_due: TIME,
        intake: Some(LINE),
        status: FundStatus::Closing { since: TIME },
        unswept: 5,
    };
    rows.add("fund", |records| records.put_fund(FUND, &fund));
    let share = |line, ppm| Share { line: LineId(line), ppm };
    let line = Line {
        fund: FUND,
        org: ACCOUNT,
        asset: ASSET,
        kind: Kind::Split,
        plan: Plan::new(vec![share(6, 80_000), share(7, 920_000)]).unwrap(),
        fee_so_far: 80_000,
        purposes: vec![3],
        status: LineStatus::Open,
        notice: Some(Notice { to: LineId(8), until: TIME, upto: units(1_000) }),
        advance: Some(Advance { cap: units(50), of: LineId(9), payee: ACCOUNT }),
    };
    rows.add("line", |records| records.put_line(LINE, &line));
    let gifts = Some(Gifts { given: units(0x0F), taken_back: units(2) });
    let [received, next, sent, carved] = [0x10, 8, 7, 3].map(units);
    let count = Count { received, next, sent, carved, gifts };
    rows.add("count", |records| records.put_count(LINE, &count));
    let books = Books { first: LineId(11) };
    rows.add("books", |records| records.put_books(FUND, ASSET, &books));
}

fn arrivals(rows: &mut Rows) {
    let gift =
        |origin| Gift { len: units(500), payer: ACCOUNT, origin, time: TIME, back: units(9) };
    let single = In::Gift(gift(Origin::Single { commit: [0xC2; 32] }));
    let at = Units::MAX;
    rows.add("gift", |records| records.put_arrival(LINE, at, &single));
    let batch = Batch { root: [0xC3; 32], leaves: 1_000 };
    let batch = In::Gift(gift(Origin::Batch(batch)));
    rows.add("batch of gifts", |records| records.put_arrival(LINE, at, &batch));
    let from = Place { line: LineId(5), start: units(77) };
    let hop = In::Hop(Arrival { len: units(500), from, part: 1, time: TIME });
    rows.add("arrival by a hop", |records| records.put_arrival(LINE, at, &hop));
}

fn departures(rows: &mut Rows) {
    let span = Span::new(units(20), units(30));
    let part = |line, start, len| Part { line: LineId(line), start: units(start), len: units(len) };
    let hop = |kind, note| Hop {
        len: units(10),
        more: vec![span].try_into().unwrap(),
        kind,
        parts: vec![part(6, 1, 2), part(7, 40, 18)].try_into().unwrap(),
        time: TIME,
        note,
    };
    let split = Out::Hop(hop(HopKind::Split { ordinal: units(1_234) }, Note::default()));
    rows.add("split", |records| records.put_departure(LINE, units(0), &split));
    let note = Note {
        payee: Some(ACCOUNT),
        purpose: Some(3),
        doc: Some([0xD1; 32]),
        batch: Some(Batch { root: [0xD2; 32], leaves: 400 }),
        next: Some(Next { contract: ContractId([0xD3; 32]), line: LineId(12), span }),
        gift: Some(Place { line: LINE, start: units(3) }),
    };
    let spend = Out::Hop(hop(HopKind::Spend, note));
    rows.add("payment", |records| records.put_departure(LINE, units(0), &spend));
    let more = Out::More(More { len: units(10), head: units(0), offset: units(10) });
    rows.add("further run", |records| records.put_departure(LINE, units(20), &more));
}

fn others(rows: &mut Rows) {
    let stamp = Stamp { len: units(400), by: ACCOUNT, evidence: [0xE1; 32], time: TIME };
    rows.add("stamp", |records| records.put_stamp(LINE, 2, units(100), &stamp));
    let hold = Hold {
        line: LINE,
        start: units(15),
        len: units(25),
        authority: ACCOUNT,
        legal: [0xE2; 32],
        until: TIME,
    };
    rows.add("hold", |records| records.put_hold(13, Some(&hold)));
    let [amount, weight, cursor, before, part] = [900, 800, 700, 600, 5].map(units);
    let round = Round { amount, weight, cursor, before, part };
    rows.add("round", |records| records.put_round(FUND, ASSET, Some(&round)));
}

#[test]
fn records_match_their_golden_bytes() {
    let mut rows = Rows::default();
    cards(&mut rows);
    arrivals(&mut rows);
    departures(&mut rows);
    others(&mut rows);
    let text = serde_json::to_string_pretty(&rows.0).unwrap() + "\n";
    if std::env::var_os("WEAL_GOLDEN").is_some_and(|mode| mode == "write") {
        std::fs::write(FILE, &text).unwrap();
    }
    let golden = std::fs::read_to_string(FILE).unwrap();
    assert_eq!(golden, text, "run `make golden` if a record is to change");
}

#[test]
fn cases_keep_their_index() {
    let kinds = [
        HopKind::Forward,
        HopKind::Convert,
        HopKind::Spend,
        HopKind::Reimburse,
        HopKind::Back,
        HopKind::Hold,
        HopKind::Release,
        HopKind::Seize,
        HopKind::Refund,
        HopKind::Repurpose,
        HopKind::Sweep,
        HopKind::Close,
        HopKind::Similar,
    ];
    for (index, kind) in (1_u8..).zip(kinds) {
        assert_eq!(kind.encode(), [index], "{kind:?}");
    }
    let lines = [Kind::Intake, Kind::Split, Kind::Work, Kind::Fee, Kind::Prepaid];
    for (index, kind) in (0_u8..).zip(lines.into_iter().chain(Books::KINDS)) {
        assert_eq!(kind.encode(), [index], "{kind:?}");
    }
}
