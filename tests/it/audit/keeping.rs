//! What is on the record stays there.

use ::entity::audit_entry;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryOrder};
use uuid::Uuid;

use crate::{audit::record, harness::app::TestApp};

async fn entries(app: &TestApp) -> Vec<audit_entry::Model> {
    let entries = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Id);
    entries.all(app.state.db.read()).await.expect("read")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_to_change_or_remove_an_entry() {
    for app in TestApp::both().await {
        record(&app, "thing_made", Uuid::from_u128(1), Uuid::from_u128(2)).await;
        let db = &app.state.db;
        let before = entries(&app).await;
        let mut attacks = vec!["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"];
        match db.backend() {
            DbBackend::Postgres => attacks.push("TRUNCATE audit_entry"),
            _ => attacks.push("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry"),
        }
        for attack in attacks {
            let tx = db.begin().await.expect("a transaction");
            let refusal = tx.execute_unprepared(attack).await.expect_err(attack);
            assert!(refusal.to_string().contains("audit_entry is append-only"), "{attack}: {refusal}");
            tx.rollback().await.expect("rolled back");
        }
        assert_eq!(entries(&app).await, before);
        record(&app, "thing_changed", Uuid::from_u128(1), Uuid::from_u128(2)).await;
        let count = audit_entry::Entity::find().count(db.read()).await.expect("counted");
        assert_eq!(count, before.len() as u64 + 1, "and still grows");
    }
}
