//! A fund with two splitters, a chain of partners, a batch of gifts, holds and stamped payments.

use weal_proof::bundle::{Bundle, Question, bundle};
use weal_provenance::{
    FundId, LineId, Records, RecordsMut, Span, Units,
    batch::Tree,
    ledger::{self, Basis},
    line::{Books, Count, Kind, Line, LineStatus},
    record::{Batch, Gift, HopKind, Note, Origin, Place, Stamp},
    send::Saying,
    store::Memory,
    stripe::{Plan, Share},
    trace::{Rests, Trace},
};
use weal_types::{AccountId, AssetId, TimeMs, hash::hash};

use crate::chain::{CONTRACT, Chain, Sparse};

const FUND: FundId = FundId(1);
const CNY: AssetId = AssetId([0xC1; 32]);
const NOW: TimeMs = TimeMs(5_000);

pub const INTAKE: LineId = LineId(10);
pub const FEE: LineId = LineId(11);
pub const PROGRAMME: LineId = LineId(12);
pub const SPLITTER: LineId = LineId(13);
pub const PARTNER_FEE: LineId = LineId(14);
/// The partners that hand on, one after the other.
pub const PARTNERS: [LineId; 9] = {
    let mut partners = [LineId(0); 9];
    let mut place = 0;
    while place < 9 {
        partners[place] = LineId(20 + place as u32);
        place += 1;
    }
    partners
};

pub fn units(count: u128) -> Units {
    Units::new(count).unwrap()
}

/// The records, and the batch among the gifts.
pub struct World {
    pub records: Memory,
    pub batch: Tree,
    pub batch_gift: Place,
}

fn open(records: &mut Memory, line: LineId, kind: Kind, plan: &[(LineId, u32)]) {
    let share = |(line, ppm): &(LineId, u32)| Share { line: *line, ppm: *ppm };
    let card = Line {
        fund: FUND,
        org: AccountId([line.0 as u8; 32]),
        asset: CNY,
        kind,
        plan: Plan::new(plan.iter().map(share).collect()).unwrap(),
        fee_so_far: 80_000,
        purposes: vec![1, 2],
        status: LineStatus::Open,
        notice: None,
        advance: None,
    };
    records.put_line(line, &card);
    records.put_count(line, &Count::of(kind));
}

impl World {
    /// Lines without money.
    pub fn empty() -> Self {
        let mut records = Memory::default();
        for (id, kind) in (1..).zip(Books::KINDS) {
            open(&mut records, LineId(id), kind, &[]);
        }
        records.put_books(FUND, CNY, &Books { first: LineId(1) });
        open(&mut records, INTAKE, Kind::Intake, &[(FEE, 80_000), (PROGRAMME, 920_000)]);
        open(&mut records, FEE, Kind::Fee, &[]);
        open(&mut records, PROGRAMME, Kind::Work, &[]);
        let plan = [(PARTNER_FEE, 30_000), (PARTNERS[0], 970_000)];
        open(&mut records, SPLITTER, Kind::Split, &plan);
        open(&mut records, PARTNER_FEE, Kind::Fee, &[]);
        for partner in PARTNERS {
            open(&mut records, partner, Kind::Work, &[]);
        }
        let leaves = (1..=900_u32).map(|number| {
            (hash(weal_types::Tag::Gift, &[&number.to_le_bytes()]), units(number.into()))
        });
        let batch = Tree::new(leaves.collect()).unwrap();
        Self { records, batch, batch_gift: Place { line: INTAKE, start: Units::ZERO } }
    }

