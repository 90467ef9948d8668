//! The record can only grow: the database itself refuses to change or remove an entry.

use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

/// The record can only grow: the database itself refuses to change or remove an entry.
#[derive(Debug)]
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261101_000007_audit_append_only"
    }
}

/// SQLite knows row triggers only. The third closes a side door: `INSERT OR REPLACE` removes the old row without
/// firing a trigger on deletion.
const SQLITE_UP: &[&str] = &[
    "CREATE TRIGGER tr_audit_entry_no_update BEFORE UPDATE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    "CREATE TRIGGER tr_audit_entry_no_delete BEFORE DELETE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    "CREATE TRIGGER tr_audit_entry_no_replace BEFORE INSERT ON audit_entry
     WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)
     BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
];

const SQLITE_DOWN: &[&str] = &[
    "DROP TRIGGER tr_audit_entry_no_replace",
    "DROP TRIGGER tr_audit_entry_no_delete",
    "DROP TRIGGER tr_audit_entry_no_update",
];

/// A statement trigger on PostgreSQL, so that `TRUNCATE` is refused too, and so that a statement that would hit no row
/// fails all the same.
const POSTGRES_UP: &[&str] = &[
    "CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
         RAISE EXCEPTION 'audit_entry is append-only' USING ERRCODE = 'restrict_violation';
     END $$",
    "CREATE TRIGGER tr_audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
     FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()",
];

const POSTGRES_DOWN: &[&str] =
    &["DROP TRIGGER tr_audit_entry_append_only ON audit_entry", "DROP FUNCTION audit_entry_append_only()"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQLITE_UP, POSTGRES_UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, SQLITE_DOWN, POSTGRES_DOWN).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(manager: &SchemaManager<'_>, sqlite: &[&str], postgres: &[&str]) -> Result<(), DbErr> {
    let statements = if manager.get_database_backend() == DbBackend::Postgres { postgres } else { sqlite };
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}
