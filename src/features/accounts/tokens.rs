//! Access tokens: JWT profile for OAuth access tokens (RFC 9068) under the rules of RFC 8725.
//!
//! One algorithm (EdDSA over Ed25519), one type (`at+jwt`), one issuer, one audience. The key is chosen by `kid` among
//! our own and by nothing else: `jku`, `jwk`, `x5u` and `x5c` are not looked at, `crit` is refused. Times are compared
//! with our own clock. Claims hold ids and no personal data.

use ::entity::account;
use axum::http::{header::AUTHORIZATION, request::Parts};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    features::accounts::{
        Caller, Role,
        caller::caller_of,
        liveness::{Live, LivePerson, Liveness},
        rules::{ACCESS_LIFE, LEEWAY},
    },
    kernel::ids,
    platform::{
        http::{Problem, ProblemKind},
        state::AppState,
    },
};

/// For whom the tokens are.
pub const AUDIENCE: &str = "tamtru-api";
/// Type in the header (RFC 9068 section 2.1).
const TYPE: &str = "at+jwt";
/// `client_id` of people, who sign in with the server itself.
const FIRST_PARTY: &str = "tamtru";
/// Longest token that is looked at; ours are a third of it.
const LONGEST: usize = 2048;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: Uuid,
    pub client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Uuid>,
    pub role: String,
    pub scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    pub jti: Uuid,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
}

/// For whom a token is made.
#[derive(Clone, Debug)]
pub(crate) enum Grant<'a> {
    /// A person's session.
    Person { account: &'a account::Model, session_id: Uuid, ends_at: DateTime<Utc>, scope: &'a str },
    /// An API client.
    Client { id: Uuid, organization_id: Uuid, scope: &'a str },
}

/// A token that was made.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    /// Compact form.
    pub token: String,
    /// Seconds that it is good.
    pub expires_in: i64,
}

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The key ring holds no key that signs.
    #[error("no key signs at present")]
    NoKey,
    /// The library refused.
    #[error("the token could not be signed")]
    Sign(#[source] jsonwebtoken::errors::Error),
    /// What was just signed was not accepted.
    #[error("a token that was just signed was refused: {0}")]
    SelfTest(&'static str),
}

/// Makes a token.
pub(crate) fn issue(state: &AppState, grant: &Grant<'_>) -> Result<Issued, TokenError> {
    let now = state.clock.now();
    let mut ends = now + ACCESS_LIFE;
    let (sub, client_id, org, unit, role, scope, sid) = match grant {
        Grant::Person { account, session_id, ends_at, scope } => {
            ends = ends.min(*ends_at);
            let role = Role::from(account.role);
            (
                account.id,
                FIRST_PARTY.to_owned(),
                account.organization_id,
                account.unit_id,
                role,
                *scope,
                Some(*session_id),
            )
        }
        Grant::Client { id, organization_id, scope } => {
            (*id, id.to_string(), Some(*organization_id), None, Role::Client, *scope, None)
        }
    };
    let claims = Claims {
        iss: state.config.public_url.clone(),
        aud: AUDIENCE.to_owned(),
        sub,
        client_id,
        org,
        unit,
        role: role.as_str().to_owned(),
        scope: scope.to_owned(),
        sid,
        jti: ids::fresh(now),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: ends.timestamp(),
    };
    let token = sign(state, &claims)?;
    Ok(Issued { token, expires_in: claims.exp - claims.iat })
}

fn sign(state: &AppState, claims: &Claims) -> Result<String, TokenError> {
    let key = state.keys.signing(state.clock.now()).ok_or(TokenError::NoKey)?;
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.kid.clone());
    encode(&header, claims, &EncodingKey::from_ed_der(&key.pkcs8)).map_err(TokenError::Sign)
}

