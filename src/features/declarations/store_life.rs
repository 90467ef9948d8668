//! Queries on the life of a stay: its versions and the corrections asked for.

use std::collections::BTreeSet;

use ::entity::{correction_request, declaration, stay, stay_former_key, stay_version};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    features::{
        accounts::Scope,
        declarations::{dto_life::CorrectionFilter, store::stay_in_scope},
    },
    kernel::{
        ids::{CorrectionId, DeclarationId, StayId},
        page::{Page, PageRequest},
    },
    platform::db::{in_powers_of_two, padded},
};

/// Rows in one statement: eleven columns stay far below the limit of bound values.
const ROWS: usize = 1024;

fn in_scope(scope: &Scope) -> Condition {
    scope.on(correction_request::Column::OrganizationId, correction_request::Column::WardCode)
}

/// A stay in scope.
pub async fn find_stay(conn: &impl ConnectionTrait, scope: &Scope, id: StayId) -> Result<Option<stay::Model>, DbErr> {
    stay::Entity::find_by_id(id.0).filter(stay_in_scope(scope)).one(conn).await
}

/// Several stays in scope, in the order in which their declarations are to be locked.
pub async fn find_stays(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    ids: impl Iterator<Item = StayId>,
) -> Result<Vec<stay::Model>, DbErr> {
    stay::Entity::find()
        .filter(stay::Column::Id.is_in(padded(ids.map(|id| id.0).collect())))
        .filter(stay_in_scope(scope))
        .order_by_asc(stay::Column::DeclarationId)
        .order_by_asc(stay::Column::Id)
        .all(conn)
        .await
}

