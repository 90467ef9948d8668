//! Why a use case of this room is refused.

use crate::{
    features::{accounts::AccountError, organizations::rules::WrongState},
    kernel::finding::Finding,
    platform::db::Failure,
};

/// Why a use case of this room is refused.
#[derive(Debug, thiserror::Error)]
pub enum OrganizationError {
    /// Does not exist, or lies outside the caller's scope.
    #[error("not found")]
    NotFound,
    /// The caller has not seen the version that is to be changed.
    #[error("changed meanwhile")]
    Stale,
    /// The organization or establishment is in a state in which this cannot be done.
    #[error(transparent)]
    WrongState(#[from] WrongState),
    /// What was sent breaks rules.
    #[error("{} findings", .0.len())]
    Findings(Vec<Finding>),
    /// The administrator's account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The database.
    #[error(transparent)]
    Database(#[from] Failure),
}
