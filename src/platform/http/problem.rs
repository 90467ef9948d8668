//! Every failure is one shape: `application/problem+json` (RFC 9457) with a sentence that a clerk can act on.
//!
//! [`ProblemKind`] is the closed catalogue. Its texts stand in the locales; each kind has a page at
//! `/problems/<code>`. A [`Problem`] travels as an extension of the response until the edge knows the reader's
//! language and writes the body.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    kernel::{
        finding::{Audience, Finding, Severity},
        page::PageError,
    },
    platform::{db::Failure, lang::Lang},
};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident;)+) => {
        /// The catalogue of problems.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $($(#[$doc])* $name,)+ }

        impl ProblemKind {
            /// All kinds, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Stable code, last part of the `type` URI.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// HTTP status.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }
        }
    };
}

kinds! {
    /// Not JSON, not UTF-8, too deep, or a query that cannot be read.
    Malformed = "malformed", BAD_REQUEST;
    /// An API client left out `Idempotency-Key`.
    IdempotencyKeyMissing = "idempotency_key_missing", BAD_REQUEST;
    /// No token, or one that is not good.
    Unauthenticated = "unauthenticated", UNAUTHORIZED;
    /// E-mail or password is wrong.
    InvalidCredentials = "invalid_credentials", UNAUTHORIZED;
    /// The second factor is missing or wrong.
    OtpRequired = "otp_required", UNAUTHORIZED;
    /// The API client is not known by this id and secret (RFC 6749 section 5.2).
    InvalidClient = "invalid_client", UNAUTHORIZED;
    /// The token request is not one that we grant (RFC 6749 section 5.2).
    UnsupportedGrant = "unsupported_grant_type", BAD_REQUEST;
    /// The client asks for more than it was granted (RFC 6749 section 5.2).
    InvalidScope = "invalid_scope", BAD_REQUEST;
    /// Signed in, but not allowed.
    Forbidden = "forbidden", FORBIDDEN;
    /// Staff must set up a second factor first.
    SecondFactorMissing = "second_factor_missing", FORBIDDEN;
    /// Does not exist, or is none of the caller's business.
    NotFound = "not_found", NOT_FOUND;
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// The body came too slowly.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT;
    /// The thing is in a state in which this cannot be done.
    WrongState = "wrong_state", CONFLICT;
    /// The first request with this key is still running.
    RequestInProgress = "request_in_progress", CONFLICT;
    /// Somebody changed it meanwhile.
    StaleVersion = "stale_version", PRECONDITION_FAILED;
    /// The body is larger than the route takes.
    TooLarge = "payload_too_large", PAYLOAD_TOO_LARGE;
    /// The body is not of the type that the route takes.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// The content breaks rules; `errors` says which and where.
    InvalidContent = "invalid_content", UNPROCESSABLE_ENTITY;
    /// The key was used with another body.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY;
    /// The reference was used for other guests.
    ClientReferenceReused = "client_reference_reused", UNPROCESSABLE_ENTITY;
    /// `If-Match` is missing.
    PreconditionRequired = "precondition_required", PRECONDITION_REQUIRED;
    /// Too many requests.
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS;
    /// Too many failed sign-ins for this name.
    SignInLocked = "sign_in_locked", TOO_MANY_REQUESTS;
    /// A fault of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR;
    /// Overloaded or without database: nothing was stored.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
    /// The commit was not answered in time: retry with the same key.
    OutcomeUnknown = "outcome_unknown", SERVICE_UNAVAILABLE;
}

impl ProblemKind {
    /// The kind that fits a bare status of the framework.
    pub(crate) fn for_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidContent,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_client_error() => Self::Malformed,
            _ => Self::Internal,
        }
    }
}

