//! Sessions of the caller himself, his password, and forgetting what is over.

use ::entity::{account, session};
use chrono::Duration;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    features::accounts::{
        error::AccountError,
        liveness::Liveness,
        passwords,
        service::{
            guard::{self, Failed},
            second_factor::{next_version, wrong_here},
        },
        store,
    },
    kernel::finding::Finding,
    platform::{
        db::{Failure, Work},
        events::{Actor, Event},
        state::AppState,
    },
};

/// How long sessions and one-time tokens are kept after their end, for questions about the record.
const KEPT: Duration = Duration::days(30);

/// The caller's own account.
pub(crate) async fn own_account(state: &AppState, actor: &Actor) -> Result<account::Model, AccountError> {
    let id = actor.id.ok_or(AccountError::Forbidden)?;
    store::accounts::find_by_id(state.db.read(), id).await?.ok_or(AccountError::NotFound)
}

/// Ends the session of the caller, or another one of his.
pub(crate) async fn end(
    state: &AppState,
    actor: &Actor,
    session_id: Uuid,
    action: &'static str,
) -> Result<(), AccountError> {
    let account_id = actor.id.ok_or(AccountError::Forbidden)?;
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    if !store::sessions::revoke(work.tx(), account_id, session_id, "logout", work.now()).await? {
        return Err(AccountError::NotFound);
    }
    work.publish(Event::about(action, "session", session_id));
    work.commit().await?;
    state.room::<Liveness>().forget(session_id);
    Ok(())
}

/// The caller's sessions.
pub(crate) async fn list(state: &AppState, actor: &Actor) -> Result<Vec<session::Model>, AccountError> {
    let account_id = actor.id.ok_or(AccountError::Forbidden)?;
    Ok(store::sessions::list_live(state.db.read(), account_id, state.clock.now()).await?)
}

/// Changes the caller's password; his other sessions end.
pub(crate) async fn change_password(
    state: &AppState,
    actor: &Actor,
    session_id: Uuid,
    (current, new): (&str, &str),
) -> Result<(), AccountError> {
    let account = own_account(state, actor).await?;
    let name = guard::name_hash(&account.email);
    guard::check(state, actor, &name).await?;
    if !passwords::verify(account.password_hash.as_deref(), current).await? {
        let failed = guard::fail(state, actor, &name, Failed::Credentials).await;
        return Err(wrong_here(failed, "wrong_password", "/current_password"));
    }
    let hash = passwords::hash_new(new, &account.email).await.map_err(|error| match error {
        AccountError::WeakPassword(flaw) => AccountError::Rule(flaw.finding("/new_password")),
        other => other,
    })?;
    if current == new {
        return Err(AccountError::Rule(Finding::block("password_unchanged", "/new_password")));
    }
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let now = work.now();
    if let Some(seconds) = guard::pass(work.tx(), &name, now).await? {
        return Err(AccountError::Locked(seconds));
    }
    let change = account::ActiveModel { password_hash: Set(Some(hash)), ..next_version(&account, now) };
    store::accounts::save(work.tx(), &account, change).await?.ok_or(AccountError::Stale)?;
    store::sessions::revoke_all(work.tx(), &[account.id], Some(session_id), now).await?;
    work.publish(Event::about("password_changed", "account", account.id));
    work.commit().await?;
    state.room::<Liveness>().forget_account(account.id);
    Ok(())
}

/// Deletes sessions, one-time tokens and counts of failures that are long over; tells how many rows.
pub async fn purge(state: &AppState) -> Result<u64, Failure> {
    let now = state.clock.now();
    let tx = state.db.begin().await?;
    let gone = store::sessions::delete_ended(&tx, now - KEPT).await?
        + store::one_time::delete_old(&tx, now - KEPT).await?
        + store::throttle::delete_old(&tx, now - Duration::days(2)).await?;
    tx.commit().await?;
    Ok(gone)
}
