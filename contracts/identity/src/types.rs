//! What the contract keeps: subjects, attesters, attestations and roles.

use weal_sdk::prelude::*;

/// A subject's id: a hash of its first account and a random salt. It says nothing about a person.
pub type SubjectId = [u8; 32];

/// What an attestation is about. Attesters are appointed for kinds, roles require them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub enum Kind {
    /// A real person, whose documents have been checked off the chain.
    RealName,
    /// A registered organisation.
    Organisation,
    /// A licence to raise money from the public.
    FundraisingLicence,
    /// A licence to audit.
    AuditorLicence,
    /// The account belongs to the subject.
    PayeeAccount,
    /// Eligible for aid.
    Beneficiary,
    /// A licence to take payments for others.
    PaymentLicence,
    /// A banking licence.
    BankingLicence,
    /// Independent of those whose deliveries it confirms.
    DeliveryWitness,
    /// Able to judge what came of a delivery.
    OutcomeWitness,
    /// An authority's mandate: a supervisor or a court.
    Mandate,
    /// A seat on a panel that decides appeals, which no authority gives or takes.
    PanelSeat,
}

impl Kind {
    /// Its byte in keys.
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// The kind with this byte.
    pub fn of(byte: u8) -> Option<Self> {
        ALL_KINDS.into_iter().find(|kind| kind.byte() == byte)
    }
}

const ALL_KINDS: [Kind; 12] = [
    Kind::RealName,
    Kind::Organisation,
    Kind::FundraisingLicence,
    Kind::AuditorLicence,
    Kind::PayeeAccount,
    Kind::Beneficiary,
    Kind::PaymentLicence,
    Kind::BankingLicence,
    Kind::DeliveryWitness,
    Kind::OutcomeWitness,
    Kind::Mandate,
    Kind::PanelSeat,
];

/// What a subject may do elsewhere. Each rests on attestations, see the query `required`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub enum Role {
    /// Opens funds and raises money from the public.
    Charity,
    /// Reviews charters, exchanges and changes of purpose.
    Reviewer,
    /// Takes many small gifts and brings them in batches.
    Gateway,
    /// Attests exchange rates and payments.
    Bank,
    /// Confirms that aid arrived.
    DeliveryAttester,
    /// Confirms what came of it.
    OutcomeAttester,
    /// A supervisor that may hold money for a short time.
    Regulator,
    /// A court, which may hold money for longer and take it.
    Court,
    /// Examines books.
    Auditor,
    /// Decides appeals against what authorities hold.
    Panel,
}

impl Role {
    /// What the role requires unless governance says otherwise.
    pub fn usual_requirements(self) -> Vec<Kind> {
        let kinds: &[Kind] = match self {
            Self::Charity => &[Kind::Organisation, Kind::FundraisingLicence],
            Self::Reviewer => &[Kind::Organisation],
            Self::Gateway => &[Kind::Organisation, Kind::PaymentLicence],
            Self::Bank => &[Kind::Organisation, Kind::BankingLicence],
            Self::DeliveryAttester => &[Kind::DeliveryWitness],
            Self::OutcomeAttester => &[Kind::OutcomeWitness],
            Self::Regulator | Self::Court => &[Kind::Mandate],
            Self::Auditor => &[Kind::Organisation, Kind::AuditorLicence],
            Self::Panel => &[Kind::PanelSeat],
        };
        kinds.to_vec()
    }
}

/// Somebody, known by an account and by what is attested.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Subject {
    /// The account that acts for it.
    pub account: AccountId,
    /// Who may move it to another account when this one is lost; an account with several keys makes
    /// several guardians.
    pub guardian: Option<AccountId>,
    /// Whether governance has suspended it: no role holds meanwhile.
    pub suspended: bool,
    /// The move to another account that is under way.
    pub recovery: Option<Recovery>,
}

/// A move of a subject to another account, which the present account may cancel.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Recovery {
    /// The account to come.
    pub to: AccountId,
    /// When it may take over.
    #[unit(timestamp)]
    pub from: TimeMs,
}

/// Who may attest what.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Attester {
    /// Kinds it may attest and revoke.
    pub kinds: Vec<Kind>,
    /// Since when it is suspended. What it has attested holds for 90 days more, in which somebody
    /// else can attest it again.
    #[unit(timestamp)]
    pub suspended: Option<TimeMs>,
    /// Attestations that it gave.
    pub given: u64,
    /// How many of them were revoked.
    pub revoked: u64,
}

/// What an attester says of a subject. There is one of each kind at a time; events keep the others.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Attestation {
    /// Who says it.
    pub issuer: AccountId,
    /// A salted hash of the documents behind it.
    pub commitment: [u8; 32],
    /// From when it holds.
    #[unit(timestamp)]
    pub from: TimeMs,
    /// Until when it holds; that moment no longer.
    #[unit(timestamp)]
    pub until: TimeMs,
    /// A hash of the reason for which it was revoked.
    pub revoked: Option<[u8; 32]>,
}

/// A role that a subject has.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Grant {
    /// Since when.
    #[unit(timestamp)]
    pub since: TimeMs,
    /// Whether governance has suspended it.
    pub suspended: bool,
}

/// An attestation that runs out.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Expiring {
    /// Whose.
    pub subject: SubjectId,
    /// What it is about.
    pub kind: Kind,
    /// When it ends.
    #[unit(timestamp)]
    pub until: TimeMs,
}

/// What others ask before they let an account act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub enum Standing {
    /// It has the role, and all that the role requires holds now.
    Qualified,
    /// It does not.
    Unqualified,
    /// Its subject or the role is suspended.
    Suspended,
}

/// What a payment of an organisation must know of it and of the payee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub struct Clearance {
    /// Whether the organisation's subject is suspended.
    pub suspended: bool,
    /// Whether the two are the same party or declared related.
    pub related: bool,
}
