//! What is checked before the first request: a wrong setting stops the start with one sentence.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement};

use crate::platform::db::{Db, configuration};

/// First release with the correction of the write-ahead-log reset corruption.
const SQLITE_MINIMUM: &str = "3.51.3";

#[derive(FromQueryResult)]
struct Text {
    value: String,
}

#[derive(FromQueryResult)]
struct Number {
    value: i64,
}

pub(super) async fn check(db: &Db) -> Result<(), DbErr> {
    match db.backend() {
        DbBackend::Sqlite => check_sqlite(db).await,
        _ => check_postgres(db).await,
    }
}

async fn check_sqlite(db: &Db) -> Result<(), DbErr> {
    let version = text(db, "SELECT sqlite_version() AS value").await?;
    if numbers(&version) < numbers(SQLITE_MINIMUM) {
        return Err(configuration(&format!("SQLite {version} is linked, {SQLITE_MINIMUM} or newer is needed")));
    }
    let journal = text(db, "SELECT journal_mode AS value FROM pragma_journal_mode").await?;
    let synchronous = number(db, "SELECT synchronous AS value FROM pragma_synchronous").await?;
    let foreign_keys = number(db, "SELECT foreign_keys AS value FROM pragma_foreign_keys").await?;
    if journal != "wal" || synchronous != 2 || foreign_keys != 1 {
        return Err(configuration(&format!(
            "SQLite runs with journal_mode={journal}, synchronous={synchronous}, foreign_keys={foreign_keys}; \
             wal, 2 (FULL) and 1 are needed (is the file on a network share?)"
        )));
    }
    Ok(())
}

async fn check_postgres(db: &Db) -> Result<(), DbErr> {
    let encoding = text(db, "SELECT current_setting('server_encoding') AS value").await?;
    if encoding != "UTF8" {
        return Err(configuration(&format!("PostgreSQL keeps text as {encoding}; UTF8 is needed")));
    }
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value = text(db, &format!("SELECT current_setting('{setting}') AS value")).await?;
        if value == "off" {
            tracing::warn!(
                setting,
                "PostgreSQL runs with {setting}=off: an acknowledged declaration may be lost in a power cut"
            );
        }
    }
    Ok(())
}

async fn text(db: &Db, sql: &str) -> Result<String, DbErr> {
    let statement = Statement::from_string(db.backend(), sql);
    let row = db.writer.query_one_raw(statement).await?.ok_or_else(|| configuration("the database gave no answer"))?;
    Text::from_query_result(&row, "").map(|row| row.value)
}

async fn number(db: &Db, sql: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(db.backend(), sql);
    let row = db.writer.query_one_raw(statement).await?.ok_or_else(|| configuration("the database gave no answer"))?;
    Number::from_query_result(&row, "").map(|row| row.value)
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
