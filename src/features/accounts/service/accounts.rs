//! Accounts run by an administrator: of the system's staff, or of one organization's members.

use ::entity::{
    account::{self, Role, Status},
    one_time_token::Purpose,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        error::AccountError,
        passwords,
        rules::{self, Change, ChangeError},
        service::{folded_email, second_factor::next_version, secret_hash},
        store,
    },
    kernel::{
        finding::Finding,
        ids,
        page::{Page, PageRequest},
        text::nfc_collapsed,
    },
    platform::{
        db::{Failure, Work},
        events::Event,
        signing,
        state::AppState,
    },
};

pub use store::accounts::Circle;

/// An account that does not exist yet.
#[derive(Clone, Debug)]
pub(crate) struct Draft<'a> {
    pub email: &'a str,
    pub full_name: &'a str,
    pub role: Role,
    pub organization_id: Option<Uuid>,
    pub unit_id: Option<Uuid>,
    pub password_hash: Option<String>,
    pub status: Status,
    pub second_factor_waived: bool,
}

/// An account of the circle.
pub async fn get(conn: &impl ConnectionTrait, circle: Circle, id: Uuid) -> Result<account::Model, AccountError> {
    store::accounts::find(conn, circle, id).await?.ok_or(AccountError::NotFound)
}

/// A page of the circle's accounts.
pub async fn list(
    conn: &impl ConnectionTrait,
    circle: Circle,
    status: Option<Status>,
    page: &PageRequest,
) -> Result<Page<account::Model>, AccountError> {
    let rows = store::accounts::list(conn, circle, status, page.after_id()?, page.limit).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}

