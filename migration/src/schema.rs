//! Statements with the few types spelled differently by the two databases.

use sea_orm_migration::{
    SchemaManager,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

/// Runs each statement; `{uuid}`, `{time}`, `{date}`, `{json}`, `{bytes}` and `{bool}` become the database's own type.
///
/// SQLite stores UUIDs as 16 bytes, times as RFC 3339 text in UTC and dates as ISO text; PostgreSQL has types for them.
pub async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let types = match manager.get_database_backend() {
        DbBackend::Postgres => [
            ("{uuid}", "uuid"),
            ("{time}", "timestamptz"),
            ("{date}", "date"),
            ("{json}", "jsonb"),
            ("{bytes}", "bytea"),
            ("{bool}", "boolean"),
        ],
        _ => [
            ("{uuid}", "blob"),
            ("{time}", "text"),
            ("{date}", "text"),
            ("{json}", "text"),
            ("{bytes}", "blob"),
            ("{bool}", "boolean"),
        ],
    };
    for statement in statements {
        let mut sql = (*statement).to_owned();
        for (token, name) in types {
            sql = sql.replace(token, name);
        }
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Drops the tables, the last one first.
pub async fn drop(manager: &SchemaManager<'_>, tables: &[&str]) -> Result<(), DbErr> {
    for table in tables.iter().rev() {
        manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}
