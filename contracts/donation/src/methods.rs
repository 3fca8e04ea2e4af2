//! What can be called. Each method is one line: the file of its idea has what it does.

use weal_provenance::{Span, batch::Leaf, record::Place};
use weal_sdk::prelude::*;

use crate::{
    error::{Error, Hop, Result},
    messages::*,
    state::Donation,
    types::{Band, Hash, Reference},
    view::Wire,
};

#[cfg(not(target_arch = "wasm32"))]
use crate::events::*;

#[contract(
    error = Error,
    events(
        Acknowledged, Advanced, Announced, Answered, AppealDecided, Appealed, Approved,
        BatchDonated, BatchSpent, Challenged, Converted, Disputed, Donated, Exposed, Forwarded,
        FundClosed, FundOpened, HandedBack, HandedOn, Held, LineAccepted, LineOpened,
        NoticeWithdrawn, PromiseKeySet, RateSet, Refunded, Reimbursed, Released, Renewed, Repeated,
        Reported, Repurposed, Seized, Settled, Skipped, Spent, Split, Swept,
    ),
    queries(crate::asked),
)]
impl Donation {
    /// Sets up the contract. It asks `identity` who is who.
    #[init(emits())]
    pub fn open(&mut self, identity: ContractId) {
        self.identity.set(&identity);
    }

    /// Approves a message that somebody else will send, word for word.
    #[call(auth = anyone, intent = "Approve {action} of {maker}", emits(Approved), errors())]
    pub fn approve(
        &mut self,
        ctx: &mut Ctx,
        maker: AccountId,
        action: Action,
        #[unit(timestamp)] until: TimeMs,
    ) {
        self.do_approve(ctx, maker, action, until);
    }

    /// Opens a fund under a charter that a reviewer has approved.
    #[call(auth = rule("a licensed charity"), intent = "Open a fund", emits(FundOpened))]
    pub fn open_fund(
        &mut self,
        ctx: &mut Ctx,
        charter: Charter,
        reviewer: AccountId,
    ) -> Result<u32> {
        self.do_open_fund(ctx, charter, reviewer)
    }

    /// Opens a line of a fund for an organisation to accept.
    #[call(auth = rule("the fund's charity"), intent = "Open a line", emits(LineOpened))]
    pub fn open_line(&mut self, ctx: &mut Ctx, line: NewLine) -> Result<u32> {
        self.do_open_line(ctx, line)
    }

    /// Accepts a line.
    #[call(auth = rule("its officer"), intent = "Accept line {line}", emits(LineAccepted))]
    pub fn accept_line(&mut self, ctx: &mut Ctx, line: u32) -> Result {
        self.do_accept_line(ctx, line)
    }

    /// Gives what is attached. Returns where the gift lies, by which it is known.
    #[call(auth = anyone, accepts(any), intent = "Give to fund {fund}", emits(Donated, Repeated))]
    pub fn donate(
        &mut self,
        ctx: &mut Ctx,
        fund: u32,
        commit: Hash,
        reference: Option<Reference>,
    ) -> Hop {
        self.do_donate(ctx, fund, commit, reference)
    }

    /// Brings a batch of gifts, attached.
    #[call(auth = rule("a gateway"), accepts(any), intent = "Give", emits(BatchDonated, Repeated))]
    pub fn donate_batch(&mut self, ctx: &mut Ctx, fund: u32, gifts: GiftBatch) -> Hop {
        self.do_donate_batch(ctx, fund, gifts)
    }

    /// Divides the oldest units of an intake or a splitter by its plan.
    #[call(auth = anyone, intent = "Divide {amount} of line {line}", emits(Split))]
    pub fn split(&mut self, ctx: &mut Ctx, line: u32, amount: Amount) -> Hop {
        self.do_split(ctx, line, amount)
    }

    /// Hands the oldest units of a line on to another.
    #[call(auth = rule("its officer"), intent = "Forward {amount} of {line}", emits(Forwarded))]
    pub fn forward(&mut self, ctx: &mut Ctx, line: u32, amount: Amount, order: Forwarding) -> Hop {
        self.do_forward(ctx, line, amount, order)
    }

    /// Exchanges the oldest units of a line for what is attached, as a reviewer has approved.
    #[call(auth = rule("its officer"), accepts(any), intent = "Convert {amount}", emits(Converted))]
    pub fn convert(&mut self, ctx: &mut Ctx, line: u32, amount: Amount, order: Exchange) -> Hop {
        self.do_convert(ctx, line, amount, order)
    }

    /// Attests a rate between two assets.
    #[call(auth = rule("a bank"), intent = "Attest a rate", emits(RateSet))]
    pub fn set_rate(&mut self, ctx: &mut Ctx, from: AssetId, to: AssetId, band: Band) -> Result {
        self.do_set_rate(ctx, (from, to), band)
    }

    /// Pays a payee with the oldest units of a line.
    #[call(auth = rule("its officer"), intent = "Pay {amount} of {line}", emits(Spent, Repeated))]
    pub fn spend(&mut self, ctx: &mut Ctx, line: u32, amount: Amount, order: Payment) -> Hop {
        self.do_spend(ctx, line, amount, order)
    }

