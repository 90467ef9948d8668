//! Tokens for software, and the keys that verify tokens.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Form, FromRequest, Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::{
    features::accounts::{
        Anonymous,
        dto::{JwkOut, JwksOut, TokenForm, TokenOut},
        routes::secret,
        service::oauth::{self, OAuthError},
    },
    platform::{
        db::Answer,
        http::{Problem, ProblemKind, extract::read_body, problem::ProblemOut},
        state::AppState,
    },
};

/// Largest form.
const FORM_LIMIT: usize = 8 * 1024;
/// How long a form may take to arrive.
const FORM_TIME: Duration = Duration::from_secs(10);

/// Gives software a token for its id and secret.
///
/// Client credentials of RFC 6749 and no other grant. Authenticate by Basic authentication or by `client_id` and
/// `client_secret` in the form, not by both. Errors have the member `error` of section 5.2.
#[utoipa::path(post, path = "/oauth/token", operation_id = "issue_client_token", tag = "accounts",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token, good for 15 minutes", body = TokenOut),
        (status = 400, description = "`invalid_request`, `unsupported_grant_type` or `invalid_scope`", body = ProblemOut, content_type = "application/problem+json"),
        (status = 401, description = "`invalid_client`", body = ProblemOut, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn issue_client_token(
    State(state): State<AppState>,
    caller: Anonymous,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(&parts.headers, body, FORM_LIMIT, FORM_TIME).await?;
    let mut fields = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (fields.next(), fields.next());
    let asked = async {
        let field = first.map(HeaderValue::to_str).transpose().map_err(|_| OAuthError::InvalidClient)?;
        if second.is_some() {
            return Err(OAuthError::InvalidRequest);
        }
        // A copy with the bytes that were read within limits; the framework's own reading has none for time.
        let mut copy = Request::post("/").body(Body::from(bytes)).map_err(|_| OAuthError::InvalidRequest)?;
        if let Some(content_type) = parts.headers.get(header::CONTENT_TYPE) {
            copy.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
        }
        let Form(pairs) =
            Form::<Vec<(String, String)>>::from_request(copy, &()).await.map_err(|_| OAuthError::InvalidRequest)?;
        oauth::read(field, pairs)
    };
    let request = asked.await.map_err(problem)?;
    let (issued, scope) = oauth::give_token(&state, &caller.actor, request).await.map_err(problem)?;
    Ok(secret(&TokenOut::new(issued, scope)))
}

/// Lists the public keys that verify access tokens.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "list_signing_keys", tag = "accounts",
    responses((status = 200, description = "The keys; fetch them again when a token names one that you do not know", body = JwksOut)))]
pub(super) async fn list_signing_keys(State(state): State<AppState>, _caller: Anonymous) -> Response {
    let published = state.keys.published(state.clock.now());
    let keys = published.iter().map(|key| JwkOut::from(key.as_ref())).collect();
    let mut response = Answer::ok(&JwksOut { keys }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

fn problem(error: OAuthError) -> Problem {
    let kind = match error {
        OAuthError::InvalidRequest => ProblemKind::Malformed,
        OAuthError::InvalidClient => ProblemKind::InvalidClient,
        OAuthError::UnsupportedGrant => ProblemKind::UnsupportedGrant,
        OAuthError::InvalidScope => ProblemKind::InvalidScope,
        OAuthError::Ours(error) => return error.into(),
    };
    Problem::new(kind).extension("error", error.to_string().into())
}
