//! Reading and changing an organization.

use axum::{extract::State, response::Response};

use crate::{
    features::{
        accounts::{OrgAdmin, OrganizationReader},
        organizations::{
            dto::{OrganizationOut, OrganizationPatch},
            routes::reading_scope,
            service,
        },
    },
    kernel::ids::OrganizationId,
    platform::{
        db::Answer,
        http::{IdempotentJson, IfMatch, Path, Problem, idempotency::settle, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Reads an organization.
///
/// For its members and software, for officers within their scope, and for the system's administrator; 404 otherwise.
/// The reading by somebody outside the organization is recorded.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{id}",
    operation_id = "get_organization",
    tag = "organizations",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "Id of the organization"),
    ),
    responses(
        (status = 200, body = OrganizationOut, description = "The organization",
            headers(("ETag" = String, description = "Its version"))),
        (status = 401, body = ProblemOut, content_type = "application/problem+json", description = "Not signed in"),
        (status = 403, body = ProblemOut, content_type = "application/problem+json", description = "Not allowed for this role"),
        (status = 404, body = ProblemOut, content_type = "application/problem+json", description = "Does not exist, or is not the caller's business"),
    )
)]
pub(super) async fn get_organization(
    OrganizationReader(caller): OrganizationReader,
    Path(id): Path<OrganizationId>,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let scope = reading_scope(&caller)?;
    let out = service::read_organization(&state, &caller, &scope, id).await?;
    Ok(versioned(out.version, &out))
}

/// Changes phone, e-mail address, street address, ward or zone of an organization.
///
/// For its administrator. Name, kind and tax code are what the officer approved and are unknown fields here. Refused
/// with 409 unless the organization is active, with 412 if it changed since it was read.
#[utoipa::path(
    patch,
    path = "/api/v1/organizations/{id}",
    operation_id = "update_organization",
    tag = "organizations",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "Id of the organization"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again"),
    ),
    request_body = OrganizationPatch,
    responses(
        (status = 200, body = OrganizationOut, description = "The organization as it is now",
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
pub(super) async fn update_organization(
    OrgAdmin(caller): OrgAdmin,
    Path(id): Path<OrganizationId>,
    if_match: IfMatch,
    State(state): State<AppState>,
    IdempotentJson { input, idempotency }: IdempotentJson<OrganizationPatch>,
) -> Result<Answer, Problem> {
    let scope = caller.scope()?;
    let outcome = service::update_organization(&state, &caller, &scope, (id, &if_match), (input, &idempotency)).await;
    settle(&state, &idempotency, outcome).await
}