/// A failure on its way to the client.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: ProblemKind,
    errors: Vec<Finding>,
    extensions: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: ProblemKind) -> Self {
        let mut problem = Self { kind, errors: Vec::new(), extensions: Map::new(), headers: Vec::new() };
        match kind {
            ProblemKind::Unauthenticated | ProblemKind::InvalidCredentials | ProblemKind::OtpRequired => {
                problem = problem.header(header::WWW_AUTHENTICATE, "Bearer realm=\"tamtru\"");
            }
            ProblemKind::InvalidClient => {
                problem = problem.header(header::WWW_AUTHENTICATE, "Basic realm=\"tamtru\"");
            }
            ProblemKind::Unavailable | ProblemKind::OutcomeUnknown => problem = problem.retry_after(2),
            ProblemKind::RequestInProgress => problem = problem.retry_after(1),
            ProblemKind::RequestTimeout => problem = problem.header(header::CONNECTION, "close"),
            _ => {}
        }
        problem
    }

    /// Findings, each with a pointer.
    pub fn findings(errors: Vec<Finding>) -> Self {
        Self { errors, ..Self::new(ProblemKind::InvalidContent) }
    }

    /// One finding.
    pub fn finding(error: Finding) -> Self {
        Self::findings(vec![error])
    }

    /// Malformed, with the place.
    pub fn malformed(error: Finding) -> Self {
        Self { errors: vec![error], ..Self::new(ProblemKind::Malformed) }
    }

    /// The thing is in a state in which this cannot be done.
    pub fn wrong_state(current: &str, allowed_actions: &[&str]) -> Self {
        Self::new(ProblemKind::WrongState)
            .extension("current_state", current.into())
            .extension("allowed_actions", allowed_actions.into())
    }

    /// Which kind.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// Each rule that is broken, with its place.
    pub fn errors(&self) -> &[Finding] {
        &self.errors
    }

    /// What to do about it, in the reader's language.
    pub fn detail(&self, lang: Lang, request_id: &str) -> String {
        let params = BTreeMap::from([("request_id".to_owned(), request_id.to_owned())]);
        lang.text(&format!("problem.{}.detail", self.kind.code()), &params)
    }

    /// The same problem with a member of its own.
    #[must_use]
    pub fn extension(mut self, name: &str, value: Value) -> Self {
        self.extensions.insert(name.to_owned(), value);
        self
    }

    /// The same problem with `Retry-After` in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, &seconds.to_string())
    }

    /// The same problem with a header field.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// The body in the reader's language.
    pub(crate) fn render(&self, lang: Lang, instance: &str, request_id: &str) -> Vec<u8> {
        let code = self.kind.code();
        let body = ProblemOut {
            r#type: format!("/problems/{code}"),
            title: lang.plain(&format!("problem.{code}.title")),
            status: self.kind.status().as_u16(),
            detail: self.detail(lang, request_id),
            instance: instance.to_owned(),
            code: code.to_owned(),
            request_id: request_id.to_owned(),
            errors: self.errors.iter().map(|finding| FindingOut::new(finding, lang)).collect(),
            extensions: self.extensions.clone(),
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A problem as it is sent (RFC 9457), with our members `code`, `request_id` and `errors`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemOut {
    /// Page that explains this kind of problem.
    #[schema(example = "/problems/invalid_content")]
    r#type: String,
    /// What kind of problem, in one line.
    title: String,
    /// HTTP status.
    status: u16,
    /// What to do about it.
    detail: String,
    /// Path of the request.
    instance: String,
    /// Stable code of the kind.
    #[schema(example = "invalid_content")]
    code: String,
    /// Name it when you ask for help.
    request_id: String,
    /// Each rule that is broken, with its place.
    errors: Vec<FindingOut>,
    /// Members of some kinds only: `current_state`, `allowed_actions`, `error`.
    #[serde(flatten)]
    #[schema(ignore)]
    extensions: Map<String, Value>,
}

/// A finding in the reader's language.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingOut {
    /// RFC 6901 pointer into the request.
    #[schema(example = "/stays/0/date_of_birth")]
    pub pointer: String,
    /// Stable id of the rule; `GET /api/v1/rules` explains it.
    #[schema(example = "invalid_date")]
    pub rule: String,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub suggestion: Option<String>,
    /// For whom it is meant; absent when it is for everybody who may see the stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
}

impl FindingOut {
    /// Puts the sentence into words.
    pub fn new(finding: &Finding, lang: Lang) -> Self {
        let (message, suggestion) = lang.finding(finding);
        Self {
            pointer: finding.pointer.clone(),
            rule: finding.rule.clone(),
            severity: finding.severity,
            message,
            suggestion,
            audience: finding.audience,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict(constraint) => {
                tracing::info!(constraint, "a concurrent request was first");
                Self::new(ProblemKind::RequestInProgress)
            }
            Failure::Unavailable(source) => {
                tracing::warn!(error = %source, "the database is not available");
                Self::new(ProblemKind::Unavailable)
            }
            Failure::OutcomeUnknown => Self::new(ProblemKind::OutcomeUnknown),
            Failure::Fault(source) => {
                tracing::error!(error = %source, "the database refused a statement");
                Self::new(ProblemKind::Internal)
            }
        }
    }
}

impl From<sea_orm::DbErr> for Problem {
    fn from(error: sea_orm::DbErr) -> Self {
        Failure::from(error).into()
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        Self::malformed(match error {
            PageError::Limit => Finding::block("bad_limit", "/limit"),
            PageError::Cursor => Finding::block("bad_cursor", "/cursor"),
        })
    }
}

#[cfg(test)]
impl Problem {
    /// The first finding, for tests of the extractors.
    pub(crate) fn into_first_error(self) -> Finding {
        self.errors.into_iter().next().unwrap_or_else(|| Finding::block("", ""))
    }
}
