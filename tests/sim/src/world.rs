//! The cluster, its network and its time: everything that happens in a run happens here.

use std::{collections::VecDeque, rc::Rc};

use weal_consensus::{Event, Timer};
use weal_types::{ChainId, Epoch, Height, TimeMs};

use crate::{
    door::Door,
    host::{Clock, Host, Journal},
    keys::Keys,
    ledger::{Constitution, Known, Ledger, Reign},
    network::Network,
    options::{Kind, Options},
    oracle::{Moment, Oracles},
    plan::{MILLI, Micros, Plan},
    queue::{Happening, Packet, Queue},
    random::{Random, fold},
    report::Report,
    trace::Trace,
};

mod arrive;
pub(crate) mod attend;
mod bodies;
mod faults;
mod judge;
mod observe;
mod perform;
pub(crate) mod recall;
mod send;
mod sync;
mod work;

/// See the module.
pub(crate) struct World {
    pub(crate) plan: Rc<Plan>,
    pub(crate) constitution: Rc<Constitution>,
    pub(crate) keys: Rc<Keys>,
    pub(crate) door: Door,
    pub(crate) hosts: Vec<Host>,
    pub(crate) network: Network,
    pub(crate) queue: Queue,
    pub(crate) now: Micros,
    pub(crate) random: Random,
    pub(crate) oracles: Oracles,
    pub(crate) trace: Trace,
    pub(crate) is_healed: bool,
    is_over: bool,
    /// When all was as it should be.
    done_at: Option<Micros>,
    /// What stood a second ago, in the silence after that.
    standing: Vec<judge::Standing>,
    /// When, after all was done, a member last waited for a view that no other wanted.
    apart_at: Micros,
    options: Options,
    /// Empty: its room is used again.
    inbox: Inbox,
    /// How often a replica has started.
    lives: u64,
    /// Transactions that were submitted.
    submitted: Vec<u32>,
    report: Report,
}

/// What a replica is still to be told before anything else happens on its host. Signatures first.
#[derive(Default)]
pub(crate) struct Inbox {
    pub(crate) signed: VecDeque<Event>,
    pub(crate) others: VecDeque<Event>,
}

impl World {
    pub(crate) fn new(seed: u64, options: &Options) -> Self {
        let plan = Rc::new(Plan::draw(seed, options));
        let count = plan.members.count;
        let keys = Rc::new(Keys::new(seed, count, plan.kinds.contains(&Kind::Real)));
        let chain = ChainId([9; 32]);
        let constitution = Rc::new(Constitution {
            chain,
            keys: (0..count).map(|member| keys.public(member)).collect(),
            acts: plan.transactions.iter().map(|submission| submission.act.clone()).collect(),
            window: plan.window,
            known: Known::default(),
        });
        let random = Random::new(seed).fork(20);
        let planned = (plan.faults.len(), plan.transactions.len());
        let is_real = plan.kinds.contains(&Kind::Real);
        let report = Report { planned, is_real, ..Report::empty(seed) };
        let mut world = Self {
            network: Network::new(plan.network, count, random.fork(1)),
            plan,
            constitution,
            keys,
            door: Door::default(),
            hosts: Vec::new(),
            queue: Queue::default(),
            now: 0,
            random,
            oracles: Oracles::new(count, chain),
            trace: Trace::new(options.trace),
            is_healed: false,
            is_over: false,
            done_at: None,
            standing: Vec::new(),
            apart_at: 0,
            options: options.clone(),
            inbox: Inbox::default(),
            lives: 0,
            submitted: Vec::new(),
            report,
        };
        let plan = Rc::clone(&world.plan);
        world.trace.note(0, || {
            let Plan { kinds, members, window, term, in_flight, block, network, speeds, .. } =
                &*plan;
            format!(
                "{kinds:?}\n{members:?}\nwindow {window}, term {term}, in flight {in_flight}, \
                 block {block}\n{network:?}\n{speeds:?}"
            )
        });
        world.add_hosts();
        world.schedule(options);
        world
    }

