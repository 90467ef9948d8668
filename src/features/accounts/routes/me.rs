//! The caller himself.

use axum::{extract::State, response::IntoResponse, response::Response};
use uuid::Uuid;

use crate::{
    features::accounts::{
        Person, Role, SignedIn,
        dto::{MeOut, PasswordIn, SessionList},
        error::AccountError,
        routes::nothing,
        service::sessions,
        store,
    },
    platform::{
        db::Answer,
        http::{Json, Path, Problem, problem::ProblemOut},
        state::AppState,
    },
};

/// Tells the caller who he is and what he may do.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "get_me", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "The caller", body = MeOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "The second factor must be set up first", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn get_me(State(state): State<AppState>, SignedIn(caller): SignedIn) -> Result<Response, Problem> {
    let (db, id) = (state.db.read(), caller.actor.id.unwrap_or_default());
    if caller.role == Role::Client {
        let client = store::clients::find_by_id(db, id).await?.ok_or(AccountError::NotFound)?;
        return Ok(Answer::ok(&MeOut::of_client(&caller, id, client.name)).into_response());
    }
    let account = sessions::own_account(&state, &caller.actor).await?;
    let unit = match account.unit_id {
        Some(unit_id) => store::units::find(db, unit_id).await?,
        None => None,
    };
    let session = store::sessions::find(db, caller.session_id.unwrap_or_default()).await?;
    Ok(Answer::ok(&MeOut::of_person(&caller, &account, unit, session.as_ref())).into_response())
}

/// Changes the caller's password. All his other sessions end.
#[utoipa::path(post, path = "/api/v1/me/password", operation_id = "change_password", tag = "accounts",
    security(("bearer" = [])), request_body = PasswordIn,
    responses(
        (status = 204, description = "Changed"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Software has no password", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "The current password is wrong, or the new one is too easily guessed", body = ProblemOut, content_type = "application/problem+json"),
        (status = 429, description = "Locked after wrong passwords", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn change_password(
    State(state): State<AppState>,
    Person(caller): Person,
    Json(input): Json<PasswordIn>,
) -> Result<Response, Problem> {
    let session_id = caller.session_id.ok_or(AccountError::Forbidden)?;
    let passwords = (input.current_password.as_str(), input.new_password.as_str());
    sessions::change_password(&state, &caller.actor, session_id, passwords).await?;
    Ok(nothing())
}

/// Lists the caller's sign-ins that are still good.
#[utoipa::path(get, path = "/api/v1/me/sessions", operation_id = "list_sessions", tag = "accounts",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The latest first", body = SessionList),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Software has no sessions", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn list_sessions(State(state): State<AppState>, Person(caller): Person) -> Result<Response, Problem> {
    let found = sessions::list(&state, &caller.actor).await?;
    Ok(Answer::ok(&SessionList::new(found, caller.session_id)).into_response())
}

/// Ends one of the caller's sign-ins with all its tokens.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", operation_id = "end_session", tag = "accounts",
    security(("bearer" = [])), params(("id" = Uuid, Path, description = "Session")),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Software has no sessions", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "Not one of the caller's, or over", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn end_session(
    State(state): State<AppState>,
    Person(caller): Person,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    sessions::end(&state, &caller.actor, id, "session_ended").await?;
    Ok(nothing())
}
