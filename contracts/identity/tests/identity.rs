//! The contract on the bench.

use std::time::Duration;

use identity::{
    Attested, Error, Expiring, IdentityCalls as Calls, Kind, Recovered, Registered,
    RelatedDeclared, Role, RoleGranted, Standing, SubjectId, contract,
};
use weal_sdk::{
    bench::{Account, Bench, RandomCalls},
    prelude::*,
};

const SALT: [u8; 32] = [7; 32];
const DOCUMENT: [u8; 32] = [8; 32];
const REASON: [u8; 32] = [9; 32];
const DAY: u64 = 24 * 3_600;

/// The contract, and an attester for organisations and licences.
struct Registry {
    id: ContractId,
    attester: Account,
}

impl Registry {
    fn open(t: &mut Bench) -> Self {
        let [attester] = t.accounts();
        let governance = t.governance();
        let id = t.deploy(governance, &contract());
        let registry = Self { id, attester };
        registry.appoint(t, &[Kind::Organisation, Kind::FundraisingLicence]);
        registry
    }

    fn appoint(&self, t: &mut Bench, kinds: &[Kind]) {
        let call = Calls::appoint_attester(self.attester.id(), kinds.to_vec());
        let governance = t.governance();
        t.by(governance).call(self.id, call).unwrap();
    }

    fn register(&self, t: &mut Bench, who: Account) -> SubjectId {
        t.by(who).call(self.id, Calls::register(SALT)).unwrap()
    }

    /// Attests for a year from now.
    fn attest(&self, t: &mut Bench, subject: SubjectId, kind: Kind) -> TimeMs {
        let (from, until) = (t.now(), TimeMs(t.now().0 + 365 * DAY * 1_000));
        let call = Calls::attest(subject, kind, DOCUMENT, from, until);
        t.by(self.attester).call(self.id, call).unwrap();
        until
    }

    fn charity(&self, t: &mut Bench, who: Account) -> SubjectId {
        let subject = self.register(t, who);
        self.attest(t, subject, Kind::Organisation);
        self.attest(t, subject, Kind::FundraisingLicence);
        self.grant(t, subject);
        subject
    }

    fn grant(&self, t: &mut Bench, subject: SubjectId) {
        let governance = t.governance();
        t.by(governance).call(self.id, Calls::grant_role(subject, Role::Charity)).unwrap();
    }

    fn standing(&self, t: &Bench, who: Account) -> Standing {
        t.query(self.id, Calls::standing(who.id(), Role::Charity))
    }
}

#[test]
fn the_layout_is_the_committed_one() {
    weal_sdk::layout::lock(env!("CARGO_MANIFEST_DIR"), &identity::layout()).unwrap();
}

#[test]
fn kinds_are_their_bytes() {
    let bytes = (0..=u8::MAX).filter(|byte| Kind::of(*byte).is_some_and(|k| k.byte() == *byte));
    assert_eq!(bytes.collect::<Vec<_>>(), (0..12).collect::<Vec<_>>());
}

#[weal_sdk::test(native, vm)]
fn a_role_counts_while_what_it_requires_holds(t: &mut Bench) {
    let registry = Registry::open(t);
    let ([charity], governance) = (t.accounts(), t.governance());
    assert_eq!(registry.standing(t, charity), Standing::Unqualified);
    let registered = t.by(charity).call(registry.id, Calls::register(SALT));
    let subject = *registered.result().unwrap();
    assert!(registered.emitted(&Registered { subject, account: charity.id() }));
    registered.unwrap();

    let grant = Calls::grant_role(subject, Role::Charity);
    let missing = |kind| Error::MissingAttestation { kind };
    t.by(charity).call(registry.id, grant.clone()).expect_unauthorised();
    t.by(governance).call(registry.id, grant.clone()).expect(&missing(Kind::Organisation));
    registry.attest(t, subject, Kind::Organisation);
    t.by(governance).call(registry.id, grant.clone()).expect(&missing(Kind::FundraisingLicence));
    let until = registry.attest(t, subject, Kind::FundraisingLicence);
    assert_eq!(registry.standing(t, charity), Standing::Unqualified);
    let granted = t.by(governance).call(registry.id, grant);
    assert!(granted.emitted(&RoleGranted { subject, role: Role::Charity }));
    granted.unwrap();
    assert_eq!(registry.standing(t, charity), Standing::Qualified);

    t.pass(Duration::from_millis(until.0 - t.now().0 - 10_000));
    assert_eq!(registry.standing(t, charity), Standing::Qualified);
    t.pass(Duration::from_secs(10));
    assert_eq!(registry.standing(t, charity), Standing::Unqualified);
    registry.attest(t, subject, Kind::Organisation);
    registry.attest(t, subject, Kind::FundraisingLicence);
    assert_eq!(registry.standing(t, charity), Standing::Qualified);
}

