//! Reference data with validity periods.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::schema;

/// Reference data with validity periods.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261101_000002_catalog"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "CREATE TABLE catalog_entry (
                id {uuid} NOT NULL CONSTRAINT pk_catalog_entry PRIMARY KEY,
                table_name text NOT NULL,
                code text NOT NULL,
                valid_from {date} NOT NULL,
                valid_to {date},
                position integer NOT NULL,
                data {json} NOT NULL
            )",
                "CREATE UNIQUE INDEX uq_catalog_entry_code ON catalog_entry (table_name, code, valid_from)",
                "CREATE TABLE catalog_load (
                edition text NOT NULL CONSTRAINT pk_catalog_load PRIMARY KEY,
                loaded_at {time} NOT NULL
            )",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::drop(manager, &["catalog_entry", "catalog_load"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
