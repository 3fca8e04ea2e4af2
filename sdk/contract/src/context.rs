//! What a frame knows, and what it can do.

use alloc::vec::Vec;
use core::{
    cell::{Cell, UnsafeCell},
    mem::MaybeUninit,
    ops::Deref,
};

use weal_types::{AccountId, Amount, AssetId, ContractId, Gas, Height, TimeMs};
use weal_types::{id::ChainId, transaction::AssetAmount};

use crate::{
    Arithmetic, Event, Value, event,
    failure::{Failure, fail},
    host::{self, CONTEXT_BYTES},
    value::exact,
};

/// Ids of the system contracts.
pub mod system {
    use weal_types::ContractId;

    /// Accounts and their authority.
    pub const ACCOUNTS: ContractId = ContractId::system(1);
    /// Assets and balances.
    pub const ASSETS: ContractId = ContractId::system(2);
    /// Code and instances.
    pub const CONTRACTS: ContractId = ContractId::system(3);
    /// Parameters of the chain.
    pub const PARAMS: ContractId = ContractId::system(4);
}

/// Where things stand in the encoded `CallContext`.
mod place {
    pub const CHAIN: usize = 0;
    pub const HEIGHT: usize = 32;
    pub const TIME: usize = 40;
    pub const CALLER: usize = 48;
    pub const CONTRACT: usize = 80;
    pub const TOP_LEVEL: usize = 112;
}

/// What a query can know: who calls, when, and what the chain holds.
#[derive(Default)]
pub struct View {
    context: Context,
}

/// The encoded `CallContext`. It does not change within a frame, so it is read once. `OnceCell`
/// would do the same, for 200 bytes more of code.
struct Context {
    bytes: UnsafeCell<MaybeUninit<[u8; CONTEXT_BYTES]>>,
    is_read: Cell<bool>,
}

impl Default for Context {
    #[inline(always)]
    fn default() -> Self {
        Self { bytes: UnsafeCell::new(MaybeUninit::uninit()), is_read: Cell::new(false) }
    }
}

impl Context {
    fn read(&self) -> *const u8 {
        if !self.is_read.get() {
            // SAFETY: nobody holds a reference to the bytes: parts are copied out of them.
            host::context(unsafe { &mut *self.bytes.get() });
            self.is_read.set(true);
        }
        self.bytes.get().cast()
    }

    /// The `N` bytes at `AT`.
    fn part<const AT: usize, const N: usize>(&self) -> [u8; N] {
        const { assert!(AT + N <= CONTEXT_BYTES) };
        let mut part = [0; N];
        // SAFETY: the part lies within the context, which has been read.
        unsafe { self.read().add(AT).copy_to_nonoverlapping(part.as_mut_ptr(), N) };
        part
    }
}

/// What a call can know and do: everything of [`View`], and sending, emitting and calling.
#[derive(Default)]
pub struct Ctx {
    view: View,
}

impl Deref for Ctx {
    type Target = View;

    fn deref(&self) -> &View {
        &self.view
    }
}

/// Why [`Ctx::try_send`] sent nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferError {
    /// The contract holds too little.
    BalanceTooLow,
    /// The asset refuses the payee: the account is unknown or frozen.
    PayeeRefused,
}

impl View {
    /// Who called: the contract one frame up, or the transaction's signer for a top-level call.
    #[must_use]
    pub fn caller(&self) -> AccountId {
        AccountId(self.context.part::<{ place::CALLER }, _>())
    }

    /// Whether the caller is the transaction's signer and not a contract.
    #[must_use]
    pub fn is_top_level(&self) -> bool {
        self.context.part::<{ place::TOP_LEVEL }, _>() == [1]
    }

    /// This contract. Its account is `ctx.contract().account()`.
    #[must_use]
    pub fn contract(&self) -> ContractId {
        ContractId(self.context.part::<{ place::CONTRACT }, _>())
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        ChainId(self.context.part::<{ place::CHAIN }, _>())
    }

