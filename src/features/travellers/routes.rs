//! Doors of the room for HTTP: officers and supervisors only.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    features::{
        accounts::Officer,
        travellers::{
            dto::{LinkIn, LinkOut, LinkWithdrawalIn, TimelineOut, TimelineQuery, TravellerPage, TravellerSearch},
            service::{linking, searching, timeline},
        },
    },
    kernel::ids::{StayId, TravellerLinkId},
    platform::{
        http::{IdempotentJson, IfMatch, Json, Path, Problem, Query, problem::ProblemOut},
        lang::Lang,
        state::AppState,
    },
};

/// The route table.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_travellers))
        .routes(routes!(search_travellers))
        .routes(routes!(get_traveller_timeline))
        .routes(routes!(link_traveller))
        .routes(routes!(withdraw_traveller_link))
}

/// Looks for persons by name or document, with the search in the address.
///
/// For officers and supervisors; the police of a ward finds a person only through stays in its ward. Proxies write
/// addresses into their logs: `POST /api/v1/travellers/search` asks the same without a name in the address and is the
/// better door. The look-up stands on the record with its purpose and with whom it showed. Refused with 400 without a
/// purpose, or with neither `q` nor `document_number`.
#[utoipa::path(
    get, path = "/api/v1/travellers", operation_id = "list_travellers", tag = "travellers",
    security(("bearer" = [])), params(TravellerSearch),
    responses(
        (status = 200, description = "A page of travellers, the newest in the record first", body = TravellerPage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_travellers(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Query(search): Query<TravellerSearch>,
) -> Result<axum::Json<TravellerPage>, Problem> {
    searching::search(&state, &caller, &search).await.map(axum::Json)
}

/// Looks for persons by name or document, with the search in the body.
///
/// The advised door: names and numbers do not stand in an address, which proxies write into their logs. It stores
/// nothing but its own record, so it takes no `Idempotency-Key`. All else as in `GET /api/v1/travellers`.
#[utoipa::path(
    post, path = "/api/v1/travellers/search", operation_id = "search_travellers", tag = "travellers",
    security(("bearer" = [])), request_body = TravellerSearch,
    responses(
        (status = 200, description = "A page of travellers, the newest in the record first", body = TravellerPage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn search_travellers(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Json(search): Json<TravellerSearch>,
) -> Result<axum::Json<TravellerPage>, Problem> {
    searching::search(&state, &caller, &search).await.map(axum::Json)
}

/// One person's stays on one line, with what speaks for and against it.
///
/// `id` is that of any stay declared with the document. Stays with other documents are joined only where it is sure that
/// one person holds both; what is merely likely stands apart with its reasons. Document numbers stand here in full: the
/// read is on the record with its purpose and every stay shown. Only stays within the caller's reach are shown.
#[utoipa::path(
    get, path = "/api/v1/travellers/{id}/timeline", operation_id = "get_traveller_timeline", tag = "travellers",
    security(("bearer" = [])), params(("id" = StayId, Path, description = "Any stay of the traveller"), TimelineQuery),
    responses(
        (status = 200, description = "The timeline", body = TimelineOut),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_traveller_timeline(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<StayId>,
    Query(query): Query<TimelineQuery>,
    lang: Lang,
) -> Result<axum::Json<TimelineOut>, Problem> {
    timeline::timeline(&state, &caller, id, query.purpose.as_deref(), lang).await.map(axum::Json)
}

/// Says of two documents that one person holds both, or that two persons do.
///
/// Both must lie within the caller's reach. The same saying again answers with the first one (200); the opposite is
/// refused with 409 until the first is withdrawn.
#[utoipa::path(
    post, path = "/api/v1/travellers/{id}/links", operation_id = "link_traveller", tag = "travellers",
    security(("bearer" = [])),
    params(
        ("id" = StayId, Path, description = "Any stay of the one document"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again"),
    ),
    request_body = LinkIn,
    responses(
        (status = 201, description = "The link", body = LinkOut, headers(("Location" = String), ("ETag" = String))),
        (status = 200, description = "It was said before: the first link", body = LinkOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn link_traveller(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<StayId>,
    body: IdempotentJson<LinkIn>,
) -> Result<Response, Problem> {
    let answer = linking::link(&state, &caller, id, &body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// Takes back what was said of two documents.
///
/// The office takes back every link, an officer of a ward those of the own unit (403 otherwise). What was said, and why
/// it was taken back, stays on record.
#[utoipa::path(
    post, path = "/api/v1/traveller-links/{id}/withdraw", operation_id = "withdraw_traveller_link", tag = "travellers",
    security(("bearer" = [])),
    params(
        ("id" = TravellerLinkId, Path),
        ("If-Match" = String, Header, description = "Version seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again"),
    ),
    request_body = LinkWithdrawalIn,
    responses(
        (status = 200, description = "The link after it", body = LinkOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn withdraw_traveller_link(
    Officer(caller): Officer,
    State(state): State<AppState>,
    Path(id): Path<TravellerLinkId>,
    seen: IfMatch,
    body: IdempotentJson<LinkWithdrawalIn>,
) -> Result<Response, Problem> {
    let answer = linking::withdraw(&state, &caller, id, &seen, &body.input, &body.idempotency).await?;
    Ok(answer.into_response())
}
