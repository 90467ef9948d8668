//! Sessions and their refresh tokens.

use ::entity::{
    refresh_token,
    session::{ActiveModel, Column, Entity, Model},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::kernel::ids;

/// Most sessions of a person that are listed.
const LISTED: u64 = 200;

/// A session.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// Opens a session.
pub(crate) async fn open(
    conn: &impl ConnectionTrait,
    account_id: Uuid,
    now: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<Uuid, DbErr> {
    let id = ids::fresh(now);
    let row = ActiveModel {
        id: Set(id),
        account_id: Set(account_id),
        created_at: Set(now),
        expires_at: Set(ends_at),
        revoked_at: Set(None),
        revoked_reason: Set(None),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(id)
}

/// Sessions of a person that are still good, the latest first.
pub(crate) async fn list_live(
    conn: &impl ConnectionTrait,
    account_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::AccountId.eq(account_id))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::Id)
        .limit(LISTED)
        .all(conn)
        .await
}

/// Ends one session of a person; no if it was over.
pub(crate) async fn revoke(
    conn: &impl ConnectionTrait,
    account_id: Uuid,
    id: Uuid,
    reason: &'static str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .col_expr(Column::RevokedReason, Expr::value(reason))
        .filter(Column::Id.eq(id))
        .filter(Column::AccountId.eq(account_id))
        .filter(Column::RevokedAt.is_null())
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends all sessions of these accounts, but for one.
pub(crate) async fn revoke_all(
    conn: &impl ConnectionTrait,
    account_ids: &[Uuid],
    except: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let mut ended = 0;
    // Far below what a statement may bind.
    for some in account_ids.chunks(1_000) {
        let done = Entity::update_many()
            .col_expr(Column::RevokedAt, Expr::value(now))
            .col_expr(Column::RevokedReason, Expr::value("account_changed"))
            .filter(Column::AccountId.is_in(some.iter().copied()))
            .filter(Column::Id.ne(except.unwrap_or_default()))
            .filter(Column::RevokedAt.is_null())
            .exec(conn)
            .await?;
        ended += done.rows_affected;
    }
    Ok(ended)
}

/// Writes a refresh token.
pub(crate) async fn insert_refresh(
    conn: &impl ConnectionTrait,
    session_id: Uuid,
    token_hash: String,
    now: DateTime<Utc>,
    ends_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = refresh_token::ActiveModel {
        id: Set(ids::fresh(now)),
        session_id: Set(session_id),
        token_hash: Set(token_hash),
        created_at: Set(now),
        expires_at: Set(ends_at),
        used_at: Set(None),
    };
    refresh_token::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Uses up a refresh token: of several callers at once exactly one gets it.
pub(crate) async fn take_refresh(
    conn: &impl ConnectionTrait,
    token_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<refresh_token::Model>, DbErr> {
    let rows = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(now))
        .filter(refresh_token::Column::TokenHash.eq(token_hash))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec_with_returning(conn)
        .await?;
    Ok(rows.into_iter().next())
}

/// A refresh token, used or not.
pub(crate) async fn find_refresh(
    conn: &impl ConnectionTrait,
    token_hash: &str,
) -> Result<Option<refresh_token::Model>, DbErr> {
    refresh_token::Entity::find().filter(refresh_token::Column::TokenHash.eq(token_hash)).one(conn).await
}

/// Deletes sessions that ended before an instant, with their refresh tokens.
pub(crate) async fn delete_ended(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let mut ended = sea_orm::sea_query::Query::select();
    ended.column(Column::Id).from(Entity).and_where(Expr::col(Column::ExpiresAt).lte(before));
    refresh_token::Entity::delete_many().filter(refresh_token::Column::SessionId.in_subquery(ended)).exec(conn).await?;
    Ok(Entity::delete_many().filter(Column::ExpiresAt.lte(before)).exec(conn).await?.rows_affected)
}
