//! Bytes against the ABI documents of the system contracts: makes values of a type, and finds out
//! whether bytes are one.

#![allow(dead_code, reason = "each test binary uses its own part")]

use parity_scale_codec::{Compact, Decode, Encode};
use weal_runtime::system;
use weal_types::{
    abi::{Abi, Field, Method, MethodKind, Shape, Type},
    receipt::{Event, FailureKind},
};

/// The document of a system contract.
pub fn document(contract: &weal_types::ContractId) -> Abi {
    system::abi(contract).expect("a system contract")
}

/// Whether `bytes` are exactly the values of `fields`, one after the other.
pub fn conform<'a>(
    abi: &Abi,
    fields: impl IntoIterator<Item = &'a Field>,
    bytes: &[u8],
) -> Result<(), String> {
    let mut rest = bytes;
    for field in fields {
        take(abi, &field.kind, &mut rest).map_err(|error| format!("{}: {error}", field.name))?;
    }
    if rest.is_empty() { Ok(()) } else { Err(format!("{} bytes too many", rest.len())) }
}

/// Whether a result is what the method says.
pub fn check_result(abi: &Abi, method: &Method, result: &[u8]) {
    let mut rest = result;
    take(abi, &method.ok, &mut rest).unwrap_or_else(|error| panic!("{}: {error}", method.name));
    assert!(rest.is_empty(), "{}: {} bytes too many", method.name, rest.len());
}

/// Whether an event of a system contract is as its document says.
pub fn check_event(event: &Event) {
    let abi = document(&event.contract);
    let declared = abi.events.iter().find(|declared| declared.name == event.name.as_str());
    let declared = declared.unwrap_or_else(|| panic!("{} is not declared", event.name));
    assert_eq!(event.topics.len(), declared.topics.len(), "{}", event.name);
    for (field, topic) in declared.topics.iter().zip(event.topics.iter()) {
        conform(&abi, [field], topic).unwrap_or_else(|error| panic!("{}: {error}", event.name));
    }
    conform(&abi, &declared.data, &event.data)
        .unwrap_or_else(|error| panic!("{}: {error}", event.name));
}

/// Whether a failure of a system contract is one that the method announces, with its payload.
pub fn check_failure(abi: &Abi, method: &Method, kind: &FailureKind) {
    if let FailureKind::Revert { code, payload } = kind {
        assert!(method.errors.contains(code), "{} does not announce error {code}", method.name);
        let error = abi.errors.iter().find(|error| error.code == *code).expect("a declared error");
        conform(abi, &error.fields, payload)
            .unwrap_or_else(|reason| panic!("{}: {reason}", error.name));
    }
    assert!(
        method.kind == MethodKind::Call || !matches!(kind, FailureKind::Unauthorised),
        "{} is for anyone",
        method.name
    );
}

/// Reads one value of `kind` off the front of `bytes`.
fn take(abi: &Abi, kind: &Type, bytes: &mut &[u8]) -> Result<(), String> {
    match kind {
        Type::Bool => match byte(bytes)? {
            0 | 1 => Ok(()),
            other => Err(format!("{other} is no bool")),
        },
        Type::String => {
            let text = counted(bytes)?;
            std::str::from_utf8(text).map(|_| ()).map_err(|error| error.to_string())
        }
        Type::Bytes => counted(bytes).map(|_| ()),
        Type::Option(inner) => match byte(bytes)? {
            0 => Ok(()),
            1 => take(abi, inner, bytes),
            other => Err(format!("{other} is no option")),
        },
        Type::List(inner) => {
            let Compact(length) = Compact::<u32>::decode(bytes).map_err(|e| e.to_string())?;
            (0..length).try_for_each(|_| take(abi, inner, bytes))
        }
        Type::Array(inner, length) => (0..*length).try_for_each(|_| take(abi, inner, bytes)),
        Type::Tuple(parts) => parts.iter().try_for_each(|part| take(abi, part, bytes)),
        Type::Named(name) => take_shape(abi, shape(abi, name), bytes),
        fixed => skip(bytes, width(fixed)).map(|_| ()),
    }
}

