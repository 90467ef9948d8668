//! The edge of every request: id, language, time limit, panics, problems, safe headers, one log line, metrics.

use std::{net::SocketAddr, panic::AssertUnwindSafe, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use tracing::Instrument;

use crate::{
    kernel::ids,
    platform::{
        http::{Problem, ProblemKind, dialect::Dialect},
        lang::Lang,
        state::AppState,
    },
};

/// Longest that any request may take, its body included.
const TOTAL: Duration = Duration::from_secs(30);

/// What the edge works with.
#[derive(Clone, Debug)]
pub struct Edge {
    state: AppState,
    dialects: &'static [Dialect],
}

impl Edge {
    /// The edge of routes of which some say their failures in a dialect.
    pub fn new(state: AppState, dialects: &'static [Dialect]) -> Self {
        Self { state, dialects }
    }

    fn dialect(&self, path: &str) -> Option<&'static Dialect> {
        self.dialects.iter().find(|dialect| path.starts_with(dialect.prefix))
    }
}

/// Id of the request, accepted from the caller or made.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self("none".to_owned())))
    }
}

/// Address of the peer. Forwarded headers are not believed.
#[derive(Clone, Debug)]
pub struct Peer(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
        Ok(Self(address.unwrap_or_else(|| "unknown".to_owned())))
    }
}

/// Wraps every route and the fallback.
pub async fn edge(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let request_id = request_id(&request, &edge.state);
    let lang = Lang::negotiate(request.headers());
    let method = method_name(request.method());
    let instance = request.uri().path().chars().take(200).collect::<String>();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    request.extensions_mut().insert(RequestId(request_id.clone()));

    let span = tracing::info_span!("request", request_id, method, route);
    let run = AssertUnwindSafe(tokio::time::timeout(TOTAL, next.run(request))).catch_unwind().instrument(span.clone());
    let mut response = match run.await {
        Ok(Ok(response)) => response,
        Ok(Err(_elapsed)) => Problem::new(ProblemKind::OutcomeUnknown).into_response(),
        Err(_panic) => Problem::new(ProblemKind::Internal).into_response(),
    };
    write_problem(&mut response, edge.dialect(&instance), lang, &instance, &request_id);
    let status = response.status();
    write_headers(&mut response, &request_id);

    let duration = started.elapsed();
    span.in_scope(|| {
        let duration_ms = (duration.as_secs_f64() * 1e6).round() / 1e3;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::warn!(status = status.as_u16(), duration_ms, "request not served");
        } else if status.is_server_error() {
            tracing::error!(status = status.as_u16(), duration_ms, "request failed");
        } else {
            tracing::info!(status = status.as_u16(), duration_ms, "request answered");
        }
    });
    metrics::counter!("http_requests_total", "method" => method, "route" => route.clone(), "status" => status.as_u16().to_string()).increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route).record(duration.as_secs_f64());
    response
}

/// The method, one of few: a label or a log line must not be whatever a stranger makes up.
fn method_name(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    known.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}

/// Answers what no route matched; counted by address.
pub async fn no_route(State(state): State<AppState>, Peer(address): Peer) -> Problem {
    if let Err(problem) = state.limits.check_anonymous(&address) {
        return problem;
    }

    Problem::new(ProblemKind::NotFound)
}

fn request_id(request: &Request, state: &AppState) -> String {
    let sent = request.headers().get("x-request-id").and_then(|value| value.to_str().ok());
    let plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    sent.filter(plain).map_or_else(|| ids::fresh(state.clock.now()).to_string(), ToOwned::to_owned)
}

/// Turns a failure, ours or the framework's, into its body.
fn write_problem(response: &mut Response, dialect: Option<&Dialect>, lang: Lang, instance: &str, request_id: &str) {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return;
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None => Problem::new(ProblemKind::for_status(status)),
    };
    let (status, body, content_type, lang) = match dialect {
        Some(dialect) => {
            let (status, body) = (dialect.say)(&problem, request_id);
            (status, body, "application/json; charset=utf-8", dialect.lang)
        }
        None => {
            let body = problem.render(lang, instance, request_id);
            (problem.kind().status(), body, "application/problem+json; charset=utf-8", lang)
        }
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.tag()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = Body::from(body);
}

fn write_headers(response: &mut Response, request_id: &str) {
    let not_modified = response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept-language, authorization"));
    let with_charset = match headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes) {
        Some(b"application/json") => Some("application/json; charset=utf-8"),
        Some(b"text/html") => Some("text/html; charset=utf-8"),
        _ => None,
    };
    if let Some(value) = with_charset {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in [
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        ("cache-control", "no-store"),
    ] {
        if !not_modified || name != "cache-control" {
            headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
        }
    }
}
