//! The catalog on a real database and over HTTP.

use ::entity::{audit_entry, catalog_entry, catalog_load};
use axum::http::{Method, StatusCode};
use chrono::Duration;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};
use serde_json::{Value, json};

use crate::{
    features::{
        catalog::{CatalogSnapshot, content_hash, embedded, embedded_entries, load},
        test_world::{databases, noon, worlds},
    },
    kernel::ids,
    platform::db::Db,
};

async fn rows(db: &Db) -> u64 {
    catalog_entry::Entity::find().count(db.read()).await.expect("counted")
}

async fn loads(db: &Db) -> (u64, u64) {
    let recorded = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("catalog_loaded"));
    let editions = catalog_load::Entity::find().count(db.read()).await.expect("counted");
    (editions, recorded.count(db.read()).await.expect("counted"))
}

async fn forget_editions(db: &Db) {
    let tx = db.begin().await.expect("tx");
    catalog_load::Entity::delete_many().exec(&tx).await.expect("deleted");
    tx.commit().await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_is_idempotent_and_gives_back_what_was_embedded() {
    for (db, _directory) in databases("catalog_load").await {
        let first = load(&db, noon()).await.expect("loaded");
        assert_eq!(first.edition, content_hash(&embedded().expect("sound")), "order, dates and cells survive");
        let count = rows(&db).await;
        assert_eq!(count, embedded_entries().expect("sound").len() as u64);
        let second = load(&db, noon() + Duration::days(1)).await.expect("loaded");
        assert_eq!((second.edition, rows(&db).await, loads(&db).await), (first.edition.clone(), count, (1, 1)));
        // Even an edition that is not known as loaded changes nothing that is there already.
        forget_editions(&db).await;
        let third = load(&db, noon()).await.expect("loaded");
        assert_eq!((third.edition, rows(&db).await, loads(&db).await), (first.edition, count, (1, 2)));
        assert_eq!(third.nationalities.resolve("Nga").expect("known").code, "RUS");
        assert!(third.wards.get("20242").is_some() && third.zones.get("HTP-DN").is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_start_at_once_load_once() {
    for (db, _directory) in databases("catalog_race").await {
        let starts = (0..6).map(|_| load(&db, noon()));
        for outcome in futures::future::join_all(starts).await {
            outcome.expect("loaded");
        }
        assert_eq!(loads(&db).await, (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_rows_stay_and_embedded_rows_are_mended() {
    for (db, _directory) in databases("catalog_merge").await {
        let before = load(&db, noon()).await.expect("loaded");
        let embedded_row = catalog_entry::Entity::find()
            .filter(catalog_entry::Column::TableName.eq("zones"))
            .filter(catalog_entry::Column::Code.eq("HTP-DN"))
            .one(db.read())
            .await
            .expect("read")
            .expect("there");
        let own = catalog_entry::ActiveModel {
            id: Set(ids::fresh(noon())),
            table_name: Set("zones".to_owned()),
            code: Set("NEW-1".to_owned()),
            valid_from: Set("2026-12-01".parse().expect("a day")),
            valid_to: Set(None),
            position: Set(1000),
            data: Set(json!({ "zone_code": "NEW-1", "name_vi": "Khu mới" })),
        };
        let unknown = catalog_entry::ActiveModel {
            id: Set(ids::fresh(noon())),
            table_name: Set("table_of_a_newer_release".to_owned()),
            ..own.clone()
        };
        let tx = db.begin().await.expect("tx");
        own.insert(&tx).await.expect("inserted");
        unknown.insert(&tx).await.expect("inserted");
        catalog_entry::Entity::update_many()
            .col_expr(catalog_entry::Column::Data, Expr::value(json!({ "zone_code": "HTP-DN", "name_vi": "cũ" })))
            .col_expr(
                catalog_entry::Column::ValidTo,
                Expr::value("2030-12-31".parse::<chrono::NaiveDate>().expect("a day")),
            )
            .filter(catalog_entry::Column::Id.eq(embedded_row.id))
            .exec(&tx)
            .await
            .expect("updated");
        tx.commit().await.expect("committed");
        forget_editions(&db).await;

        let after = load(&db, noon()).await.expect("loaded");
        assert_ne!(after.edition, before.edition, "the administrator's row is part of the content");
        assert_eq!(after.zones.get("HTP-DN").expect("there").name, "Khu công nghệ cao Đà Nẵng", "mended");
        assert!(after.zones.get("NEW-1").is_none(), "not yet in force");
        let zones = after.versions("zones").expect("a table");
        let ended = zones.iter().find(|entry| entry.code == "HTP-DN").and_then(|entry| entry.valid_to);
        assert_eq!(ended.map(|day| day.to_string()).as_deref(), Some("2030-12-31"), "an end that was set stays");

        let snapshot = CatalogSnapshot::new(after);
        snapshot.reload(&db, noon() + Duration::days(10)).await.expect("reloaded");
        assert!(snapshot.current().zones.get("NEW-1").is_some(), "in force on the day of the reload");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_public_and_cached() {
    for world in worlds("catalog_http").await {
        let get = |path: &str| world.anonymous(Method::GET, path);
        let list = get("/api/v1/catalog").send().await;
        assert_eq!((list.status, list.header("cache-control")), (StatusCode::OK, "public, max-age=300"));
        let tables = list.body["items"].as_array().expect("items");
        assert_eq!(tables.len(), 16);
        assert_eq!((&tables[0]["table"], &tables[0]["rows"]), (&json!("admin_units"), &json!(94)));
        assert_eq!(list.body["on"], "2026-11-22");

        let path = "/api/v1/catalog/deadlines";
        let now = get(path).send().await;
        assert_eq!((now.status, now.body["items"].as_array().map(Vec::len)), (StatusCode::OK, Some(4)));
        assert_eq!(now.body["edition"], list.body["edition"]);
        let item = &now.body["items"][0];
        assert!(item["code"].is_string() && item["valid_from"].is_string() && item["data"]["rule"].is_string());
        let tag = now.header("etag").to_owned();
        assert!(tag.starts_with('"'), "a strong tag");
        let again = get(path).header("if-none-match", &tag).send().await;
        assert_eq!(
            (again.status, again.body, again.headers["etag"].to_str().ok()),
            (StatusCode::NOT_MODIFIED, Value::Null, Some(tag.as_str()))
        );
        assert_eq!(again.headers["cache-control"], "public, max-age=300");

        let then = get("/api/v1/catalog/deadlines?on=2026-07-01").header("if-none-match", &tag).send().await;
        assert_eq!((then.status, &then.body["on"]), (StatusCode::OK, &json!("2026-07-01")));
        assert_ne!(then.body["items"], now.body["items"]);
        let all = get("/api/v1/catalog/deadlines?all=true").send().await;
        assert_eq!((&all.body["on"], all.body["items"].as_array().map(Vec::len)), (&Value::Null, Some(8)));

        for (path, status, code) in [
            ("/api/v1/catalog/nothing", StatusCode::NOT_FOUND, "not_found"),
            ("/api/v1/catalog/zones?on=2026-13-01", StatusCode::BAD_REQUEST, "malformed"),
            ("/api/v1/catalog/zones?all=true&on=2026-01-01", StatusCode::BAD_REQUEST, "malformed"),
            ("/api/v1/catalog/zones?other=1", StatusCode::BAD_REQUEST, "malformed"),
        ] {
            let reply = get(path).send().await;
            assert_eq!((reply.status, reply.body["code"].as_str()), (status, Some(code)), "{path}");
        }
    }
}
