//! The record over HTTP, for the auditor.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    features::{
        accounts::Auditor,
        audit::{
            dto::{AuditFilter, AuditListOut},
            service,
            store::Search,
        },
    },
    kernel::{finding::Finding, page::PageRequest},
    platform::{
        db::Answer,
        http::{Problem, Query, problem::ProblemOut},
        state::AppState,
    },
};

/// Longest name of an action.
const ACTION_LENGTH: usize = 64;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_audit_entries))
}

/// Reads the record, newest first.
///
/// For the auditor and the system's administrator. All filters hold together. The reading is itself recorded, as
/// `audit_read` with the filters that were set.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "list_audit_entries",
    tag = "audit",
    security(("bearer" = [])),
    params(AuditFilter),
    responses(
        (status = 200, body = AuditListOut, description = "A page of the record"),
        (status = 400, body = ProblemOut, content_type = "application/problem+json", description = "Unreadable query"),
        (status = 401, body = ProblemOut, content_type = "application/problem+json", description = "Not signed in"),
        (status = 403, body = ProblemOut, content_type = "application/problem+json", description = "Not allowed for this role"),
    )
)]
pub async fn list_audit_entries(
    Auditor(caller): Auditor,
    Query(filter): Query<AuditFilter>,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let search = read_filter(filter)?;
    let page = service::read_record(&state, &caller.actor, &search).await?;
    let out = AuditListOut { items: page.items, next_cursor: page.next_cursor };
    Ok(Answer::ok(&out).into_response())
}

fn read_filter(filter: AuditFilter) -> Result<Search, Problem> {
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    // The filter goes on the record itself, so it may hold nothing but the name of an action.
    let is_name = |text: &String| {
        (1..=ACTION_LENGTH).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if filter.action.as_ref().is_some_and(|action| !is_name(action)) {
        return Err(Problem::malformed(Finding::block("bad_query", "/action")));
    }
    Ok(Search {
        action: filter.action,
        actor_id: filter.actor_id,
        subject_id: filter.subject_id,
        organization_id: filter.organization_id,
        from: instant(filter.from.as_deref(), "/from")?,
        to: instant(filter.to.as_deref(), "/to")?,
        before: page.after_id()?,
        limit: page.limit,
    })
}

fn instant(text: Option<&str>, pointer: &str) -> Result<Option<DateTime<Utc>>, Problem> {
    let parsed = text.map(|text| DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc())).transpose();
    parsed.map_err(|_| Problem::malformed(Finding::block("bad_instant", pointer)))
}

#[cfg(test)]
mod tests {
    use super::{AuditFilter, read_filter};
    use crate::platform::http::ProblemKind;

    #[test]
    fn filter_table() {
        let kind = |filter: AuditFilter| read_filter(filter).map(|_| ()).map_err(|problem| problem.kind());
        let with_from = |text: &str| AuditFilter { from: Some(text.to_owned()), ..AuditFilter::default() };
        let with_action = |text: &str| AuditFilter { action: Some(text.to_owned()), ..AuditFilter::default() };
        assert_eq!(kind(AuditFilter::default()), Ok(()));
        assert_eq!(kind(with_from("2026-11-22T00:00:00+07:00")), Ok(()));
        assert_eq!(kind(with_from("2026-11-22T00:00:00Z")), Ok(()));
        assert_eq!(kind(with_action("declaration_filed")), Ok(()));
        // A plus sign that was not encoded arrives as a blank.
        for bad in ["2026-11-22T00:00:00 07:00", "2026-11-22", "", "2026-11-22T00:00:00"] {
            assert_eq!(kind(with_from(bad)), Err(ProblemKind::Malformed), "{bad}");
        }
        for bad in ["", "Nguyễn Văn Mẫu", "a b", &"a".repeat(65)] {
            assert_eq!(kind(with_action(bad)), Err(ProblemKind::Malformed), "{bad}");
        }
    }
}