    fn add_hosts(&mut self) {
        let members = &self.plan.members;
        let reign = Reign::new(Epoch::ZERO, &members.first, &self.constitution.keys);
        let genesis = Ledger::genesis(Rc::new(reign), self.plan.transactions.len());
        let random = &mut self.random.fork(2);
        let add = |random: &mut Random, member: usize, hosts: &mut Vec<Host>| {
            let clock = Clock {
                offset_ms: random.between(0, 200) as i64 - 100,
                drift: random.between(0, 200) as i64 - 100,
            };
            let signer = self.keys.signer(member);
            let place = (hosts.len(), member);
            hosts.push(Host::new(
                place,
                (signer, clock, Journal::new(random.fork(1))),
                genesis.clone(),
                &self.plan,
                &self.constitution,
            ));
        };
        for member in 0..members.count {
            add(random, member, &mut self.hosts);
        }
        for traitor in &members.traitors {
            let treason = traitor.behaviour.make(random);
            if treason.is_double() {
                add(random, traitor.member, &mut self.hosts);
                if let Some(twin) = self.hosts.last_mut() {
                    twin.treason = Some(traitor.behaviour.make(random));
                }
            }
            self.hosts[traitor.member].treason = Some(treason);
        }
    }

    fn schedule(&mut self, options: &Options) {
        let plan = Rc::clone(&self.plan);
        for host in 0..self.hosts.len() {
            // All start at about the same time, in any order.
            let at = self.random.below(5 * MILLI);
            self.queue.push(at, Happening::PowerBack { host, life: 0 });
        }
        let traitors = self.hosts.iter().filter(|host| !host.is_honest());
        for host in traitors.map(|host| host.id) {
            self.queue.push(0, Happening::Mischief { host });
        }
        for (number, submission) in plan.transactions.iter().enumerate() {
            self.queue.push(submission.at, Happening::Submit(number));
        }
        for (number, planned) in plan.faults.iter().enumerate() {
            let is_wanted =
                !options.skip.contains(&number) && !options.without.contains(&planned.kind);
            if is_wanted {
                self.queue.push(planned.at, Happening::Fault(number));
            }
        }
        self.queue.push(plan.heal_at, Happening::Heal);
    }

    /// Lets time pass until all agree, or something is wrong.
    pub(crate) fn run(mut self) -> Report {
        while !self.is_over && self.oracles.failure.is_none() {
            let Some((at, happening)) = self.queue.pop() else { break };
            self.now = at;
            self.report.events += 1;
            self.happen(happening);
        }
        self.show_chains();
        let mut report = self.report;
        report.simulated_ms = self.now / MILLI;
        report.failure = self.oracles.failure;
        report.trace = self.trace.lines;
        report
    }

    /// Lets a client look at the chain of each honest host.
    fn show_chains(&mut self) {
        let first = Reign::new(Epoch::ZERO, &self.plan.members.first, &self.constitution.keys);
        for on in self.hosts.iter().filter(|on| on.is_honest()) {
            self.oracles.shown(self.now, (on.member, &on.chain), &first.set, &self.keys);
        }
    }

    fn happen(&mut self, happening: Happening) {
        if let Some((host, life)) = whose(&happening) {
            let on = &self.hosts[host];
            let is_over = life.is_some_and(|life| life != on.life);
            if is_over || (on.is_halted && life.is_some()) {
                return;
            }
            if on.stalled_until > self.now {
                self.queue.push(on.stalled_until, happening);
                return;
            }
        }
        match happening {
            Happening::Arrive { to, from, packet } => self.arrive(to, from, &packet),
            Happening::Expire { host, timer, number, .. } => self.expire(host, timer, number),
            Happening::DiskDone { host, .. } => self.disk_done(host),
            Happening::Executed { host, ordered, .. } => self.executed(host, &ordered),
            Happening::Build { host, view, height, even_empty, .. } => {
                self.built(host, view, height, even_empty);
            }
            Happening::Stored { host, height, .. } => self.hosts[host].chain.store(height),
            Happening::FetchAgain { host, digest, attempt, .. } => {
                self.fetch_again(host, digest, attempt);
            }
            Happening::SyncAgain { host, attempt, .. } => self.sync_again(host, attempt),
            Happening::Poll { host, .. } => self.poll(host),
            Happening::PowerBack { host, .. } => self.start(host),
            Happening::Mischief { host } => self.mischief(host),
            Happening::Submit(number) => self.submit(number),
            Happening::Fault(number) => self.fault(number),
            Happening::Heal => self.heal(),
            Happening::Judge => self.judge(),
        }
    }

