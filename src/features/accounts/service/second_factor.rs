//! The second factor: time-based codes (RFC 6238; SHA-1, six digits, 30 s, one step of tolerance, each code once).

use ::entity::account;
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use totp_rs::{Builder, Totp};

use crate::{
    features::accounts::{
        error::AccountError,
        liveness::Liveness,
        passwords, rules,
        service::guard::{self, Failed},
        store,
    },
    kernel::finding::Finding,
    platform::{
        db::Work,
        events::{Actor, Event},
        signing::KeyError,
        state::AppState,
    },
};

/// Name in the authenticator app.
const ISSUER: &str = "tamtru";

/// What an authenticator app needs.
#[derive(Clone, Debug)]
pub(crate) struct Enrolment {
    /// For typing, in base 32.
    pub secret: String,
    /// For a QR code.
    pub otpauth_url: String,
}

/// Makes a secret; it counts when a code has proven it. Refused while another one is in force.
pub(crate) async fn begin(
    state: &AppState,
    actor: &Actor,
    account: &account::Model,
) -> Result<Enrolment, AccountError> {
    refuse_enrolled(account)?;
    let totp = builder(account).build().map_err(|_| KeyError::Refused)?;
    let enrolment =
        Enrolment { secret: totp.secret().to_base32(), otpauth_url: totp.to_url().map_err(|_| KeyError::Refused)? };
    let sealed = state.keys.vault().seal(&context(account), totp.secret().as_ref())?;
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let change = account::ActiveModel { totp_sealed: Set(Some(sealed)), ..next_version(account, work.now()) };
    store::accounts::save(work.tx(), account, change).await?.ok_or(AccountError::Stale)?;
    work.publish(event("second_factor_begun", account));
    work.commit().await?;
    Ok(enrolment)
}

/// Puts the secret in force with a first code. All other sessions end: none of them has proven it.
pub(crate) async fn confirm(
    state: &AppState,
    actor: &Actor,
    account: &account::Model,
    (session_id, code): (uuid::Uuid, &str),
) -> Result<(), AccountError> {
    refuse_enrolled(account)?;
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let now = work.now();
    let Some(step) = matching_step(state, account, code, now)? else {
        return Err(AccountError::Rule(Finding::block("wrong_code", "/code")));
    };
    let change = account::ActiveModel {
        totp_confirmed: Set(true),
        totp_last_step: Set(Some(step)),
        ..next_version(account, now)
    };
    store::accounts::save(work.tx(), account, change).await?.ok_or(AccountError::Stale)?;
    store::sessions::revoke_all(work.tx(), &[account.id], Some(session_id), now).await?;
    work.publish(event("second_factor_enrolled", account));
    work.commit().await?;
    state.room::<Liveness>().forget_account(account.id);
    Ok(())
}

/// Takes the second factor out of force, for password and code. Staff must keep theirs.
pub(crate) async fn remove(
    state: &AppState,
    actor: &Actor,
    account: &account::Model,
    (password, code): (&str, &str),
) -> Result<(), AccountError> {
    if rules::is_staff(account.role) {
        return Err(AccountError::Forbidden);
    }
    if !account.totp_confirmed {
        return Err(AccountError::WrongState { current: "none", allowed: &["enrol"] });
    }
    let name = guard::name_hash(&account.email);
    guard::check(state, actor, &name).await?;
    if !passwords::verify(account.password_hash.as_deref(), password).await? {
        return Err(wrong_here(
            guard::fail(state, actor, &name, Failed::Credentials).await,
            "wrong_password",
            "/password",
        ));
    }
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let now = work.now();
    if let Some(seconds) = guard::pass(work.tx(), &name, now).await? {
        return Err(AccountError::Locked(seconds));
    }
    if !accept(work.tx(), state, account, code, now).await? {
        drop(work);
        return Err(wrong_here(guard::fail(state, actor, &name, Failed::Code).await, "wrong_code", "/otp"));
    }
    let change = account::ActiveModel {
        totp_sealed: Set(None),
        totp_confirmed: Set(false),
        totp_last_step: Set(None),
        ..next_version(account, now)
    };
    store::accounts::save(work.tx(), account, change).await?.ok_or(AccountError::Stale)?;
    work.publish(event("second_factor_removed", account));
    work.commit().await?;
    Ok(())
}

/// Whether a code is right and was not used before; using it up is part of the transaction.
pub(crate) async fn accept(
    conn: &impl ConnectionTrait,
    state: &AppState,
    account: &account::Model,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool, AccountError> {
    match matching_step(state, account, code, now)? {
        Some(step) => Ok(store::accounts::take_step(conn, account.id, step).await?),
        None => Ok(false),
    }
}

/// Somebody who has signed in and mistypes is told where; he need not sign in again.
pub(crate) fn wrong_here(error: AccountError, rule: &str, pointer: &str) -> AccountError {
    match error {
        AccountError::WrongCredentials | AccountError::OtpRequired => AccountError::Rule(Finding::block(rule, pointer)),
        other => other,
    }
}

fn matching_step(
    state: &AppState,
    account: &account::Model,
    code: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>, AccountError> {
    let Some(sealed) = &account.totp_sealed else { return Ok(None) };
    let secret = state.keys.vault().unseal(&context(account), sealed)?;
    let totp: Totp = builder(account).with_secret(secret).build().map_err(|_| KeyError::Refused)?;
    let step = totp.check(code, u64::try_from(now.timestamp()).unwrap_or(0));
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

fn refuse_enrolled(account: &account::Model) -> Result<(), AccountError> {
    if account.totp_confirmed {
        return Err(AccountError::WrongState { current: "enrolled", allowed: &["remove"] });
    }
    Ok(())
}

fn builder(account: &account::Model) -> Builder {
    // The app shows the address; a colon would end the issuer there.
    Builder::new().with_account_name(account.email.replace(':', " ")).with_issuer(Some(ISSUER))
}

fn context(account: &account::Model) -> String {
    format!("account_totp:{}", account.id)
}

fn event(action: &'static str, account: &account::Model) -> Event {
    let event = Event::about(action, "account", account.id).of_unit(account.unit_id);
    match account.organization_id {
        Some(id) => event.of_organization(id),
        None => event,
    }
}

pub(crate) fn next_version(account: &account::Model, now: DateTime<Utc>) -> account::ActiveModel {
    account::ActiveModel { version: Set(account.version + 1), updated_at: Set(now), ..Default::default() }
}