fn take_shape(abi: &Abi, shape: &Shape, bytes: &mut &[u8]) -> Result<(), String> {
    let fields = match shape {
        Shape::Struct(fields) => fields,
        Shape::Alias { kind, .. } => return take(abi, kind, bytes),
        Shape::Enum(variants) => {
            let index = byte(bytes)?;
            let variant = variants.iter().find(|variant| variant.index == index);
            &variant.ok_or_else(|| format!("no variant {index}"))?.fields
        }
    };
    fields.iter().try_for_each(|field| take(abi, &field.kind, bytes))
}

fn shape<'a>(abi: &'a Abi, name: &str) -> &'a Shape {
    &abi.types.iter().find(|found| found.name == name).expect("a declared type").shape
}

fn byte(bytes: &mut &[u8]) -> Result<u8, String> {
    skip(bytes, 1).map(|taken| taken[0])
}

fn counted<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], String> {
    let Compact(length) = Compact::<u32>::decode(bytes).map_err(|error| error.to_string())?;
    skip(bytes, length as usize)
}

fn skip<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], String> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or("too few bytes")?;
    *bytes = rest;
    Ok(taken)
}

/// Bytes of a value whose type fixes them.
fn width(kind: &Type) -> usize {
    match kind {
        Type::Unit => 0,
        Type::U8 | Type::I8 => 1,
        Type::U16 | Type::I16 => 2,
        Type::U32 | Type::I32 => 4,
        Type::U64 | Type::I64 | Type::TimeMs | Type::Height | Type::Gas => 8,
        Type::U128 | Type::I128 | Type::Amount => 16,
        Type::AccountId
        | Type::ContractId
        | Type::AssetId
        | Type::PublicKey
        | Type::CodeHash
        | Type::Hash => 32,
        Type::FixedBytes(length) => *length as usize,
        other => panic!("{other} has no fixed width"),
    }
}

/// How much there is in a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// No options, no elements, first variants.
    Least,
    /// All options, one element, last variants.
    Most,
}

/// A value of `kind`.
pub fn sample(abi: &Abi, kind: &Type, fill: Fill, out: &mut Vec<u8>) {
    let most = fill == Fill::Most;
    match kind {
        Type::Bool => out.push(most.into()),
        Type::String | Type::Bytes => (if most { "A1" } else { "" }).encode_to(out),
        Type::Option(inner) | Type::List(inner) if most => {
            // Both begin with one byte: `Some`, and the length 1 in compact form.
            out.push(if matches!(kind, Type::Option(_)) { 1 } else { 4 });
            sample(abi, inner, fill, out);
        }
        Type::Option(_) | Type::List(_) => out.push(0),
        Type::Array(inner, length) => {
            (0..*length).for_each(|_| sample(abi, inner, fill, out));
        }
        Type::Tuple(parts) => parts.iter().for_each(|part| sample(abi, part, fill, out)),
        Type::Named(name) => match shape(abi, name) {
            Shape::Struct(fields) => sample_fields(abi, fields, fill, out),
            Shape::Alias { kind, .. } => sample(abi, kind, fill, out),
            Shape::Enum(variants) => {
                let variant = if most { variants.last() } else { variants.first() };
                let variant = variant.expect("an enum has variants");
                out.push(variant.index);
                sample_fields(abi, &variant.fields, fill, out);
            }
        },
        fixed => out.resize(out.len() + width(fixed), 0),
    }
}

/// Values of fields, as close to zero as their bounds allow.
pub fn sample_fields(abi: &Abi, fields: &[Field], fill: Fill, out: &mut Vec<u8>) {
    for field in fields {
        let start = out.len();
        let at_least = match &field.kind {
            Type::List(_) if field.meaning.min.is_some_and(|min| min > 0) => Fill::Most,
            _ => fill,
        };
        sample(abi, &field.kind, at_least, out);
        // The version byte of a record is the one number that has a single value.
        if field.name == "version" && field.kind == Type::U8 {
            out[start] = 1;
        }
    }
}