    /// The block being executed.
    #[must_use]
    pub fn height(&self) -> Height {
        Height(u64::from_le_bytes(self.context.part::<{ place::HEIGHT }, _>()))
    }

    /// Its time, the same for all of its transactions.
    #[must_use]
    pub fn time(&self) -> TimeMs {
        TimeMs(u64::from_le_bytes(self.context.part::<{ place::TIME }, _>()))
    }

    /// What this contract holds of `asset`, free to send.
    #[must_use]
    pub fn balance(&self, asset: AssetId) -> Amount {
        self.balance_of(self.contract().account(), asset)
    }

    /// What `holder` holds of `asset`, free to send.
    #[must_use]
    pub fn balance_of(&self, holder: AccountId, asset: AssetId) -> Amount {
        Amount(host::balance(&holder.0, &asset.0))
    }

    /// Who may pause and upgrade this contract; the frame ends with
    /// [`Failure::AnswerMalformed`] if the chain has no record of it.
    #[must_use]
    pub fn owner(&self) -> AccountId {
        /// Where the owner stands in `Option<Instance>`: after the option's byte, the version, the
        /// code and the creator.
        const OWNER_AT: usize = 1 + 1 + 32 + 32;
        /// Where the argument stands in the request.
        const ARG_AT: usize = 32 + 1 + "instance".len() + 1;
        const REQUEST: [u8; ARG_AT + 32 + 1 + 8] =
            system_request(&system::CONTRACTS, "instance", 32);
        let mut request = REQUEST;
        let contract = self.contract().0;
        // SAFETY: the argument's 32 bytes lie within the request.
        unsafe {
            let arg = request.as_mut_ptr().add(ARG_AT);
            contract.as_ptr().copy_to_nonoverlapping(arg, contract.len());
        }
        system_record(&request, OWNER_AT)
    }

    /// The chain's governance account.
    #[must_use]
    pub fn governance(&self) -> AccountId {
        /// Where it stands in `ChainParams`: after the version.
        const GOVERNANCE_AT: usize = 1;
        const REQUEST: [u8; 32 + 1 + "get".len() + 1 + 1 + 8] =
            system_request(&system::PARAMS, "get", 0);
        system_record(&REQUEST, GOVERNANCE_AT)
    }

    /// The gas left to this frame.
    #[must_use]
    pub fn gas_left(&self) -> Gas {
        Gas(host::gas_left())
    }

    /// SHA-256.
    #[must_use]
    pub fn sha256(&self, bytes: &[u8]) -> [u8; 32] {
        host::sha256(bytes)
    }

    /// BLAKE2b-256.
    #[must_use]
    pub fn blake2b_256(&self, bytes: &[u8]) -> [u8; 32] {
        host::blake2b_256(bytes)
    }

    /// Keccak-256.
    #[must_use]
    pub fn keccak_256(&self, bytes: &[u8]) -> [u8; 32] {
        host::keccak_256(bytes)
    }

    /// Whether `signature` is an sr25519 signature of `message` by `key`, in the context
    /// `substrate`.
    #[must_use]
    pub fn sr25519_verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        host::sr25519_verify(key, message, signature)
    }

    /// Whether `signature` is an Ed25519 signature of `message` by `key`.
    #[must_use]
    pub fn ed25519_verify(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        host::ed25519_verify(key, message, signature)
    }

    /// Writes a line to the node's debug log. Devnets only: other chains refuse a module that uses
    /// it.
    pub fn log(&self, line: &str) {
        host::log(line);
    }
}

impl Ctx {
    /// The sum attached to this call, whose asset the method's `accepts` has checked. Where several
    /// assets came, which only a method with several or with `any` can be given, this ends the
    /// frame with [`Failure::NotAccepted`]: use [`Self::attached`] there.
    #[must_use]
    pub fn gift(&self) -> Amount {
        host::attached(|bytes| {
            let mut sum = Amount::ZERO;
            let mut asset = None;
            each_attached(bytes, |found, amount| {
                if *asset.get_or_insert(found) != found {
                    fail(Failure::NotAccepted);
                }
                sum = sum.plus(amount);
            });
            sum
        })
    }

