//! Subscriptions: blocks and events as they become final, for readers that keep up.

use std::{sync::Arc, time::Duration};

use jsonrpsee::{
    RpcModule,
    core::SubscriptionError,
    server::{
        Methods, PendingSubscriptionSink, RegisterMethodError, SendTimeoutError,
        SubscriptionCloseResponse,
    },
    types::{ErrorObjectOwned, Params},
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::broadcast::error::RecvError;
use weal_client::rpc::{
    error,
    types::{EventsSubscribe, Head, NoParams},
};

use super::{
    Api, chain,
    error::{Answer, Error},
    event,
    methods::parse,
};
use crate::ledger::FinalizedBlock;

/// The methods of subscriptions.
pub(super) fn methods(api: &Arc<Api>) -> Result<Methods, RegisterMethodError> {
    let mut module = RpcModule::from_arc(Arc::clone(api));
    module.register_subscription(
        "blocks_subscribe",
        "blocks",
        "blocks_unsubscribe",
        |params, pending, api, _| blocks(params, pending, api),
    )?;
    module.register_subscription(
        "events_subscribe",
        "events",
        "events_unsubscribe",
        |params, pending, api, _| events(params, pending, api),
    )?;
    Ok(module.into())
}

/// What a block has to say to a subscriber.
type Say = Arc<dyn Fn(&Api, &FinalizedBlock) -> Answer<Vec<Box<RawValue>>> + Send + Sync>;

async fn blocks(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    api: Arc<Api>,
) -> SubscriptionCloseResponse {
    let say = parse::<NoParams>(&params).map(|_| -> Say {
        Arc::new(|_, block| {
            let head: Head = chain::head_of(block);
            Ok(vec![raw(&head)?])
        })
    });
    follow(say, pending, api).await
}

async fn events(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    api: Arc<Api>,
) -> SubscriptionCloseResponse {
    let say = parse::<EventsSubscribe>(&params).map(|filter| -> Say {
        Arc::new(move |api, block| event::of_block(api, block, &filter)?.iter().map(raw).collect())
    });
    follow(say, pending, api).await
}

fn raw(value: &impl Serialize) -> Answer<Box<RawValue>> {
    to_raw_value(value).map_err(Error::internal)
}

/// Tells a subscriber of every block from now on.
async fn follow(
    say: Answer<Say>,
    pending: PendingSubscriptionSink,
    api: Arc<Api>,
) -> SubscriptionCloseResponse {
    let say = match say {
        Ok(say) => say,
        Err(refused) => {
            pending.reject(ErrorObjectOwned::from(refused)).await;
            return SubscriptionCloseResponse::None;
        }
    };
    let mut blocks = api.node.subscribe();
    let patience = Duration::from_millis(api.config.limits.slow_ms.into());
    let Ok(sink) = pending.accept().await else { return SubscriptionCloseResponse::None };
    loop {
        let block = tokio::select! {
            block = blocks.recv() => block,
            () = sink.closed() => return SubscriptionCloseResponse::None,
        };
        let block = match block {
            Ok(block) => block,
            Err(RecvError::Closed) => return SubscriptionCloseResponse::None,
            Err(RecvError::Lagged(_)) => return dropped(slow(&api)),
        };
        let say = Arc::clone(&say);
        let said = match api.on_thread(move |api| say(api, &block)).await {
            Ok(said) => said,
            Err(error) => return dropped(error),
        };
        for message in said {
            match sink.send_timeout(message, patience).await {
                Ok(()) => {}
                Err(SendTimeoutError::Closed(_)) => return SubscriptionCloseResponse::None,
                Err(SendTimeoutError::Timeout(_)) => return dropped(slow(&api)),
            }
        }
    }
}

fn slow(api: &Api) -> Error {
    let (found, name) = ("messages were not read in time", "rpc.limits.slow_ms");
    Error::limit(error::SLOW_READER, found, name, api.config.limits.slow_ms)
}

/// Ends a subscription with a reason.
fn dropped(error: Error) -> SubscriptionCloseResponse {
    let error = ErrorObjectOwned::from(error);
    let error = match to_raw_value(&error) {
        Ok(json) => SubscriptionError::from_json(json),
        Err(_) => SubscriptionError::from(error.message()),
    };
    SubscriptionCloseResponse::NotifErr(error)
}
