//! A database of its own for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};
use tempfile::TempDir;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A place for a database, gone when dropped (PostgreSQL's goes with its throwaway cluster).
pub struct Place {
    url: String,
    _folder: Option<TempDir>,
}

impl Place {
    pub fn url(&self) -> &str {
        &self.url
    }
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// URL of the throwaway PostgreSQL that `tests/run` starts.
pub fn postgres() -> Option<String> {
    std::env::var("TAMTRU_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// An empty database; none where PostgreSQL is asked for and not there.
pub async fn fresh_url(kind: Kind) -> Option<Place> {
    if kind == Kind::Sqlite {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("test.sqlite").display());
        return Some(Place { url: format!("{url}?mode=rwc"), _folder: Some(folder) });
    }
    let Some(base) = postgres() else {
        eprintln!("left out: TAMTRU_TEST_POSTGRES names no PostgreSQL (tests/run starts one)");
        return None;
    };
    let name = format!("t{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let conn = Database::connect(&base).await.expect("PostgreSQL");
    conn.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
    conn.close().await.expect("closed");
    let (server, _) = base.rsplit_once('/').expect("a URL with a database");
    Some(Place { url: format!("{server}/{name}"), _folder: None })
}
