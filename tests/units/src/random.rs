//! Histories that nobody thought of: mostly sensible steps, some that are refused.

use crate::{
    model::Model,
    step::{Kind, Leaves, Rule, Step},
    sums,
};

/// Makes up a history, step by step; the same seed gives the same one.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
    now: u64,
    named: usize,
    rule: Rule,
    opening: Vec<Step>,
    is_closing: bool,
    batches: Vec<Leaves>,
}

/// Rates that fees and partners take, in parts per million: common ones, and ugly ones.
const RATES: [u32; 6] = [1, 30_000, 50_000, 80_000, 123_457, 250_000];

impl Random {
    /// Starts a history.
    pub fn new(seed: u64) -> Self {
        let mut random = Self {
            state: seed,
            now: 0,
            named: 0,
            rule: Rule::FifoOwner,
            opening: Vec::new(),
            is_closing: false,
            batches: Vec::new(),
        };
        let rules = [Rule::FifoOwner, Rule::ProrataOriginal, Rule::SimilarFund];
        random.rule = rules[random.below(3) as usize];
        random.opening = random.open();
        random.opening.reverse();
        random
    }

    /// A number below `end`, which is not zero. (SplitMix64.)
    fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    fn amount(&mut self, most: u128) -> u128 {
        1 + u128::from(self.below(most.max(1) as u64))
    }

