//! Establishments: list, enter, read, change, close, reopen.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::{OrgAdmin, OrganizationReader},
        organizations::{
            dto::{EstablishmentFilter, EstablishmentIn, EstablishmentListOut, EstablishmentOut, EstablishmentPatch},
            routes::{listing, reading_scope},
            service,
        },
    },
    kernel::ids::EstablishmentId,
    platform::{
        db::Answer,
        http::{IdempotentJson, IfMatch, Path, Problem, Query, idempotency::settle, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Lists establishments, oldest first.
///
/// Members and software see their organization's, a ward's police those in its ward, the immigration office and the
/// system's administrator all.
#[utoipa::path(
    get,
    path = "/api/v1/establishments",
    operation_id = "list_establishments",
    tag = "establishments",
    security(("bearer" = [])),
    params(
        EstablishmentFilter,
    ),
    responses(
        (status = 200, body = EstablishmentListOut, description = "A page of establishments"),
        (status = 400, body = ProblemOut, content_type = "application/problem+json", description = "Malformed"),
        (status = 401, body = ProblemOut, content_type = "application/problem+json", description = "Not signed in"),
        (status = 403, body = ProblemOut, content_type = "application/problem+json", description = "Not allowed for this role"),
    )
)]
pub(super) async fn list_establishments(
    OrganizationReader(caller): OrganizationReader,
    Query(filter): Query<EstablishmentFilter>,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let listing = listing(filter.limit, filter.cursor.as_deref())?;
    let scope = reading_scope(&caller)?;
    let page = service::list_establishments(&state, &scope, &filter, &listing).await?;
    let out = EstablishmentListOut { items: page.items, next_cursor: page.next_cursor };
    Ok(Answer::ok(&out).into_response())
}

/// Enters an establishment of the caller's organization.
///
/// For its administrator. The police of its ward receives its declarations, or the immigration office where the ward
/// has no unit. Refused with 409 unless the organization is active.
#[utoipa::path(
    post,
    path = "/api/v1/establishments",
    operation_id = "create_establishment",
    tag = "establishments",
    security(("bearer" = [])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again"),
    ),
    request_body = EstablishmentIn,
    responses(
        (status = 201, body = EstablishmentOut, description = "Entered",
            headers(("Location" = String, description = "Where it can be read"), ("ETag" = String, description = "Its version"))),
        (status = 400, body = ProblemOut, content_type = "application/problem+json", description = "Malformed"),
        (status = 401, body = ProblemOut, content_type = "application/problem+json", description = "Not signed in"),
        (status = 403, body = ProblemOut, content_type = "application/problem+json", description = "Not allowed for this role"),
        (status = 409, body = ProblemOut, content_type = "application/problem+json", description = "In a state in which this cannot be done"),
        (status = 422, body = ProblemOut, content_type = "application/problem+json", description = "Findings, each with its place"),
    )
)]
pub(super) async fn create_establishment(
    OrgAdmin(caller): OrgAdmin,
    State(state): State<AppState>,
    IdempotentJson { input, idempotency }: IdempotentJson<EstablishmentIn>,
) -> Result<Answer, Problem> {
    let organization = caller.organization()?;
    let outcome = service::create_establishment(&state, &caller, organization, (input, &idempotency)).await;
    settle(&state, &idempotency, outcome).await
}

/// Reads an establishment.
///
/// For members and software of its organization, for officers within their scope, and for the system's administrator;
/// 404 otherwise.
#[utoipa::path(
    get,
    path = "/api/v1/establishments/{id}",
    operation_id = "get_establishment",
    tag = "establishments",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "Id of the establishment"),
    ),
    responses(
        (status = 200, body = EstablishmentOut, description = "The establishment",
            headers(("ETag" = String, description = "Its version"))),
        (status = 401, body = ProblemOut, content_type = "application/problem+json", description = "Not signed in"),
        (status = 403, body = ProblemOut, content_type = "application/problem+json", description = "Not allowed for this role"),
        (status = 404, body = ProblemOut, content_type = "application/problem+json", description = "Does not exist, or is not the caller's business"),
    )
)]
pub(super) async fn get_establishment(
    OrganizationReader(caller): OrganizationReader,
    Path(id): Path<EstablishmentId>,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let scope = reading_scope(&caller)?;
    let out = service::read_establishment(&state, &scope, id).await?;
    Ok(versioned(out.version, &out))
}

/// Changes, closes or reopens an establishment.
///
/// For the administrator of its organization. Another ward moves it to another receiving unit. At a closed
/// establishment no guest can be declared. Refused with 409 unless the organization is active, with 412 if the
/// establishment changed since it was read.
#[utoipa::path(
    patch,
    path = "/api/v1/establishments/{id}",
    operation_id = "update_establishment",
    tag = "establishments",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "Id of the establishment"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again"),
    ),
    request_body = EstablishmentPatch,
    responses(
        (status = 200, body = EstablishmentOut, description = "The establishment as it is now",
            headers(("ETag" = String, description = "Its version"))),
        (status = 400, body = ProblemOut, content_type = "application/problem+json", description = "Malformed"),
        (status = 401, body = ProblemOut, content_type = "application/problem+json", description = "Not signed in"),
        (status = 403, body = ProblemOut, content_type = "application/problem+json", description = "Not allowed for this role"),
        (status = 404, body = ProblemOut, content_type = "application/problem+json", description = "Does not exist, or is not the caller's business"),
        (status = 409, body = ProblemOut, content_type = "application/problem+json", description = "In a state in which this cannot be done"),
        (status = 412, body = ProblemOut, content_type = "application/problem+json", description = "Changed meanwhile"),
        (status = 422, body = ProblemOut, content_type = "application/problem+json", description = "Findings, each with its place"),
        (status = 428, body = ProblemOut, content_type = "application/problem+json", description = "If-Match is missing"),
    )
)]
pub(super) async fn update_establishment(
    OrgAdmin(caller): OrgAdmin,
    Path(id): Path<EstablishmentId>,
    if_match: IfMatch,
    State(state): State<AppState>,
    IdempotentJson { input, idempotency }: IdempotentJson<EstablishmentPatch>,
) -> Result<Answer, Problem> {
    let organization = caller.organization()?;
    let outcome =
        service::update_establishment(&state, &caller, organization, (id, &if_match), (input, &idempotency)).await;
    settle(&state, &idempotency, outcome).await
}
