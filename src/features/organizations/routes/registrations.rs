//! Registering, and an officer's decision on it.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::{Anonymous, Officer},
        organizations::{
            dto::{ApprovalIn, RefusalIn, RegistrationFilter, RegistrationIn, RegistrationListOut, RegistrationOut},
            routes::listing,
            service,
        },
    },
    kernel::ids::OrganizationId,
    platform::{
        db::Answer,
        http::{IdempotentJson, IfMatch, Path, Problem, Query, idempotency::settle, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Registers an organization with its first administrator.
///
/// For everybody. Both wait for an officer's decision; until then nobody can sign in. Everything that is wrong is told
/// at once: name, tax code, phone, e-mail address, place, password, and an e-mail address that has an account already.
#[utoipa::path(
    post,
    path = "/api/v1/registrations",
    operation_id = "register_organization",
    tag = "organizations",
    security(()),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again"),
    ),
    request_body = RegistrationIn,
    responses(
        (status = 201, body = RegistrationOut, description = "Registered, waits for an officer",
            headers(("Location" = String, description = "Where it can be read"), ("ETag" = String, description = "Its version"))),
        (status = 400, body = ProblemOut, content_type = "application/problem+json", description = "Malformed"),
        (status = 409, body = ProblemOut, content_type = "application/problem+json", description = "In a state in which this cannot be done"),
        (status = 413, body = ProblemOut, content_type = "application/problem+json", description = "Body over the limit"),
        (status = 415, body = ProblemOut, content_type = "application/problem+json", description = "Not JSON"),
        (status = 422, body = ProblemOut, content_type = "application/problem+json", description = "Findings, each with its place"),
        (status = 429, body = ProblemOut, content_type = "application/problem+json", description = "Too many requests"),
    )
)]
pub(super) async fn register_organization(
    caller: Anonymous,
    State(state): State<AppState>,
    IdempotentJson { input, idempotency }: IdempotentJson<RegistrationIn>,
) -> Result<Answer, Problem> {
    let outcome = service::register_organization(&state, &caller.actor, input, &idempotency).await;
    settle(&state, &idempotency, outcome).await
}

/// Lists registrations, oldest first.
///
/// For officers: a ward's police sees those whose seat lies in the ward, the immigration office all. The reading is
/// recorded.
#[utoipa::path(
    get,
    path = "/api/v1/registrations",
    operation_id = "list_registrations",
    tag = "organizations",
    security(("bearer" = [])),
    params(
        RegistrationFilter,
    ),
    responses(
        (status = 200, body = RegistrationListOut, description = "A page of registrations"),
        (status = 400, body = ProblemOut, content_type = "application/problem+json", description = "Malformed"),
        (status = 401, body = ProblemOut, content_type = "application/problem+json", description = "Not signed in"),
        (status = 403, body = ProblemOut, content_type = "application/problem+json", description = "Not allowed for this role"),
    )
)]
pub(super) async fn list_registrations(
    Officer(caller): Officer,
    Query(filter): Query<RegistrationFilter>,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let listing = listing(filter.limit, filter.cursor.as_deref())?;
    let scope = caller.scope()?;
    let page = service::list_registrations(&state, &caller, &scope, filter.status, &listing).await?;
    let out = RegistrationListOut { items: page.items, next_cursor: page.next_cursor };
    Ok(Answer::ok(&out).into_response())
}

/// Reads one registration with the administrator who was named.
///
/// For officers, within their scope; 404 outside it. The reading is recorded.
#[utoipa::path(
    get,
    path = "/api/v1/registrations/{id}",
    operation_id = "get_registration",
    tag = "organizations",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "Id of the registration"),
    ),
    responses(
        (status = 200, body = RegistrationOut, description = "The registration",
            headers(("ETag" = String, description = "Its version"))),
        (status = 401, body = ProblemOut, content_type = "application/problem+json", description = "Not signed in"),
        (status = 403, body = ProblemOut, content_type = "application/problem+json", description = "Not allowed for this role"),
        (status = 404, body = ProblemOut, content_type = "application/problem+json", description = "Does not exist, or is not the caller's business"),
    )
)]
pub(super) async fn get_registration(
    Officer(caller): Officer,
    Path(id): Path<OrganizationId>,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let scope = caller.scope()?;
    let out = service::read_registration(&state, &caller, &scope, id).await?;
    Ok(versioned(out.version, &out))
}

/// Approves a registration: the organization is active and its administrator may sign in.
///
/// For officers, within their scope; 404 outside it. Refused with 409 unless the registration is pending, with 412 if
/// it changed since it was read.
#[utoipa::path(
    post,
    path = "/api/v1/registrations/{id}/approve",
    operation_id = "approve_registration",
    tag = "organizations",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "Id of the registration"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again"),
    ),
    request_body = ApprovalIn,
    responses(
        (status = 200, body = RegistrationOut, description = "Approved",
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
pub(super) async fn approve_registration(
    Officer(caller): Officer,
    Path(id): Path<OrganizationId>,
    if_match: IfMatch,
    State(state): State<AppState>,
    IdempotentJson { idempotency, .. }: IdempotentJson<ApprovalIn>,
) -> Result<Answer, Problem> {
    let scope = caller.scope()?;
    let outcome = service::approve_registration(&state, &caller, &scope, (id, &if_match), &idempotency).await;
    settle(&state, &idempotency, outcome).await
}

/// Refuses a registration, with a reason: its administrator's account is disabled.
///
/// For officers, within their scope; 404 outside it. Refused with 409 unless the registration is pending, with 412 if
/// it changed since it was read. The applicant may register again under the same e-mail address.
#[utoipa::path(
    post,
    path = "/api/v1/registrations/{id}/refuse",
    operation_id = "refuse_registration",
    tag = "organizations",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "Id of the registration"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again"),
    ),
    request_body = RefusalIn,
    responses(
        (status = 200, body = RegistrationOut, description = "Refused",
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
pub(super) async fn refuse_registration(
    Officer(caller): Officer,
    Path(id): Path<OrganizationId>,
    if_match: IfMatch,
    State(state): State<AppState>,
    IdempotentJson { input, idempotency }: IdempotentJson<RefusalIn>,
) -> Result<Answer, Problem> {
    let scope = caller.scope()?;
    let outcome = service::refuse_registration(&state, &caller, &scope, (id, &if_match), (input, &idempotency)).await;
    settle(&state, &idempotency, outcome).await
}
