//! What happens to a stay after its filing.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::{Declarant, StayReader},
        declarations::{
            dto_life::{
                BulkCheckOutIn, BulkCheckOutOut, CheckOutIn, CorrectionOut, ExtendIn, StayDetailOut, StayPatchIn,
                StayVersionsOut, WithdrawIn,
            },
            service::{
                checking_out,
                living::{self, Wish},
            },
        },
    },
    kernel::ids::StayId,
    platform::{
        http::{
            IdempotentJson, IfMatch, Json, Path, Problem, idempotency::Idempotency, problem::ProblemOut, versioned,
        },
        lang::Lang,
        state::AppState,
    },
};

/// One stay with what can be done to it. The read is on the record.
#[utoipa::path(
    get, path = "/api/v1/stays/{id}", operation_id = "get_stay", tag = "stays",
    security(("bearer" = [])), params(("id" = StayId, Path)),
    responses(
        (status = 200, description = "The stay", body = StayDetailOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_stay(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<StayId>,
    lang: Lang,
) -> Result<Response, Problem> {
    let (version, out) = living::get(&state, &caller, id, lang).await?;
    Ok(versioned(version, &out))
}

/// The history of a stay: each version with what changed, who changed it and why. The read is on the record.
#[utoipa::path(
    get, path = "/api/v1/stays/{id}/versions", operation_id = "list_stay_versions", tag = "stays",
    security(("bearer" = [])), params(("id" = StayId, Path)),
    responses(
        (status = 200, description = "All versions, oldest first", body = StayVersionsOut),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_stay_versions(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<StayId>,
    lang: Lang,
) -> Result<axum::Json<StayVersionsOut>, Problem> {
    living::versions(&state, &caller, id, lang).await.map(axum::Json)
}

/// Amends a stay. A reason is mandatory.
///
/// Until the declaration is confirmed the change is made at once (200). Afterwards it becomes a correction request that
/// an officer accepts or refuses (202 with its `Location`). The stay as changed is examined like a filing; whether it
/// was declared late is still judged by the time of its filing.
#[utoipa::path(
    patch, path = "/api/v1/stays/{id}", operation_id = "amend_stay", tag = "stays",
    security(("bearer" = [])), params(("id" = StayId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = StayPatchIn,
    responses(
        (status = 200, description = "The stay after it", body = StayDetailOut, headers(("ETag" = String))),
        (status = 202, description = "A correction request", body = CorrectionOut, headers(("Location" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn amend_stay(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    Path(id): Path<StayId>,
    seen: IfMatch,
    lang: Lang,
    Json(input): Json<StayPatchIn>,
) -> Result<Response, Problem> {
    let (reason, patch) = input.split();
    let wish = Wish::Amend(patch, reason);
    let answer = living::change(&state, &caller, id, &seen, wish, &Idempotency::none(), lang).await?;
    Ok(answer.into_response())
}

/// Records that the guest has left; today if no day is given. Needs no officer, confirmed or not.
#[utoipa::path(
    post, path = "/api/v1/stays/{id}/check-out", operation_id = "check_out_stay", tag = "stays",
    security(("bearer" = [])), params(("Idempotency-Key" = Option<String>, Header, description = "Mandatory for API clients"), ("id" = StayId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = CheckOutIn,
    responses(
        (status = 200, description = "The stay after it", body = StayDetailOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn check_out_stay(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    Path(id): Path<StayId>,
    seen: IfMatch,
    lang: Lang,
    body: IdempotentJson<CheckOutIn>,
) -> Result<Response, Problem> {
    let wish = Wish::CheckOut(body.input);
    let answer = living::change(&state, &caller, id, &seen, wish, &body.idempotency, lang).await?;
    Ok(answer.into_response())
}

/// Records that the guest stays longer than planned. Needs no officer, confirmed or not.
#[utoipa::path(
    post, path = "/api/v1/stays/{id}/extend", operation_id = "extend_stay", tag = "stays",
    security(("bearer" = [])), params(("Idempotency-Key" = Option<String>, Header, description = "Mandatory for API clients"), ("id" = StayId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = ExtendIn,
    responses(
        (status = 200, description = "The stay after it", body = StayDetailOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn extend_stay(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    Path(id): Path<StayId>,
    seen: IfMatch,
    lang: Lang,
    body: IdempotentJson<ExtendIn>,
) -> Result<Response, Problem> {
    let wish = Wish::Extend(body.input);
    let answer = living::change(&state, &caller, id, &seen, wish, &body.idempotency, lang).await?;
    Ok(answer.into_response())
}

/// Takes the filing of a stay back: the guest never stayed. A reason is mandatory; what was filed stays on record.
///
/// After a confirmation it becomes a correction request (202). A withdrawn guest can be declared anew.
#[utoipa::path(
    post, path = "/api/v1/stays/{id}/withdraw", operation_id = "withdraw_stay", tag = "stays",
    security(("bearer" = [])), params(("Idempotency-Key" = Option<String>, Header, description = "Mandatory for API clients"), ("id" = StayId, Path), ("If-Match" = String, Header, description = "Version seen")),
    request_body = WithdrawIn,
    responses(
        (status = 200, description = "The stay after it", body = StayDetailOut, headers(("ETag" = String))),
        (status = 202, description = "A correction request", body = CorrectionOut, headers(("Location" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn withdraw_stay(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    Path(id): Path<StayId>,
    seen: IfMatch,
    lang: Lang,
    body: IdempotentJson<WithdrawIn>,
) -> Result<Response, Problem> {
    let wish = Wish::Withdraw(body.input.reason);
    let answer = living::change(&state, &caller, id, &seen, wish, &body.idempotency, lang).await?;
    Ok(answer.into_response())
}

/// Checks up to 200 guests out at once, each with its own outcome.
#[utoipa::path(
    post, path = "/api/v1/stays/check-out", operation_id = "bulk_check_out", tag = "stays",
    security(("bearer" = [])), params(("Idempotency-Key" = Option<String>, Header, description = "Mandatory for API clients")), request_body = BulkCheckOutIn,
    responses(
        (status = 200, description = "What became of each departure", body = BulkCheckOutOut),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn bulk_check_out(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    lang: Lang,
    body: IdempotentJson<BulkCheckOutIn>,
) -> Result<Response, Problem> {
    let answer = checking_out::check_out_many(&state, &caller, &body.input, &body.idempotency, lang).await?;
    Ok(answer.into_response())
}
