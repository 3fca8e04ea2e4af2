//! Random calls by ABI: valid by type and bounds, in random order, by random people. What must hold
//! is what the test's invariants say, and that nothing panics or traps; a failing sequence is
//! shrunk to a small one.

use std::{cell::RefCell, env, fmt};

use parity_scale_codec::Compact;
use proptest::{
    collection::vec,
    prelude::{BoxedStrategy, Just, Strategy, any},
    prop_oneof,
    sample::select,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use weal_types::{
    AccountId, AssetId, ContractId,
    abi::{Abi, Field, Meaning, Method, MethodKind, Shape, Type},
    receipt::FailureKind,
};

use super::{Account, Bench, Outcome, amount_of, attach, raw_call};
use crate::{
    NoError, Value,
    codec::{Decode, Encode},
    native::Contract,
};

/// Multiplies the sequences of all tests, as `weal test --fuzz` does.
const TIMES: &str = "WEAL_TEST_FUZZ";

/// How much to try.
#[derive(Clone, Copy, Debug)]
pub struct RandomCalls {
    /// Sequences, each from the point where the test stands.
    pub sequences: u32,
    /// Most calls of one.
    pub calls: usize,
}

impl Default for RandomCalls {
    fn default() -> Self {
        Self { sequences: 24, calls: 24 }
    }
}

/// How many times as much to try as a test says.
fn times() -> u32 {
    let Ok(text) = env::var(TIMES) else { return 1 };
    text.parse().unwrap_or_else(|error| panic!("{TIMES} is `{text}`: {error}"))
}

/// One call of a sequence.
#[derive(Clone)]
struct RandomCall {
    by: Account,
    method: String,
    args: Vec<u8>,
    attached: Option<(AssetId, u128)>,
}

impl fmt::Debug for RandomCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, method, args, attached } = self;
        write!(formatter, "{by:?} calls {method} with 0x")?;
        args.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))?;
        match attached {
            Some((_, amount)) => write!(formatter, " and {amount} attached"),
            None => Ok(()),
        }
    }
}

/// What a random value may be made of.
struct World<'a> {
    abi: &'a Abi,
    accounts: Vec<AccountId>,
    contracts: Vec<ContractId>,
    assets: Vec<AssetId>,
    now: u64,
}

impl Bench {
    /// Makes random calls of `instance`, from here each time, and comes back here.
    ///
    /// # Panics
    ///
    /// With the smallest sequence found after which an invariant does not hold, or that panics or
    /// traps.
    pub fn random_calls(&mut self, instance: ContractId, contract: &Contract, extent: RandomCalls) {
        let abi = (contract.abi)();
        let strategy = self.sequences(&abi, instance, extent.calls);
        let config = Config {
            cases: extent.sequences.saturating_mul(times()),
            failure_persistence: None,
            max_shrink_iters: 500,
            ..Config::default()
        };
        // Both modes of a test make the same calls.
        let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, random);
        let start = self.point();
        let bench = RefCell::new(self);
        let outcome = runner.run(&strategy, |sequence| {
            let mut bench = bench.borrow_mut();
            bench.back_to(&start);
            sequence.iter().try_for_each(|call| bench.try_call(instance, call))
        });
        bench.into_inner().back_to(&start);
        match outcome {
            Ok(()) => {}
            Err(TestError::Fail(reason, sequence)) => {
                let calls: Vec<_> = sequence.iter().map(|call| format!("  {call:?}")).collect();
                panic!("{reason}\nafter this sequence of calls:\n{}", calls.join("\n"));
            }
            Err(TestError::Abort(reason)) => panic!("random calls were given up: {reason}"),
        }
    }

    fn try_call(&mut self, instance: ContractId, call: &RandomCall) -> Result<(), TestCaseError> {
        let attached: Vec<_> =
            call.attached.iter().map(|(asset, amount)| amount_of(*asset, *amount)).collect();
        let raw = attach(raw_call(instance, &call.method, call.args.clone()), &attached);
        let outcome: Outcome<Anything, NoError> = self.send(call.by, &call.method, &raw);
        match outcome.result().map_err(|error| &error.kind) {
            Err(kind @ (FailureKind::Panic(_) | FailureKind::Trap(_))) => {
                Err(TestCaseError::fail(format!("{} ended in {kind:?}", call.method)))
            }
            _ => Ok(()),
        }
    }

    fn sequences(
        &self,
        abi: &Abi,
        instance: ContractId,
        calls: usize,
    ) -> BoxedStrategy<Vec<RandomCall>> {
        let people: Vec<_> = (0..self.people).map(Account).collect();
        assert!(!people.is_empty(), "random calls need people: `t.accounts()`");
        let mut accounts: Vec<_> = people.iter().map(|account| account.id()).collect();
        accounts.push(instance.account());
        let world = World {
            abi,
            accounts,
            contracts: vec![instance],
            assets: self.assets.clone(),
            now: self.now().0,
        };
        let methods: Vec<_> = abi
            .methods
            .iter()
            .filter(|method| method.kind == MethodKind::Call)
            .map(|method| world.call(method, &people))
            .collect();
        assert!(!methods.is_empty(), "the contract has no calls to try");
        vec(proptest::strategy::Union::new(methods), 1..=calls).boxed()
    }
}

/// Whatever a method returns.
struct Anything;

impl Decode for Anything {
    fn decode<I: parity_scale_codec::Input>(
        input: &mut I,
    ) -> Result<Self, parity_scale_codec::Error> {
        while let Some(1..) = input.remaining_len()? {
            input.read_byte()?;
        }
        Ok(Self)
    }
}

