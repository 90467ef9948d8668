//! Queries on outages, and on the stays that they touch. Outages are nobody's secret, so their finders take no scope;
//! stays are read here for the server itself, never for a caller.

use std::collections::BTreeSet;

use ::entity::{declaration, outage, stay};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Query,
};
use uuid::Uuid;

use crate::{
    features::catalog::Outage,
    kernel::{
        clock,
        ids::{self, OutageId},
        page::{Page, PageRequest},
    },
    platform::db::padded,
};

/// Outages as a filing needs them: those of every unit, to be asked for one.
#[derive(Clone, Debug, Default)]
pub struct Outages(Vec<outage::Model>);

impl Outages {
    /// Those of the whole system and of one unit.
    pub fn of_unit(&self, unit: Uuid) -> Vec<Outage> {
        self.0
            .iter()
            .filter(|row| row.withdrawn_at.is_none() && row.unit_id.is_none_or(|id| id == unit))
            .map(|row| Outage { from: row.starts_at, to: row.ends_at })
            .collect()
    }

    /// How much time all of them together took before a moment, those included that were withdrawn since.
    pub fn total_before(&self, moment: DateTime<Utc>) -> chrono::Duration {
        let before = |row: &outage::Model| Ord::min(row.ends_at.unwrap_or(moment), moment) - row.starts_at;
        self.0.iter().map(before).filter(|span| *span > chrono::Duration::zero()).sum()
    }
}

/// Outages that stand and were not over at a moment: the one reading of every filing.
pub async fn standing_since(conn: &impl ConnectionTrait, moment: DateTime<Utc>) -> Result<Outages, DbErr> {
    let not_over = Condition::any().add(outage::Column::EndsAt.is_null()).add(outage::Column::EndsAt.gt(moment));
    let query = outage::Entity::find().filter(outage::Column::WithdrawnAt.is_null()).filter(not_over);
    Ok(Outages(query.all(conn).await?))
}

/// All outages: a few a year.
pub async fn all(conn: &impl ConnectionTrait) -> Result<Outages, DbErr> {
    Ok(Outages(outage::Entity::find().order_by_asc(outage::Column::Id).all(conn).await?))
}

/// An outage.
pub async fn find(conn: &impl ConnectionTrait, id: OutageId) -> Result<Option<outage::Model>, DbErr> {
    outage::Entity::find_by_id(id.0).one(conn).await
}

/// Outages, newest record first.
pub async fn list(
    conn: &impl ConnectionTrait,
    page: &PageRequest,
    after: Option<Uuid>,
) -> Result<Page<outage::Model>, DbErr> {
    let mut query = outage::Entity::find();
    if let Some(after) = after {
        query = query.filter(outage::Column::Id.lt(after));
    }
    let rows = query.order_by_desc(outage::Column::Id).limit(page.limit + 1).all(conn).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}

/// Writes a new outage.
pub async fn insert(conn: &impl ConnectionTrait, row: outage::Model) -> Result<(), DbErr> {
    let row = outage::ActiveModel::from(row).reset_all();
    outage::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes an end or a withdrawal if the outage is still at the version seen; tells whether it was.
pub async fn save(conn: &impl ConnectionTrait, seen_version: i32, row: &outage::Model) -> Result<bool, DbErr> {
    let change = outage::ActiveModel {
        ends_at: Set(row.ends_at),
        withdrawn_at: Set(row.withdrawn_at),
        withdrawn_by: Set(row.withdrawn_by),
        withdrawn_reason: Set(row.withdrawn_reason.clone()),
        version: Set(row.version),
        updated_at: Set(row.updated_at),
        ..Default::default()
    };
    let result = outage::Entity::update_many()
        .set(change)
        .filter(outage::Column::Id.eq(row.id))
        .filter(outage::Column::Version.eq(seen_version))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Stays whose time from arrival to due an outage may touch.
#[derive(Clone, Copy, Debug)]
pub struct Touched {
    /// Unit that was out; none for the whole system.
    pub unit_id: Option<Uuid>,
    /// First instant of the outage.
    pub from: DateTime<Utc>,
    /// Last instant; none while it goes on.
    pub to: Option<DateTime<Utc>>,
    /// Filed no earlier than this. The key of a stay holds its moment of filing, so that the search begins there.
    pub filed_since: DateTime<Utc>,
}

/// A page of touched stays in the order of their filing: each with its declaration.
pub async fn touched(
    conn: &impl ConnectionTrait,
    touched: &Touched,
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
    let mut query = stay::Entity::find()
        .select_only()
        .columns([stay::Column::Id, stay::Column::DeclarationId])
        .filter(stay::Column::Id.gte(ids::lowest(touched.filed_since)))
        .filter(stay::Column::DueAt.gt(touched.from));
    if let Some(to) = touched.to {
        query = query.filter(stay::Column::ArrivedOn.lte(clock::local_day(to)));
    }
    if let Some(after) = after {
        query = query.filter(stay::Column::Id.gt(after));
    }
    if let Some(unit) = touched.unit_id {
        let mut received = Query::select();
        received
            .column(declaration::Column::Id)
            .from(declaration::Entity)
            .and_where(declaration::Column::UnitId.eq(unit));
        query = query.filter(stay::Column::DeclarationId.in_subquery(received));
    }
    query.order_by_asc(stay::Column::Id).limit(limit).into_tuple().all(conn).await
}

/// Declarations by id, kept from others until the end of the transaction; everybody takes a declaration before its stays.
pub async fn lock_declarations(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<Uuid>,
) -> Result<Vec<declaration::Model>, DbErr> {
    declaration::Entity::find()
        .filter(declaration::Column::Id.is_in(padded(ids.iter().copied().collect())))
        .order_by_asc(declaration::Column::Id)
        .lock_exclusive()
        .all(conn)
        .await
}

/// All stays of declarations.
pub async fn stays_of_all(conn: &impl ConnectionTrait, ids: &BTreeSet<Uuid>) -> Result<Vec<stay::Model>, DbErr> {
    stay::Entity::find()
        .filter(stay::Column::DeclarationId.is_in(padded(ids.iter().copied().collect())))
        .order_by_asc(stay::Column::Id)
        .all(conn)
        .await
}
