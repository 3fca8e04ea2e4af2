//! A call that somebody is about to make.

use std::marker::PhantomData;

use crate::codec::Encode;

/// A method and its encoded arguments, with the types of what comes back. `#[contract]` writes a
/// struct `…Calls` whose functions make them, so that a wrong argument does not compile.
#[derive(Debug)]
pub struct Request<T, E> {
    /// The method's name.
    pub method: &'static str,
    /// Its arguments, encoded.
    pub args: Vec<u8>,
    answer: PhantomData<fn() -> Result<T, E>>,
}

impl<T, E> Request<T, E> {
    /// Calls `method` with `args`, a tuple.
    pub fn new(method: &'static str, args: &impl Encode) -> Self {
        Self { method, args: args.encode(), answer: PhantomData }
    }
}

impl<T, E> Clone for Request<T, E> {
    fn clone(&self) -> Self {
        Self { method: self.method, args: self.args.clone(), answer: PhantomData }
    }
}
