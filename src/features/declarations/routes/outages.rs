//! Outages over HTTP: everybody who has signed in reads them, the administrator records them.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::{Admin, SignedIn},
        declarations::{
            dto_outage::{OutageEndIn, OutageFilter, OutageIn, OutageOut, OutagePage, OutageWithdrawalIn},
            service::outages,
        },
    },
    kernel::ids::OutageId,
    platform::{
        http::{IdempotentJson, IfMatch, Path, Problem, Query, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Times in which declarations could not be made, newest record first: the clock of their deadlines stands still.
///
/// For everybody who has signed in: a declarant must know why a deadline moved. Withdrawn ones stay listed.
#[utoipa::path(
    get, path = "/api/v1/outages", operation_id = "list_outages", tag = "outages",
    security(("bearer" = [])), params(OutageFilter),
    responses(
        (status = 200, description = "A page of outages", body = OutagePage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_outages(
    SignedIn(_caller): SignedIn,
    State(state): State<AppState>,
    Query(filter): Query<OutageFilter>,
) -> Result<axum::Json<OutagePage>, Problem> {
    outages::list(&state, &filter).await.map(axum::Json)
}

/// One outage. For everybody who has signed in.
#[utoipa::path(
    get, path = "/api/v1/outages/{id}", operation_id = "get_outage", tag = "outages",
    security(("bearer" = [])), params(("id" = OutageId, Path)),
    responses(
        (status = 200, description = "The outage", body = OutageOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_outage(
    SignedIn(_caller): SignedIn,
    State(state): State<AppState>,
    Path(id): Path<OutageId>,
) -> Result<Response, Problem> {
    let out = outages::get(&state, id).await?;
    Ok(versioned(out.version, &out))
}

/// Records an outage of the whole system or of one unit, over or still going on.
///
/// For administrators. New filings are judged by it at once; stays that are on record and that it touches between arrival
/// and due are judged anew in the background. Refused for times in the future.
#[utoipa::path(
    post, path = "/api/v1/outages", operation_id = "record_outage", tag = "outages",
    security(("bearer" = [])), request_body = OutageIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a retry safe")),
    responses(
        (status = 201, description = "Recorded", body = OutageOut, headers(("ETag" = String), ("Location" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn record_outage(
    Admin(caller): Admin,
    State(state): State<AppState>,
    body: IdempotentJson<OutageIn>,
) -> Result<Response, Problem> {
    let answer = outages::record(&state, &caller, body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// Ends an outage that goes on, now or at an earlier moment.
///
/// For administrators. The stays that it touched are judged anew in the background.
#[utoipa::path(
    post, path = "/api/v1/outages/{id}/end", operation_id = "end_outage", tag = "outages",
    security(("bearer" = [])), request_body = OutageEndIn,
    params(("id" = OutageId, Path), ("If-Match" = String, Header, description = "Version seen")),
    responses(
        (status = 200, description = "The outage after it", body = OutageOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn end_outage(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(id): Path<OutageId>,
    seen: IfMatch,
    body: IdempotentJson<OutageEndIn>,
) -> Result<Response, Problem> {
    let answer = outages::end(&state, &caller, id, &seen, &body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// Withdraws an outage that was recorded wrongly: it counts for nothing from then on and stays listed with the reason.
///
/// For administrators. The stays that it touched are judged anew in the background.
#[utoipa::path(
    post, path = "/api/v1/outages/{id}/withdraw", operation_id = "withdraw_outage", tag = "outages",
    security(("bearer" = [])), request_body = OutageWithdrawalIn,
    params(("id" = OutageId, Path), ("If-Match" = String, Header, description = "Version seen")),
    responses(
        (status = 200, description = "The outage after it", body = OutageOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn withdraw_outage(
    Admin(caller): Admin,
    State(state): State<AppState>,
    Path(id): Path<OutageId>,
    seen: IfMatch,
    body: IdempotentJson<OutageWithdrawalIn>,
) -> Result<Response, Problem> {
    let answer = outages::withdraw(&state, &caller, id, &seen, &body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}
