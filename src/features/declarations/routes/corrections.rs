//! Corrections of confirmed stays.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::{Declarant, Officer, StayReader},
        declarations::{
            dto_life::{CorrectionAnswerIn, CorrectionFilter, CorrectionOut, CorrectionPage},
            service::correcting::{self, Decision},
        },
    },
    kernel::ids::CorrectionId,
    platform::{
        http::{IdempotentJson, IfMatch, Path, Problem, Query, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Correction requests: the own ones, or for officers those in scope, oldest first. The look is on the record.
#[utoipa::path(
    get, path = "/api/v1/corrections", operation_id = "list_corrections", tag = "corrections",
    security(("bearer" = [])), params(CorrectionFilter),
    responses(
        (status = 200, description = "A page of correction requests", body = CorrectionPage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_corrections(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Query(filter): Query<CorrectionFilter>,
) -> Result<axum::Json<CorrectionPage>, Problem> {
    correcting::list(&state, &caller, &filter).await.map(axum::Json)
}

/// One correction request, what would change beside what the stay says now. The read is on the record.
#[utoipa::path(
    get, path = "/api/v1/corrections/{id}", operation_id = "get_correction", tag = "corrections",
    security(("bearer" = [])), params(("id" = CorrectionId, Path)),
    responses(
        (status = 200, description = "The request", body = CorrectionOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_correction(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<CorrectionId>,
) -> Result<Response, Problem> {
    let out = correcting::get(&state, &caller, id).await?;
    Ok(versioned(out.version, &out))
}

/// Accepts a correction: the stay changes and the declaration has a new receipt.
#[utoipa::path(
    post, path = "/api/v1/corrections/{id}/accept", operation_id = "accept_correction", tag = "corrections",
    security(("bearer" = [])), params(("id" = CorrectionId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = CorrectionAnswerIn,
    responses(
        (status = 200, description = "The request after it", body = CorrectionOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn accept_correction(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<CorrectionId>,
    seen: IfMatch,
    body: IdempotentJson<CorrectionAnswerIn>,
) -> Result<Response, Problem> {
    let reason = body.input.reason.as_deref();
    let answer = correcting::decide(&state, &caller, id, Decision::Accept, &seen, reason, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// Refuses a correction: the stay stays as it is. A reason is mandatory.
#[utoipa::path(
    post, path = "/api/v1/corrections/{id}/refuse", operation_id = "refuse_correction", tag = "corrections",
    security(("bearer" = [])), params(("id" = CorrectionId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = CorrectionAnswerIn,
    responses(
        (status = 200, description = "The request after it", body = CorrectionOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn refuse_correction(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<CorrectionId>,
    seen: IfMatch,
    body: IdempotentJson<CorrectionAnswerIn>,
) -> Result<Response, Problem> {
    let reason = body.input.reason.as_deref();
    let answer = correcting::decide(&state, &caller, id, Decision::Refuse, &seen, reason, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// Takes a correction request back while no officer has answered it.
#[utoipa::path(
    post, path = "/api/v1/corrections/{id}/cancel", operation_id = "cancel_correction", tag = "corrections",
    security(("bearer" = [])), params(("Idempotency-Key" = Option<String>, Header, description = "Mandatory for API clients"), ("id" = CorrectionId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = CorrectionAnswerIn,
    responses(
        (status = 200, description = "The request after it", body = CorrectionOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn cancel_correction(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    Path(id): Path<CorrectionId>,
    seen: IfMatch,
    body: IdempotentJson<CorrectionAnswerIn>,
) -> Result<Response, Problem> {
    let reason = body.input.reason.as_deref();
    let answer = correcting::decide(&state, &caller, id, Decision::Cancel, &seen, reason, &body.idempotency).await?;
    Ok(answer.into_response())
}
