//! What a method is: registration and `rpc_discover` are both made from it.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use jsonrpsee::{
    server::{MethodCallback, MethodResponse, Methods, RegisterMethodError, ResponsePayload},
    types::{Id, Params},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use tracing::Instrument;
use weal_client::rpc::error;

use super::{
    Api,
    error::{Answer, Error},
};

/// A method of the interface.
pub(super) struct Method {
    pub name: &'static str,
    /// What it does, in a sentence or two.
    pub doc: &'static str,
    /// The schema of the object that it takes.
    pub params: fn(&mut SchemaGenerator) -> Schema,
    /// The schema of what it gives.
    pub result: fn(&mut SchemaGenerator) -> Schema,
    pub run: Run,
}

/// How a method is answered.
pub(super) enum Run {
    /// By a callback that is made for the server.
    Call(Make),
    /// Through a subscription, which is registered on its own; the result here is what each
    /// notification carries.
    Subscription {
        /// The method of the notifications.
        notification: &'static str,
    },
    /// By ending a subscription.
    Unsubscription,
}

/// Makes the callback of a method for a server.
type Make = Box<dyn Fn(&Arc<Api>) -> MethodCallback>;

/// A future of a handler that waits.
pub(super) type Waiting<T> = Pin<Box<dyn Future<Output = Answer<T>> + Send>>;

impl Method {
    /// A method that is answered from memory.
    pub fn quick<P, R>(
        name: &'static str,
        doc: &'static str,
        handler: fn(&Api, P) -> Answer<R>,
    ) -> Self
    where
        P: DeserializeOwned + JsonSchema + 'static,
        R: Serialize + JsonSchema + Clone + 'static,
    {
        let make = move |api: &Arc<Api>| {
            let api = Arc::clone(api);
            MethodCallback::Sync(Arc::new(move |id, params, limit, _| {
                respond(id, parse(&params).and_then(|params| handler(&api, params)), limit)
            }))
        };
        Self::call::<P, R>(name, doc, Box::new(make))
    }

    /// A method that reads the disk or runs contracts: it has a thread to itself while it does.
    pub fn blocking<P, R>(
        name: &'static str,
        doc: &'static str,
        handler: fn(&Api, P) -> Answer<R>,
    ) -> Self
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        R: Serialize + JsonSchema + Clone + Send + 'static,
    {
        let make = move |api: &Arc<Api>| {
            let api = Arc::clone(api);
            MethodCallback::Async(Arc::new(move |id, params, _, limit, _| {
                let api = Arc::clone(&api);
                let answer = async move {
                    let params = parse(&params)?;
                    api.on_thread(move |api| handler(api, params)).await
                };
                let answer = answer.instrument(tracing::debug_span!("rpc", method = name));
                Box::pin(async move { respond(id, answer.await, limit) })
            }))
        };
        Self::call::<P, R>(name, doc, Box::new(make))
    }

    /// A method that waits for something.
    pub fn waiting<P, R>(
        name: &'static str,
        doc: &'static str,
        handler: fn(Arc<Api>, P) -> Waiting<R>,
    ) -> Self
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        R: Serialize + JsonSchema + Clone + Send + 'static,
    {
        let make = move |api: &Arc<Api>| {
            let api = Arc::clone(api);
            MethodCallback::Async(Arc::new(move |id, params, _, limit, _| {
                let api = Arc::clone(&api);
                let answer = async move { handler(api, parse(&params)?).await };
                let answer = answer.instrument(tracing::debug_span!("rpc", method = name));
                Box::pin(async move { respond(id, answer.await, limit) })
            }))
        };
        Self::call::<P, R>(name, doc, Box::new(make))
    }

    fn call<P: JsonSchema, R: JsonSchema>(
        name: &'static str,
        doc: &'static str,
        make: Make,
    ) -> Self {
        Self { name, doc, params: P::json_schema, result: schema_of::<R>, run: Run::Call(make) }
    }

