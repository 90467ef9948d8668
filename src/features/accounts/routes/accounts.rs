//! Accounts of staff, run by the administrator of the system.

use axum::{extract::State, response::IntoResponse, response::Response};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        Admin, Liveness,
        dto::{AccountFilter, AccountIn, AccountList, AccountOut, AccountPatch, InvitedAccountOut, NothingIn},
        routes::told_once,
        service::{
            accounts::{self, Circle, about},
            record,
            setup::{self, NewStaff},
        },
    },
    kernel::page::PageRequest,
    platform::{
        db::{Answer, Work},
        events::Event,
        http::{IdempotentJson, IfMatch, Path, Problem, Query, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Lists the accounts of staff.
#[utoipa::path(get, path = "/api/v1/accounts", operation_id = "list_accounts", tag = "accounts", security(("bearer" = [])),
    params(AccountFilter),
    responses(
        (status = 200, description = "One page", body = AccountList),
        (status = 400, description = "The query cannot be meant", body = ProblemOut, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the system", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn list_accounts(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Query(filter): Query<AccountFilter>,
) -> Result<Response, Problem> {
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    let circle = Circle::Staff;
    let found = accounts::list(state.db.read(), circle, filter.status.map(Into::into), &page).await?;
    let mut event = Event::about_many("accounts_listed", "account").with(json!({"rows": found.items.len()}));
    event.organization_id = caller.organization_id.map(|id| id.0);
    record(&state, &caller.actor, event).await?;
    Ok(Answer::ok(&AccountList::from(found)).into_response())
}

/// Invites an account of staff.
///
/// The answer holds the token with which the invited person sets a password, once; hand it over in person.
#[utoipa::path(post, path = "/api/v1/accounts", operation_id = "invite_account", tag = "accounts",
    security(("bearer" = [])), request_body = AccountIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again")),
    responses(
        (status = 201, description = "Invited", body = InvitedAccountOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the system", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "The first request with this key is still running", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule; the address may be taken", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn invite_account(
    State(state): State<AppState>,
    Admin(caller): Admin,
    request: IdempotentJson<AccountIn>,
) -> Result<Answer, Problem> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let input = &request.input;
    let new =
        NewStaff { email: &input.email, full_name: &input.full_name, role: input.role.into(), unit_id: input.unit_id };
    let (account, token) = setup::invite(&mut work, &new).await?;
    let location = format!("/api/v1/accounts/{}", account.id);
    let version = account.version;
    let mut out = InvitedAccountOut { account: account.into(), activation_token: None };
    let kept = work.answer(&request.idempotency, Answer::created(location, &out).version(version)).await?;
    out.activation_token = Some(token);
    Ok(told_once(kept, &out))
}

/// Shows an account of staff.
#[utoipa::path(get, path = "/api/v1/accounts/{id}", operation_id = "get_account", tag = "accounts",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "Account")),
    responses(
        (status = 200, description = "The account; `ETag` holds its version", body = AccountOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the system", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn get_account(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let account = accounts::get(state.db.read(), Circle::Staff, id).await?;
    record(&state, &caller.actor, about("account_read", &account)).await?;
    Ok(versioned(account.version, &AccountOut::from(account)))
}

/// Changes an account of staff. Sessions end when the role changes or the account is disabled.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", operation_id = "change_account", tag = "accounts",
    security(("bearer" = [])), request_body = AccountPatch,
    params(
        ("id" = Uuid, Path, description = "Account"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen")
    ),
    responses(
        (status = 200, description = "Changed", body = AccountOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the system", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "The state of the account does not let this happen", body = ProblemOut, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it meanwhile", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule; the last administrator stays", body = ProblemOut, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn change_account(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    request: IdempotentJson<AccountPatch>,
) -> Result<Answer, Problem> {
    let circle = Circle::Staff;
    let before = accounts::get(state.db.read(), circle, id).await?;
    if_match.check(before.version)?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let account = accounts::change(&mut work, circle, &before, &request.input.into(), caller.actor.id).await?;
    let version = account.version;
    let answer = work.answer(&request.idempotency, Answer::ok(&AccountOut::from(account)).version(version)).await?;
    state.room::<Liveness>().forget_account(id);
    Ok(answer)
}

/// Starts the account anew after a lost password, a lost phone, or an invitation whose time is over.
///
/// Password, second factor and sessions go; the answer holds a new activation token, once.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/reset", operation_id = "reset_account", tag = "accounts",
    security(("bearer" = [])), request_body(content = Option<NothingIn>),
    params(
        ("id" = Uuid, Path, description = "Account"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again")
    ),
    responses(
        (status = 200, description = "Invited anew", body = InvitedAccountOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the system", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "The state of the account does not let this happen", body = ProblemOut, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it meanwhile", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule; the last administrator stays", body = ProblemOut, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn reset_account(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    request: IdempotentJson<NothingIn>,
) -> Result<Answer, Problem> {
    let circle = Circle::Staff;
    let before = accounts::get(state.db.read(), circle, id).await?;
    if_match.check(before.version)?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let (account, token) = accounts::reset(&mut work, circle, &before, caller.actor.id).await?;
    let version = account.version;
    let mut out = InvitedAccountOut { account: account.into(), activation_token: None };
    let kept = work.answer(&request.idempotency, Answer::ok(&out).version(version)).await?;
    state.room::<Liveness>().forget_account(id);
    out.activation_token = Some(token);
    Ok(told_once(kept, &out))
}
