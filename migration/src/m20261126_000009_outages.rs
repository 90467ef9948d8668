//! Outages, during which the clock of deadlines stands still.

use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr};

use crate::schema;

/// Outages, during which the clock of deadlines stands still.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000009_outages"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(
            manager,
            &[
                "CREATE TABLE outage (
                id {uuid} NOT NULL CONSTRAINT pk_outage PRIMARY KEY,
                unit_id {uuid} CONSTRAINT fk_outage_unit REFERENCES unit (id),
                starts_at {time} NOT NULL,
                ends_at {time},
                reason text NOT NULL,
                recorded_by {uuid} NOT NULL,
                recorded_at {time} NOT NULL,
                withdrawn_at {time},
                withdrawn_by {uuid},
                withdrawn_reason text,
                version integer NOT NULL,
                updated_at {time} NOT NULL,
                CONSTRAINT ck_outage_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
            )",
                // Every filing asks which outages were not over when its guests arrived.
                "CREATE INDEX ix_outage_standing ON outage (ends_at) WHERE withdrawn_at IS NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::drop(manager, &["outage"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
