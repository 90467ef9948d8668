//! Schema history of tamtru: one file per change, columns named as text, running on SQLite and on PostgreSQL.
//!
//! A migration never imports the `entity` crate: entities move on, history does not. Every constraint and index is
//! named, because refusals that a client sees are recognised by the name of the constraint that was hit.

use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};

mod m20261101_000001_platform;
mod m20261101_000002_catalog;
mod m20261101_000003_organizations;
mod m20261101_000004_accounts;
mod m20261101_000005_declarations;
mod m20261101_000006_imports;
mod m20261101_000007_audit_append_only;
mod m20261126_000008_stay_life;
mod m20261126_000009_outages;
mod m20261126_000010_travellers;
mod m20261126_000011_imports;
mod m20261126_000012_open_stays;
mod schema;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261101_000001_platform::Migration),
            Box::new(m20261101_000002_catalog::Migration),
            Box::new(m20261101_000003_organizations::Migration),
            Box::new(m20261101_000004_accounts::Migration),
            Box::new(m20261101_000005_declarations::Migration),
            Box::new(m20261101_000006_imports::Migration),
            Box::new(m20261101_000007_audit_append_only::Migration),
            Box::new(m20261126_000008_stay_life::Migration),
            Box::new(m20261126_000009_outages::Migration),
            Box::new(m20261126_000010_travellers::Migration),
            Box::new(m20261126_000011_imports::Migration),
            Box::new(m20261126_000012_open_stays::Migration),
        ]
    }
}
