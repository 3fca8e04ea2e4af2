//! Leaving a view: VIEW-CHANGE (Castro & Liskov 1999 §4.4).
//!
//! | when | then |
//! |---|---|
//! | the leader broke a rule, was slow or unfair to f + 1, or its term is over | leave the view |
//! | f + 1 want a later view than this replica | leave for the highest that f + 1 want |
//! | a quorum wants the view that this replica wants | wait no longer than T(k) for it |

use alloc::{sync::Arc, vec, vec::Vec};

use weal_types::{Height, View, certificate::Certificate, codec::Bounded};

use crate::{
    event::{Action, Timer},
    evidence::{Evidence, forgets},
    message::{Claim, Draft, Grounds, Signed, ViewChange},
    record::Record,
    replica::{After, Phase, Replica},
    settings::RESEND_MS,
};

impl Replica {
    /// The leader of the present view has provably broken a rule, or its proposal is invalid.
    pub(crate) fn blame_leader(&mut self) {
        if self.is_active() {
            self.change_view(self.next_view());
        }
    }

    /// Leaves the view for a later one. No vote of an earlier view follows: those that wait for the
    /// journal are cancelled. The VIEW-CHANGE is durable before it is said.
    pub(crate) fn change_view(&mut self, target: View) {
        if self.is_alone() || !self.may_speak() || target <= self.target() {
            return;
        }
        let (change, grounds) = self.compose_change(target);
        let grounds = Arc::new(grounds);
        self.phase = Phase::Changing { target, is_durable: false, entering: None };
        self.building = None;
        self.own_change = Some((change.clone(), Arc::clone(&grounds)));
        self.persist(vec![Record::ViewChange(change, grounds)], After::Change(target));
    }

    /// The set P of Castro & Liskov 1999 §4.4: for every slot above the stable height, the PREPARE
    /// certificate of the highest view, also one that the journal is still writing.
    fn compose_change(&self, view: View) -> (ViewChange, Grounds) {
        let prepared: Vec<&Certificate> =
            self.slots.values().filter_map(|slot| slot.prepared.as_deref()).collect();
        let claim = |certificate: &&Certificate| {
            let vote = &certificate.vote;
            Claim { height: vote.height, view: vote.view, digest: vote.hash }
        };
        let claims = prepared.iter().map(claim).collect();
        let grounds = Grounds {
            stable: self.stable_certificate.as_deref().cloned(),
            // There are no more slots than the window has.
            prepared: Bounded::new(prepared.into_iter().cloned().collect()).unwrap_or_default(),
        };
        let change = ViewChange {
            epoch: self.reign.epoch(),
            view,
            stable: self.stable,
            claims: Bounded::new(claims).unwrap_or_default(),
        };
        (change, grounds)
    }

    /// The own VIEW-CHANGE is durable: say it.
    pub(crate) fn announce_change(&mut self, view: View) {
        if let Phase::Changing { target, is_durable, .. } = &mut self.phase
            && *target == view
        {
            *is_durable = true;
            self.sign_change();
        }
    }

    /// Asks for the signature of the own VIEW-CHANGE for the view that this replica wants.
    pub(crate) fn sign_change(&mut self) {
        if let Some((change, grounds)) = self.own_change.clone()
            && change.view == self.target()
        {
            self.sign(Draft::ViewChange(change, grounds));
        }
    }

    /// A VIEW-CHANGE, the own one included. Of each validator the one of the highest view counts.
    pub(crate) fn heard_change(&mut self, signed: Arc<Signed<ViewChange>>, grounds: Arc<Grounds>) {
        let (signer, view) = (signed.signer, signed.body.view);
        if let Some((known, _)) = self.changes.get(&signer) {
            if known.body.view == view && known.body != signed.body {
                let pair = Evidence::ViewChanges(Arc::clone(known), signed);
                return self.act(Action::Accuse(pair));
            }
            if known.body.view >= view {
                return;
            }
        }
        self.look_for_amnesia(&signed);
        self.changes.insert(signer, (signed, grounds));
        if signer == self.me() {
            self.act(Action::SetTimer(Timer::Resend, RESEND_MS));
        }
        self.follow_others();
    }

    /// Whoever COMMITted holds a PREPARE certificate, and must claim it when it leaves the view.
    fn look_for_amnesia(&mut self, change: &Arc<Signed<ViewChange>>) {
        let epoch = self.reign.epoch();
        let commits = self
            .slots
            .iter()
            .flat_map(|(height, slot)| slot.commits.of(change.signer, epoch, *height));
        let forgotten = commits.filter(|commit| forgets(commit, &change.body));
        let accused: Vec<_> = forgotten
            .map(|commit| Action::Accuse(Evidence::Amnesia(commit, Arc::clone(change))))
            .collect();
        self.actions.extend(accused);
    }

    /// Castro & Liskov 1999 §4.5.2: f + 1 cannot all be liars, so a replica joins them, in the
    /// highest view that f + 1 have reached or passed.
    pub(crate) fn follow_others(&mut self) {
        let wanted = self.wanted_by(self.some_correct());
        self.change_view(wanted);
        self.lead_new_view();
    }

    /// The highest view that so many validators have reached or passed, this one included.
    pub(crate) fn wanted_by(&self, count: usize) -> View {
        let mut views: Vec<_> = self.changes.values().map(|(change, _)| change.body.view).collect();
        views.sort_unstable_by(|one, other| other.cmp(one));
        views.get(count.saturating_sub(1)).copied().unwrap_or(View::ZERO)
    }

    /// A validator says that the leader of the present view passes transactions over. One of f + 1
    /// is correct.
    pub(crate) fn called_unfair(&mut self, by: u8) {
        self.unfair.insert(by);
        if self.unfair.len() >= self.some_correct() {
            self.blame_leader();
        }
    }

    /// The slots that are in flight, lowest first.
    pub(crate) fn heights(&self) -> Vec<Height> {
        self.slots.keys().copied().collect()
    }
}
