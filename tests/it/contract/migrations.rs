//! The schema goes up, down and up again on both databases.

use sea_orm::{ConnectionTrait, Database};
use sea_orm_migration::MigratorTrait;

use crate::harness::database::{Kind, fresh_url};

async fn up_down_up(kind: Kind) {
    let Some(place) = fresh_url(kind).await else { return };
    let conn = Database::connect(place.url()).await.expect("an empty database");
    migration::Migrator::up(&conn, None).await.expect("up");
    migration::Migrator::down(&conn, None).await.expect("down");
    let left = conn.execute_unprepared("SELECT 1 FROM declaration").await;
    assert!(left.is_err(), "down leaves no table");
    migration::Migrator::up(&conn, None).await.expect("up again");
    conn.execute_unprepared("SELECT 1 FROM declaration").await.expect("the table is back");
    conn.close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    up_down_up(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    up_down_up(Kind::Postgres).await;
}
