//! API clients of an organization.

use axum::{extract::State, response::IntoResponse, response::Response};
use uuid::Uuid;

use crate::{
    features::accounts::{
        Liveness, OrgAdmin,
        dto::{ApiClientIn, ApiClientList, ApiClientOut, ApiClientSecretOut, NothingIn, PageFilter},
        routes::told_once,
        service::api_clients,
    },
    platform::{
        db::{Answer, Work},
        http::{IdempotentJson, IfMatch, Path, Problem, Query, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Lists the organization's API clients.
#[utoipa::path(get, path = "/api/v1/api-clients", operation_id = "list_api_clients", tag = "api-clients",
    security(("bearer" = [])), params(PageFilter),
    responses(
        (status = 200, description = "One page", body = ApiClientList),
        (status = 400, description = "The query cannot be meant", body = ProblemOut, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn list_api_clients(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    Query(filter): Query<PageFilter>,
) -> Result<Response, Problem> {
    let found = api_clients::list(state.db.read(), caller.organization()?, &filter.page()?).await?;
    Ok(Answer::ok(&ApiClientList::from(found)).into_response())
}

/// Enters software that is to file for the organization. The answer holds its secret, once.
#[utoipa::path(post, path = "/api/v1/api-clients", operation_id = "create_api_client", tag = "api-clients",
    security(("bearer" = [])), request_body = ApiClientIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again")),
    responses(
        (status = 201, description = "Entered", body = ApiClientSecretOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "The first request with this key is still running", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn create_api_client(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    request: IdempotentJson<ApiClientIn>,
) -> Result<Answer, Problem> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let (name, scopes) = (&request.input.name, request.input.scopes.as_deref());
    let (client, secret) = api_clients::create(&mut work, caller.organization()?, name, scopes).await?;
    let (location, version) = (format!("/api/v1/api-clients/{}", client.id), client.version);
    let mut out = ApiClientSecretOut { client: client.into(), client_secret: None };
    let kept = work.answer(&request.idempotency, Answer::created(location, &out).version(version)).await?;
    out.client_secret = Some(secret);
    Ok(told_once(kept, &out))
}

/// Shows an API client.
#[utoipa::path(get, path = "/api/v1/api-clients/{id}", operation_id = "get_api_client", tag = "api-clients",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "API client")),
    responses(
        (status = 200, description = "The API client; `ETag` holds its version", body = ApiClientOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such API client", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn get_api_client(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let client = api_clients::get(state.db.read(), caller.organization()?, id).await?;
    Ok(versioned(client.version, &ApiClientOut::from(client)))
}

/// Gives an API client a new secret, once. The old one stays good for 24 hours.
#[utoipa::path(post, path = "/api/v1/api-clients/{id}/rotate", operation_id = "rotate_api_client",
    tag = "api-clients", security(("bearer" = [])), request_body(content = Option<NothingIn>),
    params(
        ("id" = Uuid, Path, description = "API client"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again")),
    responses(
        (status = 200, description = "With the new secret", body = ApiClientSecretOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such API client", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "It was revoked before", body = ProblemOut, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it meanwhile", body = ProblemOut, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn rotate_api_client(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    request: IdempotentJson<NothingIn>,
) -> Result<Answer, Problem> {
    let before = api_clients::get(state.db.read(), caller.organization()?, id).await?;
    if_match.check(before.version)?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let (client, secret) = api_clients::rotate(&mut work, &before).await?;
    let version = client.version;
    let mut out = ApiClientSecretOut { client: client.into(), client_secret: None };
    let kept = work.answer(&request.idempotency, Answer::ok(&out).version(version)).await?;
    out.client_secret = Some(secret);
    Ok(told_once(kept, &out))
}

/// Revokes an API client for good; its tokens are refused within seconds.
#[utoipa::path(post, path = "/api/v1/api-clients/{id}/revoke", operation_id = "revoke_api_client",
    tag = "api-clients", security(("bearer" = [])), request_body(content = Option<NothingIn>),
    params(
        ("id" = Uuid, Path, description = "API client"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again")),
    responses(
        (status = 200, description = "Revoked", body = ApiClientOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such API client", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "It was revoked before", body = ProblemOut, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it meanwhile", body = ProblemOut, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn revoke_api_client(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    request: IdempotentJson<NothingIn>,
) -> Result<Answer, Problem> {
    let before = api_clients::get(state.db.read(), caller.organization()?, id).await?;
    if_match.check(before.version)?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let client = api_clients::revoke(&mut work, &before).await?;
    let version = client.version;
    let answer = work.answer(&request.idempotency, Answer::ok(&ApiClientOut::from(client)).version(version)).await?;
    state.room::<Liveness>().forget(id);
    Ok(answer)
}