    /// Everything attached to this call.
    #[must_use]
    pub fn attached(&self) -> Vec<AssetAmount> {
        host::attached(|bytes| {
            let mut list = Vec::new();
            each_attached(bytes, |asset, amount| list.push(AssetAmount { asset, amount }));
            list
        })
    }

    /// Sends from the contract. Where that is impossible it ends the frame, with
    /// [`Failure::BalanceTooLow`] or [`Failure::PayeeRefused`].
    pub fn send(&mut self, to: AccountId, asset: AssetId, amount: Amount) {
        match self.try_send(to, asset, amount) {
            Ok(()) => {}
            Err(TransferError::BalanceTooLow) => fail(Failure::BalanceTooLow),
            Err(TransferError::PayeeRefused) => fail(Failure::PayeeRefused),
        }
    }

    /// Sends from the contract, or says why not.
    pub fn try_send(
        &mut self,
        to: AccountId,
        asset: AssetId,
        amount: Amount,
    ) -> Result<(), TransferError> {
        match host::transfer(&to.0, &asset.0, amount.0) {
            0 => Ok(()),
            1 => Err(TransferError::BalanceTooLow),
            _ => Err(TransferError::PayeeRefused),
        }
    }

    /// Says something that the receipt will prove. Name it in `#[contract(events(…))]`.
    pub fn emit(&mut self, event: impl Event) {
        event::emit(&event);
    }
}

/// The account at `at` in what a system contract answers to the encoded `CallRequest`.
fn system_record(request: &[u8], at: usize) -> AccountId {
    let read = |answer: &[u8]| {
        // After the byte for success, the first byte of a length tells how long it is.
        let (&[success, length], _) = answer.split_first_chunk()?;
        let skipped = [2, 3, 5].get(usize::from(length & 3));
        if success != 0 {
            return None;
        }
        answer.get(*skipped?..)?.get(at..)?.first_chunk().copied()
    };
    match host::call(request, read) {
        Some(id) => AccountId(id),
        None => fail(Failure::AnswerMalformed),
    }
}

/// The encoded `CallRequest` of a query to a system contract: its id, the method, the arguments,
/// no assets, all gas. Lengths below 64 are one byte of four times their value.
const fn system_request<const BYTES: usize>(
    contract: &ContractId,
    method: &str,
    args: usize,
) -> [u8; BYTES] {
    let mut request = [0xFF; BYTES];
    let mut place = 0;
    while place < contract.0.len() {
        request[place] = contract.0[place];
        place += 1;
    }
    request[place] = (method.len() as u8) << 2;
    place += 1;
    let mut letter = 0;
    while letter < method.len() {
        request[place] = method.as_bytes()[letter];
        place += 1;
        letter += 1;
    }
    request[place] = (args as u8) << 2;
    place += 1 + args;
    request[place] = 0;
    assert!(place + 1 + size_of::<u64>() == BYTES);
    request
}

/// Bytes of an encoded [`AssetAmount`].
const ASSET_AMOUNT_BYTES: usize = 48;

/// Shows `visit` each asset of the host's list. There are at most sixteen, so their number is one
/// byte.
pub(crate) fn each_attached(bytes: &[u8], mut visit: impl FnMut(AssetId, Amount)) {
    let list = bytes.get(1..).unwrap_or_default();
    for item in list.chunks_exact(ASSET_AMOUNT_BYTES) {
        if let Some((asset, amount)) = exact(item) {
            visit(asset, amount);
        }
    }
}

/// The rules of `auth` that name an account.
pub trait Authority: Value {
    /// Whether `caller` is meant.
    fn is(&self, caller: &AccountId) -> bool;
}

impl Authority for AccountId {
    fn is(&self, caller: &AccountId) -> bool {
        self == caller
    }
}

impl Authority for ContractId {
    fn is(&self, caller: &AccountId) -> bool {
        self.0 == caller.0
    }
}

impl Authority for Option<AccountId> {
    fn is(&self, caller: &AccountId) -> bool {
        self.as_ref() == Some(caller)
    }
}
