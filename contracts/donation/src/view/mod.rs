//! How the records of the algebra look in the ABI and in the layout: types with the same bytes.

mod cards;
mod records;

use weal_provenance::{batch, forward, line, record, unit};
use weal_sdk::{
    Value,
    codec::{Decode, Encode, EncodeLike, Error, Input, Output},
};
#[cfg(not(target_arch = "wasm32"))]
use weal_sdk::{abi::Type, describe::Types};

pub use cards::*;
pub use records::*;

/// A record of the algebra, which the ABI describes as its view.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Wire<T>(pub T);

/// What has a view with the same bytes.
pub trait Viewed: Encode + Decode {
    /// The view.
    type View: Value;
}

impl<T: Viewed> Encode for Wire<T> {
    fn size_hint(&self) -> usize {
        self.0.size_hint()
    }

    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        self.0.encode_to(output);
    }
}

impl<T: Viewed> EncodeLike for Wire<T> {}

impl<T: Viewed> Decode for Wire<T> {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        T::decode(input).map(Self)
    }
}

impl<T: Viewed> Value for Wire<T> {
    #[cfg(not(target_arch = "wasm32"))]
    fn describe(types: &mut Types) -> Type {
        T::View::describe(types)
    }
}

macro_rules! viewed {
    ($($module:ident::$name:ident as $view:ident;)*) => {$(
        impl Viewed for $module::$name {
            type View = $view;
        }
    )*};
}

viewed! {
    line::Fund as Fund;
    line::Line as Line;
    line::Count as Count;
    line::Books as Books;
    line::Kind as Kind;
    line::ClosingRule as ClosingRule;
    record::In as Arrival;
    record::Out as Departure;
    record::Place as Place;
    record::Part as Part;
    record::Stamp as Stamp;
    record::Hold as Hold;
    record::Round as Round;
    record::Next as Next;
    unit::Span as Span;
    forward::Stretch as Stretch;
    forward::Piece as Piece;
    batch::Leaf as Leaf;
}