    /// One of several; `None` of none.
    fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        (!items.is_empty()).then(|| items[self.below(items.len() as u64) as usize].clone())
    }

    fn name(&mut self, start: &str) -> String {
        self.named += 1;
        format!("{start}{}", self.named)
    }

    /// Two funds and their lines: a fund with an intake, splitters one after the other, partners,
    /// a second asset; and one that takes over.
    fn open(&mut self) -> Vec<Step> {
        let cooling = [0, 0, 20][self.below(3) as usize];
        let fund = |fund: &str, closing, cooling| Step::OpenFund {
            fund: fund.into(),
            asset: "CNY".into(),
            cooling,
            ceiling: 900_000,
            closing,
            wind_down: 5,
        };
        let line = |line: &str, fund: &str, asset: &str, kind, plan: &[(&str, u32)], fees| {
            let plan = plan.iter().map(|(line, ppm)| ((*line).into(), *ppm)).collect();
            let (line, fund, asset) = (line.into(), fund.into(), asset.into());
            Step::OpenLine { line, fund, asset, kind, plan, fee_so_far: fees }
        };
        let [a, b, c] = [0; 3].map(|_| RATES[self.below(RATES.len() as u64) as usize]);
        let mut steps = vec![fund("F", self.rule, cooling), fund("G", Rule::FifoOwner, 0)];
        steps.push(line("fee", "F", "CNY", Kind::Fee, &[], 0));
        steps.push(line("partner fee", "F", "CNY", Kind::Fee, &[], 0));
        for work in ["w1", "w2", "w3"] {
            steps.push(line(work, "F", "CNY", Kind::Work, &[], 800_000));
        }
        steps.push(line("low", "F", "CNY", Kind::Work, &[], 10));
        for work in ["usd1", "usd2"] {
            steps.push(line(work, "F", "USD", Kind::Work, &[], 800_000));
        }
        steps.push(line("g", "G", "CNY", Kind::Work, &[], 850_000));
        let plan = [("partner fee", a), ("w2", b), ("w3", 1_000_000 - a - b)];
        steps.push(line("s", "F", "CNY", Kind::Split, &plan, 500_000));
        let plans: [&[(&str, u32)]; 3] = [
            &[("fee", c), ("w1", 1_000_000 - c)],
            &[("fee", c), ("s", b), ("w1", a), ("w2", 1_000_000 - a - b - c)],
            &[("fee", c), ("s", 1_000_000 - c)],
        ];
        let plan = plans[self.below(3) as usize];
        steps.push(line("in", "F", "CNY", Kind::Intake, plan, 0));
        steps
    }

    /// The steps with which the history starts: opening funds and lines.
    pub fn opening_steps(&self) -> Vec<Step> {
        self.opening.iter().rev().cloned().collect()
    }

    /// The next step, which makes sense where `model` is now, or nearly; and its time in seconds.
    pub fn next(&mut self, model: &Model) -> (u64, Step) {
        if let Some(step) = self.opening.pop() {
            return (self.now, step);
        }
        self.now += self.below(4);
        let step = loop {
            let step = match self.is_closing {
                true => self.closing_step(model),
                false => self.step(model),
            };
            if let Some(step) = step {
                break step;
            }
        };
        (self.now, step)
    }

    /// One of the lines called `names`, and an amount that it has, or sometimes one more.
    fn stock(&mut self, model: &Model, names: &[&str]) -> Option<(String, u128)> {
        let mut stocks = model.stocks();
        stocks.retain(|(name, _, free)| names.contains(&name.as_str()) && *free > 0);
        let (name, _, free) = self.pick(&stocks)?;
        let x = match self.below(12) {
            0 => free + 1,
            1..4 => free,
            _ => self.amount(free),
        };
        Some((name, x))
    }

    fn step(&mut self, model: &Model) -> Option<Step> {
        const WORK: [&str; 5] = ["w1", "w2", "w3", "low", "usd1"];
        Some(match self.below(46) {
            0..7 => {
                let (amount, gift) = (self.amount(25), self.name("g"));
                Step::Donate { fund: "F".into(), amount, gift }
            }
            7 => self.donate_batch(),
            8..16 => {
                let (line, x) = self.stock(model, &["in", "s"])?;
                Step::Split { line, x }
            }
            16..19 => {
                let (line, x) = self.stock(model, &["w1", "w2", "w3", "fee", "partner fee"])?;
                let to = self.pick(&["w1", "w2", "w3", "s", "s", "low", "usd1", "g"])?.into();
                Step::Forward { line, to, x }
            }
            19..22 => self.convert(model)?,
            22..25 => {
                let (line, x) = self.stock(model, &["w1", "w2", "w3", "usd1", "usd2", "fee"])?;
                Step::Spend { line, x }
            }
            25 => {
                let (line, _) = self.stock(model, &WORK)?;
                Step::SpendBatch { line, leaves: self.leaves(3) }
            }
            26..29 => {
                let ((line, start), len) = self.pick(&model.hop_ids())?;
                let a = self.amount(len) - 1;
                let b = a + self.amount(len - a);
                Step::HandBack { line, start, a, b }
            }
            29..32 => self.hold(model)?,
            32..34 => Step::Release { id: self.pick(&model.hold_names())? },
            34 => Step::Seize { id: self.pick(&model.hold_names())?, x: self.amount(6) },
            35..39 => self.refund(model)?,
            39 => match self.pick(&model.lines_of(&[Kind::Prepaid])) {
                Some(id) if self.below(3) > 0 => Step::Reimburse { id, x: self.amount(5) },
                _ => Step::Advance { id: self.name("adv"), line: "w1".into(), x: self.amount(9) },
            },
            40 => {
                let line = self.pick(&["w1", "w2"])?.into();
                Step::Announce { line, to: "g".into(), until: self.now + self.below(6) }
            }
            41..43 => {
                let (line, x) = self.stock(model, &["w1", "w2"])?;
                Step::Repurpose { line, x }
            }
            43 => Step::WithdrawNotice { line: self.pick(&["w1", "w2"])?.into() },
            44 => Step::Skip { line: self.pick(&["in", "w1", "w2", "usd1"])?.into(), limit: 3 },
            _ if self.below(2) == 0 => {
                self.is_closing = true;
                Step::CloseFund { fund: "F".into() }
            }
            _ => return None,
        })
    }

    /// Steps of a closing fund: sweeping and settling, and what may still happen besides.
    fn closing_step(&mut self, model: &Model) -> Option<Step> {
        Some(match self.below(12) {
            0..5 => {
                let lines = ["in", "s", "w1", "w2", "w3", "low", "usd1", "usd2"];
                Step::Sweep { line: self.pick(&lines)?.into() }
            }
            5..8 => {
                let asset = self.pick(&["CNY", "CNY", "USD"])?.into();
                let limit = self.pick(&[1, 2, 5, 100])?;
                let to = (self.rule == Rule::SimilarFund).then(|| "g".into());
                Step::Settle { fund: "F".into(), asset, limit, to }
            }
            8 => self.hold(model)?,
            9 => Step::Release { id: self.pick(&model.hold_names())? },
            10 => {
                let ((line, start), len) = self.pick(&model.hop_ids())?;
                Step::HandBack { line, start, a: 0, b: len }
            }
            _ => {
                let (line, x) = self.stock(model, &["w1", "usd1", "g"])?;
                Step::Spend { line, x }
            }
        })
    }

    fn convert(&mut self, model: &Model) -> Option<Step> {
        let (line, x) = self.stock(model, &["w1", "w2", "usd1", "usd2"])?;
        let to = match line.starts_with("usd") {
            true => self.pick(&["w2", "w3", "s"])?,
            false => self.pick(&["usd1", "usd2"])?,
        };
        let y = match self.below(4) {
            0 => x,
            1 => 1 + x / 7,
            2 => x * 3 + self.amount(3),
            _ => self.amount(2 * x),
        };
        // Units are objects here, so growth is kept within bounds.
        Some(Step::Convert { line, to: to.into(), x, y: y.min(200) })
    }

    fn leaves(&mut self, most: u64) -> Leaves {
        let count = 1 + self.below(most);
        let mut leaves: Vec<_> = (0..count)
            .map(|_| {
                let mut commit = [0; 32];
                commit[..8].copy_from_slice(&self.below(u64::MAX).to_be_bytes());
                (commit, self.amount(9))
            })
            .collect();
        leaves.sort();
        leaves
    }

    fn donate_batch(&mut self) -> Step {
        let (leaves, gift) = (self.leaves(6), self.name("batch"));
        self.batches.push(leaves.clone());
        Step::DonateBatch { fund: "F".into(), leaves, gift }
    }

    fn hold(&mut self, model: &Model) -> Option<Step> {
        let (line, received, _) = self.pick(&model.stocks())?;
        let s = self.amount(received) - 1;
        let e = s + self.amount(12);
        Some(Step::Hold { id: self.name("h"), line, s, e })
    }

    fn refund(&mut self, model: &Model) -> Option<Step> {
        let mut stocks = model.stocks();
        stocks.retain(|(name, ..)| ["in", "in", "w1", "w2"].contains(&name.as_str()));
        let (line, received, _) = self.pick(&stocks)?;
        let u = u128::from(self.below(received as u64 + 1));
        let leaf = match self.below(3) {
            0 => self.pick(&self.batches.clone()).map(|leaves| {
                let index = self.below(leaves.len() as u64) as usize;
                sums::leaf(&leaves, index)
            }),
            _ => None,
        };
        Some(Step::Refund { line, u, leaf })
    }
}
