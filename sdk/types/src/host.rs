//! The host interface: every function that a contract can import, declared once.
//!
//! [`host_functions!`](crate::host_functions) is the table. From it come the linker entries and
//! their charging and permission in `weal-runtime`, the import check in `weal-gate`, the guest's
//! `extern` block ([`guest_bindings!`](crate::guest_bindings)) and the reference in
//! `docs/host-functions.md`. To add a function: add a row here, and a function of the same name in
//! `runtime/src/host/functions`.
//!
//! **Buffers.** A function that returns bytes takes `(dst, cap)`. If the bytes fit it writes them
//! at `dst`; otherwise it writes nothing and keeps them for `take`. Either way it returns
//! their full length.

use alloc::string::String;
use core::fmt::Write;

use parity_scale_codec::{Decode, Encode};

use crate::{
    id::{AccountId, ChainId, ContractId},
    transaction::Call,
    unit::{Gas, Height, TimeMs},
};

/// The import module of every host function.
pub const IMPORT_MODULE: &str = "weal";

/// The prefix of a method's Wasm export: bare names would collide with `memcpy` and its like.
pub const EXPORT_PREFIX: &str = "weal.";

/// The name of the custom section that holds the ABI.
pub const ABI_SECTION: &str = "weal.abi";

/// Returned by functions that may find nothing.
pub const NOTHING: i32 = -1;

/// What `context` gives, SCALE-encoded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CallContext {
    /// The chain.
    pub chain: ChainId,
    /// The block being executed.
    pub height: Height,
    /// Its time.
    pub time: TimeMs,
    /// Who called: the contract one frame up, or the transaction's signer for a top-level call.
    pub caller: AccountId,
    /// The contract that runs.
    pub contract: ContractId,
    /// Whether the caller is the transaction's signer and not a contract.
    pub top_level: bool,
}

/// What `call` takes, SCALE-encoded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CallRequest {
    /// The call; attached assets are the calling contract's.
    pub call: Call,
    /// Most gas that the callee may use; what it does not use comes back. The callee never gets
    /// more than is left.
    pub gas: Gas,
}

/// `flags` of `range`.
pub mod range_flag {
    /// From the highest key down.
    pub const DESCENDING: u32 = 1;
    /// Values are left empty.
    pub const KEYS_ONLY: u32 = 2;
}

/// A Wasm value type of the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
}

/// Rust types that cross the boundary.
pub trait HostValue {
    /// Their Wasm type.
    const TYPE: ValueType;
}

impl HostValue for u32 {
    const TYPE: ValueType = ValueType::I32;
}
impl HostValue for i32 {
    const TYPE: ValueType = ValueType::I32;
}
impl HostValue for u64 {
    const TYPE: ValueType = ValueType::I64;
}

/// Which frames may call a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Every frame.
    Any,
    /// Not a query, nor anything that a query called.
    Write,
    /// Every frame, on a devnet only: elsewhere the gate refuses the import.
    Devnet,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostFunction {
    /// Import name.
    pub name: &'static str,
    /// Parameter names and types.
    pub params: &'static [(&'static str, ValueType)],
    /// Result type, if any.
    pub result: Option<ValueType>,
    /// Who may call it.
    pub access: Access,
    /// Gas of every call.
    pub gas: u64,
    /// Gas per byte that the function moves, hashes or stores.
    pub gas_per_byte: u64,
    /// Documentation, one line per element.
    pub doc: &'static [&'static str],
}

