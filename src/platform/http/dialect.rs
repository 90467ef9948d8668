//! Failures on routes whose contract is not ours.

use axum::http::StatusCode;

use crate::platform::{http::Problem, lang::Lang};

/// How failures are said below one path. Every failure there is said so: the extractors' and the framework's own, a path
/// or method that does not exist, a request that took too long, a panic.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Paths that begin so.
    pub prefix: &'static str,
    /// The language that its clients expect.
    pub lang: Lang,
    /// Status and JSON body of a failure, by its problem and the id of the request.
    pub say: fn(&Problem, &str) -> (StatusCode, Vec<u8>),
}
