//! HTTP: problems, extractors, limits, the edge of every request and the accept loop.

pub mod dialect;
pub mod edge;
pub mod extract;
pub mod idempotency;
pub mod if_match;
pub mod pages;
pub mod problem;
pub mod rate_limit;
pub mod server;
pub mod slots;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::platform::db::Answer;

pub use extract::{IdempotentJson, Json, KeyedJson, Path, Query};
pub use if_match::IfMatch;
pub use problem::{Problem, ProblemKind};

/// The strong entity tag of a version (RFC 9110 section 8.8.3).
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

/// 200 with JSON and the version of the resource.
pub fn versioned(version: i32, body: &impl serde::Serialize) -> Response {
    Answer::ok(body).version(version).into_response()
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        let optional = [(header::LOCATION, self.location), (header::ETAG, self.etag)];
        for (name, value) in optional {
            if let Some(value) = value.and_then(|text| HeaderValue::try_from(text).ok()) {
                headers.insert(name, value);
            }
        }
        if self.replayed {
            headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}
