//! What can go wrong with a database, as far as a caller must know.

use sea_orm::{DbErr, SqlErr};

/// A failed use of the database.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Another transaction was first; the named constraint tells at what.
    #[error("a concurrent change took {0}")]
    Conflict(String),
    /// Not reached, overloaded, or too slow: nothing was written.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// The commit was not answered in time: it may or may not have happened.
    #[error("the outcome of the commit is unknown")]
    OutcomeUnknown,
    /// Anything else is a fault of ours.
    #[error("the database refused a statement")]
    Fault(#[source] DbErr),
}

impl Failure {
    /// The same failure for another request of one transaction; the source stays with the first.
    #[must_use]
    pub fn echo(&self) -> Self {
        let shared = || DbErr::Custom("shared with another request".to_owned());
        match self {
            Self::Conflict(constraint) => Self::Conflict(constraint.clone()),
            Self::Unavailable(_) => Self::Unavailable(shared()),
            Self::OutcomeUnknown => Self::OutcomeUnknown,
            Self::Fault(_) => Self::Fault(shared()),
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(constraint)) = error.sql_err() {
            return Self::Conflict(constraint);
        }
        if is_collision(&error) {
            return Self::Conflict("another transaction".to_owned());
        }
        let unavailable = match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
            DbErr::Exec(sea_orm::RuntimeErr::SqlxError(e)) | DbErr::Query(sea_orm::RuntimeErr::SqlxError(e)) => {
                is_outage(e)
            }
            _ => false,
        };
        if unavailable { Self::Unavailable(error) } else { Self::Fault(error) }
    }
}

/// Deadlocks and failed serialisation: the transaction is rolled back, and the next attempt sees the other's rows.
fn is_collision(error: &DbErr) -> bool {
    let (DbErr::Exec(sea_orm::RuntimeErr::SqlxError(source)) | DbErr::Query(sea_orm::RuntimeErr::SqlxError(source))) =
        error
    else {
        return false;
    };
    let code = source.as_database_error().and_then(|database| database.code());
    code.is_some_and(|code| ["40001", "40P01"].contains(&code.as_ref()))
}

/// Lost connections, and PostgreSQL's and SQLite's codes for "busy", "cancelled" and "shutting down".
fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            ["57014", "57P01", "57P02", "57P03", "55P03", "53300", "5", "6", "517", "261"].contains(&code.as_ref())
        }),
        _ => false,
    }
}
