//! Signing in, sessions, the caller himself.

use ::entity::{account, session, unit};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    features::accounts::{
        Caller,
        liveness::must_enrol,
        service::{
            second_factor::Enrolment,
            sign_in::{SecondFactor, Tokens},
        },
        tokens::Issued,
    },
    kernel::clock::local,
    platform::signing::TokenKey,
};

/// A sign-in.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginIn {
    /// Address of the account.
    #[validate(length(max = 254, code = "too_long"))]
    #[schema(example = "tiep.tan@khach-san-song-xanh.example")]
    pub email: String,
    /// Password.
    #[validate(length(max = 1024, code = "too_long"))]
    pub password: String,
    /// Code of the second factor, six digits, where one was set up.
    #[validate(length(max = 16, code = "too_long"))]
    pub otp: Option<String>,
}

/// A refresh token to be exchanged.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshIn {
    /// As given by the sign-in or the last exchange.
    #[validate(length(max = 128, code = "too_long"))]
    pub refresh_token: String,
}

/// Where the second factor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorOut {
    /// None, and none is due.
    None,
    /// Proven.
    Verified,
    /// Must be set up before anything else: `POST /api/v1/me/second-factor`.
    EnrolmentRequired,
}

/// What a sign-in gives.
#[derive(Clone, Serialize, ToSchema)]
pub struct TokensOut {
    /// For the `Authorization` header.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds that the access token is good.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// Good for one exchange.
    pub refresh_token: String,
    /// Where the second factor stands.
    pub second_factor: SecondFactorOut,
}

impl From<Tokens> for TokensOut {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access.token,
            token_type: "Bearer",
            expires_in: tokens.access.expires_in,
            refresh_token: tokens.refresh,
            second_factor: match tokens.second_factor {
                SecondFactor::None => SecondFactorOut::None,
                SecondFactor::Verified => SecondFactorOut::Verified,
                SecondFactor::EnrolmentRequired => SecondFactorOut::EnrolmentRequired,
            },
        }
    }
}

/// An invitation taken up.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivateIn {
    /// The `activation_token` of the invitation.
    #[validate(length(max = 128, code = "too_long"))]
    pub token: String,
    /// New password, 12 to 128 characters.
    #[validate(length(max = 1024, code = "too_long"))]
    pub password: String,
}

/// The first administrator.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupIn {
    /// As printed by the server.
    #[validate(length(max = 128, code = "too_long"))]
    pub token: String,
    /// Address to sign in with.
    #[validate(email(code = "bad_email"), length(max = 254, code = "too_long"))]
    pub email: String,
    /// Name shown to colleagues.
    #[validate(length(max = 200, code = "too_long"))]
    pub full_name: String,
    /// New password, 12 to 128 characters.
    #[validate(length(max = 1024, code = "too_long"))]
    pub password: String,
}

/// A change of the own password.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordIn {
    /// The one in force.
    #[validate(length(max = 1024, code = "too_long"))]
    pub current_password: String,
    /// The new one, 12 to 128 characters.
    #[validate(length(max = 1024, code = "too_long"))]
    pub new_password: String,
}

/// A code of the second factor.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeIn {
    /// Six digits.
    #[validate(length(max = 16, code = "too_long"))]
    #[schema(example = "123456")]
    pub code: String,
}

/// Taking the second factor out of force.
#[derive(Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveFactorIn {
    /// The password in force.
    #[validate(length(max = 1024, code = "too_long"))]
    pub password: String,
    /// Six digits.
    #[validate(length(max = 16, code = "too_long"))]
    pub otp: String,
}

/// What an authenticator app needs.
#[derive(Clone, Serialize, ToSchema)]
pub struct EnrolmentOut {
    /// For typing, base 32.
    pub secret: String,
    /// For a QR code.
    #[schema(example = "otpauth://totp/tamtru:can.bo@example?secret=…&issuer=tamtru")]
    pub otpauth_url: String,
}

impl From<Enrolment> for EnrolmentOut {
    fn from(enrolment: Enrolment) -> Self {
        Self { secret: enrolment.secret, otpauth_url: enrolment.otpauth_url }
    }
}

/// Unit of the caller.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MeUnit)]
pub struct MeUnitOut {
    /// Id.
    pub id: Uuid,
    /// First part of its reference codes.
    pub code: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
}

impl From<unit::Model> for MeUnitOut {
    fn from(unit: unit::Model) -> Self {
        Self { id: unit.id, code: unit.code, name_vi: unit.name_vi, name_en: unit.name_en }
    }
}

