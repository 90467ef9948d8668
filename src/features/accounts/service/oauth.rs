//! The token endpoint for software: client credentials (RFC 6749 section 4.4) and nothing else.

use ::entity::{api_client, audit_entry::ActorKind};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        error::AccountError,
        service::{record, secret_hash},
        store,
        tokens::{self, Grant, Issued},
    },
    platform::{
        events::{Actor, Event},
        state::AppState,
    },
};

/// A secret's hash that no secret has, so that unknown clients cost one comparison, too.
const NOBODY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Why no token is given (RFC 6749 section 5.2).
#[derive(Debug, thiserror::Error)]
pub(crate) enum OAuthError {
    /// A parameter is missing or repeated, or there are two ways of authentication.
    #[error("invalid_request")]
    InvalidRequest,
    /// Not known by this id and secret.
    #[error("invalid_client")]
    InvalidClient,
    /// Another grant than client credentials.
    #[error("unsupported_grant_type")]
    UnsupportedGrant,
    /// More than was granted.
    #[error("invalid_scope")]
    InvalidScope,
    /// Something of ours.
    #[error(transparent)]
    Ours(#[from] AccountError),
}

/// Credentials as they came.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ClientCredentials {
    pub id: String,
    pub secret: String,
}

/// A request for a token.
pub(crate) struct TokenRequest {
    pub credentials: Option<ClientCredentials>,
    pub scope: Option<String>,
}

/// Reads the `Authorization` field and the form's pairs.
pub(crate) fn read(authorization: Option<&str>, form: Vec<(String, String)>) -> Result<TokenRequest, OAuthError> {
    let mut grant = None;
    let mut id = None;
    let mut secret = None;
    let mut scope = None;
    for (name, value) in form {
        let place = match name.as_str() {
            "grant_type" => &mut grant,
            "client_id" => &mut id,
            "client_secret" => &mut secret,
            "scope" => &mut scope,
            _ => continue,
        };
        // A parameter without a value counts as left out; one that comes twice is refused (section 3.2).
        if !value.is_empty() && place.replace(value).is_some() {
            return Err(OAuthError::InvalidRequest);
        }
    }
    match grant.as_deref() {
        None => return Err(OAuthError::InvalidRequest),
        Some("client_credentials") => {}
        Some(_) => return Err(OAuthError::UnsupportedGrant),
    }
    let credentials = match (authorization, id, secret) {
        (Some(_), _, Some(_)) => return Err(OAuthError::InvalidRequest),
        (Some(field), id, None) => {
            let basic = read_basic(field).ok_or(OAuthError::InvalidClient)?;
            if id.is_some_and(|id| id != basic.id) {
                return Err(OAuthError::InvalidRequest);
            }
            Some(basic)
        }
        (None, Some(id), Some(secret)) => Some(ClientCredentials { id, secret }),
        (None, _, _) => None,
    };
    Ok(TokenRequest { credentials, scope })
}

/// Basic authentication with form-encoded halves (RFC 6749 section 2.3.1).
fn read_basic(field: &str) -> Option<ClientCredentials> {
    let (scheme, encoded) = field.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(ClientCredentials { id: form_decoded(id)?, secret: form_decoded(secret)? })
}

fn form_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit(rest.next()?)? * 16 + digit(rest.next()?)?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Gives a token. Whatever is wrong with the credentials, the answer and the work done for it are the same.
pub(crate) async fn give_token(
    state: &AppState,
    actor: &Actor,
    request: TokenRequest,
) -> Result<(Issued, String), OAuthError> {
    let (id, secret) = request.credentials.map_or_else(Default::default, |given| (given.id, given.secret));
    let Some(client) = authenticate(state, &id, &secret).await? else {
        let event = Event::about_many("api_client_sign_in_failed", "api_client")
            .with(json!({"client_id_hash": secret_hash(&id)}));
        record(state, actor, event).await?;
        return Err(OAuthError::InvalidClient);
    };
    let scope = granted(&client.scopes, request.scope.as_deref())?;
    let grant = Grant::Client { id: client.id, organization_id: client.organization_id, scope: &scope };
    let issued = tokens::issue(state, &grant).map_err(AccountError::from)?;
    let actor = Actor { kind: ActorKind::Client, id: Some(client.id), request_id: actor.request_id.clone() };
    let event = Event::about("api_client_signed_in", "api_client", client.id)
        .of_organization(client.organization_id)
        .with(json!({"scope": scope}));
    record(state, &actor, event).await?;
    Ok((issued, scope))
}