/// Enters an account.
pub(crate) async fn enter(work: &mut Work, draft: Draft<'_>) -> Result<account::Model, AccountError> {
    let (now, email, full_name) = (work.now(), folded_email(draft.email), nfc_collapsed(draft.full_name));
    if full_name.is_empty() {
        return Err(AccountError::Rule(Finding::block("too_short", "/full_name").with("min", "1")));
    }
    if store::accounts::find_by_email(work.tx(), &email).await?.is_some() {
        return Err(AccountError::EmailTaken);
    }
    let row = account::ActiveModel {
        id: Set(ids::fresh(now)),
        email: Set(email),
        full_name: Set(full_name),
        role: Set(draft.role),
        status: Set(draft.status),
        organization_id: Set(draft.organization_id),
        unit_id: Set(draft.unit_id),
        password_hash: Set(draft.password_hash),
        totp_sealed: Set(None),
        totp_confirmed: Set(false),
        totp_last_step: Set(None),
        second_factor_waived: Set(draft.second_factor_waived),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    store::accounts::insert(work.tx(), row).await.map_err(|error| match Failure::from(error) {
        // Somebody entered the same address between the look and the writing.
        Failure::Conflict(_) => AccountError::EmailTaken,
        other => other.into(),
    })
}

/// Invites a person to an account; the token sets the password and is told to nobody again.
pub(crate) async fn invite(work: &mut Work, draft: Draft<'_>) -> Result<(account::Model, String), AccountError> {
    rules::check_unit(draft.role, draft.unit_id).map_err(refusal)?;
    check_unit_exists(work, draft.unit_id).await?;
    let draft = Draft { password_hash: None, status: Status::Invited, ..draft };
    let account = enter(work, draft).await?;
    let token = give_invitation(work, account.id).await?;
    work.publish(about("account_invited", &account).with(json!({"role": role_name(account.role)})));
    Ok((account, token))
}

/// Changes an account; sessions end where the role changes or the account is disabled.
pub(crate) async fn change(
    work: &mut Work,
    circle: Circle,
    before: &account::Model,
    change: &Change,
    actor_id: Option<Uuid>,
) -> Result<account::Model, AccountError> {
    let now = work.now();
    let after = rules::decide(before, change, actor_id == Some(before.id)).map_err(refusal)?;
    if after.unit_id != before.unit_id {
        check_unit_exists(work, after.unit_id).await?;
    }
    if after.steps_down {
        let heads = store::accounts::lock_heads(work.tx(), circle).await?;
        if heads.iter().all(|head| *head == before.id) {
            return Err(refusal(ChangeError::LastAdministrator));
        }
    }
    let full_name = nfc_collapsed(&after.full_name);
    if full_name.is_empty() {
        return Err(AccountError::Rule(Finding::block("too_short", "/full_name").with("min", "1")));
    }
    let row = account::ActiveModel {
        full_name: Set(full_name),
        role: Set(after.role),
        unit_id: Set(after.unit_id),
        status: Set(after.status),
        ..next_version(before, now)
    };
    let account = store::accounts::save(work.tx(), before, row).await?.ok_or(AccountError::Stale)?;
    if after.ends_sessions {
        store::sessions::revoke_all(work.tx(), &[account.id], None, now).await?;
    }
    if account.status == Status::Disabled {
        store::one_time::delete_unused(work.tx(), Purpose::Invitation, Some(account.id)).await?;
    }
    work.publish(about("account_changed", &account).with(json!({
        "role": [role_name(before.role), role_name(account.role)],
        "status": [before.status, account.status],
        "unit_id": [before.unit_id, account.unit_id],
        "full_name_changed": before.full_name != account.full_name,
    })));
    Ok(account)
}

/// Starts an account anew, after a lost password, a lost phone, or an invitation whose time is over: password, second
/// factor and sessions go, and a new invitation is given.
pub(crate) async fn reset(
    work: &mut Work,
    circle: Circle,
    before: &account::Model,
    actor_id: Option<Uuid>,
) -> Result<(account::Model, String), AccountError> {
    let now = work.now();
    if actor_id == Some(before.id) {
        return Err(refusal(ChangeError::OwnAccount));
    }
    match before.status {
        Status::Active | Status::Invited => {}
        Status::Disabled => return Err(AccountError::WrongState { current: "disabled", allowed: &["enable"] }),
        Status::Pending => return Err(refusal(ChangeError::Pending)),
    }
    if before.role == circle.head() && before.status == Status::Active {
        let heads = store::accounts::lock_heads(work.tx(), circle).await?;
        if heads.iter().all(|head| *head == before.id) {
            return Err(refusal(ChangeError::LastAdministrator));
        }
    }
    let row = account::ActiveModel {
        password_hash: Set(None),
        totp_sealed: Set(None),
        totp_confirmed: Set(false),
        totp_last_step: Set(None),
        status: Set(Status::Invited),
        ..next_version(before, now)
    };
    let account = store::accounts::save(work.tx(), before, row).await?.ok_or(AccountError::Stale)?;
    store::sessions::revoke_all(work.tx(), &[account.id], None, now).await?;
    let token = give_invitation(work, account.id).await?;
    work.publish(about("account_reset", &account));
    Ok((account, token))
}

/// Takes up an invitation by setting a password.
pub(crate) async fn activate(
    state: &AppState,
    actor: &crate::platform::events::Actor,
    token: &str,
    password: &str,
) -> Result<(), AccountError> {
    let (hash, now) = (secret_hash(token), state.clock.now());
    let bad = || AccountError::Rule(Finding::block("bad_one_time_token", "/token"));
    let found = store::one_time::find_good(state.db.read(), Purpose::Invitation, &hash, now).await?.ok_or_else(bad)?;
    let account_id = found.account_id.ok_or_else(bad)?;
    let account = store::accounts::find_by_id(state.db.read(), account_id).await?.ok_or_else(bad)?;
    let password_hash = passwords::hash_new(password, &account.email).await?;
    let mut work = Work::begin(&state.db, &super::as_account(actor, account.id), state.clock.now()).await?;
    let now = work.now();
    // All is looked at again inside the transaction: the invitation may have been used or taken back meanwhile.
    let found = store::one_time::find_good(work.tx(), Purpose::Invitation, &hash, now).await?.ok_or_else(bad)?;
    if account.status != Status::Invited || !store::one_time::take(work.tx(), &found, now).await? {
        return Err(bad());
    }
    let row = account::ActiveModel {
        password_hash: Set(Some(password_hash)),
        status: Set(Status::Active),
        ..next_version(&account, now)
    };
    let account = store::accounts::save(work.tx(), &account, row).await?.ok_or(AccountError::Stale)?;
    work.publish(about("account_activated", &account));
    work.commit().await?;
    Ok(())
}

/// An event about an account, with whom it concerns.
pub(crate) fn about(action: &'static str, account: &account::Model) -> Event {
    let event = Event::about(action, "account", account.id).of_unit(account.unit_id);
    match account.organization_id {
        Some(id) => event.of_organization(id),
        None => event,
    }
}

pub(crate) fn role_name(role: Role) -> &'static str {
    crate::features::accounts::Role::from(role).as_str()
}

async fn give_invitation(work: &mut Work, account_id: Uuid) -> Result<String, AccountError> {
    let token = signing::random_token()?;
    let times = (work.now(), work.now() + rules::INVITATION_LIFE);
    store::one_time::replace(work.tx(), Purpose::Invitation, Some(account_id), secret_hash(&token), times).await?;
    Ok(token)
}

async fn check_unit_exists(work: &Work, unit_id: Option<Uuid>) -> Result<(), AccountError> {
    match unit_id {
        Some(id) if store::units::find(work.tx(), id).await?.is_none() => Err(refusal(ChangeError::UnknownUnit)),
        _ => Ok(()),
    }
}

fn refusal(error: ChangeError) -> AccountError {
    match error.finding() {
        Some(finding) => AccountError::Rule(finding),
        None => AccountError::WrongState { current: "pending", allowed: &[] },
    }
}