    /// Pays many payees through an agent.
    #[call(auth = rule("its officer"), intent = "Pay out {amount}", emits(BatchSpent, Repeated))]
    pub fn spend_batch(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        amount: Amount,
        order: BatchPayment,
    ) -> Hop {
        self.do_spend_batch(ctx, line, amount, order)
    }

    /// Pays a payee what is attached, for a line to reimburse. Returns the line that counts it.
    #[call(auth = rule("its officer"), accepts(any), intent = "Pay for {line}", emits(Advanced))]
    pub fn advance(&mut self, ctx: &mut Ctx, line: u32, order: Prepayment) -> Result<u32> {
        self.do_advance(ctx, line, order)
    }

    /// Pays the organisation back what it has paid ahead.
    #[call(auth = rule("its officer"), intent = "Reimburse {amount}", emits(Reimbursed))]
    pub fn reimburse(&mut self, ctx: &mut Ctx, prepaid: u32, amount: Amount) -> Hop {
        self.do_reimburse(ctx, prepaid, amount)
    }

    /// Returns units of a hop, counted from its first, to the line that sent them.
    #[call(auth = rule("receiver"), accepts(any), intent = "Hand units back", emits(HandedBack))]
    pub fn hand_back(
        &mut self,
        ctx: &mut Ctx,
        hop: Wire<Place>,
        units: Wire<Span>,
        doc: Hash,
    ) -> Hop {
        self.do_hand_back(ctx, hop, units, doc)
    }

    /// Stops units of a line. Returns the hold.
    #[call(auth = rule("an authority"), intent = "Hold units of line {line}", emits(Held))]
    pub fn hold(&mut self, ctx: &mut Ctx, line: u32, order: HoldOrder) -> Result<u32> {
        self.do_hold(ctx, line, order)
    }

    /// Holds units for longer, from before the hold is over.
    #[call(auth = rule("its authority, or a court"), intent = "Renew {hold}", emits(Renewed))]
    pub fn renew(&mut self, ctx: &mut Ctx, hold: u32, order: Renewal) -> Result {
        self.do_renew(ctx, hold, order)
    }

    /// Asks a panel to lift a hold, for whose money it is: the line's organisation, who paid, or a
    /// gift key. Once in a term of the hold.
    #[call(auth = rule("whose money it is"), intent = "Appeal against {hold}", emits(Appealed))]
    pub fn appeal(&mut self, ctx: &mut Ctx, hold: u32, claim: Option<Claim>, doc: Hash) -> Result {
        self.do_appeal(ctx, hold, claim, doc)
    }

    /// Decides an appeal within 14 days: lifts the hold, or lets it be.
    #[call(auth = rule("a panel"), intent = "Decide on hold {hold}", emits(AppealDecided))]
    pub fn decide_appeal(&mut self, ctx: &mut Ctx, hold: u32, lift: bool, doc: Hash) -> Result {
        self.do_decide_appeal(ctx, hold, lift, doc)
    }

    /// Ends a hold: its authority at any time; anyone once it is over, or an appeal was not decided
    /// in time.
    #[call(auth = rule("the authority, or time"), intent = "Release hold {hold}", emits(Released))]
    pub fn release(&mut self, ctx: &mut Ctx, hold: u32) -> Hop {
        self.do_release(ctx, hold)
    }

    /// Takes units of a hold away, 14 days after it began, as governance has approved.
    #[call(auth = rule("a court"), intent = "Seize {amount} for {to}", emits(Seized))]
    pub fn seize(&mut self, ctx: &mut Ctx, hold: u32, amount: Amount, to: AccountId) -> Hop {
        self.do_seize(ctx, hold, amount, to)
    }

    /// Gives what is still there of a gift, or of a leaf of a batch, back to who paid.
    #[call(auth = rule("payer or gift key"), intent = "Refund unit {unit}", emits(Refunded))]
    pub fn refund(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        unit: u128,
        leaf: Option<Wire<Leaf>>,
        proof: Option<KeyProof>,
    ) -> Hop {
        self.do_refund(ctx, (line, unit), leaf, proof)
    }

    /// Announces that what a line has will go to a line of another fund.
    #[call(auth = rule("its officer"), intent = "Give {line} to {to}", emits(Announced))]
    pub fn announce(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        to: u32,
        #[unit(timestamp)] until: TimeMs,
        reviewer: AccountId,
    ) -> Result {
        self.do_announce(ctx, (line, to), until, reviewer)
    }

    /// Takes a notice back, as a reviewer has approved.
    #[call(auth = rule("its officer"), intent = "Keep line {line}", emits(NoticeWithdrawn))]
    pub fn withdraw_notice(&mut self, ctx: &mut Ctx, line: u32, reviewer: AccountId) -> Result {
        self.do_withdraw_notice(ctx, line, reviewer)
    }

