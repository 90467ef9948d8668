//! What can go wrong in this room.

use crate::{
    features::accounts::{passwords::Flaw, tokens::TokenError},
    kernel::{finding::Finding, page::PageError},
    platform::{
        db::Failure,
        http::{Problem, ProblemKind},
        signing::KeyError,
    },
};

/// Why a use case of this room was refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Another account signs in with this address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The password is too easily guessed.
    #[error("the password is too easily guessed")]
    WeakPassword(Flaw),
    /// The content breaks a rule.
    #[error("the content breaks the rule {}", .0.rule)]
    Rule(Finding),
    /// No such thing, or none of the caller's business.
    #[error("not found")]
    NotFound,
    /// Somebody changed it meanwhile.
    #[error("somebody changed it meanwhile")]
    Stale,
    /// Its state does not let this happen.
    #[error("the state is {current}")]
    WrongState {
        /// The state in which it is.
        current: &'static str,
        /// What may be done instead.
        allowed: &'static [&'static str],
    },
    /// The role does not let this happen.
    #[error("the role does not let this happen")]
    Forbidden,
    /// E-mail address or password is wrong, or the account may not sign in: the caller does not learn which.
    #[error("the credentials are wrong")]
    WrongCredentials,
    /// The second factor is missing or wrong.
    #[error("the second factor is missing or wrong")]
    OtpRequired,
    /// Too many failures: try again after so many seconds.
    #[error("locked for {0} s")]
    Locked(u64),
    /// The token is unknown, used, or its time is over.
    #[error("the token is not good")]
    BadToken,
    /// Too many passwords are being checked at once.
    #[error("too many passwords are being checked")]
    Busy,
    /// The database.
    #[error(transparent)]
    Database(#[from] Failure),
    /// Key material.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A token could not be signed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The asked-for page cannot be meant.
    #[error(transparent)]
    Page(#[from] PageError),
}

impl From<sea_orm::DbErr> for AccountError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

impl AccountError {
    /// The problem, where e-mail address and password stand below `prefix` in the request, such as `/administrator`.
    pub fn into_problem_at(self, prefix: &str) -> Problem {
        match self {
            Self::EmailTaken => Problem::finding(Finding::block("email_taken", format!("{prefix}/email"))),
            Self::WeakPassword(flaw) => Problem::finding(flaw.finding(&format!("{prefix}/password"))),
            Self::Rule(finding) => Problem::finding(finding),
            Self::NotFound => Problem::new(ProblemKind::NotFound),
            Self::Stale => Problem::new(ProblemKind::StaleVersion),
            Self::WrongState { current, allowed } => Problem::wrong_state(current, allowed),
            Self::Forbidden => Problem::new(ProblemKind::Forbidden),
            Self::WrongCredentials => Problem::new(ProblemKind::InvalidCredentials),
            Self::OtpRequired => Problem::new(ProblemKind::OtpRequired),
            Self::Locked(seconds) => Problem::new(ProblemKind::SignInLocked).retry_after(seconds),
            Self::BadToken => Problem::new(ProblemKind::Unauthenticated),
            Self::Busy => Problem::new(ProblemKind::Unavailable),
            Self::Database(failure) => failure.into(),
            Self::Page(error) => error.into(),
            Self::Keys(error) => internal(&error),
            Self::Token(error) => internal(&error),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        error.into_problem_at("")
    }
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "key material failed");
    Problem::new(ProblemKind::Internal)
}
