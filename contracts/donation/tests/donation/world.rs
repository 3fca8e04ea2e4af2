//! A chain with both contracts, and people in all roles.

use std::collections::BTreeMap;

use donation::{
    Action, Charter, DonationCalls as Calls, NewLine,
    view::{Share, Wire},
};
use identity::{IdentityCalls, Kind as Attested, Role};
use weal_provenance::line::{ClosingRule, Kind};
use weal_sdk::{
    bench::{Account, Bench},
    prelude::*,
};

/// Who is there.
#[derive(Clone, Copy)]
pub struct People {
    pub charity: Account,
    pub partner: Account,
    pub reviewer: Account,
    pub bank: Account,
    pub gateway: Account,
    pub regulator: Account,
    pub court: Account,
    pub witness: Account,
    pub panel: Account,
    pub donor: Account,
    pub payee: Account,
    pub agent: Account,
    pub stranger: Account,
}

/// The contracts, and the people.
#[derive(Clone, Copy)]
pub struct World {
    pub identity: ContractId,
    pub donation: ContractId,
    pub people: People,
    pub attester: Account,
    pub cny: AssetId,
    pub usd: AssetId,
}

/// What donor and partner have of each asset.
pub const RICH: u128 = 1_000_000_000_000_000;

/// A document, a reason, a salt: nobody looks behind it.
pub const PAPER: [u8; 32] = [9; 32];

/// Far in the future.
pub const LATER: TimeMs = TimeMs(u64::MAX / 2);

impl World {
    /// Deploys both contracts, gives people their roles and money, and watches the money.
    pub fn new(t: &mut Bench) -> Self {
        let world = Self::unwatched(t);
        world.watch(t, &[world.cny, world.usd]);
        world
    }

    /// The same, without looking at all lines after every call.
    pub fn unwatched(t: &mut Bench) -> Self {
        let [charity, partner, reviewer, bank, gateway, regulator] = t.accounts();
        let [court, witness, panel, donor, payee, agent, stranger, attester] = t.accounts();
        let people = People {
            charity,
            partner,
            reviewer,
            bank,
            gateway,
            regulator,
            court,
            witness,
            panel,
            donor,
            payee,
            agent,
            stranger,
        };
        let governance = t.governance();
        let identity = t.deploy(governance, &identity::contract());
        let init = Calls::open(identity);
        let donation = t.by(governance).deploy(&donation::contract(), init).unwrap();
        let (cny, usd) = (t.asset("CNY", 2), t.asset("USD", 2));
        for asset in [cny, usd] {
            for who in [donor, charity, partner, gateway, payee, agent] {
                t.give(who, asset, RICH);
            }
        }
        let world = Self { identity, donation, people, attester, cny, usd };
        world.appoint(t);
        world
    }

    /// Gives everybody their role.
    fn appoint(&self, t: &mut Bench) {
        let governance = t.governance();
        let kinds = vec![
            Attested::Organisation,
            Attested::FundraisingLicence,
            Attested::PaymentLicence,
            Attested::BankingLicence,
            Attested::DeliveryWitness,
            Attested::OutcomeWitness,
            Attested::Mandate,
            Attested::PanelSeat,
        ];
        let appoint = IdentityCalls::appoint_attester(self.attester.id(), kinds);
        t.by(governance).call(self.identity, appoint).unwrap();
        let people = &self.people;
        let roles = [
            (people.charity, Role::Charity),
            (people.reviewer, Role::Reviewer),
            (people.bank, Role::Bank),
            (people.gateway, Role::Gateway),
            (people.regulator, Role::Regulator),
            (people.court, Role::Court),
            (people.witness, Role::DeliveryAttester),
            (people.panel, Role::Panel),
        ];
        for (who, role) in roles {
            self.license(t, who, role);
        }
        let register = IdentityCalls::register(PAPER);
        t.by(people.partner).call(self.identity, register).unwrap();
    }

