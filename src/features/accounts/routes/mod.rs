//! Doors of this room.

mod accounts;
mod api_clients;
mod auth;
mod me;
mod members;
mod oauth;
mod second_factor;
mod units;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::platform::{db::Answer, state::AppState};

/// The route table.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh_session))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::activate_account))
        .routes(routes!(auth::set_up))
        .routes(routes!(oauth::issue_client_token))
        .routes(routes!(oauth::list_signing_keys))
        .routes(routes!(me::get_me))
        .routes(routes!(me::change_password))
        .routes(routes!(me::list_sessions))
        .routes(routes!(me::end_session))
        .routes(routes!(second_factor::begin_second_factor, second_factor::remove_second_factor))
        .routes(routes!(second_factor::confirm_second_factor))
        .routes(routes!(accounts::list_accounts, accounts::invite_account))
        .routes(routes!(accounts::get_account, accounts::change_account))
        .routes(routes!(accounts::reset_account))
        .routes(routes!(members::list_members, members::invite_member))
        .routes(routes!(members::get_member, members::change_member))
        .routes(routes!(members::reset_member))
        .routes(routes!(api_clients::list_api_clients, api_clients::create_api_client))
        .routes(routes!(api_clients::get_api_client))
        .routes(routes!(api_clients::rotate_api_client))
        .routes(routes!(api_clients::revoke_api_client))
        .routes(routes!(units::list_units))
        .routes(routes!(units::get_unit, units::change_unit))
}

/// 200 with secrets: never kept by anybody on the way (RFC 6749 section 5.1).
fn secret(body: &impl Serialize) -> Response {
    let mut response = Answer::ok(body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// 204.
fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// The answer as it was kept, with the body that holds the secret in place of the one that does not.
fn told_once(kept: Answer, body: &impl Serialize) -> Answer {
    Answer { body: serde_json::to_value(body).unwrap_or_default(), ..kept }
}