/// The declaration of a stay that was found in scope, held until the transaction ends: whoever changes a stay holds its
/// declaration first, so that two changes of one declaration follow each other.
pub async fn lock_declaration(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<declaration::Model>, DbErr> {
    declaration::Entity::find_by_id(id).lock_exclusive().one(conn).await
}

/// Writes a stay if it is still at the version seen; tells whether it was.
pub async fn update_stay(conn: &impl ConnectionTrait, row: &stay::Model, seen_version: i32) -> Result<bool, DbErr> {
    let result = stay::Entity::update_many()
        .set(row.clone().into_active_model().reset_all())
        .filter(stay::Column::Id.eq(row.id))
        .filter(stay::Column::Version.eq(seen_version))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Writes a declaration if it is still at the version seen; tells whether it was.
pub async fn update_declaration(
    conn: &impl ConnectionTrait,
    row: &declaration::Model,
    seen_version: i32,
) -> Result<bool, DbErr> {
    let result = declaration::Entity::update_many()
        .set(row.clone().into_active_model().reset_all())
        .filter(declaration::Column::Id.eq(row.id))
        .filter(declaration::Column::Version.eq(seen_version))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Keeps as whom a stay was filed that is someone else's, or somewhere else's, now.
pub async fn keep_former_key(conn: &impl ConnectionTrait, before: &stay::Model) -> Result<(), DbErr> {
    let Some(key) = &before.natural_key else { return Ok(()) };
    let id = (key.clone(), before.id, before.full_name.clone(), before.date_of_birth.clone());
    let known = stay_former_key::Entity::find_by_id(id).one(conn).await?;
    if known.is_some() {
        return Ok(());
    }
    let row = stay_former_key::ActiveModel {
        natural_key: Set(key.clone()),
        stay_id: Set(before.id),
        full_name: Set(before.full_name.clone()),
        date_of_birth: Set(before.date_of_birth.clone()),
        guest_key: Set(before.guest_key.clone()),
    };
    stay_former_key::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Those of the stays of which more is on record than what they are now.
pub async fn with_versions(
    conn: &impl ConnectionTrait,
    stays: impl Iterator<Item = Uuid>,
) -> Result<BTreeSet<Uuid>, DbErr> {
    let ids: Vec<Uuid> = stays.collect();
    let mut found = BTreeSet::new();
    for ids in ids.chunks(ROWS) {
        let rows: Vec<Uuid> = stay_version::Entity::find()
            .select_only()
            .column(stay_version::Column::StayId)
            .distinct()
            .filter(stay_version::Column::StayId.is_in(padded(ids.to_vec())))
            .into_tuple()
            .all(conn)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Writes versions.
pub async fn insert_versions(conn: &impl ConnectionTrait, rows: Vec<stay_version::Model>) -> Result<(), DbErr> {
    for rows in in_powers_of_two(rows, ROWS) {
        let rows = rows.into_iter().map(|row| stay_version::ActiveModel::from(row).reset_all());
        stay_version::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Versions of a stay that was found in scope, oldest first.
pub async fn versions_of(conn: &impl ConnectionTrait, id: StayId) -> Result<Vec<stay_version::Model>, DbErr> {
    stay_version::Entity::find()
        .filter(stay_version::Column::StayId.eq(id.0))
        .order_by_asc(stay_version::Column::Version)
        .all(conn)
        .await
}

/// Versions of the stays of a declaration that was found in scope, oldest first.
pub async fn versions_of_declaration(
    conn: &impl ConnectionTrait,
    id: DeclarationId,
) -> Result<Vec<stay_version::Model>, DbErr> {
    stay_version::Entity::find()
        .filter(stay_version::Column::DeclarationId.eq(id.0))
        .order_by_asc(stay_version::Column::Version)
        .all(conn)
        .await
}

/// A correction request in scope.
pub async fn find_correction(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: CorrectionId,
) -> Result<Option<correction_request::Model>, DbErr> {
    correction_request::Entity::find_by_id(id.0).filter(in_scope(scope)).one(conn).await
}

/// The open correction request of a stay that was found in scope.
pub async fn open_correction(
    conn: &impl ConnectionTrait,
    stay: Uuid,
) -> Result<Option<correction_request::Model>, DbErr> {
    correction_request::Entity::find()
        .filter(correction_request::Column::StayId.eq(stay))
        .filter(correction_request::Column::Status.eq(correction_request::Status::Open))
        .one(conn)
        .await
}

/// Correction requests in scope, the oldest first: the order of the desk.
pub async fn list_corrections(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &CorrectionFilter,
    page: &PageRequest,
    after: Option<Uuid>,
) -> Result<Page<correction_request::Model>, DbErr> {
    let mut query = correction_request::Entity::find().filter(in_scope(scope));
    if let Some(status) = filter.status {
        query = query.filter(correction_request::Column::Status.eq(status));
    }
    if let Some(id) = filter.stay_id {
        query = query.filter(correction_request::Column::StayId.eq(id.0));
    }
    if let Some(after) = after {
        query = query.filter(correction_request::Column::Id.gt(after));
    }
    let rows = query.order_by_asc(correction_request::Column::Id).limit(page.limit + 1).all(conn).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}

/// Writes a new correction request.
pub async fn insert_correction(conn: &impl ConnectionTrait, row: &correction_request::Model) -> Result<(), DbErr> {
    let row = row.clone().into_active_model().reset_all();
    correction_request::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes a correction request if it is still at the version seen; tells whether it was.
pub async fn update_correction(
    conn: &impl ConnectionTrait,
    row: &correction_request::Model,
    seen_version: i32,
) -> Result<bool, DbErr> {
    let result = correction_request::Entity::update_many()
        .set(row.clone().into_active_model().reset_all())
        .filter(correction_request::Column::Id.eq(row.id))
        .filter(correction_request::Column::Version.eq(seen_version))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Ends the open requests on stays that no longer stand.
pub async fn cancel_corrections(
    conn: &impl ConnectionTrait,
    declaration: &declaration::Model,
    stay: Option<Uuid>,
) -> Result<(), DbErr> {
    let cancelled = correction_request::ActiveModel {
        status: Set(correction_request::Status::Cancelled),
        decided_at: Set(Some(declaration.updated_at)),
        updated_at: Set(declaration.updated_at),
        ..Default::default()
    };
    let mut change = correction_request::Entity::update_many()
        .set(cancelled)
        .col_expr(correction_request::Column::Version, Expr::col(correction_request::Column::Version).add(1))
        .filter(correction_request::Column::DeclarationId.eq(declaration.id))
        .filter(correction_request::Column::Status.eq(correction_request::Status::Open));
    if let Some(stay) = stay {
        change = change.filter(correction_request::Column::StayId.eq(stay));
    }
    change.exec(conn).await?;
    Ok(())
}