    /// Sends units that a notice concerns to where it said, once its time is over.
    #[call(auth = rule("its officer"), intent = "Repurpose {amount} of {line}", emits(Repurposed))]
    pub fn repurpose(&mut self, ctx: &mut Ctx, line: u32, amount: Amount) -> Hop {
        self.do_repurpose(ctx, line, amount)
    }

    /// Lets a line jump over up to `most` departures ahead of its turn. Returns where it is then.
    #[call(auth = anyone, intent = "Skip departures of line {line}", emits(Skipped))]
    pub fn skip(&mut self, ctx: &mut Ctx, line: u32, #[max(256)] most: u32) -> Result<u128> {
        self.do_skip(ctx, line, most)
    }

    /// Closes a fund, as a reviewer has approved.
    #[call(auth = rule("the fund's charity"), intent = "Close fund {fund}", emits(FundClosed))]
    pub fn close_fund(&mut self, ctx: &mut Ctx, fund: u32, reviewer: AccountId) -> Result {
        self.do_close_fund(ctx, fund, reviewer)
    }

    /// Moves what a line of a closing fund has left to the closing book.
    #[call(auth = anyone, intent = "Sweep line {line}", emits(Swept))]
    pub fn sweep(&mut self, ctx: &mut Ctx, line: u32) -> Result<Option<Wire<Place>>> {
        self.do_sweep(ctx, line)
    }

    /// Pays out what a closed fund has left: to givers, or as a reviewer to a line of another fund.
    #[call(auth = anyone, intent = "Settle fund {fund}", emits(Settled, HandedOn))]
    pub fn settle(
        &mut self,
        ctx: &mut Ctx,
        fund: u32,
        asset: AssetId,
        limit: u32,
        to: Option<u32>,
    ) -> Result<u32> {
        self.do_settle(ctx, (fund, asset), limit, to)
    }

    /// Stamps units of a payment, counted from its first. Levels are 1 to 4.
    #[call(auth = rule("by level"), intent = "Stamp a payment", emits(Acknowledged))]
    pub fn acknowledge(
        &mut self,
        ctx: &mut Ctx,
        hop: Wire<Place>,
        units: Wire<Span>,
        level: u8,
        evidence: Hash,
    ) -> Result {
        self.do_acknowledge(ctx, hop, units, (level, evidence))
    }

    /// Stamps a payee's part of a batch.
    #[call(auth = rule("the payee's key"), intent = "Confirm a payment", emits(Acknowledged))]
    pub fn acknowledge_part(
        &mut self,
        ctx: &mut Ctx,
        hop: Wire<Place>,
        leaf: Wire<Leaf>,
        proof: KeyProof,
        evidence: Hash,
    ) -> Result {
        self.do_acknowledge_part(ctx, hop, leaf, &proof, evidence)
    }

    /// Objects to what became of units.
    #[call(auth = anyone, intent = "Object on line {line}", emits(Disputed))]
    pub fn dispute(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        start: u128,
        end: u128,
        doc: Hash,
    ) -> Result {
        self.do_dispute(ctx, line, (start, end), doc)
    }

    /// Objects by gift key, as the giver of a unit. Anyone may send it.
    #[call(auth = rule("gift key"), intent = "Object on line {line}", emits(Disputed))]
    pub fn dispute_by_key(&mut self, ctx: &mut Ctx, line: u32, claim: Claim, doc: Hash) -> Result {
        self.do_dispute_by_key(ctx, line, claim, doc)
    }

    /// Reports on a fund.
    #[call(auth = rule("the fund's charity"), intent = "Report on fund {fund}", emits(Reported))]
    pub fn report(&mut self, ctx: &mut Ctx, fund: u32, doc: Hash) -> Result {
        self.do_report(ctx, fund, doc)
    }

    /// Says with which key the calling gateway signs promises.
    #[call(auth = rule("a gateway"), intent = "Set the promise key", emits(PromiseKeySet))]
    pub fn set_promise_key(&mut self, ctx: &mut Ctx, key: PublicKey) -> Result {
        self.do_set_promise_key(ctx, key)
    }

    /// Asks a gateway to show a promised gift within 72 hours. Returns the challenge.
    #[call(auth = anyone, intent = "Challenge a promise", emits(Challenged))]
    pub fn challenge(&mut self, ctx: &mut Ctx, promise: Promise) -> Result<Hash> {
        self.do_challenge(ctx, &promise)
    }

    /// Shows the batch in which a promised gift is.
    #[call(auth = anyone, intent = "Answer {challenge}", emits(Answered))]
    pub fn answer(
        &mut self,
        ctx: &mut Ctx,
        challenge: Hash,
        batch: Wire<Place>,
        leaf: Wire<Leaf>,
    ) -> Result {
        self.do_answer(ctx, challenge, batch, leaf)
    }

    /// Suspends a gateway that has not answered in time.
    #[call(auth = anyone, intent = "Expose {challenge}", emits(Exposed))]
    pub fn expose(&mut self, ctx: &mut Ctx, challenge: Hash) -> Result {
        self.do_expose(ctx, challenge)
    }
}
