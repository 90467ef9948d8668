//! Members of organizations: what the room of organizations asks of us.

use ::entity::account::{self, Role, Status};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        error::AccountError,
        rules::Change,
        service::accounts::{self, Circle, Draft},
        store,
    },
    kernel::{
        ids::OrganizationId,
        page::{Page, PageRequest},
    },
    platform::{db::Work, events::Event},
};

/// A member's account that does not exist yet.
#[derive(Clone)]
pub struct NewAccount {
    /// Address to sign in with; folded when stored.
    pub email: String,
    /// Name shown to colleagues.
    pub full_name: String,
    /// `declarant`, `hr` or `org_admin`.
    pub role: Role,
    /// Whose member.
    pub organization_id: OrganizationId,
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewAccount({:?} of {})", self.role, self.organization_id)
    }
}

/// Enters an account without a password, with the token that sets one.
pub async fn invite_account(work: &mut Work, new: &NewAccount) -> Result<(account::Model, String), AccountError> {
    accounts::invite(work, draft(new)).await
}

/// A page of an organization's accounts.
pub async fn list_members(
    conn: &impl ConnectionTrait,
    organization_id: OrganizationId,
    page: &PageRequest,
) -> Result<Page<account::Model>, AccountError> {
    accounts::list(conn, Circle::Organization(organization_id), None, page).await
}

/// An organization's account.
pub async fn get_member(
    conn: &impl ConnectionTrait,
    organization_id: OrganizationId,
    id: Uuid,
) -> Result<account::Model, AccountError> {
    accounts::get(conn, Circle::Organization(organization_id), id).await
}

/// Changes an organization's account as its administrator `actor_id` wishes. The last active one stays.
pub async fn patch_member(
    work: &mut Work,
    organization_id: OrganizationId,
    before: &account::Model,
    change: &Change,
    actor_id: Option<Uuid>,
) -> Result<account::Model, AccountError> {
    accounts::change(work, Circle::Organization(organization_id), before, change, actor_id).await
}

/// Moves all accounts of an organization from one status to another, such as `pending` to `active` on approval; tells
/// how many. Whoever may no longer sign in is signed out.
pub async fn set_status_of_organization_accounts(
    work: &mut Work,
    organization_id: OrganizationId,
    from: Status,
    to: Status,
) -> Result<u64, AccountError> {
    let now = work.now();
    let moved = store::accounts::move_status(work.tx(), organization_id, (from, to), now).await?;
    if to != Status::Active {
        store::sessions::revoke_all(work.tx(), &moved, None, now).await?;
    }
    let count = moved.len();
    if count > 0 {
        work.publish(
            Event::about_many("accounts_changed", "account")
                .of_organization(organization_id.0)
                .with(json!({"status": [from, to], "accounts": moved})),
        );
    }
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

fn draft(new: &NewAccount) -> Draft<'_> {
    Draft {
        email: &new.email,
        full_name: &new.full_name,
        role: new.role,
        organization_id: Some(new.organization_id.0),
        unit_id: None,
        password_hash: None,
        status: Status::Invited,
        second_factor_waived: false,
    }
}
