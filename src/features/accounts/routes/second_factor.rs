//! The second factor of the caller.

use axum::{extract::State, response::Response};

use crate::{
    features::accounts::{
        Enrolling, Person,
        dto::{CodeIn, EnrolmentOut, NothingIn, RemoveFactorIn},
        routes::{nothing, secret},
        service::{second_factor, sessions},
    },
    platform::{
        http::{Json, Problem, problem::ProblemOut},
        state::AppState,
    },
};

/// Makes a secret for an authenticator app; it counts from the first code on.
#[utoipa::path(post, path = "/api/v1/me/second-factor", operation_id = "begin_second_factor", tag = "accounts",
    security(("bearer" = [])), request_body(content = Option<NothingIn>),
    responses(
        (status = 200, description = "For the app", body = EnrolmentOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Software has no second factor", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "One is in force", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn begin_second_factor(
    State(state): State<AppState>,
    caller: Enrolling,
    Json(_nothing): Json<NothingIn>,
) -> Result<Response, Problem> {
    let account = sessions::own_account(&state, &caller.caller.actor).await?;
    let enrolment = second_factor::begin(&state, &caller.caller.actor, &account).await?;
    Ok(secret(&EnrolmentOut::from(enrolment)))
}

/// Puts the secret in force with a first code. All other sessions of the caller end.
#[utoipa::path(post, path = "/api/v1/me/second-factor/confirm", operation_id = "confirm_second_factor",
    tag = "accounts", security(("bearer" = [])), request_body = CodeIn,
    responses(
        (status = 204, description = "In force"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Software has no second factor", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "One is in force", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "The code is wrong", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn confirm_second_factor(
    State(state): State<AppState>,
    caller: Enrolling,
    Json(input): Json<CodeIn>,
) -> Result<Response, Problem> {
    let account = sessions::own_account(&state, &caller.caller.actor).await?;
    second_factor::confirm(&state, &caller.caller.actor, &account, (caller.session_id, &input.code)).await?;
    Ok(nothing())
}

/// Takes the second factor out of force, for password and code. Staff must keep theirs.
#[utoipa::path(delete, path = "/api/v1/me/second-factor", operation_id = "remove_second_factor", tag = "accounts",
    security(("bearer" = [])), request_body = RemoveFactorIn,
    responses(
        (status = 204, description = "Out of force"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Staff must keep theirs", body = ProblemOut, content_type = "application/problem+json"),
        (status = 409, description = "None is in force", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Password or code is wrong", body = ProblemOut, content_type = "application/problem+json"),
        (status = 429, description = "Locked after wrong passwords or codes", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn remove_second_factor(
    State(state): State<AppState>,
    Person(caller): Person,
    Json(input): Json<RemoveFactorIn>,
) -> Result<Response, Problem> {
    let account = sessions::own_account(&state, &caller.actor).await?;
    second_factor::remove(&state, &caller.actor, &account, (&input.password, &input.otp)).await?;
    Ok(nothing())
}
