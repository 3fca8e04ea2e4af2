//! The description of the interface, OpenRPC 1.3, made from the table of methods.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use weal_client::rpc::error::{ErrorData, KINDS};

use super::methods::{Method, Run};

/// Writes the document.
pub(super) fn document(table: &[Method], version: &str) -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let methods: Vec<_> = table.iter().map(|method| describe(method, &mut generator)).collect();
    let error_data = generator.subschema_for::<ErrorData>();
    let errors: Map<String, Value> = KINDS
        .iter()
        .map(|kind| (kind.name.into(), json!({ "code": kind.code, "message": kind.hint })))
        .collect();
    json!({
        "openrpc": "1.3.2",
        "info": { "title": "Commonweal node", "version": version },
        "methods": methods,
        "components": {
            "schemas": generator.take_definitions(true),
            "errors": errors,
        },
        "x-error-data": error_data,
    })
}

fn describe(method: &Method, generator: &mut SchemaGenerator) -> Value {
    let schema = (method.params)(generator).to_value();
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
    if let Run::Unsubscription = method.run {
        return ended(method);
    }
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let params: Vec<_> = properties
        .iter()
        .map(|(name, schema)| {
            let description = schema.get("description").cloned().unwrap_or_default();
            json!({
                "name": name,
                "description": description,
                "required": is_required(name),
                "schema": schema,
            })
        })
        .collect();
    let mut described = json!({
        "name": method.name,
        "description": method.doc,
        "paramStructure": "by-name",
        "params": params,
        "result": { "name": "result", "schema": (method.result)(generator) },
    });
    if let Run::Subscription { notification } = &method.run {
        described["x-notification"] = (*notification).into();
    }
    described
}

/// A method that ends a subscription: the one kind whose params are a list.
fn ended(method: &Method) -> Value {
    json!({
        "name": method.name,
        "description": method.doc,
        "paramStructure": "by-position",
        "params": [{
            "name": "subscription",
            "description": "The id that the subscription was given.",
            "required": true,
            "schema": { "type": ["string", "integer"] },
        }],
        "result": { "name": "result", "schema": { "type": "boolean" } },
    })
}
