//! The embedded data on its way into the database.

use ::entity::{audit_entry, catalog_entry, catalog_load};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};
use serde_json::json;
use tamtru::{
    features::catalog::{CatalogSnapshot, content_hash, embedded, embedded_entries, load},
    kernel::ids,
    platform::db::Db,
};

use crate::harness::{
    app::NOW,
    database::{Kind, Place, fresh_url},
};

/// Databases with the schema and nothing in it.
async fn databases() -> Vec<(Db, Place)> {
    let mut found = Vec::new();
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(place) = fresh_url(kind).await else { continue };
        let db = Db::connect(place.url(), 20).await.expect("it opens");
        db.migrate().await.expect("migrated");
        found.push((db, place));
    }
    found
}

fn now() -> DateTime<Utc> {
    NOW.parse().expect("an instant")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

async fn rows(db: &Db) -> u64 {
    catalog_entry::Entity::find().count(db.read()).await.expect("counted")
}

/// Editions that count as loaded, and loads on the record.
async fn loads(db: &Db) -> (u64, u64) {
    let recorded = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("catalog_loaded"));
    let editions = catalog_load::Entity::find().count(db.read()).await.expect("counted");
    (editions, recorded.count(db.read()).await.expect("counted"))
}

async fn forget_editions(db: &Db) {
    let tx = db.begin().await.expect("a transaction");
    catalog_load::Entity::delete_many().exec(&tx).await.expect("deleted");
    tx.commit().await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_is_idempotent_and_gives_back_what_was_embedded() {
    for (db, _place) in databases().await {
        let first = load(&db, now()).await.expect("loaded");
        assert_eq!(first.edition, content_hash(&embedded().expect("sound")), "order, dates and cells survive");
        let count = rows(&db).await;
        assert_eq!(count, embedded_entries().expect("sound").len() as u64);
        let second = load(&db, now() + Duration::days(1)).await.expect("loaded");
        assert_eq!((second.edition, rows(&db).await, loads(&db).await), (first.edition.clone(), count, (1, 1)));
        // Even an edition that is not known as loaded changes nothing that is there already.
        forget_editions(&db).await;
        let third = load(&db, now()).await.expect("loaded");
        assert_eq!((third.edition, rows(&db).await, loads(&db).await), (first.edition, count, (1, 2)));
        assert_eq!(third.nationalities.resolve("Nga").expect("known").code, "RUS");
        assert!(third.wards.get("20242").is_some() && third.zones.get("HTP-DN").is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_start_at_once_load_once() {
    for (db, _place) in databases().await {
        let starts = (0..6).map(|_| load(&db, now()));
        for outcome in futures::future::join_all(starts).await {
            outcome.expect("loaded");
        }
        assert_eq!(loads(&db).await, (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_rows_stay_and_embedded_rows_are_mended() {
    for (db, _place) in databases().await {
        let before = load(&db, now()).await.expect("loaded");
        let own = catalog_entry::ActiveModel {
            id: Set(ids::fresh(now())),
            table_name: Set("zones".to_owned()),
            code: Set("NEW-1".to_owned()),
            valid_from: Set(day("2026-12-01")),
            valid_to: Set(None),
            position: Set(1000),
            data: Set(json!({ "zone_code": "NEW-1", "name_vi": "Khu mới" })),
        };
        let unknown = catalog_entry::ActiveModel {
            id: Set(ids::fresh(now())),
            table_name: Set("table_of_a_newer_release".to_owned()),
            ..own.clone()
        };
        let tx = db.begin().await.expect("a transaction");
        own.insert(&tx).await.expect("inserted");
        unknown.insert(&tx).await.expect("inserted");
        let spoilt = catalog_entry::Entity::update_many()
            .col_expr(catalog_entry::Column::Data, Expr::value(json!({ "zone_code": "HTP-DN", "name_vi": "cũ" })))
            .col_expr(catalog_entry::Column::ValidTo, Expr::value(day("2030-12-31")))
            .filter(catalog_entry::Column::TableName.eq("zones"))
            .filter(catalog_entry::Column::Code.eq("HTP-DN"))
            .exec(&tx)
            .await
            .expect("updated");
        assert_eq!(spoilt.rows_affected, 1);
        tx.commit().await.expect("committed");
        forget_editions(&db).await;

        let after = load(&db, now()).await.expect("loaded");
        assert_ne!(after.edition, before.edition, "the administrator's row is part of the content");
        assert_eq!(after.zones.get("HTP-DN").expect("there").name, "Khu công nghệ cao Đà Nẵng", "mended");
        assert!(after.zones.get("NEW-1").is_none(), "not yet in force");
        let zones = after.versions("zones").expect("a table");
        let ended = zones.iter().find(|entry| entry.code == "HTP-DN").and_then(|entry| entry.valid_to);
        assert_eq!(ended, Some(day("2030-12-31")), "an end that was set stays");

        let snapshot = CatalogSnapshot::new(after);
        snapshot.reload(&db, now() + Duration::days(10)).await.expect("reloaded");
        assert!(snapshot.current().zones.get("NEW-1").is_some(), "in force on the day of the reload");
    }
}