    /// A method that begins a subscription, over WebSocket only.
    pub fn subscription<P: JsonSchema, R: JsonSchema>(
        name: &'static str,
        doc: &'static str,
        notification: &'static str,
    ) -> Self {
        let run = Run::Subscription { notification };
        Self { name, doc, params: P::json_schema, result: schema_of::<R>, run }
    }
}

impl Method {
    /// A method that ends a subscription. Its params are a list, as JSON-RPC libraries expect.
    pub fn unsubscription(name: &'static str) -> Self {
        let doc = "Over WebSocket: ends a subscription; its id is the only element of the params.";
        let (params, result) = (schema_of::<[String; 1]>, schema_of::<bool>);
        Self { name, doc, params, result, run: Run::Unsubscription }
    }
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Adds every method of `table` that is a call.
pub(super) fn register(
    methods: &mut Methods,
    table: &[Method],
    api: &Arc<Api>,
) -> Result<(), RegisterMethodError> {
    for method in table {
        if let Run::Call(make) = &method.run {
            methods.verify_and_insert(method.name, make(api))?;
        }
    }
    Ok(())
}

/// Reads the params, which are an object; no params are an empty one.
pub(super) fn parse<P: DeserializeOwned>(params: &Params<'_>) -> Answer<P> {
    let text = params.as_str().map_or("", str::trim);
    let text = match text {
        "" | "null" | "[]" => "{}",
        text => text,
    };
    if !text.starts_with('{') {
        return Err(Error::new(error::INVALID_PARAMS, "params are an object, by name"));
    }
    serde_json::from_str(text).map_err(|found| {
        Error::new(error::INVALID_PARAMS, format!("these are not the params: {found}"))
    })
}

fn respond<R: Serialize + Clone + 'static>(
    id: Id<'_>,
    answer: Answer<R>,
    limit: usize,
) -> MethodResponse {
    match answer {
        Ok(result) => MethodResponse::response(id, ResponsePayload::success(result), limit),
        Err(error) => error.response(id),
    }
}

impl Api {
    /// Runs `work` on a thread where it may block, when one of the places for it is free.
    pub async fn on_thread<R: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Api) -> Answer<R> + Send + 'static,
    ) -> Answer<R> {
        let limits = &self.config.limits;
        let place = Arc::clone(&self.places).acquire_owned();
        let patience = Duration::from_millis(limits.query_wait_ms.into());
        let Ok(Ok(place)) = tokio::time::timeout(patience, place).await else {
            let found = "every place for a query is taken";
            let name = "rpc.limits.queries";
            return Err(Error::limit(error::LIMIT_QUERIES, found, name, limits.queries));
        };
        let api = Arc::clone(self);
        let span = tracing::Span::current();
        let work = move || {
            let _place = place;
            span.in_scope(|| work(&api))
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Error::internal(error)))
    }
}

#[cfg(test)]
mod tests {
    use weal_client::rpc::types::{BlockGet, NoParams, U64};

    use super::*;

    #[test]
    fn params_are_objects() {
        let read = |text| parse::<BlockGet>(&Params::new(text));
        let nothing = BlockGet::default();
        for text in [None, Some("{}"), Some("[]"), Some("null"), Some(" {} ")] {
            assert_eq!(read(text), Ok(nothing.clone()));
        }
        let seven = BlockGet { height: Some(U64(7)), hash: None };
        assert_eq!(read(Some(r#"{"height": "7"}"#)), Ok(seven));
        for (bad, expected) in [
            (r#"["7"]"#, "by name"),
            (r#"{"heigth": "7"}"#, "unknown field `heigth`, expected `height` or `hash`"),
            (r#"{"height": "x"}"#, "is no whole number"),
            (r#"{"height": "7", "height": "8"}"#, "duplicate field"),
        ] {
            let error = read(Some(bad)).unwrap_err();
            assert_eq!(error.name(), "invalid_params");
            let message = jsonrpsee::types::ErrorObjectOwned::from(error);
            assert!(message.message().contains(expected), "{message}");
        }
        assert!(parse::<NoParams>(&Params::new(Some(r#"{"x": 1}"#))).is_err());
    }
}