#[weal_sdk::test(native, vm)]
fn revoking_and_suspending_end_a_role(t: &mut Bench) {
    let registry = Registry::open(t);
    let ([charity], governance) = (t.accounts(), t.governance());
    let subject = registry.charity(t, charity);
    let revoke = Calls::revoke(subject, Kind::FundraisingLicence, REASON);
    let scope = Error::OutOfScope { kind: Kind::FundraisingLicence };
    t.by(charity).call(registry.id, revoke.clone()).expect(&scope);
    t.by(registry.attester).call(registry.id, revoke.clone()).unwrap();
    t.by(registry.attester).call(registry.id, revoke).expect(&Error::BadState);
    assert_eq!(registry.standing(t, charity), Standing::Unqualified);
    registry.attest(t, subject, Kind::FundraisingLicence);
    assert_eq!(registry.standing(t, charity), Standing::Qualified);
    let card = t.query(registry.id, Calls::attester(registry.attester.id())).unwrap();
    assert_eq!((card.given, card.revoked), (3, 1));

    let suspend = Calls::suspend_role(subject, Role::Charity, REASON);
    t.by(governance).call(registry.id, suspend).unwrap();
    assert_eq!(registry.standing(t, charity), Standing::Suspended);
    registry.grant(t, subject);
    t.by(governance).call(registry.id, Calls::suspend(subject, REASON)).unwrap();
    assert_eq!(registry.standing(t, charity), Standing::Suspended);
    assert!(t.query(registry.id, Calls::is_suspended(charity.id())));
    t.by(governance).call(registry.id, Calls::reinstate(subject)).unwrap();
    assert_eq!(registry.standing(t, charity), Standing::Qualified);
}

#[weal_sdk::test(native, vm)]
fn the_word_of_a_suspended_attester_holds_for_ninety_days(t: &mut Bench) {
    let registry = Registry::open(t);
    let ([charity], governance) = (t.accounts(), t.governance());
    let subject = registry.charity(t, charity);
    let suspend = Calls::suspend_attester(registry.attester.id(), REASON);
    t.by(governance).call(registry.id, suspend).unwrap();
    let (from, until) = (t.now(), TimeMs(t.now().0 + 1_000_000_000));
    let call = Calls::attest(subject, Kind::Organisation, DOCUMENT, from, until);
    t.by(registry.attester).call(registry.id, call).expect(&Error::AttesterSuspended);
    t.pass(Duration::from_secs(89 * DAY));
    assert_eq!(registry.standing(t, charity), Standing::Qualified);
    t.pass(Duration::from_secs(DAY));
    assert_eq!(registry.standing(t, charity), Standing::Unqualified);
}

#[weal_sdk::test(native, vm)]
fn attesters_vouch_for_others_and_for_time_to_come(t: &mut Bench) {
    let registry = Registry::open(t);
    let ([charity, rival], governance) = (t.accounts(), t.governance());
    let subject = registry.register(t, charity);
    let own = registry.register(t, registry.attester);
    let (now, until) = (t.now(), TimeMs(t.now().0 + 1_000_000_000));
    let attest =
        |subject, from, until| Calls::attest(subject, Kind::Organisation, DOCUMENT, from, until);
    let cases = [
        (attest([1; 32], now, until), Error::NotFound),
        (attest(own, now, until), Error::ConflictOfInterest),
        (attest(subject, until, until), Error::Expired),
        (attest(subject, TimeMs(1), now), Error::Expired),
    ];
    for (call, error) in cases {
        t.by(registry.attester).call(registry.id, call).expect(&error);
    }
    let attested = t.by(registry.attester).call(registry.id, attest(subject, now, until));
    let (kind, issuer) = (Kind::Organisation, registry.attester.id());
    let commitment = DOCUMENT;
    assert!(attested.emitted(&Attested { subject, kind, issuer, commitment, from: now, until }));
    attested.unwrap();

    // Another attester may prolong, not shorten.
    let appoint = Calls::appoint_attester(rival.id(), vec![Kind::Organisation]);
    t.by(governance).call(registry.id, appoint).unwrap();
    let sooner = attest(subject, now, TimeMs(until.0 - 1));
    t.by(rival).call(registry.id, sooner).expect(&Error::Superseded);
    let later = TimeMs(until.0 + 1);
    t.by(rival).call(registry.id, attest(subject, now, later)).unwrap();
    let ends = t.query(registry.id, Calls::expiring(now, TimeMs(later.0 + 1), 100));
    assert_eq!(ends, [Expiring { subject, kind, until: later }]);
    assert_eq!(t.query(registry.id, Calls::expiring(now, later, 100)), []);
}

