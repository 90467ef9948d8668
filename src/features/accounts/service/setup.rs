//! The first administrator: there is no default password; a one-time token, printed at the start, makes the account.

use ::entity::{
    account::{self, Role, Status},
    one_time_token::Purpose,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        error::AccountError,
        passwords, rules,
        service::{
            accounts::{self, Draft, about, role_name},
            secret_hash,
        },
        store,
    },
    kernel::finding::Finding,
    platform::{
        db::Work,
        events::{Actor, Event},
        signing,
        state::AppState,
    },
};

/// A token for the first administrator, good for 24 hours, which replaces older ones; none if there is one already.
pub async fn issue_token(state: &AppState) -> Result<Option<String>, AccountError> {
    let mut work = Work::begin(&state.db, &Actor::system("setup"), state.clock.now()).await?;
    if store::accounts::any_admin(work.tx()).await? {
        return Ok(None);
    }
    let token = signing::random_token()?;
    let times = (work.now(), work.now() + rules::SETUP_LIFE);
    store::one_time::replace(work.tx(), Purpose::Setup, None, secret_hash(&token), times).await?;
    work.publish(Event::about_many("setup_token_issued", "one_time_token"));
    work.commit().await?;
    Ok(Some(token))
}

/// Staff for the command line and the demo world.
#[derive(Clone)]
pub struct NewStaff<'a> {
    /// Address to sign in with.
    pub email: &'a str,
    /// Name shown to colleagues.
    pub full_name: &'a str,
    /// `officer`, `supervisor`, `admin` or `auditor`.
    pub role: Role,
    /// Unit of an officer or supervisor.
    pub unit_id: Option<Uuid>,
}

/// Invites a member of staff; the token sets the password and is told to nobody again.
pub async fn invite(work: &mut Work, new: &NewStaff<'_>) -> Result<(account::Model, String), AccountError> {
    accounts::invite(work, draft(new)).await
}

/// Enters a member of staff with a password and without a second factor: only for the demo world.
pub async fn create_demo_staff(
    work: &mut Work,
    new: &NewStaff<'_>,
    password: &str,
) -> Result<account::Model, AccountError> {
    let password_hash = Some(passwords::hash_new(password, new.email).await?);
    let draft = Draft { password_hash, status: Status::Active, second_factor_waived: true, ..draft(new) };
    let account = accounts::enter(work, draft).await?;
    work.publish(about("account_created", &account).with(json!({"role": role_name(account.role)})));
    Ok(account)
}

/// The first administrator as he describes himself.
pub(crate) struct FirstAdmin<'a> {
    pub token: &'a str,
    pub email: &'a str,
    pub full_name: &'a str,
    pub password: &'a str,
}

/// Makes the first administrator. Refused once there is one.
pub(crate) async fn set_up(
    state: &AppState,
    actor: &Actor,
    first: FirstAdmin<'_>,
) -> Result<account::Model, AccountError> {
    let done = || AccountError::WrongState { current: "set_up", allowed: &["sign_in"] };
    let bad = || AccountError::Rule(Finding::block("bad_one_time_token", "/token"));
    let (hash, now) = (secret_hash(first.token), state.clock.now());
    if store::accounts::any_admin(state.db.read()).await? {
        return Err(done());
    }
    store::one_time::find_good(state.db.read(), Purpose::Setup, &hash, now).await?.ok_or_else(bad)?;
    let password_hash = Some(passwords::hash_new(first.password, first.email).await?);
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let now = work.now();
    let token = store::one_time::find_good(work.tx(), Purpose::Setup, &hash, now).await?.ok_or_else(bad)?;
    // Taking one takes all, so two set-ups at once with two tokens wait for each other and one is refused.
    if !store::one_time::take(work.tx(), &token, now).await? {
        return Err(bad());
    }
    if store::accounts::any_admin(work.tx()).await? {
        return Err(done());
    }
    let new = NewStaff { email: first.email, full_name: first.full_name, role: Role::Admin, unit_id: None };
    let draft = Draft { password_hash, status: Status::Active, ..draft(&new) };
    let account = accounts::enter(&mut work, draft).await?;
    work.publish(about("first_admin_created", &account));
    work.commit().await?;
    Ok(account)
}

fn draft<'a>(new: &NewStaff<'a>) -> Draft<'a> {
    Draft {
        email: new.email,
        full_name: new.full_name,
        role: new.role,
        organization_id: None,
        unit_id: new.unit_id,
        password_hash: None,
        status: Status::Invited,
        second_factor_waived: false,
    }
}
