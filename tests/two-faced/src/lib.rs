//! A contract that behaves otherwise in Wasm, and has a mistake or two: the test bench must find
//! out.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

/// Behaves otherwise in Wasm.
#[derive(Storage)]
pub struct TwoFaced {
    count: Item<u64>,
}

/// It counted.
#[derive(Event)]
pub struct Counted {
    /// By how much.
    pub by: u64,
}

const IS_WASM: bool = cfg!(target_arch = "wasm32");

#[contract(events(Counted))]
impl TwoFaced {
    /// Counts, which it does alike.
    #[call(auth = anyone, emits())]
    pub fn honest(&mut self, by: u8) {
        self.count += u64::from(by);
    }

    /// Stores something else.
    #[call(auth = anyone, emits())]
    pub fn stores(&mut self) {
        self.count += if IS_WASM { 2 } else { 1 };
    }

    /// Returns something else.
    #[call(auth = anyone, emits())]
    pub fn returns(&mut self) -> u32 {
        self.count += 1;
        size_of::<usize>() as u32
    }

    /// Says something else.
    #[call(auth = anyone)]
    pub fn says(&mut self, ctx: &mut Ctx) {
        ctx.emit(Counted { by: u64::from(IS_WASM) });
    }

    /// Fails only in Wasm.
    #[call(auth = anyone, emits())]
    pub fn fails(&mut self) {
        if IS_WASM {
            panic!();
        }
        self.count += 1;
    }

    /// Panics for some arguments, in both alike.
    #[call(auth = anyone, emits())]
    pub fn panics(&mut self, divisor: u8) {
        self.count.set(&(100 / u64::from(divisor)));
    }

    /// Answers something else.
    #[query]
    pub fn answers(&self) -> bool {
        IS_WASM
    }

    /// The count.
    #[query]
    pub fn count(&self) -> u64 {
        self.count.get()
    }
}
