//! Queries of reports: any table, read-only. Every one takes a [`Scope`].

use std::collections::HashMap;

use ::entity::{establishment, stay};
use chrono::NaiveDate;
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    features::{accounts::Scope, reports::dto::OpenStaysFilter},
    kernel::page::{Page, PageRequest},
    platform::db::padded,
};

/// Open stays of one establishment.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct OpenStays {
    pub establishment_id: Uuid,
    pub count: i64,
    pub oldest: NaiveDate,
}

fn in_scope(scope: &Scope) -> Condition {
    scope.on(stay::Column::OrganizationId, stay::Column::WardCode)
}

/// Establishments in scope with stays that were to end before a day and have no check-out.
pub(super) async fn list_open_stays(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &OpenStaysFilter,
    as_of: NaiveDate,
    (page, after): (&PageRequest, Option<Uuid>),
) -> Result<Page<OpenStays>, DbErr> {
    // A literal, not a bound value: a generic plan of PostgreSQL could not use the index of open stays.
    let staying = SimpleExpr::Constant(stay::Status::Staying.to_value().into());
    let mut query = stay::Entity::find()
        .select_only()
        .column(stay::Column::EstablishmentId)
        .column_as(stay::Column::ExpectedDepartureOn.count(), "count")
        .column_as(stay::Column::ExpectedDepartureOn.min(), "oldest")
        .filter(in_scope(scope))
        .filter(Expr::col((stay::Entity, stay::Column::Status)).eq(staying))
        .filter(stay::Column::ExpectedDepartureOn.lt(as_of));
    if let Some(id) = filter.establishment_id {
        query = query.filter(stay::Column::EstablishmentId.eq(id.0));
    }
    if let Some(after) = after {
        query = query.filter(stay::Column::EstablishmentId.gt(after));
    }
    let rows = query
        .group_by(stay::Column::EstablishmentId)
        .order_by_asc(stay::Column::EstablishmentId)
        .limit(page.limit + 1)
        .into_model::<OpenStays>()
        .all(conn)
        .await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.establishment_id.to_string()))
}

/// Establishments that were found through stays in scope.
pub(super) async fn establishments(
    conn: &impl ConnectionTrait,
    found: &[OpenStays],
) -> Result<HashMap<Uuid, establishment::Model>, DbErr> {
    let ids = found.iter().map(|row| row.establishment_id).collect();
    let rows = establishment::Entity::find().filter(establishment::Column::Id.is_in(padded(ids))).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