#[weal_sdk::test(native, vm)]
fn one_person_has_one_subject_in_a_scheme(t: &mut Bench) {
    let registry = Registry::open(t);
    let [ann, ben] = t.accounts();
    let (ann, ben) = (registry.register(t, ann), registry.register(t, ben));
    let bind = |subject, scheme| Calls::bind_nullifier(subject, scheme, [5; 32]);
    let scope = Error::OutOfScope { kind: Kind::RealName };
    t.by(registry.attester).call(registry.id, bind(ann, 1)).expect(&scope);
    registry.appoint(t, &[Kind::RealName]);
    t.by(registry.attester).call(registry.id, bind(ann, 1)).unwrap();
    t.by(registry.attester).call(registry.id, bind(ben, 1)).expect(&Error::NullifierUsed);
    t.by(registry.attester).call(registry.id, bind(ben, 2)).unwrap();
    assert_eq!(t.query(registry.id, Calls::nullifier(1, [5; 32])), Some(ann));
}

#[weal_sdk::test(native, vm)]
fn a_lost_account_is_replaced_after_time_to_object(t: &mut Bench) {
    let registry = Registry::open(t);
    let [old, guardian, new] = t.accounts();
    let subject = registry.charity(t, old);
    let start = Calls::start_recovery(subject, new.id());
    let finish = Calls::finish_recovery(subject);
    let scope = Error::OutOfScope { kind: Kind::RealName };
    t.by(guardian).call(registry.id, start.clone()).expect(&scope);
    t.by(old).call(registry.id, Calls::name_guardian(Some(guardian.id()))).unwrap();
    t.by(new).call(registry.id, finish.clone()).expect(&Error::BadState);
    t.by(guardian).call(registry.id, start.clone()).unwrap();
    t.by(old).call(registry.id, Calls::cancel_recovery()).unwrap();
    t.by(guardian).call(registry.id, start.clone()).unwrap();
    let from = TimeMs(t.now().0 + 72 * 3_600_000);
    let pending = Error::RecoveryPending { from };
    t.by(guardian).call(registry.id, start).expect(&pending);
    t.by(new).call(registry.id, finish.clone()).expect(&pending);
    t.pass(Duration::from_secs(72 * 3_600));
    t.by(guardian).call(registry.id, finish.clone()).expect(&Error::BadState);
    let moved = t.by(new).call(registry.id, finish);
    assert!(moved.emitted(&Recovered { subject, from: old.id(), to: new.id() }));
    moved.unwrap();
    assert_eq!(registry.standing(t, new), Standing::Qualified);
    assert_eq!(registry.standing(t, old), Standing::Unqualified);
    t.by(new).call(registry.id, Calls::register(SALT)).expect(&Error::AccountTaken);
}

#[weal_sdk::test(native, vm)]
fn relatives_stay_relatives(t: &mut Bench) {
    let registry = Registry::open(t);
    let ([charity, cousin, stranger], governance) = (t.accounts(), t.governance());
    let related =
        |t: &Bench, a: Account, b: Account| t.query(registry.id, Calls::is_related(a.id(), b.id()));
    registry.register(t, charity);
    let declare = Calls::declare_related(vec![cousin.id()]);
    let declared = t.by(charity).call(registry.id, declare);
    assert!(declared.emitted(&RelatedDeclared { by: charity.id(), others: vec![cousin.id()] }));
    declared.unwrap();
    assert!(related(t, cousin, charity) && related(t, charity, cousin));
    assert!(related(t, charity, charity) && !related(t, charity, stranger));
    let end = Calls::end_relation(cousin.id(), charity.id());
    t.by(charity).call(registry.id, end.clone()).expect_unauthorised();
    t.by(governance).call(registry.id, end.clone()).unwrap();
    assert!(!related(t, cousin, charity));
    t.by(governance).call(registry.id, end).expect(&Error::NotFound);
    let none = Calls::declare_related(vec![]);
    t.by(charity).call(registry.id, none).expect(&Error::Limit { most: 64 });
}

#[weal_sdk::test(native, vm)]
fn whatever_is_called_nobody_gets_a_role_by_it(t: &mut Bench) {
    let registry = Registry::open(t);
    let people: [Account; 3] = t.accounts();
    let id = registry.id;
    t.invariant("nobody is qualified without governance", move |t| {
        people.iter().all(|who| registry.standing(t, *who) != Standing::Qualified)
    });

    t.random_calls(id, &contract(), RandomCalls::default());
}
