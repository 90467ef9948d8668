//! Accounts. Whoever looks at another's account names the circle in which he may look.

use ::entity::account::{ActiveModel, Column, Entity, Model, Role, Status};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::kernel::ids::OrganizationId;

/// Whose accounts an administrator runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circle {
    /// Staff of the police and of the system.
    Staff,
    /// Members of one organization.
    Organization(OrganizationId),
}

impl Circle {
    /// Role of those who run it.
    pub fn head(self) -> Role {
        match self {
            Self::Staff => Role::Admin,
            Self::Organization(_) => Role::OrgAdmin,
        }
    }

    fn rows(self) -> Condition {
        match self {
            Self::Staff => {
                Condition::all().add(Column::Role.is_in([Role::Officer, Role::Supervisor, Role::Admin, Role::Auditor]))
            }
            Self::Organization(id) => Condition::all().add(Column::OrganizationId.eq(id.0)),
        }
    }
}

/// An account of the circle.
pub(crate) async fn find(conn: &impl ConnectionTrait, circle: Circle, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(circle.rows()).one(conn).await
}

/// An account, for its owner and for sign-in.
pub(crate) async fn find_by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// An account by its folded address, for sign-in.
pub(crate) async fn find_by_email(conn: &impl ConnectionTrait, email: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Email.eq(email)).one(conn).await
}

/// Up to `limit + 1` accounts of the circle after an id.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    circle: Circle,
    status: Option<Status>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let mut rows = circle.rows();
    if let Some(status) = status {
        rows = rows.add(Column::Status.eq(status));
    }
    if let Some(after) = after {
        rows = rows.add(Column::Id.gt(after));
    }
    Entity::find().filter(rows).order_by_asc(Column::Id).limit(limit + 1).all(conn).await
}

/// Writes a new account.
pub(crate) async fn insert(conn: &impl ConnectionTrait, row: ActiveModel) -> Result<Model, DbErr> {
    Entity::insert(row).exec_with_returning(conn).await
}

/// Writes what changed, if nobody was first; `change` must carry the next version.
pub(crate) async fn save(
    conn: &impl ConnectionTrait,
    before: &Model,
    change: ActiveModel,
) -> Result<Option<Model>, DbErr> {
    let rows = Entity::update_many()
        .set(change)
        .filter(Column::Id.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .exec_with_returning(conn)
        .await?;
    Ok(rows.into_iter().next())
}

/// Those who run the circle, locked until the end of the transaction, so that two of them cannot both step down.
pub(crate) async fn lock_heads(conn: &impl ConnectionTrait, circle: Circle) -> Result<Vec<Uuid>, DbErr> {
    let rows = Entity::find()
        .filter(circle.rows())
        .filter(Column::Role.eq(circle.head()))
        .filter(Column::Status.eq(Status::Active))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Whether there is an administrator of the system, whatever his state.
pub(crate) async fn any_admin(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let found = Entity::find().select_only().column(Column::Id).filter(Column::Role.eq(Role::Admin)).limit(1);
    Ok(found.into_tuple::<Uuid>().one(conn).await?.is_some())
}

/// Moves all accounts of an organization from one status to another; tells which.
pub(crate) async fn move_status(
    conn: &impl ConnectionTrait,
    organization_id: OrganizationId,
    (from, to): (Status, Status),
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, DbErr> {
    let rows = Entity::update_many()
        .col_expr(Column::Status, Expr::value(to))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::OrganizationId.eq(organization_id.0))
        .filter(Column::Status.eq(from))
        .exec_with_returning(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Takes a time step of the second factor; no if it, or a later one, was taken before.
pub(crate) async fn take_step(conn: &impl ConnectionTrait, id: Uuid, step: i64) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::TotpLastStep, Expr::value(step))
        .filter(Column::Id.eq(id))
        .filter(Condition::any().add(Column::TotpLastStep.is_null()).add(Column::TotpLastStep.lt(step)))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}
