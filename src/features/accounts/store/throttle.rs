//! Failed sign-ins by name.

use ::entity::sign_in_throttle::{ActiveModel, Column, Entity, Model};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};

/// What is known of a name.
pub(crate) async fn find(conn: &impl ConnectionTrait, subject_hash: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(subject_hash).one(conn).await
}

/// What is known of a name, locked until the end of the transaction.
pub(crate) async fn lock(conn: &impl ConnectionTrait, subject_hash: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(subject_hash).lock_exclusive().one(conn).await
}

/// The same, entered with no failures if it was not known: the upsert makes concurrent guesses wait for each other.
pub(crate) async fn lock_or_insert(
    conn: &impl ConnectionTrait,
    subject_hash: &str,
    now: DateTime<Utc>,
) -> Result<Model, DbErr> {
    let row = ActiveModel {
        subject_hash: Set(subject_hash.to_owned()),
        failures: Set(0),
        last_failure_at: Set(now),
        locked_until: Set(None),
    };
    Entity::insert(row)
        .on_conflict(OnConflict::column(Column::SubjectHash).update_column(Column::SubjectHash).to_owned())
        .exec_with_returning(conn)
        .await
}

/// Writes the count after a failure.
pub(crate) async fn save(
    conn: &impl ConnectionTrait,
    subject_hash: &str,
    failures: i32,
    last: DateTime<Utc>,
    locked_until: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        subject_hash: Set(subject_hash.to_owned()),
        failures: Set(failures),
        last_failure_at: Set(last),
        locked_until: Set(locked_until),
    };
    Entity::update(row).exec(conn).await?;
    Ok(())
}

/// Forgets a name after a success.
pub(crate) async fn reset(conn: &impl ConnectionTrait, subject_hash: &str) -> Result<(), DbErr> {
    Entity::delete_by_id(subject_hash).exec(conn).await?;
    Ok(())
}

/// Forgets names whose latest failure is older than an instant.
pub(crate) async fn delete_old(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().filter(Column::LastFailureAt.lte(before)).exec(conn).await?.rows_affected)
}
