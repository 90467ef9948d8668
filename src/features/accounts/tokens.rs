//! Access tokens.
use axum::http::request::Parts;

use crate::{
    features::accounts::Caller,
    platform::{
        http::{Problem, ProblemKind},
        state::AppState,
    },
};

/// Verifies the bearer token of a request.
pub async fn authenticate(_parts: &Parts, _state: &AppState) -> Result<Caller, Problem> {
    Err(Problem::new(ProblemKind::Unauthenticated))
}
