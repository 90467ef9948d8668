//! Loading the catalog into the database, and the copy of it that rules read from memory.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use crate::{
    features::catalog::{
        CatalogError, DeadlineRules, EmbeddedTable, Entry, Nationalities, Thresholds, Wards, Zones, content_hash,
        embedded, in_force, store,
    },
    kernel::clock::local_day,
    platform::{
        db::{Db, Failure, Work},
        events::{Actor, Event},
    },
};

/// Why the catalog could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum CatalogLoadError {
    /// The data is faulty; the sentence names table, row and column.
    #[error(transparent)]
    Data(#[from] CatalogError),
    /// The database.
    #[error("the catalog could not be read from or written to the database")]
    Database(#[from] Failure),
}

/// The whole catalog as the database held it at one moment.
///
/// The readers of nationalities, wards and zones know the rows that are in force on [`Catalogue::on`] only; deadlines
/// and thresholds know all their versions, because a late filing is judged by the rules of its day of arrival.
#[derive(Debug)]
pub struct Catalogue {
    /// SHA-256 over the content, hexadecimal: equal exactly when every row is.
    pub edition: String,
    /// Local day (Asia/Ho_Chi_Minh) for which the readers were built.
    pub on: NaiveDate,
    /// Nationalities in force.
    pub nationalities: Nationalities,
    /// All versions of the declaration deadlines.
    pub deadlines: DeadlineRules,
    /// All versions of ages and margins.
    pub thresholds: Thresholds,
    /// Commune-level units in force.
    pub wards: Wards,
    /// Parks and zones in force.
    pub zones: Zones,
    tables: Vec<EmbeddedTable>,
}

impl Catalogue {
    /// Builds the readers for one day from all versions of all rows.
    ///
    /// # Errors
    /// [`CatalogError`] when a table that a reader needs has no row in force on that day or a row cannot be read.
    pub fn build(tables: Vec<EmbeddedTable>, on: NaiveDate) -> Result<Self, CatalogError> {
        let all: Vec<Entry> = tables.iter().flat_map(|table| table.entries.iter().cloned()).collect();
        let current = in_force(&all, on);
        Ok(Self {
            edition: content_hash(&tables),
            on,
            nationalities: Nationalities::from_entries(&current)?,
            deadlines: DeadlineRules::from_entries(&all)?,
            thresholds: Thresholds::from_entries(&all)?,
            wards: Wards::from_entries(&current)?,
            zones: Zones::from_entries(&current)?,
            tables,
        })
    }

    /// Every version of every row of a table, in the order of the table; `None` when there is no such table.
    pub fn versions(&self, table: &str) -> Option<&[Entry]> {
        self.tables.iter().find(|candidate| candidate.table.name == table).map(|found| found.entries.as_slice())
    }

    /// All tables with every version of their rows, by name.
    pub fn tables(&self) -> &[EmbeddedTable] {
        &self.tables
    }
}

/// The catalog in memory, shared by all requests. It is a copy of the database and may be up to one reload behind it.
#[derive(Clone, Debug)]
pub struct CatalogSnapshot {
    current: Arc<RwLock<Arc<Catalogue>>>,
}

impl CatalogSnapshot {
    /// Shares a catalogue.
    pub fn new(catalogue: Catalogue) -> Self {
        Self { current: Arc::new(RwLock::new(Arc::new(catalogue))) }
    }

    /// The catalogue as of the last reload. One use case takes it once, so that all its rules see the same edition.
    pub fn current(&self) -> Arc<Catalogue> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the database again, for the day of `now`. Due at least once an hour: a local day begins, a row may have
    /// been added by an administrator or by another instance of a newer release. Faulty data changes nothing.
    ///
    /// # Errors
    /// [`CatalogLoadError`]; the catalogue in memory then stays as it is.
    pub async fn reload(&self, db: &Db, now: DateTime<Utc>) -> Result<(), CatalogLoadError> {
        let fresh = Arc::new(read(db, now).await?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

/// Brings the embedded data into the database, once for every edition, and reads the whole catalogue back.
///
/// Runs at every start, after the migrations; several instances may start at once.
///
/// # Errors
/// [`CatalogLoadError`] when the data is faulty or the database fails; then nothing was written.
pub async fn load(db: &Db, now: DateTime<Utc>) -> Result<Catalogue, CatalogLoadError> {
    let tables = embedded()?;
    let edition = content_hash(&tables);
    if !store::has_edition(db.read(), &edition).await? {
        load_edition(db, &tables, &edition, now).await?;
    }
    read(db, now).await
}

async fn load_edition(
    db: &Db,
    tables: &[EmbeddedTable],
    edition: &str,
    now: DateTime<Utc>,
) -> Result<(), CatalogLoadError> {
    let mut work = Work::begin(db, &Actor::system("catalog-load"), now).await?;
    store::lock_load(work.tx()).await?;
    // Another instance may have been first while we waited.
    if store::has_edition(work.tx(), edition).await? {
        return Ok(());
    }
    let changes = store::merge(work.tx(), tables, now).await?;
    store::insert_edition(work.tx(), edition, now).await?;
    work.publish(Event::about_many("catalog_loaded", "catalog_entry").with(json!({
        "edition": edition,
        "inserted": changes.inserted,
        "updated": changes.updated,
    })));
    work.commit().await?;
    tracing::info!(
        catalog.edition = edition,
        catalog.inserted = changes.inserted,
        catalog.updated = changes.updated,
        "an edition of the catalog was loaded"
    );
    Ok(())
}

async fn read(db: &Db, now: DateTime<Utc>) -> Result<Catalogue, CatalogLoadError> {
    let tables = store::list_all(db.read()).await?;
    Ok(Catalogue::build(tables, local_day(now))?)
}
