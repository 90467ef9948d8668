//! Shapes of the officer's desk.

use ::entity::declaration;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{features::declarations::rules::review::Action, kernel::ids::DeclarationId};

/// The part of the desk that an officer looks at.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueFilter {
    /// State; `submitted` if absent.
    #[param(value_type = Option<String>)]
    pub status: Option<declaration::Status>,
    /// Rows on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// An officer's answer.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewIn {
    /// Why; mandatory unless the declaration is confirmed.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
}

/// Answers to many declarations at once.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkReviewIn {
    /// 1 to 200 answers.
    #[validate(length(min = 1, max = 200, code = "too_long"), nested)]
    pub items: Vec<BulkReviewItemIn>,
}

/// One of many answers.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkReviewItemIn {
    /// Which declaration.
    pub id: DeclarationId,
    /// The version that the officer has seen.
    pub version: i32,
    /// The answer.
    pub action: Action,
    /// Why.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
}

/// What became of each answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReviewOut {
    /// In the order of the request.
    pub items: Vec<BulkReviewItemOut>,
    /// How many were done.
    pub done: usize,
    /// How many were not.
    pub refused: usize,
}

/// What became of one answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReviewItemOut {
    /// Which declaration.
    pub id: DeclarationId,
    /// `done` or `refused`.
    pub outcome: &'static str,
    /// State after it.
    #[schema(value_type = Option<String>)]
    pub status: Option<declaration::Status>,
    /// Version after it.
    pub version: Option<i32>,
    /// Code of the problem that kept it from being done.
    pub code: Option<&'static str>,
    /// That problem in words.
    pub message: Option<String>,
}
