//! Imports that only compare, what they find, what a reader tells about a file's columns, and lanes of jobs.
//!
//! SQLite cannot widen a CHECK, so `mode` is made anew beside the old column and takes its name; PostgreSQL does the
//! same, so that both end with one schema.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::schema;

/// Imports that only compare, what they find, what a reader tells about a file's columns, and lanes of jobs.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000011_imports"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "ALTER TABLE guest_import ADD COLUMN new_mode text NOT NULL DEFAULT 'preview' CONSTRAINT ck_guest_import_mode_2 CHECK (new_mode IN ('preview', 'commit', 'compare'))",
                "UPDATE guest_import SET new_mode = mode",
                "ALTER TABLE guest_import DROP COLUMN mode",
                "ALTER TABLE guest_import RENAME COLUMN new_mode TO mode",
                "ALTER TABLE guest_import ADD COLUMN columns {json}",
                "ALTER TABLE guest_import ADD COLUMN advice text",
                "ALTER TABLE guest_import ADD COLUMN comparison {json}",
                "ALTER TABLE guest_import_row ADD COLUMN cells {json}",
                "CREATE TABLE guest_import_difference (
                id {uuid} NOT NULL CONSTRAINT pk_guest_import_difference PRIMARY KEY,
                import_id {uuid} NOT NULL CONSTRAINT fk_guest_import_difference_import REFERENCES guest_import (id),
                position integer NOT NULL,
                kind text NOT NULL CONSTRAINT ck_guest_import_difference_kind CHECK (kind IN ('missing', 'surplus', 'different_room', 'different_departure', 'permitted_stay_ending', 'different_person')),
                reference text,
                stay_id {uuid},
                declared {json},
                in_file {json}
            )",
                "CREATE UNIQUE INDEX uq_guest_import_difference_position ON guest_import_difference (import_id, position)",
                "CREATE INDEX ix_guest_import_difference_kind ON guest_import_difference (import_id, kind, position)",
                "ALTER TABLE job ADD COLUMN lane text",
                "CREATE INDEX ix_job_lane ON job (lane, lease_until) WHERE done_at IS NULL AND failed_at IS NULL",
                "CREATE INDEX ix_guest_import_open ON guest_import (organization_id) WHERE status IN ('queued', 'reading', 'committing')",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "DROP INDEX ix_guest_import_open",
                "DROP INDEX ix_job_lane",
                "ALTER TABLE job DROP COLUMN lane",
                "DROP TABLE guest_import_difference",
                "ALTER TABLE guest_import_row DROP COLUMN cells",
                "ALTER TABLE guest_import DROP COLUMN comparison",
                "ALTER TABLE guest_import DROP COLUMN advice",
                "ALTER TABLE guest_import DROP COLUMN columns",
                "ALTER TABLE guest_import ADD COLUMN old_mode text NOT NULL DEFAULT 'preview' CONSTRAINT ck_guest_import_mode CHECK (old_mode IN ('preview', 'commit'))",
                "UPDATE guest_import SET old_mode = mode WHERE mode <> 'compare'",
                "ALTER TABLE guest_import DROP COLUMN mode",
                "ALTER TABLE guest_import RENAME COLUMN old_mode TO mode",
            ],
        )
        .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
