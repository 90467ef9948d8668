//! Units of the police. All who have signed in may see them.

use std::collections::BTreeSet;

use ::entity::unit::{ActiveModel, Column, Entity, Kind, Model};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

use crate::platform::db::padded;

/// A unit.
pub(crate) async fn find(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// The police of a ward.
pub(crate) async fn find_by_ward(conn: &impl ConnectionTrait, ward_code: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::WardCode.eq(ward_code)).one(conn).await
}

/// The immigration office.
pub(crate) async fn find_office(conn: &impl ConnectionTrait) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Kind.eq(Kind::Office)).order_by_asc(Column::Id).one(conn).await
}

/// Units by id; ids that are no unit's are left out.
pub(crate) async fn by_ids(conn: &impl ConnectionTrait, ids: BTreeSet<Uuid>) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::Id.is_in(padded(ids.into_iter().collect()))).all(conn).await
}

/// Units by id, and the police of wards by the wards' codes.
pub(crate) async fn by_ids_or_wards(
    conn: &impl ConnectionTrait,
    ids: BTreeSet<Uuid>,
    ward_codes: BTreeSet<String>,
) -> Result<Vec<Model>, DbErr> {
    let either = Condition::any()
        .add(Column::Id.is_in(padded(ids.into_iter().collect())))
        .add(Column::WardCode.is_in(padded(ward_codes.into_iter().collect())));
    Entity::find().filter(either).all(conn).await
}

/// All units: about a hundred.
pub(crate) async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_asc(Column::Id).all(conn).await
}

/// Up to `limit + 1` units after an id.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    kind: Option<Kind>,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let mut rows = Condition::all();
    if let Some(kind) = kind {
        rows = rows.add(Column::Kind.eq(kind));
    }
    if let Some(after) = after {
        rows = rows.add(Column::Id.gt(after));
    }
    Entity::find().filter(rows).order_by_asc(Column::Id).limit(limit + 1).all(conn).await
}

/// Writes units; those that another instance has just written stay.
pub(crate) async fn insert_missing(conn: &impl ConnectionTrait, rows: Vec<ActiveModel>) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(())
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
