//! Members of an organization, run by its administrator.

use axum::{extract::State, response::IntoResponse, response::Response};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        Liveness, OrgAdmin,
        dto::{InvitedMemberOut, MemberIn, MemberList, MemberOut, MemberPatch, NothingIn, PageFilter},
        routes::told_once,
        service::{
            accounts::{self, Circle, about},
            members::{self, NewAccount},
            record,
        },
    },
    platform::{
        db::{Answer, Work},
        events::Event,
        http::{IdempotentJson, IfMatch, Path, Problem, Query, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Lists the members of the organization.
#[utoipa::path(get, path = "/api/v1/members", operation_id = "list_members", tag = "members", security(("bearer" = [])),
    params(PageFilter),
    responses(
        (status = 200, description = "One page", body = MemberList),
        (status = 400, description = "The query cannot be meant", body = ProblemOut, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn list_members(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    Query(filter): Query<PageFilter>,
) -> Result<Response, Problem> {
    let page = filter.page()?;
    let circle = Circle::Organization(caller.organization()?);
    let found = accounts::list(state.db.read(), circle, None, &page).await?;
    let mut event = Event::about_many("members_listed", "account").with(json!({"rows": found.items.len()}));
    event.organization_id = caller.organization_id.map(|id| id.0);
    record(&state, &caller.actor, event).await?;
    Ok(Answer::ok(&MemberList::from(found)).into_response())
}

/// Invites a member of the organization.
///
/// The answer holds the token with which the invited person sets a password, once; hand it over in person.
#[utoipa::path(post, path = "/api/v1/members", operation_id = "invite_member", tag = "members",
    security(("bearer" = [])), request_body = MemberIn,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again")),
    responses(
        (status = 201, description = "Invited", body = InvitedMemberOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "The first request with this key is still running", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule; the address may be taken", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn invite_member(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    request: IdempotentJson<MemberIn>,
) -> Result<Answer, Problem> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let input = request.input;
    let new = NewAccount {
        email: input.email,
        full_name: input.full_name,
        role: input.role.into(),
        organization_id: caller.organization()?,
    };
    let (account, token) = members::invite_account(&mut work, &new).await?;
    let location = format!("/api/v1/members/{}", account.id);
    let version = account.version;
    let mut out = InvitedMemberOut { account: account.into(), activation_token: None };
    let kept = work.answer(&request.idempotency, Answer::created(location, &out).version(version)).await?;
    out.activation_token = Some(token);
    Ok(told_once(kept, &out))
}

/// Shows a member of the organization.
#[utoipa::path(get, path = "/api/v1/members/{id}", operation_id = "get_member", tag = "members",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "Member")),
    responses(
        (status = 200, description = "The account; `ETag` holds its version", body = MemberOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn get_member(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let account = accounts::get(state.db.read(), Circle::Organization(caller.organization()?), id).await?;
    record(&state, &caller.actor, about("account_read", &account)).await?;
    Ok(versioned(account.version, &MemberOut::from(account)))
}

/// Changes a member of the organization. Sessions end when the role changes or the account is disabled.
#[utoipa::path(patch, path = "/api/v1/members/{id}", operation_id = "change_member", tag = "members",
    security(("bearer" = [])), request_body = MemberPatch,
    params(
        ("id" = Uuid, Path, description = "Member"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen")
    ),
    responses(
        (status = 200, description = "Changed", body = MemberOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "The state of the account does not let this happen", body = ProblemOut, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it meanwhile", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule; the last administrator stays", body = ProblemOut, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn change_member(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    request: IdempotentJson<MemberPatch>,
) -> Result<Answer, Problem> {
    let circle = Circle::Organization(caller.organization()?);
    let before = accounts::get(state.db.read(), circle, id).await?;
    if_match.check(before.version)?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let account = accounts::change(&mut work, circle, &before, &request.input.into(), caller.actor.id).await?;
    let version = account.version;
    let answer = work.answer(&request.idempotency, Answer::ok(&MemberOut::from(account)).version(version)).await?;
    state.room::<Liveness>().forget_account(id);
    Ok(answer)
}

/// Starts the account anew after a lost password, a lost phone, or an invitation whose time is over.
///
/// Password, second factor and sessions go; the answer holds a new activation token, once.
#[utoipa::path(post, path = "/api/v1/members/{id}/reset", operation_id = "reset_member", tag = "members",
    security(("bearer" = [])), request_body(content = Option<NothingIn>),
    params(
        ("id" = Uuid, Path, description = "Member"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body gets the first answer again")
    ),
    responses(
        (status = 200, description = "Invited anew", body = InvitedMemberOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators of the organization", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such account", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "The state of the account does not let this happen", body = ProblemOut, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it meanwhile", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule; the last administrator stays", body = ProblemOut, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn reset_member(
    State(state): State<AppState>,
    OrgAdmin(caller): OrgAdmin,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    request: IdempotentJson<NothingIn>,
) -> Result<Answer, Problem> {
    let circle = Circle::Organization(caller.organization()?);
    let before = accounts::get(state.db.read(), circle, id).await?;
    if_match.check(before.version)?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let (account, token) = accounts::reset(&mut work, circle, &before, caller.actor.id).await?;
    let version = account.version;
    let mut out = InvitedMemberOut { account: account.into(), activation_token: None };
    let kept = work.answer(&request.idempotency, Answer::ok(&out).version(version)).await?;
    state.room::<Liveness>().forget_account(id);
    out.activation_token = Some(token);
    Ok(told_once(kept, &out))
}