/// The table of host functions, as a macro that hands its rows to `$callback`.
///
/// Gas is in nanoseconds of the reference machine; `weal-bench gas` measures each row.
#[macro_export]
macro_rules! host_functions {
    ($callback:path) => {
        $callback! {
            /// Writes the call's arguments.
            args(dst: u32, cap: u32) -> i32, Any, gas 60 + 1;
            /// Writes the bytes that the last function found too long for its buffer. They are gone
            /// afterwards.
            take(dst: u32, cap: u32) -> i32, Any, gas 60 + 1;
            /// Sets the call's result, at most 64 KiB. The last call counts.
            ret(src: u32, len: u32), Any, gas 60 + 1;
            /// Fails the frame with an error code of the contract's ABI and a payload of at most 1
            /// KiB. Everything the frame did is undone; unused gas goes back to the caller. Does
            /// not return.
            revert(code: u32, src: u32, len: u32), Any, gas 60 + 1;
            /// Fails the frame as `revert` does, for a bug in the contract: `src` is its location
            /// as text.
            panic(src: u32, len: u32), Any, gas 60 + 1;
            /// Writes the SCALE-encoded `CallContext`.
            context(dst: u32, cap: u32) -> i32, Any, gas 100 + 1;
            /// Writes the SCALE-encoded list of `AssetAmount`s attached to this call.
            attached(dst: u32, cap: u32) -> i32, Any, gas 100 + 1;
            /// Returns the gas left to this frame.
            gas_left() -> u64, Any, gas 60 + 0;
            /// Writes the value at a key of the contract, at most 256 bytes long; -1 if there is
            /// none.
            get(key: u32, key_len: u32, dst: u32, cap: u32) -> i32, Any, gas 2500 + 2;
            /// Stores a value of at most 1 MiB at a key of the contract.
            put(key: u32, key_len: u32, src: u32, len: u32), Write, gas 8000 + 10;
            /// Removes a key of the contract. Removing nothing is no error.
            remove(key: u32, key_len: u32), Write, gas 8000 + 2;
            /// Writes a page of the contract's entries with `from <= key < to`, as a SCALE-encoded
            /// list of (key, value), at most `limit` of them and at most 64 KiB. An empty `to` is
            /// no bound. `flags`: 1 walks from the highest key down, 2 leaves values empty. "The
            /// last key ≤ p" is `to = p ‖ 0x00`, flag 1, limit 1. Each entry costs as much as
            /// `get`.
            range(
                from: u32, from_len: u32, to: u32, to_len: u32,
                flags: u32, limit: u32, dst: u32, cap: u32
            ) -> i32, Any, gas 6000 + 2;
            /// Emits an event: a name, a SCALE-encoded list of at most 4 topics of at most 64
            /// bytes, and at most 16 KiB of data.
            emit(
                name: u32, name_len: u32, topics: u32, topics_len: u32, data: u32, data_len: u32
            ), Write, gas 400 + 4;
            /// Writes the 16 bytes (little-endian) of the free balance that the account at `holder`
            /// has of the asset at `asset`. Reading the state costs as much as `get` besides.
            balance(holder: u32, asset: u32, dst: u32), Any, gas 200 + 0;
            /// Sends the 16-byte amount at `amount` of the asset at `asset` from the contract to
            /// the account at `to`. Returns 0, or 1 if the contract holds too little, or 2 if the
            /// asset refuses the payee. Reading and writing the state costs as much as `get` and
            /// `put` besides.
            transfer(to: u32, asset: u32, amount: u32) -> i32, Write, gas 200 + 0;
            /// Calls a contract. `src` is a SCALE-encoded `CallRequest`; writes the SCALE-encoded
            /// `Result<Vec<u8>, CallError>`. If the call failed, all that it did is undone.
            call(src: u32, len: u32, dst: u32, cap: u32) -> i32, Any, gas 4000 + 2;
            /// Writes the 32 bytes of SHA-256.
            sha256(src: u32, len: u32, dst: u32), Any, gas 200 + 2;
            /// Writes the 32 bytes of BLAKE2b-256.
            blake2b_256(src: u32, len: u32, dst: u32), Any, gas 300 + 2;
            /// Writes the 32 bytes of Keccak-256.
            keccak_256(src: u32, len: u32, dst: u32), Any, gas 700 + 6;
            /// Returns 1 if the 64 bytes at `signature` are an sr25519 signature of the message by
            /// the 32-byte key, in the context `substrate`; 0 otherwise.
            sr25519_verify(key: u32, src: u32, len: u32, signature: u32) -> i32, Any, gas 50000 + 5;
            /// Returns 1 if the 64 bytes at `signature` are an Ed25519 signature (RFC 8032, checked
            /// strictly) of the message by the 32-byte key; 0 otherwise.
            ed25519_verify(key: u32, src: u32, len: u32, signature: u32) -> i32, Any, gas 50000 + 5;
            /// Writes a line of UTF-8 to the node's debug log.
            log(src: u32, len: u32), Devnet, gas 60 + 1;
        }
    };
}