impl Encode for Anything {}

impl Value for Anything {
    fn describe(_: &mut crate::describe::Types) -> Type {
        Type::Unit
    }
}

/// Encoded values of a type.
type Bytes = BoxedStrategy<Vec<u8>>;

/// How deep named types are followed before lists and options stay empty.
const DEPTH: usize = 6;

impl World<'_> {
    fn call(&self, method: &Method, people: &[Account]) -> BoxedStrategy<RandomCall> {
        let name = method.name.clone();
        let assets = self.assets.clone();
        let attached = match method.accepts.is_empty() || assets.is_empty() {
            true => Just(None).boxed(),
            false => proptest::option::of((select(assets), 0..1_000_u128)).boxed(),
        };
        (select(people.to_vec()), self.fields(&method.args, 0), attached)
            .prop_map(move |(by, args, attached)| RandomCall {
                by,
                method: name.clone(),
                args,
                attached,
            })
            .boxed()
    }

    fn fields(&self, fields: &[Field], depth: usize) -> Bytes {
        let parts = fields.iter().map(|field| self.value(&field.kind, &field.meaning, depth));
        parts.collect::<Vec<_>>().prop_map(|parts| parts.concat()).boxed()
    }

    fn value(&self, kind: &Type, meaning: &Meaning, depth: usize) -> Bytes {
        let plain = Meaning::default();
        let inner = |kind: &Type| self.value(kind, &plain, depth + 1);
        match kind {
            Type::Unit => Just(vec![]).boxed(),
            Type::Bool => any::<bool>().prop_map(|value| value.encode()).boxed(),
            Type::U8 | Type::I8 => number(meaning, 1),
            Type::U16 | Type::I16 => number(meaning, 2),
            Type::U32 | Type::I32 => number(meaning, 4),
            Type::U64 | Type::I64 | Type::Height | Type::Gas => number(meaning, 8),
            Type::U128 | Type::I128 | Type::Amount => number(meaning, 16),
            Type::TimeMs => self.time(),
            Type::String => "[a-z ]{0,12}".prop_map(|text| text.encode()).boxed(),
            Type::Bytes => vec(any::<u8>(), 0..32).prop_map(|bytes| bytes.encode()).boxed(),
            Type::FixedBytes(length) => vec(0..4_u8, *length as usize).boxed(),
            Type::AccountId => select(self.accounts.clone()).prop_map(|id| id.encode()).boxed(),
            Type::ContractId => select(self.contracts.clone()).prop_map(|id| id.encode()).boxed(),
            Type::AssetId if !self.assets.is_empty() => {
                select(self.assets.clone()).prop_map(|id| id.encode()).boxed()
            }
            Type::AssetId | Type::PublicKey | Type::CodeHash | Type::Hash => {
                (0..4_u8).prop_map(|byte| vec![byte; 32]).boxed()
            }
            Type::Option(_) if depth >= DEPTH => Just(vec![0]).boxed(),
            Type::Option(kind) => proptest::option::of(inner(kind))
                .prop_map(|value| match value {
                    None => vec![0],
                    Some(bytes) => [vec![1], bytes].concat(),
                })
                .boxed(),
            Type::List(_) if depth >= DEPTH => Just(vec![0]).boxed(),
            Type::List(kind) => vec(inner(kind), 0..4)
                .prop_map(|items| [Compact(items.len() as u32).encode(), items.concat()].concat())
                .boxed(),
            Type::Array(kind, length) => {
                vec(inner(kind), *length as usize).prop_map(|items| items.concat()).boxed()
            }
            Type::Tuple(kinds) => {
                kinds.iter().map(inner).collect::<Vec<_>>().prop_map(|parts| parts.concat()).boxed()
            }
            Type::Named(name) => self.named(name, depth + 1),
        }
    }

    fn named(&self, name: &str, depth: usize) -> Bytes {
        let found = self.abi.types.iter().find(|definition| definition.name == name);
        // The document was checked when it was made.
        let definition = found.unwrap_or_else(|| panic!("the ABI does not define `{name}`"));
        match &definition.shape {
            Shape::Struct(fields) => self.fields(fields, depth),
            Shape::Alias { kind, meaning } => self.value(kind, meaning, depth),
            Shape::Enum(variants) => {
                let variants = variants.iter().map(|variant| {
                    let index = variant.index;
                    let fields = self.fields(&variant.fields, depth);
                    fields.prop_map(move |fields| [vec![index], fields].concat()).boxed()
                });
                proptest::strategy::Union::new(variants).boxed()
            }
        }
    }

    /// About now, and any other.
    fn time(&self) -> Bytes {
        let near = self.now.saturating_sub(100_000)..self.now.saturating_add(100_000_000);
        prop_oneof![4 => near, 1 => any::<u64>()].prop_map(|time| time.encode()).boxed()
    }
}

/// A number of so many bytes: small ones mostly, the ends, and any other; all within its bounds.
/// What is wrong with a contract is often wrong with its smallest number.
fn number(meaning: &Meaning, bytes: usize) -> Bytes {
    let largest = u128::MAX >> (128 - 8 * bytes as u32);
    let min = meaning.min.unwrap_or(0).min(largest);
    let max = meaning.max.unwrap_or(largest).clamp(min, largest);
    let small = min..=max.min(min.saturating_add(1_000));
    prop_oneof![6 => small, 2 => Just(min), 1 => Just(max), 1 => min..=max]
        .prop_map(move |number| number.to_le_bytes()[..bytes].to_vec())
        .boxed()
}
