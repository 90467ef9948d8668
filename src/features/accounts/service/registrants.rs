//! What registering an organization asks of accounts: its first administrator, who waits until an officer decides.

use ::entity::{account, organization};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        error::AccountError,
        passwords,
        service::accounts::{self, Draft, about, role_name},
    },
    kernel::{finding::Finding, ids::OrganizationId},
    platform::db::{Failure, Work},
};

/// The first administrator of an organization.
#[derive(Clone)]
pub struct Registrant {
    /// Address to sign in with; folded when stored.
    pub email: String,
    /// Name shown to colleagues.
    pub full_name: String,
    /// Whose administrator.
    pub organization_id: OrganizationId,
    /// As [`hash_password`] made it, before the transaction began.
    pub password_hash: String,
}

impl std::fmt::Debug for Registrant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Registrant(of {})", self.organization_id)
    }
}

/// What is wrong with a new password.
pub fn examine_password(password: &str, email: &str, pointer: &str) -> Option<Finding> {
    passwords::examine(password, email).err().map(|flaw| flaw.finding(pointer))
}

/// Turns a password into what is stored of it. It takes tens of milliseconds on purpose, so it is done before a
/// transaction begins and never inside: SQLite has one writer.
pub async fn hash_password(password: &str, email: &str) -> Result<String, AccountError> {
    passwords::hash_new(password, email).await
}

/// Enters the account, pending. Refused with `EmailTaken`.
pub async fn enter(work: &mut Work, new: &Registrant) -> Result<(), AccountError> {
    let draft = Draft {
        email: &new.email,
        full_name: &new.full_name,
        role: account::Role::OrgAdmin,
        organization_id: Some(new.organization_id.0),
        unit_id: None,
        password_hash: Some(new.password_hash.clone()),
        status: account::Status::Pending,
        second_factor_waived: false,
    };
    let account = accounts::enter(work, draft).await?;
    work.publish(
        about("account_created", &account).with(json!({"role": role_name(account.role), "status": account.status})),
    );
    Ok(())
}

/// Whether an account has this e-mail address. That of a refused registration does not count.
pub async fn email_is_taken(conn: &impl ConnectionTrait, email: &str) -> Result<bool, Failure> {
    let taken = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Email.eq(email))
        .filter(belongs_to_a_refusal().not())
        .into_tuple::<Uuid>()
        .one(conn)
        .await?;
    Ok(taken.is_some())
}

/// Frees the e-mail address of a refused registration, so that the applicant can register again. The old account stays
/// on the record under an address that can never exist (RFC 2606: `.invalid`).
pub async fn free_email_of_refused(work: &Work, email: &str) -> Result<(), Failure> {
    let row = account::Entity::find()
        .filter(account::Column::Email.eq(email))
        .filter(belongs_to_a_refusal())
        .one(work.tx())
        .await?;
    let Some(row) = row else { return Ok(()) };
    account::Entity::update_many()
        .col_expr(account::Column::Email, Expr::value(format!("{}@refused.invalid", row.id)))
        .col_expr(account::Column::Version, Expr::col(account::Column::Version).add(1))
        .col_expr(account::Column::UpdatedAt, Expr::value(work.now()))
        .filter(account::Column::Id.eq(row.id))
        .exec(work.tx())
        .await?;
    Ok(())
}

/// Name and e-mail address of the account that was made with the organization.
pub async fn find_first_administrator(
    conn: &impl ConnectionTrait,
    organization_id: Uuid,
) -> Result<Option<(String, String)>, Failure> {
    Ok(account::Entity::find()
        .select_only()
        .column(account::Column::FullName)
        .column(account::Column::Email)
        .filter(account::Column::OrganizationId.eq(organization_id))
        .filter(account::Column::Role.eq(account::Role::OrgAdmin))
        .order_by_asc(account::Column::Id)
        .into_tuple()
        .one(conn)
        .await?)
}

fn belongs_to_a_refusal() -> sea_orm::sea_query::SimpleExpr {
    let mut refused = Query::select();
    refused
        .column(organization::Column::Id)
        .from(organization::Entity)
        .and_where(organization::Column::Status.eq(organization::Status::Refused));
    account::Column::Status.eq(account::Status::Disabled).and(account::Column::OrganizationId.in_subquery(refused))
}
