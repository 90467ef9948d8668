//! The officer's desk.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::Officer,
        declarations::{
            dto::{DeclarationPage, DeclarationSummaryOut},
            dto_review::{BulkReviewIn, BulkReviewOut, QueueFilter, ReviewIn},
            rules::review::Action,
            service::{reading, reviewing},
        },
    },
    kernel::ids::DeclarationId,
    platform::{
        http::{IdempotentJson, IfMatch, Path, Problem, Query, problem::ProblemOut},
        lang::Lang,
        state::AppState,
    },
};

/// The desk of the officer's unit: declarations with warnings first, then what is due first.
#[utoipa::path(
    get, path = "/api/v1/review/declarations", operation_id = "list_review_queue", tag = "review",
    security(("bearer" = [])), params(QueueFilter),
    responses(
        (status = 200, description = "A page of the desk", body = DeclarationPage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_review_queue(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Query(filter): Query<QueueFilter>,
) -> Result<axum::Json<DeclarationPage>, Problem> {
    reading::queue(&state, &caller, &filter).await.map(axum::Json)
}

/// Answers up to 200 declarations at once, each with its own outcome.
#[utoipa::path(
    post, path = "/api/v1/review/declarations/bulk", operation_id = "bulk_review", tag = "review",
    security(("bearer" = [])), request_body = BulkReviewIn,
    responses(
        (status = 200, description = "What became of each answer", body = BulkReviewOut),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn bulk_review(
    Officer(caller): Officer,
    State(state): State<AppState>,
    lang: Lang,
    body: IdempotentJson<BulkReviewIn>,
) -> Result<Response, Problem> {
    let answer = reviewing::review_many(&state, &caller, &body.input, &body.idempotency, lang).await?;
    Ok(answer.into_response())
}

/// Confirms a declaration (xác nhận).
#[utoipa::path(
    post, path = "/api/v1/declarations/{id}/confirm", operation_id = "confirm_declaration", tag = "review",
    security(("bearer" = [])), params(("id" = DeclarationId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = ReviewIn,
    responses(
        (status = 200, description = "The declaration after it", body = DeclarationSummaryOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn confirm_declaration(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<DeclarationId>,
    seen: IfMatch,
    body: IdempotentJson<ReviewIn>,
) -> Result<Response, Problem> {
    let answer = reviewing::review(&state, &caller, id, Action::Confirm, &seen, &body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// Returns a declaration (không xác nhận): the declarant corrects it. A reason is mandatory.
#[utoipa::path(
    post, path = "/api/v1/declarations/{id}/return", operation_id = "return_declaration", tag = "review",
    security(("bearer" = [])), params(("id" = DeclarationId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = ReviewIn,
    responses(
        (status = 200, description = "The declaration after it", body = DeclarationSummaryOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn return_declaration(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<DeclarationId>,
    seen: IfMatch,
    body: IdempotentJson<ReviewIn>,
) -> Result<Response, Problem> {
    let answer = reviewing::review(&state, &caller, id, Action::Return, &seen, &body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// Refuses a declaration (từ chối). A reason is mandatory.
#[utoipa::path(
    post, path = "/api/v1/declarations/{id}/refuse", operation_id = "refuse_declaration", tag = "review",
    security(("bearer" = [])), params(("id" = DeclarationId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = ReviewIn,
    responses(
        (status = 200, description = "The declaration after it", body = DeclarationSummaryOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn refuse_declaration(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<DeclarationId>,
    seen: IfMatch,
    body: IdempotentJson<ReviewIn>,
) -> Result<Response, Problem> {
    let answer = reviewing::review(&state, &caller, id, Action::Refuse, &seen, &body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// Orders another check of a declaration (xác minh lại). A reason is mandatory.
#[utoipa::path(
    post, path = "/api/v1/declarations/{id}/recheck", operation_id = "recheck_declaration", tag = "review",
    security(("bearer" = [])), params(("id" = DeclarationId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = ReviewIn,
    responses(
        (status = 200, description = "The declaration after it", body = DeclarationSummaryOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn recheck_declaration(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<DeclarationId>,
    seen: IfMatch,
    body: IdempotentJson<ReviewIn>,
) -> Result<Response, Problem> {
    let answer = reviewing::review(&state, &caller, id, Action::Recheck, &seen, &body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}