async fn authenticate(state: &AppState, id: &str, secret: &str) -> Result<Option<api_client::Model>, AccountError> {
    let (id, given) = (Uuid::parse_str(id).unwrap_or_default(), secret_hash(secret));
    let client = store::clients::find_by_id(state.db.read(), id).await?;
    let secrets = store::clients::live_secrets(state.db.read(), id, state.clock.now()).await?;
    let equal =
        |kept: &str| aws_lc_rs::constant_time::verify_slices_are_equal(kept.as_bytes(), given.as_bytes()).is_ok();
    let nobody = equal(NOBODY);
    // No early end: the time must not tell which of two secrets it was.
    let fits = secrets.iter().fold(false, |fits, kept| equal(&kept.secret_hash) | fits);
    Ok(client.filter(|client| fits && !nobody && client.status == api_client::Status::Active))
}

/// The scope of the token: what was asked for, if it was granted; all that was granted, if nothing was asked for.
fn granted(granted: &str, asked: Option<&str>) -> Result<String, OAuthError> {
    let Some(asked) = asked else { return Ok(granted.to_owned()) };
    let granted: Vec<&str> = granted.split_whitespace().collect();
    if asked.split(' ').any(|scope| !granted.contains(&scope)) {
        return Err(OAuthError::InvalidScope);
    }
    let asked: Vec<&str> = asked.split(' ').collect();
    Ok(granted.into_iter().filter(|scope| asked.contains(scope)).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn request_table() {
        let basic = format!("Basic {}", STANDARD.encode("a%2Bb:c+d%3A"));
        let grant = ("grant_type", "client_credentials");
        let body = [grant, ("client_id", "a+b"), ("client_secret", "c d:")];
        type Case<'a> = (Option<&'a str>, &'a [(&'a str, &'a str)], Result<Option<(&'a str, &'a str)>, &'a str>);
        let cases: [Case<'_>; 12] = [
            (None, &body, Ok(Some(("a+b", "c d:")))),
            (Some(&basic), &[grant], Ok(Some(("a+b", "c d:")))),
            (Some(&basic), &[grant, ("client_id", "a+b")], Ok(Some(("a+b", "c d:")))),
            (Some(&basic), &[grant, ("client_id", "x")], Err("invalid_request")),
            (Some(&basic), &body, Err("invalid_request")),
            (Some("Bearer x"), &[grant], Err("invalid_client")),
            (Some("Basic %%%"), &[grant], Err("invalid_client")),
            (None, &[grant], Ok(None)),
            (None, &[grant, grant], Err("invalid_request")),
            (None, &[("client_id", "a")], Err("invalid_request")),
            (None, &[("grant_type", "")], Err("invalid_request")),
            (None, &[("grant_type", "password")], Err("unsupported_grant_type")),
        ];
        for (field, pairs, expected) in cases {
            let seen = read(field, form(pairs)).map(|request| request.credentials.map(|c| (c.id, c.secret)));
            let seen = seen.map_err(|error| error.to_string());
            let expected = expected.map(|c| c.map(|(a, b)| (a.to_owned(), b.to_owned()))).map_err(str::to_owned);
            assert_eq!(seen, expected, "{field:?} {pairs:?}");
        }
    }

    #[test]
    fn scope_table() {
        let all = "declarations:read declarations:write";
        for (asked, expected) in [
            (None, Some(all)),
            (Some("declarations:read"), Some("declarations:read")),
            (Some("declarations:write declarations:read"), Some(all)),
            (Some("declarations:review"), None),
            (Some("declarations:read admin"), None),
            (Some(" "), None),
        ] {
            assert_eq!(granted(all, asked).ok().as_deref(), expected, "{asked:?}");
        }
    }
}
