//! The catalog in the database: rows of `catalog_entry` and the editions that were loaded.

use std::collections::HashMap;

use ::entity::{catalog_entry, catalog_load};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    features::catalog::{CatalogTable, EmbeddedTable, Entry, tables},
    kernel::ids,
    platform::db::Failure,
};

/// Rows inserted by one statement: far below the number of bound values that either database takes.
const CHUNK: usize = 500;

/// How the database spells "always was in force": its column takes no null, so that the key stays unique.
fn always() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN)
}

/// What a load changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Versions of rows that were not there.
    pub inserted: usize,
    /// Versions that were there with other columns or another order.
    pub updated: usize,
}

/// Whether this edition of the embedded data has been loaded.
pub(super) async fn has_edition(conn: &impl ConnectionTrait, edition: &str) -> Result<bool, Failure> {
    Ok(catalog_load::Entity::find_by_id(edition.to_owned()).one(conn).await?.is_some())
}

/// Keeps other instances from loading until the end of the transaction. On SQLite the transaction itself does.
pub(super) async fn lock_load(conn: &impl ConnectionTrait) -> Result<(), Failure> {
    if conn.get_database_backend() == DbBackend::Postgres {
        conn.execute_unprepared("LOCK TABLE catalog_load IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// Notes that this edition has been loaded.
pub(super) async fn insert_edition(
    conn: &impl ConnectionTrait,
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let row = catalog_load::ActiveModel { edition: Set(edition.to_owned()), loaded_at: Set(now) };
    catalog_load::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Inserts the missing versions of the embedded rows and brings the changed ones up to date.
///
/// A version that only the database has is never touched. Neither is a last day that an administrator has filled in
/// where the embedded row has none: a rule that has ended does not come back to life with a new release.
pub(super) async fn merge(
    conn: &impl ConnectionTrait,
    embedded: &[EmbeddedTable],
    now: DateTime<Utc>,
) -> Result<Changes, Failure> {
    let mut stored: HashMap<(String, String, NaiveDate), catalog_entry::Model> = catalog_entry::Entity::find()
        .all(conn)
        .await?
        .into_iter()
        .map(|row| ((row.table_name.clone(), row.code.clone(), row.valid_from), row))
        .collect();
    let mut changes = Changes::default();
    let mut missing = Vec::new();
    for EmbeddedTable { table, entries } in embedded {
        for (position, entry) in entries.iter().enumerate() {
            let position = i32::try_from(position).unwrap_or(i32::MAX);
            let valid_from = entry.valid_from.unwrap_or_else(always);
            let Some(row) = stored.remove(&(table.name.to_owned(), entry.code.clone(), valid_from)) else {
                missing.push(new_row(entry, valid_from, position, now));
                continue;
            };
            let valid_to = entry.valid_to.or(row.valid_to);
            if row.position != position || row.valid_to != valid_to || row.data != entry.data {
                update(conn, row.id, position, valid_to, &entry.data).await?;
                changes.updated += 1;
            }
        }
    }
    changes.inserted = missing.len();
    for chunk in missing.chunks(CHUNK) {
        catalog_entry::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(conn).await?;
    }
    Ok(changes)
}

/// Every version of every row, table by table in the order of [`tables`]; rows of tables that this release does not
/// know are left out.
pub(super) async fn list_all(conn: &impl ConnectionTrait) -> Result<Vec<EmbeddedTable>, Failure> {
    let rows = catalog_entry::Entity::find()
        .order_by_asc(catalog_entry::Column::Position)
        .order_by_asc(catalog_entry::Column::ValidFrom)
        .order_by_asc(catalog_entry::Column::Id)
        .all(conn)
        .await?;
    let mut by_table: HashMap<&'static str, Vec<Entry>> = HashMap::new();
    for row in rows {
        if let Some(table) = CatalogTable::find(&row.table_name) {
            by_table.entry(table.name).or_default().push(read(table, row));
        }
    }
    let with_rows = |table: &'static CatalogTable| EmbeddedTable {
        table,
        entries: by_table.remove(table.name).unwrap_or_default(),
    };
    Ok(tables().iter().map(with_rows).collect())
}

fn read(table: &'static CatalogTable, row: catalog_entry::Model) -> Entry {
    Entry {
        table: table.name,
        code: row.code,
        valid_from: Some(row.valid_from).filter(|day| *day != always()),
        valid_to: row.valid_to,
        data: row.data,
    }
}

fn new_row(entry: &Entry, valid_from: NaiveDate, position: i32, now: DateTime<Utc>) -> catalog_entry::ActiveModel {
    catalog_entry::ActiveModel {
        id: Set(ids::fresh(now)),
        table_name: Set(entry.table.to_owned()),
        code: Set(entry.code.clone()),
        valid_from: Set(valid_from),
        valid_to: Set(entry.valid_to),
        position: Set(position),
        data: Set(entry.data.clone()),
    }
}

async fn update(
    conn: &impl ConnectionTrait,
    id: Uuid,
    position: i32,
    valid_to: Option<NaiveDate>,
    data: &Value,
) -> Result<(), Failure> {
    let row = catalog_entry::ActiveModel {
        position: Set(position),
        valid_to: Set(valid_to),
        data: Set(data.clone()),
        ..Default::default()
    };
    catalog_entry::Entity::update_many().set(row).filter(catalog_entry::Column::Id.eq(id)).exec(conn).await?;
    Ok(())
}