/// The caller.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeOut {
    /// Id of the account or API client.
    pub id: Uuid,
    /// Address; none for an API client.
    pub email: Option<String>,
    /// Name; of the software for an API client.
    pub full_name: String,
    /// What the caller may do.
    #[schema(example = "declarant")]
    pub role: &'static str,
    /// Organization, for those who belong to one.
    pub organization_id: Option<Uuid>,
    /// Unit, for officers and supervisors.
    pub unit: Option<MeUnitOut>,
    /// Scopes of an API client.
    pub scopes: Vec<String>,
    /// Where the second factor stands; none for an API client.
    pub second_factor: Option<SecondFactorOut>,
    /// The session, for `DELETE /api/v1/me/sessions/{id}`; none for an API client.
    pub session_id: Option<Uuid>,
    /// When the session ends at the latest; none for an API client.
    pub session_expires_at: Option<DateTime<FixedOffset>>,
}

impl MeOut {
    /// A person.
    pub(crate) fn of_person(
        caller: &Caller,
        account: &account::Model,
        unit: Option<unit::Model>,
        session: Option<&session::Model>,
    ) -> Self {
        let second_factor = match (account.totp_confirmed, must_enrol(account)) {
            (true, _) => SecondFactorOut::Verified,
            (false, true) => SecondFactorOut::EnrolmentRequired,
            (false, false) => SecondFactorOut::None,
        };
        Self {
            id: account.id,
            email: Some(account.email.clone()),
            full_name: account.full_name.clone(),
            role: caller.role.as_str(),
            organization_id: account.organization_id,
            unit: unit.map(Into::into),
            scopes: Vec::new(),
            second_factor: Some(second_factor),
            session_id: caller.session_id,
            session_expires_at: session.map(|session| local(session.expires_at)),
        }
    }

    /// Software.
    pub(crate) fn of_client(caller: &Caller, id: Uuid, name: String) -> Self {
        Self {
            id,
            email: None,
            full_name: name,
            role: caller.role.as_str(),
            organization_id: caller.organization_id.map(|id| id.0),
            unit: None,
            scopes: caller.scopes.clone(),
            second_factor: None,
            session_id: None,
            session_expires_at: None,
        }
    }
}

/// A sign-in that is still good.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionOut {
    /// Id.
    pub id: Uuid,
    /// Whether it is the one of this request.
    pub current: bool,
    /// When signed in.
    pub created_at: DateTime<FixedOffset>,
    /// When it ends at the latest.
    pub expires_at: DateTime<FixedOffset>,
}

/// The caller's sign-ins.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// The latest first, at most 200.
    pub items: Vec<SessionOut>,
    /// Always null: there is one page.
    pub next_cursor: Option<String>,
}

impl SessionList {
    pub(crate) fn new(sessions: Vec<session::Model>, current: Option<Uuid>) -> Self {
        let items = sessions.into_iter().map(|session| SessionOut {
            id: session.id,
            current: current == Some(session.id),
            created_at: local(session.created_at),
            expires_at: local(session.expires_at),
        });
        Self { items: items.collect(), next_cursor: None }
    }
}

/// A request for a token (RFC 6749 section 4.4.2), form-encoded.
#[derive(Clone, Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used: pairs are read by hand to see repeated ones")]
pub struct TokenForm {
    /// `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// Id, unless given by Basic authentication.
    client_id: Option<String>,
    /// Secret, unless given by Basic authentication.
    client_secret: Option<String>,
    /// Part of the granted scopes, separated by blanks; all of them if absent.
    #[schema(example = "declarations:read declarations:write")]
    scope: Option<String>,
}

/// A token for software (RFC 6749 section 5.1).
#[derive(Clone, Serialize, ToSchema)]
pub struct TokenOut {
    /// For the `Authorization` header.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds that it is good.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// What it may be used for.
    pub scope: String,
}

impl TokenOut {
    pub(crate) fn new(issued: Issued, scope: String) -> Self {
        Self { access_token: issued.token, token_type: "Bearer", expires_in: issued.expires_in, scope }
    }
}

/// A public key (RFC 8037).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Jwk)]
pub struct JwkOut {
    /// Always `OKP`.
    pub kty: &'static str,
    /// Always `Ed25519`.
    pub crv: &'static str,
    /// Always `EdDSA`.
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// Named in the header of each token.
    pub kid: String,
    /// The key, base64url.
    pub x: String,
}

impl From<&TokenKey> for JwkOut {
    fn from(key: &TokenKey) -> Self {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        Self {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            usage: "sig",
            kid: key.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(&key.public),
        }
    }
}

/// All public keys that are honoured (RFC 7517 section 5).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Jwks)]
pub struct JwksOut {
    /// The keys; two while the server changes from one to the next.
    pub keys: Vec<JwkOut>,
}
