//! Tokens that set a password once. Only their hashes are kept.

use ::entity::one_time_token::{ActiveModel, Column, Entity, Model, Purpose};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use crate::kernel::ids;

/// Writes a token; older unused ones of the same purpose and account are gone.
pub(crate) async fn replace(
    conn: &impl ConnectionTrait,
    purpose: Purpose,
    account_id: Option<Uuid>,
    token_hash: String,
    (now, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), DbErr> {
    delete_unused(conn, purpose, account_id).await?;
    let row = ActiveModel {
        id: Set(ids::fresh(now)),
        purpose: Set(purpose),
        account_id: Set(account_id),
        token_hash: Set(token_hash),
        created_at: Set(now),
        expires_at: Set(ends_at),
        used_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Takes back unused tokens.
pub(crate) async fn delete_unused(
    conn: &impl ConnectionTrait,
    purpose: Purpose,
    account_id: Option<Uuid>,
) -> Result<(), DbErr> {
    let whose = match account_id {
        Some(id) => Column::AccountId.eq(id),
        None => Column::AccountId.is_null(),
    };
    Entity::delete_many()
        .filter(Column::Purpose.eq(purpose))
        .filter(whose)
        .filter(Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// A token that is still good.
pub(crate) async fn find_good(
    conn: &impl ConnectionTrait,
    purpose: Purpose,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::TokenHash.eq(token_hash))
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .one(conn)
        .await
}

/// Uses up a token, and with it all others of the same purpose and account: of several callers exactly one gets it.
pub(crate) async fn take(conn: &impl ConnectionTrait, token: &Model, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let whose = match token.account_id {
        Some(id) => Column::AccountId.eq(id),
        None => Column::AccountId.is_null(),
    };
    let done = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Purpose.eq(token.purpose))
        .filter(whose)
        .filter(Column::UsedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Deletes tokens whose time was over before an instant.
pub(crate) async fn delete_old(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::ExpiresAt.lte(before)).exec(conn).await?.rows_affected)
}