/// Verifies everything that a token itself can tell; the reason of a refusal is for the log only.
pub(crate) fn verify(token: &str, state: &AppState) -> Result<Claims, &'static str> {
    if token.len() > LONGEST {
        return Err("too long");
    }
    let now = state.clock.now();
    let header = decode_header(token).map_err(|_| "unreadable header")?;
    if header.alg != Algorithm::EdDSA {
        return Err("algorithm");
    }
    if header.typ.as_deref() != Some(TYPE) {
        return Err("type");
    }
    if header.crit.is_some() {
        return Err("critical header");
    }
    let key = header.kid.as_deref().and_then(|kid| state.keys.verifying(kid, now)).ok_or("key")?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[&state.config.public_url]);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    // The library reads the system's clock; ours is compared below.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims = decode::<Claims>(token, &DecodingKey::from_ed_der(&key.public), &validation)
        .map_err(|_| "signature or claims")?
        .claims;
    let (now, leeway) = (now.timestamp(), LEEWAY.num_seconds());
    if claims.iss != state.config.public_url || claims.aud != AUDIENCE {
        return Err("issuer or audience");
    }
    if claims.exp.saturating_add(leeway) <= now {
        return Err("expired");
    }
    if claims.nbf.saturating_sub(leeway) > now || claims.iat.saturating_sub(leeway) > now {
        return Err("not yet valid");
    }
    if claims.exp.saturating_sub(claims.iat) > ACCESS_LIFE.num_seconds() {
        return Err("too long a life");
    }
    Ok(claims)
}

/// Chooses the cryptographic provider and makes sure that tokens can be signed and verified: the library panics at the
/// first token where the choice is ambiguous, and that must happen at the start and not at a sign-in.
pub fn self_test(state: &AppState) -> Result<(), TokenError> {
    // Refused only where it was chosen before, in tests.
    let _already_chosen = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let id = ids::fresh(state.clock.now());
    let issued = issue(state, &Grant::Client { id, organization_id: id, scope: "" })?;
    let claims = verify(&issued.token, state).map_err(TokenError::SelfTest)?;
    if claims.sub == id { Ok(()) } else { Err(TokenError::SelfTest("subject")) }
}

/// Verifies the bearer token of a request, which is taken from the `Authorization` header and from nowhere else
/// (RFC 6750 section 2.1), and that its owner is still welcome. Role, organization and unit are those of the row.
pub async fn authenticate(parts: &Parts, state: &AppState) -> Result<Caller, Problem> {
    let refuse = |reason: &'static str| {
        tracing::info!(reason, "an access token was refused");
        Problem::new(ProblemKind::Unauthenticated)
    };
    let Some(token) = bearer(parts) else { return Err(Problem::new(ProblemKind::Unauthenticated)) };
    let claims = verify(token, state).map_err(refuse)?;
    let key = claims.sid.unwrap_or(claims.sub);
    let is_client = claims.sid.is_none();
    match state.room::<Liveness>().look(state, key, is_client).await? {
        Live::Person(person) if person.account_id == claims.sub && person.ends_at > state.clock.now() => {
            Ok(person_of(parts, &claims, person))
        }
        Live::Client { organization_id, scopes } => {
            let asked: Vec<&str> = claims.scope.split(' ').collect();
            let scopes = scopes.into_iter().filter(|scope| asked.contains(&scope.as_str())).collect();
            Ok(caller_of(parts, claims.sub, Role::Client, Some(organization_id), scopes))
        }
        Live::Person(_) | Live::Gone => Err(refuse("signed out, disabled or revoked")),
    }
}

fn person_of(parts: &Parts, claims: &Claims, person: LivePerson) -> Caller {
    let caller = caller_of(parts, claims.sub, person.role.into(), person.organization_id, Vec::new());
    Caller {
        unit_id: person.unit_id.map(ids::UnitId),
        ward_code: person.ward_code,
        session_id: claims.sid,
        must_enrol: person.must_enrol,
        ..caller
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let mut fields = parts.headers.get_all(AUTHORIZATION).iter();
    let (field, None) = (fields.next()?, fields.next()) else { return None };
    let (scheme, token) = field.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
