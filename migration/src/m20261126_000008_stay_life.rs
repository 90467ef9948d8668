//! The life of a stay after its filing: versions, corrections asked for, keys that it had before.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait, DbErr},
};

use crate::schema;

/// The life of a stay after its filing: versions, corrections asked for, keys that it had before.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000008_stay_life"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "ALTER TABLE declaration ADD COLUMN content_version integer NOT NULL DEFAULT 1",
                "CREATE TABLE stay_version (
                id {uuid} NOT NULL CONSTRAINT pk_stay_version PRIMARY KEY,
                stay_id {uuid} NOT NULL CONSTRAINT fk_stay_version_stay REFERENCES stay (id),
                declaration_id {uuid} NOT NULL CONSTRAINT fk_stay_version_declaration REFERENCES declaration (id),
                version integer NOT NULL,
                content_version integer NOT NULL,
                change text NOT NULL CONSTRAINT ck_stay_version_change CHECK (change IN ('filed', 'amended', 'extended', 'checked_out', 'withdrawn', 'corrected', 'released', 'rejudged')),
                reason text,
                correction_id {uuid},
                snapshot {json} NOT NULL,
                made_by_kind text NOT NULL CONSTRAINT ck_stay_version_made_by_kind CHECK (made_by_kind IN ('account', 'client', 'system')),
                made_by {uuid},
                made_at {time} NOT NULL
            )",
                "CREATE UNIQUE INDEX uq_stay_version_version ON stay_version (stay_id, version)",
                "CREATE INDEX ix_stay_version_declaration ON stay_version (declaration_id, content_version)",
                "CREATE TABLE stay_former_key (
                natural_key text NOT NULL,
                stay_id {uuid} NOT NULL CONSTRAINT fk_stay_former_key_stay REFERENCES stay (id),
                full_name text NOT NULL,
                date_of_birth text NOT NULL,
                guest_key text NOT NULL,
                CONSTRAINT pk_stay_former_key PRIMARY KEY (natural_key, stay_id, full_name, date_of_birth)
            )",
                "CREATE INDEX ix_stay_former_key_guest_key ON stay_former_key (guest_key)",
                "CREATE TABLE correction_request (
                id {uuid} NOT NULL CONSTRAINT pk_correction_request PRIMARY KEY,
                stay_id {uuid} NOT NULL CONSTRAINT fk_correction_request_stay REFERENCES stay (id),
                declaration_id {uuid} NOT NULL CONSTRAINT fk_correction_request_declaration REFERENCES declaration (id),
                organization_id {uuid} NOT NULL,
                unit_id {uuid} NOT NULL,
                ward_code text NOT NULL,
                action text NOT NULL CONSTRAINT ck_correction_request_action CHECK (action IN ('amend', 'withdraw')),
                patch {json} NOT NULL,
                before {json} NOT NULL,
                reason text NOT NULL,
                status text NOT NULL CONSTRAINT ck_correction_request_status CHECK (status IN ('open', 'accepted', 'refused', 'cancelled')),
                stay_version integer NOT NULL,
                requested_by_kind text NOT NULL CONSTRAINT ck_correction_request_requested_by_kind CHECK (requested_by_kind IN ('account', 'client', 'system')),
                requested_by {uuid},
                requested_at {time} NOT NULL,
                decided_by {uuid},
                decided_at {time},
                decision_reason text,
                version integer NOT NULL,
                updated_at {time} NOT NULL
            )",
                "CREATE UNIQUE INDEX uq_correction_request_open ON correction_request (stay_id) WHERE status = 'open'",
                "CREATE INDEX ix_correction_request_stay ON correction_request (stay_id, id)",
                "CREATE INDEX ix_correction_request_organization ON correction_request (organization_id, status, id)",
                "CREATE INDEX ix_correction_request_ward ON correction_request (ward_code, status, id)",
                "CREATE INDEX ix_correction_request_status ON correction_request (status, id)",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::drop(manager, &["stay_version", "stay_former_key", "correction_request"]).await?;
        manager.get_connection().execute_unprepared("ALTER TABLE declaration DROP COLUMN content_version").await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
