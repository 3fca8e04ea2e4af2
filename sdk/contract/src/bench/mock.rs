//! A contract that answers as a test wants, checked against the ABI of the one it plays.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use weal_runtime::{StandIn, StandInExit, StandInFrame};
use weal_types::{CodeHash, ContractId, abi::Abi};

use super::{Account, Bench, wasm};
use crate::{ContractError, NoError, Value, describe::Types};

/// What a method of a mock does, given its arguments.
type Answer = Arc<dyn Fn(&StandInFrame) -> Result<(), StandInExit> + Send + Sync>;

/// A contract under construction that answers as a test wants. Both modes run it.
pub struct Mock<'a> {
    bench: &'a mut Bench,
    abi: Abi,
    answers: BTreeMap<String, Answer>,
}

impl Bench {
    /// A contract that plays the one with this ABI document (in JSON, as `import!` reads it).
    /// Methods without an answer panic.
    #[track_caller]
    pub fn mock(&mut self, abi: &str) -> Mock<'_> {
        let abi = Abi::from_json(abi).unwrap_or_else(|error| panic!("the ABI of a mock: {error}"));
        Mock { bench: self, abi, answers: BTreeMap::new() }
    }
}

impl Mock<'_> {
    /// Lets `method` return `value`, which must be what its ABI says.
    #[must_use]
    #[track_caller]
    pub fn returning<T: Value>(self, method: &str, value: &T) -> Self {
        let mut types = Types::default();
        let kind = T::describe(&mut types);
        let expected = &self.method(method).ok;
        assert_eq!(*expected, kind, "the mock's `{method}` returns another type than its ABI says");
        let bytes = value.encode();
        self.answering(method, move |frame| frame.ret(&bytes).map_err(|_| StandInExit::Over))
    }

    /// Lets `method` refuse with an error of the contract that it plays.
    #[must_use]
    #[track_caller]
    pub fn refusing<E: ContractError>(self, method: &str, error: &E) -> Self {
        let code = error.code();
        let known = self.abi.errors.iter().any(|case| case.code == code);
        assert!(known, "the ABI of the mock has no error {code}");
        let mut payload = Vec::new();
        error.write_payload(&mut payload);
        self.answering(method, move |frame| {
            frame.revert(code, &payload);
            Err(StandInExit::Over)
        })
    }

    /// Lets `method` panic.
    #[must_use]
    #[track_caller]
    pub fn panicking(self, method: &str) -> Self {
        self.answering(method, |_| Err(StandInExit::Panicked("mock:1:1".into())))
    }

    fn answering(
        mut self,
        method: &str,
        answer: impl Fn(&StandInFrame) -> Result<(), StandInExit> + Send + Sync + 'static,
    ) -> Self {
        self.method(method);
        self.answers.insert(method.into(), Arc::new(answer));
        self
    }

    #[track_caller]
    fn method(&self, name: &str) -> &crate::abi::Method {
        let found = self.abi.method(name);
        found.unwrap_or_else(|| panic!("the ABI of the mock has no method `{name}`"))
    }

    /// Puts the mock on the chain.
    #[track_caller]
    pub fn deploy(self, by: Account) -> ContractId {
        let Self { bench, mut abi, answers } = self;
        // A mock has no constructor, and no two have the same code.
        abi.methods.retain(|method| method.kind != crate::abi::MethodKind::Init);
        bench.mocks += 1;
        abi.doc = format!("Mock {} of {}.", bench.mocks, abi.contract);
        let module = wasm::outside(&abi);
        let answers = Mutex::new(answers);
        bench.chain.runtime.stand_in(CodeHash::of(&module), Arc::new(Answers(answers)));
        let code = bench.upload_module(&module);
        bench.instance::<NoError>(by, &[], code, Vec::new()).unwrap()
    }
}

struct Answers(Mutex<BTreeMap<String, Answer>>);

impl StandIn for Answers {
    fn run(&self, method: &str, frame: StandInFrame) -> Result<(), StandInExit> {
        let answer = {
            let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            answers.get(method).cloned()
        };
        match answer {
            Some(answer) => answer(&frame),
            None => Err(StandInExit::Panicked(format!("the mock has no answer for `{method}`"))),
        }
    }
}
