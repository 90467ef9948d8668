//! One handle on either database.
//!
//! SQLite: one writing connection and several reading ones, write-ahead log, `synchronous=FULL` so that a commit is on
//! the disk before it is acknowledged. PostgreSQL: one pool, with the server's own time limits set on each connection.
//! Every transaction begins through [`Db::begin`], which asks SQLite for `IMMEDIATE`: a deferred transaction that reads
//! and then writes fails at once when another writer came between.

mod error;
mod shapes;
mod start_up;
mod work;

use std::{str::FromStr, time::Duration};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

pub use error::Failure;
pub use shapes::{in_powers_of_two, padded};
pub use work::{Answer, Work};

/// How long a caller waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(5);
/// How long a statement may run on PostgreSQL.
const STATEMENT: Duration = Duration::from_secs(10);
/// How long a commit may take before the caller is told that the outcome is unknown.
pub(crate) const COMMIT: Duration = Duration::from_secs(8);

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

impl Db {
    /// Connects; `url` is `sqlite:PATH` or `postgres://…`.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, DbErr> {
        if url.starts_with("sqlite:") {
            Self::connect_sqlite(url, connections).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::connect_postgres(url, connections).await
        } else {
            Err(configuration("the database URL must begin with sqlite: or postgres:"))
        }
    }

    async fn connect_sqlite(url: &str, connections: u32) -> Result<Self, DbErr> {
        let parsed = SqliteConnectOptions::from_str(url).map_err(|e| configuration(&e.to_string()))?;
        let path = parsed.get_filename().to_path_buf();
        if path.as_os_str() == ":memory:" || path.to_string_lossy().starts_with("file:sqlx-in-memory") {
            return Err(configuration("an in-memory SQLite database cannot keep declarations; name a file"));
        }
        keep_private(&path).map_err(|error| configuration(&format!("{}: {error}", path.display())))?;
        let options = |writes: bool, pool: u32| {
            let mut options = ConnectOptions::new(format!("sqlite:{}", path.display()));
            options
                .max_connections(pool)
                .min_connections(1)
                .acquire_timeout(ACQUIRE)
                .idle_timeout(None::<Duration>)
                .max_lifetime(None::<Duration>)
                .test_before_acquire(false)
                .sqlx_logging(false)
                .map_sqlx_sqlite_opts(move |sqlite| {
                    sqlite
                        .create_if_missing(writes)
                        .journal_mode(SqliteJournalMode::Wal)
                        .synchronous(SqliteSynchronous::Full)
                        .foreign_keys(true)
                        .busy_timeout(ACQUIRE)
                        .pragma("cache_size", "-16000")
                        .pragma("query_only", if writes { "off" } else { "on" })
                });
            options
        };
        let writer = Database::connect(options(true, 1)).await?;
        let reader = Database::connect(options(false, connections.clamp(1, 8))).await?;
        Ok(Self { writer, reader })
    }

    async fn connect_postgres(url: &str, connections: u32) -> Result<Self, DbErr> {
        let mut options = ConnectOptions::new(url.to_owned());
        options
            .max_connections(connections)
            .min_connections(1)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .sqlx_logging(false)
            .set_application_name("tamtru")
            .map_sqlx_postgres_opts(|postgres| {
                postgres.options([
                    ("statement_timeout", format!("{}ms", STATEMENT.as_millis())),
                    ("lock_timeout", "5s".to_owned()),
                    ("idle_in_transaction_session_timeout", "30s".to_owned()),
                    // Statements are prepared once per connection and keep their plan. A plan made while a table was
                    // small would read it from end to end for ever after; every statement of ours has an index.
                    ("enable_seqscan", "off".to_owned()),
                ])
            });
        let pool = Database::connect(options).await?;
        Ok(Self { writer: pool.clone(), reader: pool })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        migration::Migrator::up(&self.writer, None).await
    }

    /// Waits until no other instance is starting on this database, so that schema, keys and reference data are made once.
    pub async fn lock_start(&self) -> Result<StartLock, DbErr> {
        if self.backend() != DbBackend::Postgres {
            return Ok(StartLock(None));
        }
        let tx = self.begin().await?;
        tx.execute_unprepared("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
            .await?;
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(7467746875)").await?;
        Ok(StartLock(Some(tx)))
    }

    /// Refuses to start on a database that cannot keep our promises.
    pub async fn check(&self) -> Result<(), DbErr> {
        start_up::check(self).await
    }

    /// For reading outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Which of the two it is.
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.writer
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
    }

    /// Whether the writing side answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.writer.ping().await?;
        self.reader.ping().await
    }

    /// Closes both pools after the last request has been answered.
    pub async fn close(self) -> Result<(), DbErr> {
        let Self { writer, reader } = self;
        reader.close().await?;
        writer.close().await
    }
}

/// Held while an instance starts.
#[derive(Debug)]
pub struct StartLock(Option<DatabaseTransaction>);

impl StartLock {
    /// Lets the next instance start.
    pub async fn release(self) -> Result<(), DbErr> {
        match self.0 {
            Some(tx) => tx.commit().await,
            None => Ok(()),
        }
    }
}

/// Makes the file for its owner alone before SQLite does; the log beside it gets the same mode from SQLite.
fn keep_private(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn configuration(message: &str) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(message.to_owned()))
}