macro_rules! describe {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident($($param:ident: $type:ty),*) $(-> $result:ty)?, $access:ident,
            gas $gas:literal + $per_byte:literal;
    )*) => {
        /// Every host function, in the order of the table.
        pub const HOST_FUNCTIONS: &[HostFunction] = &[$(HostFunction {
            name: stringify!($name),
            params: &[$((stringify!($param), <$type as HostValue>::TYPE)),*],
            result: describe!(@result $($result)?),
            access: Access::$access,
            gas: $gas,
            gas_per_byte: $per_byte,
            doc: &[$($doc),*],
        }),*];
    };
    (@result) => { None };
    (@result $type:ty) => { Some(<$type as HostValue>::TYPE) };
}

host_functions!(describe);

/// The row of the function called `name`.
pub fn host_function(name: &str) -> Option<&'static HostFunction> {
    HOST_FUNCTIONS.iter().find(|function| function.name == name)
}

/// Declares the imports in a guest. A row becomes `pub fn name(…)` of an `extern "C"` block.
#[macro_export]
macro_rules! guest_bindings {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident($($param:ident: $type:ty),*) $(-> $result:ty)?, $access:ident,
            gas $gas:literal + $per_byte:literal;
    )*) => {
        #[link(wasm_import_module = "weal")]
        unsafe extern "C" {
            $($(#[doc = $doc])* pub fn $name($($param: $type),*) $(-> $result)?;)*
        }
    };
}

/// The reference of all host functions, in Markdown.
pub fn reference() -> String {
    let mut text = String::from(
        "# Host functions\n\n\
         Generated from the table in `sdk/types/src/host.rs` by `make golden`; a test keeps the\n\
         two equal. A contract imports these from the module `weal`. Pointers are offsets into\n\
         its memory. Gas is charged before the work, per call and per byte moved.\n",
    );
    for function in HOST_FUNCTIONS {
        let params: alloc::vec::Vec<_> = function
            .params
            .iter()
            .map(|(name, kind)| alloc::format!("{name}: {}", kind.text()))
            .collect();
        let result = function.result.map(|kind| alloc::format!(" -> {}", kind.text()));
        let access = match function.access {
            Access::Any => "any frame",
            Access::Write => "not in a query",
            Access::Devnet => "devnet only",
        };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n## {}\n\n`{}({}){}` — {access}; gas {} + {} per byte\n\n",
            function.name,
            function.name,
            params.join(", "),
            result.unwrap_or_default(),
            function.gas,
            function.gas_per_byte,
        );
        for line in function.doc {
            text.push_str(line.trim());
            text.push('\n');
        }
    }
    text
}

impl ValueType {
    const fn text(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_types_and_docs() {
        let get = host_function("get").unwrap();
        assert_eq!(get.params.len(), 4);
        assert_eq!(get.params[0], ("key", ValueType::I32));
        assert_eq!(get.result, Some(ValueType::I32));
        assert_eq!(host_function("put").unwrap().access, Access::Write);
        assert_eq!(host_function("gas_left").unwrap().result, Some(ValueType::I64));
        assert!(HOST_FUNCTIONS.iter().all(|function| !function.doc.is_empty() && function.gas > 0));
    }
}
