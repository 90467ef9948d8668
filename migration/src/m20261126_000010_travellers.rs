//! Persons are searched by name and document, and officers say which documents belong to one person.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

use crate::schema;

/// Persons are searched by name and document, and officers say which documents belong to one person.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000010_travellers"
    }
}

/// A pair of documents has one standing link at most: `pair_key` is empty once the link is withdrawn.
const BOTH_UP: &[&str] = &[
    "CREATE TABLE traveller_link (
    id {uuid} NOT NULL CONSTRAINT pk_traveller_link PRIMARY KEY,
    pair_key text CONSTRAINT uq_traveller_link_pair_key UNIQUE,
    first_nationality text NOT NULL,
    first_number text NOT NULL,
    second_nationality text NOT NULL,
    second_number text NOT NULL,
    verdict text NOT NULL CONSTRAINT ck_traveller_link_verdict CHECK (verdict IN ('same', 'different')),
    reason text NOT NULL,
    unit_id {uuid},
    made_by {uuid},
    made_at {time} NOT NULL,
    withdrawn_reason text,
    withdrawn_by {uuid},
    withdrawn_at {time},
    version integer NOT NULL
)",
    "CREATE INDEX ix_traveller_link_first ON traveller_link (first_number, first_nationality)",
    "CREATE INDEX ix_traveller_link_second ON traveller_link (second_number, second_nationality)",
    "CREATE INDEX ix_stay_birth ON stay (date_of_birth, full_name_folded, ward_code)",
    "CREATE INDEX ix_stay_visa ON stay (visa_number) WHERE visa_number IS NOT NULL",
];

/// A part of a name or number is found by reading this index from its end, newest stay first, and never the table. It
/// begins with the id, so that a filing only ever adds to its end.
const SQLITE_UP: &[&str] = &["CREATE INDEX ix_stay_search ON stay (
    id, full_name_folded, document_number, nationality, date_of_birth, ward_code, status, arrived_on, departed_on, establishment_id
)"];

/// Trigrams, where the server has the extension and lets us create it; else searches read an index from end to end.
const POSTGRES_UP: &[&str] = &["DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX ix_stay_search ON stay USING gin (full_name_folded gin_trgm_ops, document_number gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
    RAISE WARNING 'pg_trgm is not there: searches for persons will be slow';
END $$"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        schema::run(manager, BOTH_UP).await?;
        let own = if manager.get_database_backend() == DbBackend::Postgres { POSTGRES_UP } else { SQLITE_UP };
        schema::run(manager, own).await
    }

    /// The extension stays: others may use it.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["ix_stay_search", "ix_stay_visa", "ix_stay_birth"] {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX IF EXISTS {index}")).await?;
        }
        schema::drop(manager, &["traveller_link"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
