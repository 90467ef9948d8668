//! Rules and limits as data.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    features::{
        accounts::Anonymous,
        declarations::{
            import::Limits,
            routes::compat::COMPAT_LIMIT,
            rules::catalogue::RULES,
            service::{exporting::MAX_EXPORT, filing::MAX_STAYS},
        },
    },
    kernel::{
        finding::{Finding, Severity},
        page,
    },
    platform::{http::extract::JSON_LIMIT, lang::Lang, state::AppState},
};

/// All rules.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleList {
    /// The rules.
    items: Vec<RuleOut>,
}

/// A rule that a finding can name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleOut {
    /// Stable id.
    id: &'static str,
    /// How grave its finding is.
    severity: Severity,
    /// Where it comes from.
    source: &'static str,
    /// What its finding says.
    message: String,
    /// How to mend it.
    suggestion: Option<String>,
}

/// The rules by which stays are examined, in the reader's language.
#[utoipa::path(
    get, path = "/api/v1/rules", operation_id = "list_rules", tag = "reference",
    responses((status = 200, description = "The rules", body = RuleList))
)]
pub(super) async fn list_rules(_caller: Anonymous, lang: Lang) -> axum::Json<RuleList> {
    let items = RULES
        .iter()
        .map(|rule| {
            let (message, suggestion) = lang.finding(&Finding::block(rule.id, ""));
            RuleOut { id: rule.id, severity: rule.severity, source: rule.source, message, suggestion }
        })
        .collect();
    axum::Json(RuleList { items })
}

/// What a caller may ask for at once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LimitsOut {
    /// Requests per second of a signed-in caller; 0 for no limit.
    requests_per_second: u32,
    /// Requests per second of an address that has not signed in; 0 for no limit.
    anonymous_requests_per_second: u32,
    /// Stays in one declaration.
    stays_per_declaration: usize,
    /// Stays in one exported file.
    stays_per_export: usize,
    /// Bytes of a JSON body.
    json_bytes: usize,
    /// Bytes of a JSON body at the door of the national interface, whose guests may carry photos.
    compat_json_bytes: usize,
    /// Bytes of a guest file.
    file_bytes: usize,
    /// Rows of a guest file.
    file_rows: usize,
    /// Rows on a page.
    page_size: u64,
    /// Days for which an idempotency key is remembered.
    idempotency_key_days: u32,
}

/// The limits in force.
#[utoipa::path(
    get, path = "/api/v1/limits", operation_id = "get_limits", tag = "reference",
    responses((status = 200, description = "The limits", body = LimitsOut))
)]
pub(super) async fn get_limits(_caller: Anonymous, State(state): State<AppState>) -> axum::Json<LimitsOut> {
    let files = Limits::default();
    axum::Json(LimitsOut {
        requests_per_second: state.config.rate_limit,
        anonymous_requests_per_second: state.config.anonymous_rate_limit,
        stays_per_declaration: MAX_STAYS,
        stays_per_export: MAX_EXPORT,
        json_bytes: JSON_LIMIT,
        compat_json_bytes: COMPAT_LIMIT,
        file_bytes: files.file_bytes,
        file_rows: files.rows,
        page_size: page::MAX_LIMIT,
        idempotency_key_days: 7,
    })
}
