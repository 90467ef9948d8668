//! Signing in and out.
//!
//! None of these takes an idempotency key: the digest of the body that is kept with a key would be a digest of a password.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use crate::{
    features::accounts::{
        Anonymous, Enrolling,
        dto::{AccountOut, ActivateIn, LoginIn, RefreshIn, SetupIn, TokensOut},
        routes::{nothing, secret},
        service::{
            accounts, sessions,
            setup::{self, FirstAdmin},
            sign_in::{self, Credentials},
        },
    },
    platform::{
        db::Answer,
        http::{Json, Problem, problem::ProblemOut},
        state::AppState,
    },
};

/// Signs a person in.
///
/// After five wrong passwords in a row the address is locked for a minute, then for two, and so on up to fifteen.
#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "login", tag = "accounts", request_body = LoginIn,
    responses(
        (status = 200, description = "Signed in", body = TokensOut),
        (status = 401, description = "Wrong credentials (`invalid_credentials`), or the second factor is missing or wrong (`otp_required`)", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule", body = ProblemOut, content_type = "application/problem+json"),
        (status = 429, description = "Locked after wrong passwords; `Retry-After` says how long", body = ProblemOut, content_type = "application/problem+json"),
        (status = 503, description = "Too many sign-ins at once", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn login(
    State(state): State<AppState>,
    caller: Anonymous,
    Json(input): Json<LoginIn>,
) -> Result<Response, Problem> {
    let credentials = Credentials { email: &input.email, password: &input.password, otp: input.otp.as_deref() };
    let tokens = sign_in::sign_in(&state, &caller.actor, credentials).await?;
    Ok(secret(&TokensOut::from(tokens)))
}

/// Exchanges a refresh token for new tokens.
///
/// Each is good for one exchange. One that comes a second time ends its whole session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", operation_id = "refresh_session", tag = "accounts",
    request_body = RefreshIn,
    responses(
        (status = 200, description = "Exchanged", body = TokensOut),
        (status = 401, description = "Unknown, used before, or its session is over", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn refresh_session(
    State(state): State<AppState>,
    caller: Anonymous,
    Json(input): Json<RefreshIn>,
) -> Result<Response, Problem> {
    let tokens = sign_in::refresh(&state, &caller.actor, &input.refresh_token).await?;
    Ok(secret(&TokensOut::from(tokens)))
}

/// Ends the session of the caller with all its tokens.
#[utoipa::path(post, path = "/api/v1/auth/logout", operation_id = "logout", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Software has no session", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn logout(State(state): State<AppState>, caller: Enrolling) -> Result<Response, Problem> {
    sessions::end(&state, &caller.caller.actor, caller.session_id, "logged_out").await?;
    Ok(nothing())
}

/// Takes up an invitation by setting a password; then sign in.
#[utoipa::path(post, path = "/api/v1/auth/activate", operation_id = "activate_account", tag = "accounts",
    request_body = ActivateIn,
    responses(
        (status = 204, description = "The account may sign in"),
        (status = 422, description = "The token is not good, or the password is too easily guessed", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn activate_account(
    State(state): State<AppState>,
    caller: Anonymous,
    Json(input): Json<ActivateIn>,
) -> Result<Response, Problem> {
    accounts::activate(&state, &caller.actor, &input.token, &input.password).await?;
    Ok(nothing())
}

/// Makes the first administrator, with the token that the server printed.
#[utoipa::path(post, path = "/api/v1/auth/setup", operation_id = "set_up", tag = "accounts", request_body = SetupIn,
    responses(
        (status = 201, description = "There is an administrator now", body = AccountOut),
        (status = 409, description = "There was one already", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "The token is not good, or the password is too easily guessed", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn set_up(
    State(state): State<AppState>,
    caller: Anonymous,
    Json(input): Json<SetupIn>,
) -> Result<Response, Problem> {
    let first =
        FirstAdmin { token: &input.token, email: &input.email, full_name: &input.full_name, password: &input.password };
    let account = setup::set_up(&state, &caller.actor, first).await?;
    let location = format!("/api/v1/accounts/{}", account.id);
    let version = account.version;
    Ok(Answer::created(location, &AccountOut::from(account)).version(version).into_response())
}
