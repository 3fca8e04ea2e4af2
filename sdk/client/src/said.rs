//! What a contract said: events and refusals.

use serde_json::{Map, Value};
use weal_types::{
    abi::{ErrorCase, Event},
    limit, receipt,
};

use crate::{
    codec::{Codec, unknown},
    error::{CodecError, Place},
    show::{Quotes, Scope},
    units::Assets,
};

/// An event as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedEvent {
    /// Its name.
    pub name: String,
    /// Its fields, topics and data alike, by name.
    pub fields: Map<String, Value>,
}

/// A contract's refusal as JSON and as a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedError {
    /// Its number in receipts.
    pub code: u32,
    /// Its name.
    pub name: String,
    /// The sentence, with the fields in it.
    pub message: String,
    /// The fields by name.
    pub fields: Map<String, Value>,
}

impl Codec {
    /// Decodes an event of a receipt.
    pub fn decode_event(&self, event: &receipt::Event) -> Result<DecodedEvent, CodecError> {
        let topics: Vec<&[u8]> = event.topics.iter().map(|topic| &**topic).collect();
        self.decode_event_parts(event.name.as_str(), &topics, &event.data)
    }

    /// Decodes an event by its name. Each topic holds one field, the data all others.
    pub fn decode_event_parts(
        &self,
        name: &str,
        topics: &[&[u8]],
        data: &[u8],
    ) -> Result<DecodedEvent, CodecError> {
        let event = self.event(name)?;
        let mut fields = Map::new();
        if topics.len() != event.topics.len() {
            let (found, expected) = (topics.len(), event.topics.len());
            let reason = format!("`{name}` has {expected} topics, not {found}");
            return Err(CodecError::Bytes { path: "topics".into(), at: 0, reason });
        }
        for (field, topic) in event.topics.iter().zip(topics) {
            let field = std::slice::from_ref(field);
            fields.append(&mut self.decode_fields("topics", field, topic, limit::TOPIC_BYTES)?);
        }
        let limit = limit::EVENT_DATA_BYTES;
        fields.append(&mut self.decode_fields("event", &event.data, data, limit)?);
        Ok(DecodedEvent { name: name.into(), fields })
    }

    /// Encodes a topic, at most [`limit::TOPIC_BYTES`] long: what to look events up by.
    pub fn encode_topic(
        &self,
        event: &str,
        topic: &str,
        value: &Value,
    ) -> Result<Vec<u8>, CodecError> {
        let topics = &self.event(event)?.topics;
        let field = topics.iter().find(|field| field.name == topic);
        let names = || topics.iter().map(|field| field.name.as_str());
        let field = field.ok_or_else(|| unknown("topic", topic, names()))?;
        let bytes = self.encode_field(field, value)?;
        match bytes.len() <= limit::TOPIC_BYTES {
            true => Ok(bytes),
            false => {
                let (what, limit) = (format!("topic `{topic}`"), limit::TOPIC_BYTES);
                Err(CodecError::TooLong { what, bytes: bytes.len(), limit })
            }
        }
    }

    /// Decodes a refusal: its code and payload stand in the receipt. Amounts in the message are
    /// written with the symbols that `assets` knows.
    pub fn decode_error(
        &self,
        code: u32,
        payload: &[u8],
        assets: &dyn Assets,
    ) -> Result<DecodedError, CodecError> {
        let case = self.error_case(code)?;
        let limit = limit::REVERT_PAYLOAD_BYTES;
        let fields = self.decode_fields("error", &case.fields, payload, limit)?;
        let scope = Scope { values: &fields, assets };
        let message = self.sentence(&case.message, &case.fields, scope, Quotes::Without);
        Ok(DecodedError { code, name: case.name.clone(), message, fields })
    }

    /// Encodes the payload of a refusal: what tests and tools compare receipts with.
    pub fn encode_error(&self, code: u32, fields: &Value) -> Result<Vec<u8>, CodecError> {
        let case = self.error_case(code)?;
        let limit = limit::REVERT_PAYLOAD_BYTES;
        let mut encoder = crate::encode::Encoder::new(self, "error", limit);
        encoder.fields(&case.fields, fields, &Place::root("error"))?;
        Ok(encoder.finish())
    }

    /// What the person who signs a call of `method` reads: its intent with the arguments in it, or
    /// its name and the arguments if the author gave none. Texts stand in quotes, so that none of
    /// them passes for a part of the sentence.
    pub fn intent(
        &self,
        method: &str,
        args: &[u8],
        assets: &dyn Assets,
    ) -> Result<String, CodecError> {
        let method = self.method(method)?;
        let values = self.decode_fields("args", &method.args, args, limit::TX_BYTES)?;
        let scope = Scope { values: &values, assets };
        if !method.intent.is_empty() {
            return Ok(self.sentence(&method.intent, &method.args, scope, Quotes::Around));
        }
        let args: Vec<_> = method
            .args
            .iter()
            .map(|field| format!("{} {}", field.name, self.show_in(field, scope, Quotes::Around)))
            .collect();
        Ok(format!("{}({})", method.name, args.join(", ")))
    }

    fn event(&self, name: &str) -> Result<&Event, CodecError> {
        let events = &self.abi().events;
        let names = || events.iter().map(|event| event.name.as_str());
        events
            .iter()
            .find(|event| event.name == name)
            .ok_or_else(|| unknown("event", name, names()))
    }

    fn error_case(&self, code: u32) -> Result<&ErrorCase, CodecError> {
        let errors = &self.abi().errors;
        errors.iter().find(|case| case.code == code).ok_or_else(|| {
            let codes: Vec<_> = errors.iter().map(|case| case.code.to_string()).collect();
            unknown("error code", &code.to_string(), codes.iter().map(String::as_str))
        })
    }
}

/// Writes the values of `fields` into a template: `Pay claim {claim}`. Texts stand without quotes;
/// what names no field stays as it is; values are not read as templates.
///
/// This knows no types. [`Codec::intent`] and [`Codec::decode_error`] also write units, and are
/// what a person who signs should see.
pub fn render(template: &str, fields: &Map<String, Value>) -> String {
    crate::show::fill(template, |name| {
        fields.get(name).map(|value| match value {
            Value::String(text) => crate::show::visible(text),
            other => crate::show::visible(&other.to_string()),
        })
    })
}
