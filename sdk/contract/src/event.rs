//! What a contract says; provable through the receipt.

#[cfg(not(target_arch = "wasm32"))]
use crate::{abi, describe::Types};
use crate::{
    buffer::{Buffer, written},
    codec::Encode,
    host, length,
};

/// Something that a contract may say. `#[derive(Event)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    note = "put `#[derive(Event)]` on the struct, and `#[topic]` on up to four fields"
)]
pub trait Event {
    /// Its name in the ABI.
    const NAME: &'static str;

    /// Writes the number of topics, and the topics.
    fn write_topics(&self, topics: &mut Buffer<'_>);

    /// Writes the fields that are no topics.
    fn write_data(&self, data: &mut Buffer<'_>);

    /// The event, for the ABI.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe(types: &mut Types) -> abi::Event;
}

/// Writes how many topics follow.
pub fn write_topic_count(topics: &mut Buffer<'_>, count: u32) {
    length::write(topics, count as usize);
}

/// Writes a topic: its length, and its encoding.
pub fn write_topic(topics: &mut Buffer<'_>, topic: &impl Encode) {
    // A topic longer than 64 bytes is refused by the host.
    length::write(topics, topic.encoded_size());
    topic.encode_to(topics);
}

pub(crate) fn emit<E: Event>(event: &E) {
    let topics = |buffer: &mut Buffer<'_>| event.write_topics(buffer);
    let data = |buffer: &mut Buffer<'_>| event.write_data(buffer);
    written(topics, |topics| written(data, |data| host::emit(E::NAME, topics, data)));
}
