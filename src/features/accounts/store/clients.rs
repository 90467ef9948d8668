//! API clients and their secrets.

use ::entity::{
    api_client::{ActiveModel, Column, Entity, Model, Status},
    api_client_secret as secret,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::kernel::{ids, ids::OrganizationId};

/// An API client of the organization.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    organization_id: OrganizationId,
    id: Uuid,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::OrganizationId.eq(organization_id.0)).one(conn).await
}

/// An API client, for its own sign-in.
pub(crate) async fn find_by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// Up to `limit + 1` API clients of the organization after an id.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    organization_id: OrganizationId,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let mut rows = Condition::all().add(Column::OrganizationId.eq(organization_id.0));
    if let Some(after) = after {
        rows = rows.add(Column::Id.gt(after));
    }
    Entity::find().filter(rows).order_by_asc(Column::Id).limit(limit + 1).all(conn).await
}

/// Writes a new API client.
pub(crate) async fn insert(conn: &impl ConnectionTrait, row: ActiveModel) -> Result<Model, DbErr> {
    Entity::insert(row).exec_with_returning(conn).await
}

/// Counts a change of an active API client, if nobody was first.
pub(crate) async fn touch(
    conn: &impl ConnectionTrait,
    before: &Model,
    status: Status,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let rows = Entity::update_many()
        .col_expr(Column::Status, Expr::value(status))
        .col_expr(Column::Version, Expr::value(before.version + 1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .exec_with_returning(conn)
        .await?;
    Ok(rows.into_iter().next())
}

/// Revokes all API clients of an organization; tells which.
pub(crate) async fn revoke_all(
    conn: &impl ConnectionTrait,
    organization_id: OrganizationId,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, DbErr> {
    let rows = Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Revoked))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::OrganizationId.eq(organization_id.0))
        .filter(Column::Status.eq(Status::Active))
        .exec_with_returning(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Secrets of a client that are good at an instant.
pub(crate) async fn live_secrets(
    conn: &impl ConnectionTrait,
    client_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<secret::Model>, DbErr> {
    secret::Entity::find()
        .filter(secret::Column::ApiClientId.eq(client_id))
        .filter(Condition::any().add(secret::Column::ExpiresAt.is_null()).add(secret::Column::ExpiresAt.gt(now)))
        .all(conn)
        .await
}

/// Writes a secret without an end.
pub(crate) async fn insert_secret(
    conn: &impl ConnectionTrait,
    client_id: Uuid,
    secret_hash: String,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = secret::ActiveModel {
        id: Set(ids::fresh(now)),
        api_client_id: Set(client_id),
        secret_hash: Set(secret_hash),
        created_at: Set(now),
        expires_at: Set(None),
    };
    secret::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Gives the current secret an end; one that already had an end goes at once, so that at most two are good.
pub(crate) async fn retire_secrets(
    conn: &impl ConnectionTrait,
    client_id: Uuid,
    ends_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    secret::Entity::delete_many()
        .filter(secret::Column::ApiClientId.eq(client_id))
        .filter(secret::Column::ExpiresAt.is_not_null())
        .exec(conn)
        .await?;
    secret::Entity::update_many()
        .col_expr(secret::Column::ExpiresAt, Expr::value(ends_at))
        .filter(secret::Column::ApiClientId.eq(client_id))
        .exec(conn)
        .await?;
    Ok(())
}

/// Deletes all secrets of a client.
pub(crate) async fn delete_secrets(conn: &impl ConnectionTrait, client_id: Uuid) -> Result<(), DbErr> {
    secret::Entity::delete_many().filter(secret::Column::ApiClientId.eq(client_id)).exec(conn).await?;
    Ok(())
}