    fn expire(&mut self, host: usize, timer: Timer, number: u32) {
        if self.hosts[host].timers[timer as usize] == number {
            self.feed(host, Event::Expired(timer));
        }
    }

    /// Tells a replica something, and does what it asks for, until it asks for nothing more.
    pub(crate) fn feed(&mut self, host: usize, event: Event) {
        let mut inbox = std::mem::take(&mut self.inbox);
        if self.step(host, event, &mut inbox) {
            self.empty(host, &mut inbox);
        }
        inbox.signed.clear();
        inbox.others.clear();
        self.inbox = inbox;
    }

    fn empty(&mut self, host: usize, inbox: &mut Inbox) {
        loop {
            while let Some(event) = inbox.signed.pop_front().or_else(|| inbox.others.pop_front()) {
                if !self.step(host, event, inbox) {
                    return;
                }
            }
            let Some(pool) = self.pool_news(host) else { break };
            inbox.others.push_back(Event::Pool(pool));
        }
    }

    /// Returns whether the host still runs.
    fn step(&mut self, host: usize, event: Event, inbox: &mut Inbox) -> bool {
        let on = &mut self.hosts[host];
        let now = on.clock.read(self.now);
        self.trace.event(self.now, on, &event);
        let moment = if on.is_honest() { Moment::of(&on.replica, &event) } else { None };
        let actions = on.replica.step(now, event);
        if let Some(moment) = moment {
            let (who, after) = ((host, on.member), &on.replica);
            self.oracles.beaten(self.now, who, (&moment, after), (&actions, &self.plan));
        }
        for action in actions {
            if self.is_cut_off(host) {
                return false;
            }
            self.trace.action(self.now, &self.hosts[host], &action);
            self.perform(host, action, inbox);
        }
        let on = &self.hosts[host];
        if on.is_honest() {
            self.oracles.stepped(self.now, on.member, &on.replica, &self.plan);
            self.report.view = self.report.view.max(on.replica.view().0);
        }
        !on.is_halted
    }

    /// Counts an action towards a planned power cut in the midst of a step.
    fn is_cut_off(&mut self, host: usize) -> bool {
        let on = &mut self.hosts[host];
        match &mut on.edge {
            Some((0, down, takes_all)) => {
                let (down, takes_all) = (*down, *takes_all);
                on.edge = None;
                self.crash(host, down);
                if takes_all {
                    self.crash_all(down);
                }
                true
            }
            Some((left, ..)) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn pool_news(&mut self, host: usize) -> Option<Option<TimeMs>> {
        let on = &mut self.hosts[host];
        if !std::mem::take(&mut on.pool.is_dirty) {
            return None;
        }
        let oldest = on.pool.oldest(&on.bodies).map(|since| on.clock.read(since));
        if oldest == on.pool.told {
            return None;
        }
        on.pool.told = oldest;
        Some(oldest)
    }

    /// Folds a delivery into the digest of the run.
    fn fold_delivery(&mut self, from: usize, to: usize, packet: &Packet) {
        let what = crate::digest::packet(packet);
        let place = (from as u64) << 32 | to as u64;
        self.report.digest = fold(&[self.report.digest, self.now, place, what]);
        self.report.messages += 1;
    }

    pub(crate) fn later(&mut self, after: Micros, happening: Happening) {
        self.queue.push(self.now + after, happening);
    }

    pub(crate) fn note_height(&mut self, height: Height, epoch: Epoch) {
        self.report.height = self.report.height.max(height.0);
        self.report.epoch = self.report.epoch.max(epoch.0);
    }
}

/// On which host something happens, and in which of its lives.
const fn whose(happening: &Happening) -> Option<(usize, Option<u32>)> {
    match happening {
        Happening::Expire { host, life, .. }
        | Happening::DiskDone { host, life }
        | Happening::Executed { host, life, .. }
        | Happening::Build { host, life, .. }
        | Happening::Stored { host, life, .. }
        | Happening::FetchAgain { host, life, .. }
        | Happening::SyncAgain { host, life, .. }
        | Happening::Poll { host, life }
        | Happening::PowerBack { host, life } => Some((*host, Some(*life))),
        Happening::Arrive { to, .. } => Some((*to, None)),
        _ => None,
    }
}
