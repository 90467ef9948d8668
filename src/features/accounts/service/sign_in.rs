//! Signing in.

use ::entity::account;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        error::AccountError,
        liveness, passwords, rules,
        service::{
            as_account, folded_email,
            guard::{self, Failed},
            record, second_factor, secret_hash,
        },
        store,
        tokens::{self, Grant, Issued},
    },
    platform::{
        db::Work,
        events::{Actor, Event},
        signing,
        state::AppState,
    },
};

/// What is typed into the form.
#[derive(Clone, Copy)]
pub(crate) struct Credentials<'a> {
    pub email: &'a str,
    pub password: &'a str,
    pub otp: Option<&'a str>,
}

/// Where the second factor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecondFactor {
    /// None, and none is due.
    None,
    /// A code was given.
    Verified,
    /// It must be set up before anything else.
    EnrolmentRequired,
}

/// What a sign-in or a refresh gives.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub access: Issued,
    pub refresh: String,
    pub second_factor: SecondFactor,
}

/// Signs in. Unknown names, wrong passwords and accounts that may not sign in get one answer after one length of time.
pub(crate) async fn sign_in(
    state: &AppState,
    actor: &Actor,
    credentials: Credentials<'_>,
) -> Result<Tokens, AccountError> {
    let name = guard::name_hash(credentials.email);
    guard::check(state, actor, &name).await?;
    let found = store::accounts::find_by_email(state.db.read(), &folded_email(credentials.email)).await?;
    let hash = found.as_ref().and_then(|account| account.password_hash.as_deref());
    let fits = passwords::verify(hash, credentials.password).await?;
    let account = match found {
        Some(account) if fits && account.status == account::Status::Active => account,
        _ => return Err(guard::fail(state, actor, &name, Failed::Credentials).await),
    };
    let actor = as_account(actor, account.id);
    if account.totp_confirmed && credentials.otp.is_none() {
        record(state, &actor, Event::about("second_factor_asked", "account", account.id)).await?;
        return Err(AccountError::OtpRequired);
    }
    open(state, &actor, &name, &account, credentials.otp).await
}

async fn open(
    state: &AppState,
    actor: &Actor,
    name: &str,
    known: &account::Model,
    otp: Option<&str>,
) -> Result<Tokens, AccountError> {
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let now = work.now();
    if let Some(seconds) = guard::pass(work.tx(), name, now).await? {
        work.publish(guard::refused(name));
        work.commit().await?;
        return Err(AccountError::Locked(seconds));
    }
    // Hashing took a moment, in which the account may have been disabled or given another password.
    let account = store::accounts::find_by_id(work.tx(), known.id).await?.filter(|account| {
        account.status == account::Status::Active
            && account.password_hash == known.password_hash
            && account.totp_confirmed == known.totp_confirmed
    });
    let Some(account) = account else {
        drop(work);
        return Err(guard::fail(state, actor, name, Failed::Credentials).await);
    };
    let second_factor = if account.totp_confirmed {
        if !second_factor::accept(work.tx(), state, &account, otp.unwrap_or_default(), now).await? {
            drop(work);
            return Err(guard::fail(state, actor, name, Failed::Code).await);
        }
        SecondFactor::Verified
    } else if liveness::must_enrol(&account) {
        SecondFactor::EnrolmentRequired
    } else {
        SecondFactor::None
    };
    let ends_at = now + rules::session_life(account.role).absolute;
    let session_id = store::sessions::open(work.tx(), account.id, now, ends_at).await?;
    let refresh = give_refresh(work.tx(), &account, session_id, now, ends_at).await?;
    let access = give_access(state, &account, session_id, ends_at)?;
    let event = Event::about("account_signed_in", "account", account.id)
        .of_unit(account.unit_id)
        .with(json!({"session_id": session_id, "second_factor": account.totp_confirmed}));
    work.publish(match account.organization_id {
        Some(id) => event.of_organization(id),
        None => event,
    });
    work.commit().await?;
    Ok(Tokens { access, refresh, second_factor })
}

/// Exchanges a refresh token. One that was used before has been stolen, from us or from its owner: the whole family ends
/// (RFC 9700 section 4.14.2).
pub(crate) async fn refresh(state: &AppState, actor: &Actor, token: &str) -> Result<Tokens, AccountError> {
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let (now, hash) = (work.now(), secret_hash(token));
    let Some(taken) = store::sessions::take_refresh(work.tx(), &hash, now).await? else {
        let Some(used) = store::sessions::find_refresh(work.tx(), &hash).await? else {
            return Err(AccountError::BadToken);
        };
        let session = store::sessions::find(work.tx(), used.session_id).await?.ok_or(AccountError::BadToken)?;
        store::sessions::revoke(work.tx(), session.account_id, session.id, "reuse", now).await?;
        work.publish(
            Event::about("refresh_reuse_detected", "session", session.id)
                .with(json!({"account_id": session.account_id})),
        );
        work.commit().await?;
        state.room::<liveness::Liveness>().forget(session.id);
        tracing::warn!(session.id = %session.id, "a used refresh token came again; its session was ended");
        return Err(AccountError::BadToken);
    };
    let session = store::sessions::find(work.tx(), taken.session_id)
        .await?
        .filter(|session| session.revoked_at.is_none() && session.expires_at > now && taken.expires_at > now)
        .ok_or(AccountError::BadToken)?;
    let account = store::accounts::find_by_id(work.tx(), session.account_id)
        .await?
        .filter(|account| account.status == account::Status::Active)
        .ok_or(AccountError::BadToken)?;
    let refresh = give_refresh(work.tx(), &account, session.id, now, session.expires_at).await?;
    let access = give_access(state, &account, session.id, session.expires_at)?;
    work.commit().await?;
    let second_factor = match (account.totp_confirmed, liveness::must_enrol(&account)) {
        (true, _) => SecondFactor::Verified,
        (false, true) => SecondFactor::EnrolmentRequired,
        (false, false) => SecondFactor::None,
    };
    Ok(Tokens { access, refresh, second_factor })
}

async fn give_refresh(
    conn: &impl ConnectionTrait,
    account: &account::Model,
    session_id: Uuid,
    now: DateTime<Utc>,
    session_ends_at: DateTime<Utc>,
) -> Result<String, AccountError> {
    let token = signing::random_token()?;
    let ends_at = (now + rules::session_life(account.role).idle).min(session_ends_at);
    store::sessions::insert_refresh(conn, session_id, secret_hash(&token), now, ends_at).await?;
    Ok(token)
}

fn give_access(
    state: &AppState,
    account: &account::Model,
    session_id: Uuid,
    ends_at: DateTime<Utc>,
) -> Result<Issued, AccountError> {
    let scope = rules::scopes_of(account.role);
    Ok(tokens::issue(state, &Grant::Person { account, session_id, ends_at, scope })?)
}
