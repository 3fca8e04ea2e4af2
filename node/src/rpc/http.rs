//! One port: who may use it, and what lies behind it.

use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use jsonrpsee::server::{HttpBody, HttpRequest, HttpResponse, ws};
use tower::Service;
use weal_client::rpc::error;

use super::{config::RpcConfig, error::Error, guard::Connection, monitor::Monitor};

/// The longest that a request over HTTP may take, its reading included: longer than `tx_wait`
/// waits.
const REQUEST_TIME: Duration = Duration::from_secs(90);

const TEXT: &str = "text/plain; charset=utf-8";

const JSON: &str = "application/json; charset=utf-8";

/// What every request needs.
pub(super) struct Door {
    pub config: RpcConfig,
    pub monitor: Monitor,
}

impl Door {
    /// Answers a request of `connection`; `rpc` answers those that are JSON-RPC.
    pub async fn answer<B, S>(
        &self,
        request: HttpRequest<B>,
        connection: &Arc<Connection>,
        mut rpc: S,
    ) -> Result<HttpResponse, Infallible>
    where
        S: Service<HttpRequest<B>, Response = HttpResponse>,
        S::Error: std::fmt::Display,
    {
        let origin = match self.check(request.headers(), request.uri()) {
            Ok(origin) => origin,
            Err(error) => return Ok(json(StatusCode::FORBIDDEN, error.body())),
        };
        let mut response = if request.method() == Method::OPTIONS {
            preflight()
        } else if ws::is_upgrade_request(&request) {
            connection.is_socket.store(true, Ordering::Relaxed);
            rpc.call(request).await.unwrap_or_else(failed)
        } else if request.method() == Method::GET {
            self.get(request.uri().path()).await
        } else if request.method() == Method::POST {
            self.post(request, connection, rpc).await
        } else {
            respond(StatusCode::METHOD_NOT_ALLOWED, TEXT, "Send a POST or a GET.\n".into())
        };
        if let Some(origin) = origin {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::VARY, HeaderValue::from_static("origin"));
        }
        Ok(response)
    }

    /// Who asks, from where: the origin, if a page asks that may.
    fn check(&self, headers: &HeaderMap, uri: &Uri) -> Result<Option<HeaderValue>, Error> {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
        let host = host.unwrap_or_default();
        if !admits_host(&self.config.hosts, host) {
            let message = format!("this node does not answer for the host {}", quoted(host));
            return Err(Error::new(error::HOST_REFUSED, message));
        }
        let Some(value) = headers.get(header::ORIGIN) else { return Ok(None) };
        let origin = value.to_str().unwrap_or_default();
        if admits_origin(&self.config.origins, origin, host) {
            return Ok(Some(value.clone()));
        }
        let message = format!("pages of {} may not use this node", quoted(origin));
        Err(Error::new(error::ORIGIN_REFUSED, message))
    }

    /// What can be read without JSON-RPC.
    async fn get(&self, path: &str) -> HttpResponse {
        match path {
            "/health" => {
                let (is_well, body) = self.monitor.health();
                let status = if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
                json(status, body)
            }
            "/metrics" => {
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                respond(StatusCode::OK, kind, self.monitor.metrics())
            }
            _ => {
                let text = "Nothing is here. POST JSON-RPC 2.0 to this address, open a WebSocket, \
                            or GET /health or /metrics.\n";
                respond(StatusCode::NOT_FOUND, TEXT, text.into())
            }
        }
    }

    async fn post<B, S>(
        &self,
        request: HttpRequest<B>,
        connection: &Arc<Connection>,
        mut rpc: S,
    ) -> HttpResponse
    where
        S: Service<HttpRequest<B>, Response = HttpResponse>,
        S::Error: std::fmt::Display,
    {
        if let Err(error) = connection.count(1) {
            return json(StatusCode::TOO_MANY_REQUESTS, error.body());
        }
        let limit = self.config.limits.body_bytes;
        let too_long = || {
            let (found, name) = ("the request is too long", "rpc.limits.body_bytes");
            let error = Error::limit(error::LIMIT_BODY, found, name, limit);
            json(StatusCode::PAYLOAD_TOO_LARGE, error.body())
        };
        let length = request.headers().get(header::CONTENT_LENGTH);
        match length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok()) {
            Some(length) if length <= limit.into() => {}
            Some(_) => return too_long(),
            None => {
                let text = "Say with content-length how long the request is.\n";
                return respond(StatusCode::LENGTH_REQUIRED, TEXT, text.into());
            }
        }
        match tokio::time::timeout(REQUEST_TIME, rpc.call(request)).await {
            Ok(answer) => answer.unwrap_or_else(failed),
            Err(_) => respond(
                StatusCode::REQUEST_TIMEOUT,
                TEXT,
                format!("The request took longer than {} s.\n", REQUEST_TIME.as_secs()),
            ),
        }
    }
}

/// Whether a `Host` names this node. An address in digits always does: no name had to be resolved
/// for it, so none can have been resolved to a lie.
fn admits_host(hosts: &[String], host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(rest, |(address, _)| address),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok()
        || hosts.iter().any(|admitted| admitted == "*" || admitted.eq_ignore_ascii_case(name))
}

/// Whether a page of `origin` may use this node: one that the node itself gave out, or that whoever
/// runs it has listed.
fn admits_origin(origins: &[String], origin: &str, host: &str) -> bool {
    let own = origin.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
    own.is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host))
        || origins.iter().any(|admitted| admitted == "*" || admitted.eq_ignore_ascii_case(origin))
}

fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(100).collect();
    format!("{shown:?}")
}

fn respond(status: StatusCode, kind: &'static str, body: String) -> HttpResponse {
    let mut response = HttpResponse::new(HttpBody::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A response with a JSON text.
pub(super) fn json(status: StatusCode, body: String) -> HttpResponse {
    respond(status, JSON, body)
}

fn failed(error: impl std::fmt::Display) -> HttpResponse {
    json(StatusCode::INTERNAL_SERVER_ERROR, Error::internal(error).body())
}

/// What a browser asks before a page's first request.
fn preflight() -> HttpResponse {
    let mut response = HttpResponse::new(HttpBody::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, GET"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        let named = ["node.example".to_owned()];
        for good in
            ["127.0.0.1:9933", "[::1]:9933", "[::1]", "localhost", "LocalHost:1", "10.0.0.7"]
        {
            assert!(admits_host(&[], good), "{good}");
        }
        for bad in ["", "evil.example:9933", "127.0.0.1.evil.example", "localhost.evil.example"] {
            assert!(!admits_host(&[], bad) && !admits_host(&named, bad), "{bad}");
        }
        assert!(admits_host(&named, "Node.Example:443") && !admits_host(&[], "node.example"));
        assert!(admits_host(&["*".to_owned()], "evil.example"));
    }

    #[test]
    fn origins() {
        let listed = ["https://wallet.example".to_owned()];
        let host = "127.0.0.1:9933";
        assert!(admits_origin(&[], "http://127.0.0.1:9933", host));
        assert!(admits_origin(&listed, "https://wallet.example", host));
        for bad in
            ["null", "", "http://127.0.0.1:80", "https://evil.example", "file://127.0.0.1:9933"]
        {
            assert!(!admits_origin(&listed, bad, host), "{bad}");
        }
        assert!(admits_origin(&["*".to_owned()], "null", host));
    }
}
