//! Guest files and the verdict on each of their rows.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::schema;

/// Guest files and the verdict on each of their rows.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261101_000006_imports"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "CREATE TABLE guest_import (
                id {uuid} NOT NULL CONSTRAINT pk_guest_import PRIMARY KEY,
                organization_id {uuid} NOT NULL CONSTRAINT fk_guest_import_organization REFERENCES organization (id),
                establishment_id {uuid} NOT NULL CONSTRAINT fk_guest_import_establishment REFERENCES establishment (id),
                mode text NOT NULL CONSTRAINT ck_guest_import_mode CHECK (mode IN ('preview', 'commit')),
                status text NOT NULL CONSTRAINT ck_guest_import_status CHECK (status IN ('queued', 'reading', 'ready', 'committing', 'done', 'refused')),
                format text,
                file_name text NOT NULL,
                file_hash text NOT NULL,
                file_size bigint NOT NULL,
                rows_read integer NOT NULL,
                accepted integer NOT NULL,
                rejected integer NOT NULL,
                ignored integer NOT NULL,
                progress integer NOT NULL,
                reason text,
                location text,
                created_by_kind text NOT NULL CONSTRAINT ck_guest_import_created_by_kind CHECK (created_by_kind IN ('account', 'client', 'system')),
                created_by {uuid},
                created_at {time} NOT NULL,
                finished_at {time},
                version integer NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE INDEX ix_guest_import_organization ON guest_import (organization_id, id)",
                "CREATE TABLE guest_import_file (
                import_id {uuid} NOT NULL CONSTRAINT pk_guest_import_file PRIMARY KEY CONSTRAINT fk_guest_import_file_import REFERENCES guest_import (id),
                bytes {bytes} NOT NULL
            )",
                "CREATE TABLE guest_import_row (
                id {uuid} NOT NULL CONSTRAINT pk_guest_import_row PRIMARY KEY,
                import_id {uuid} NOT NULL CONSTRAINT fk_guest_import_row_import REFERENCES guest_import (id),
                position integer NOT NULL,
                reference text NOT NULL,
                verdict text NOT NULL CONSTRAINT ck_guest_import_row_verdict CHECK (verdict IN ('accepted', 'rejected', 'ignored')),
                record {json} NOT NULL,
                original {json} NOT NULL,
                findings {json} NOT NULL,
                declaration_id {uuid}
            )",
                "CREATE UNIQUE INDEX uq_guest_import_row_position ON guest_import_row (import_id, position)",
                "CREATE INDEX ix_guest_import_row_verdict ON guest_import_row (import_id, verdict, position)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::drop(manager, &["guest_import", "guest_import_file", "guest_import_row"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