    /// Gifts, through two splitters and nine partners, to payees, with holds on the way.
    pub fn new() -> Self {
        let mut world = Self::empty();
        for number in 0..300 {
            world.donate(3_000 + 7 * number);
            if number == 150 {
                let batch = Batch { root: world.batch.root(), leaves: 900 };
                let total = world.batch.total();
                world.batch_gift = world.gift(total, Origin::Batch(batch));
            }
        }
        let free = |world: &Self, line| world.records.count(line).unwrap().unwrap().free();
        let card = world.records.line(INTAKE).unwrap().unwrap();
        let all = free(&world, INTAKE);
        ledger::split(&mut world.records, INTAKE, &card, all, (0, NOW)).unwrap();
        world.forward(PROGRAMME, SPLITTER, free(&world, PROGRAMME));
        let card = world.records.line(SPLITTER).unwrap().unwrap();
        let all = free(&world, SPLITTER);
        ledger::split(&mut world.records, SPLITTER, &card, all, (0, NOW)).unwrap();
        for pair in PARTNERS.windows(2) {
            world.forward(pair[0], pair[1], free(&world, pair[0]));
        }
        let last = PARTNERS[8];
        world.hold(1, last, (500_000, 500_200));
        world.hold(2, last, (700_000, 700_050));
        for part in 0..5 {
            let moved = world.spend(last, units(200_000 + part));
            world.stamp(moved, 2);
        }
        world
    }

    pub fn donate(&mut self, amount: u128) -> Place {
        let commit = hash(weal_types::Tag::Gift, &[&amount.to_le_bytes()]);
        self.gift(units(amount), Origin::Single { commit })
    }

    fn gift(&mut self, len: Units, origin: Origin) -> Place {
        let gift = Gift { len, payer: AccountId([8; 32]), origin, time: NOW, back: Units::ZERO };
        ledger::donate(&mut self.records, INTAKE, gift).unwrap()
    }

    pub fn forward(&mut self, from: LineId, to: LineId, amount: Units) {
        let saying = Saying::plain(HopKind::Forward, NOW);
        ledger::transfer(&mut self.records, from, to, amount, saying).unwrap();
    }

    fn spend(&mut self, from: LineId, amount: Units) -> Place {
        let note = Note {
            payee: Some(AccountId([6; 32])),
            purpose: Some(2),
            doc: Some([5; 32]),
            batch: Some(Batch { root: [4; 32], leaves: 400 }),
            ..Note::default()
        };
        let saying = Saying { kind: HopKind::Spend, time: NOW, note };
        let moved = ledger::transfer(&mut self.records, from, LineId(1), amount, saying);
        moved.unwrap().id
    }

    fn stamp(&mut self, payment: Place, level: u8) {
        let hop = ledger::hop(&self.records, payment).unwrap();
        let by = AccountId([3; 32]);
        let stamp = Stamp { len: Units::ZERO, by, evidence: [2; 32], time: NOW };
        let offsets = Span::new(units(1_000), hop.part(0).unwrap().len);
        ledger::acknowledge(&mut self.records, &hop, offsets, level, stamp).unwrap();
    }

    pub fn hold(&mut self, id: u32, line: LineId, (start, end): (u128, u128)) {
        let card = self.records.line(line).unwrap().unwrap();
        let basis = Basis { authority: AccountId([7; 32]), legal: [1; 32], until: TimeMs(9) };
        let span = Span::new(units(start), units(end));
        ledger::hold(&mut self.records, id, (line, &card), span, (basis, NOW)).unwrap();
    }

    /// The way of a gift, straight from the records.
    pub fn trace(&self, gift: Place) -> Trace {
        let mut trace = Trace::start(&self.records, &hash, gift, None).unwrap();
        while !trace.todo.is_empty() {
            trace.follow(&self.records, 100).unwrap();
        }
        trace
    }

    /// A page of a trace, in a state with `others` other keys.
    pub fn bundle(&self, chain: &Chain, question: Question, others: u32) -> Bundle {
        let tree = Sparse::new(&self.records.0, others);
        let block = chain.block(tree.hash());
        bundle(&&tree, &self.records.0, CONTRACT, block, question).unwrap()
    }
}

/// The first page about a gift.
pub fn question(gift: Place) -> Question {
    Question { gift, leaf: None, from: Rests::default(), stops: 0 }
}

/// The id of the gift with this number in [`World::new`]: those before the batch lie one after the
/// other.
pub fn early_gift(number: u128) -> Place {
    let start = (0..number).map(|before| 3_000 + 7 * before).sum();
    Place { line: INTAKE, start: units(start) }
}