    /// Registers somebody and gives them a role.
    pub fn license(&self, t: &mut Bench, who: Account, role: Role) {
        let register = IdentityCalls::register(PAPER);
        let subject = t.by(who).call(self.identity, register).unwrap();
        for kind in role.usual_requirements() {
            let attest = IdentityCalls::attest(subject, kind, PAPER, TimeMs(0), LATER);
            t.by(self.attester).call(self.identity, attest).unwrap();
        }
        let governance = t.governance();
        let grant = IdentityCalls::grant_role(subject, role);
        t.by(governance).call(self.identity, grant).unwrap();
    }

    /// After every call, the contract holds exactly what its custody lines have free.
    pub fn watch(&self, t: &mut Bench, assets: &[AssetId]) {
        let (world, assets) = (*self, assets.to_vec());
        t.invariant("money held is money free on custody lines", move |t| {
            let mut free = BTreeMap::<AssetId, u128>::new();
            for fund in 1.. {
                let Some(entries) = world.statement(t, fund) else { break };
                for entry in entries.iter().filter(|entry| !entry.kind.0.is_sink()) {
                    *free.entry(entry.asset).or_default() += entry.free.0;
                }
            }
            let of = |asset: &AssetId| free.get(asset).copied().unwrap_or_default();
            assets.iter().all(|asset| t.held_by(world.donation, *asset) == of(asset))
        });
    }

    /// All lines of a fund; `None` if there is no such fund.
    pub fn statement(&self, t: &Bench, fund: u32) -> Option<Vec<donation::Entry>> {
        let entries = t.query(self.donation, Calls::statement(fund, None, 100));
        (!entries.is_empty()).then_some(entries)
    }

    /// Lets `approver` approve what `maker` is about to send.
    pub fn approve(&self, t: &mut Bench, approver: Account, maker: Account, action: Action) {
        let approve = Calls::approve(maker.id(), action, LATER);
        t.by(approver).call(self.donation, approve).unwrap();
    }

    /// Opens a fund of the charity's.
    pub fn open_fund(&self, t: &mut Bench, charter: Charter) -> u32 {
        let People { charity, reviewer, .. } = self.people;
        self.approve(t, reviewer, charity, Action::OpenFund { charter: charter.clone() });
        t.by(charity).call(self.donation, Calls::open_fund(charter, reviewer.id())).unwrap()
    }

    /// A charter without conditions.
    pub fn charter(&self) -> Charter {
        Charter {
            document: PAPER,
            asset: self.cny,
            ceiling: 200_000,
            cooling: 0,
            wind_down: 0,
            closing: Wire(ClosingRule::FifoOwner),
            purposes: Vec::new(),
            min_gift: Amount::ZERO,
            min_move: Amount::ZERO,
            report_every: 0,
        }
    }

    /// A line of the partner's; the intake is the charity's own.
    pub fn new_line(&self, fund: u32, kind: Kind, plan: &[(u32, u32)], fee_so_far: u32) -> NewLine {
        let People { charity, partner, .. } = self.people;
        let org = if kind == Kind::Intake { charity.id() } else { partner.id() };
        let share = |(line, ppm): &(u32, u32)| Share { line: *line, ppm: *ppm };
        let plan = plan.iter().map(share).collect();
        let (asset, kind) = (self.cny, Wire(kind));
        NewLine { fund, org, asset, kind, plan, fee_so_far, purposes: Vec::new() }
    }

    /// Opens a line and lets its organisation accept it.
    pub fn open_line(&self, t: &mut Bench, line: NewLine) -> u32 {
        let People { charity, partner, .. } = self.people;
        let is_own = line.org == charity.id();
        let id = t.by(charity).call(self.donation, Calls::open_line(line)).unwrap();
        if !is_own {
            t.by(partner).call(self.donation, Calls::accept_line(id)).unwrap();
        }
        id
    }
}
