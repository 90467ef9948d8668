//! The lock-out: failures are counted by name, whether it exists or not, so others are never locked out with it.
//!
//! The name is looked up before the password is checked, to save the work, and again, locked, when the outcome is
//! written: of a thousand guesses sent at once only the first few can learn whether they were right.

use ::entity::sign_in_throttle;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::{
    features::accounts::{
        error::AccountError,
        rules,
        service::{folded_email, record},
        store,
    },
    platform::{
        db::Work,
        events::{Actor, Event},
        signing,
        state::AppState,
    },
};

/// Why an attempt failed; for the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// Unknown name, wrong password, or an account that may not sign in.
    Credentials,
    /// The code of the second factor is wrong or was used before.
    Code,
}

impl Failed {
    fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Code => "code",
        }
    }
}

/// The name as it is kept: never in clear.
pub(crate) fn name_hash(email: &str) -> String {
    signing::sha256_hex(&[b"sign-in\n", folded_email(email).as_bytes()])
}

/// Refuses an attempt under a locked name before any work is done.
pub(crate) async fn check(state: &AppState, actor: &Actor, name_hash: &str) -> Result<(), AccountError> {
    let known = store::throttle::find(state.db.read(), name_hash).await?;
    match lock_left(known.as_ref(), state.clock.now()) {
        None => Ok(()),
        Some(seconds) => {
            record(state, actor, refused(name_hash)).await?;
            Err(AccountError::Locked(seconds))
        }
    }
}

/// Counts a failure; the answer is what the caller is told.
pub(crate) async fn fail(state: &AppState, actor: &Actor, name_hash: &str, failed: Failed) -> AccountError {
    match count(state, actor, name_hash, failed).await {
        Ok(None) => match failed {
            Failed::Credentials => AccountError::WrongCredentials,
            Failed::Code => AccountError::OtpRequired,
        },
        Ok(Some(seconds)) => AccountError::Locked(seconds),
        Err(error) => error,
    }
}

async fn count(state: &AppState, actor: &Actor, name_hash: &str, failed: Failed) -> Result<Option<u64>, AccountError> {
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let now = work.now();
    let known = store::throttle::lock_or_insert(work.tx(), name_hash, now).await?;
    let locked = lock_left(Some(&known), now);
    if locked.is_some() {
        work.publish(refused(name_hash));
    } else {
        let (failures, until) = rules::after_failure(known.failures, known.last_failure_at, now);
        store::throttle::save(work.tx(), name_hash, failures, now, until).await?;
        work.publish(
            Event::about_many("sign_in_failed", "account")
                .with(json!({"name_hash": name_hash, "reason": failed.as_str(), "failures": failures})),
        );
    }
    work.commit().await?;
    Ok(locked)
}

/// Within the transaction of a success: seconds that the name is still locked, in which case it is no success.
pub(crate) async fn pass(
    conn: &impl ConnectionTrait,
    name_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<u64>, AccountError> {
    let known = store::throttle::lock(conn, name_hash).await?;
    let locked = lock_left(known.as_ref(), now);
    if known.is_some() && locked.is_none() {
        store::throttle::reset(conn, name_hash).await?;
    }
    Ok(locked)
}

/// An attempt under a locked name, for the record.
pub(crate) fn refused(name_hash: &str) -> Event {
    Event::about_many("sign_in_refused", "account").with(json!({"name_hash": name_hash, "reason": "locked"}))
}

fn lock_left(known: Option<&sign_in_throttle::Model>, now: DateTime<Utc>) -> Option<u64> {
    rules::lock_left(known.and_then(|row| row.locked_until), now)
}
