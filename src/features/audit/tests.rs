//! The record over HTTP and under attack.

use ::entity::audit_entry;
use axum::http::{Method, StatusCode};
use chrono::Duration;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    features::test_world::{World, worlds},
    platform::{
        db::Work,
        events::{Actor, Event},
    },
};

async fn record(world: &World, action: &'static str, subject: Uuid, organization: Uuid) {
    let actor = Actor::system("test");
    let mut work = Work::begin(&world.state.db, &actor, world.state.clock.now()).await.expect("begun");
    work.publish(Event::about(action, "thing", subject).of_organization(organization).with(json!({ "a": 1 })));
    work.commit().await.expect("committed");
}

fn actions(body: &Value) -> Vec<&str> {
    body["items"].as_array().expect("items").iter().filter_map(|item| item["action"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auditor_reads_newest_first_and_leaves_a_trace() {
    for world in worlds("audit_read").await {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        record(&world, "thing_made", one, other).await;
        world.state.clock.advance(Duration::hours(1));
        record(&world, "thing_changed", one, other).await;
        world.state.clock.advance(Duration::hours(1));
        record(&world, "thing_made", other, one).await;
        let read =
            async |query: &str| world.role("auditor", Method::GET, &format!("/api/v1/audit{query}")).send().await;

        let first = read("?limit=2").await;
        assert_eq!((first.status, actions(&first.body)), (StatusCode::OK, vec!["thing_made", "thing_changed"]));
        let item = &first.body["items"][0];
        assert_eq!(
            (&item["actor"], &item["subject"]["kind"]),
            (&json!({ "kind": "system", "id": null }), &json!("thing"))
        );
        assert_eq!((&item["data"], &item["request_id"]), (&json!({ "a": 1 }), &json!("test")));
        assert!(item["occurred_at"].as_str().is_some_and(|text| text.ends_with("+07:00")));
        let cursor = first.body["next_cursor"].as_str().expect("there is more");
        // The reading above went on the record meanwhile; the next page is not disturbed by it.
        let second = read(&format!("?limit=2&cursor={cursor}")).await;
        assert_eq!(actions(&second.body)[0], "thing_made");

        assert_eq!(actions(&read("?action=thing_changed").await.body), ["thing_changed"]);
        assert_eq!(actions(&read(&format!("?subject_id={one}")).await.body), ["thing_changed", "thing_made"]);
        assert_eq!(actions(&read(&format!("?organization_id={one}")).await.body), ["thing_made"]);
        let from = "2026-11-22T12:30:00%2B07:00";
        let to = "2026-11-22T13:30:00%2B07:00";
        assert_eq!(actions(&read(&format!("?from={from}&to={to}")).await.body), ["thing_changed"]);
        let reads = read(&format!("?action=audit_read&actor_id={}", Uuid::max())).await;
        assert_eq!(reads.body["items"].as_array().map(Vec::len), Some(6));
        assert_eq!(reads.body["items"][0]["data"]["count"], 1);

        for bad in ["?limit=0", "?cursor=x", "?from=now", "?actor_id=1", "?action=A%20b", "?other=1"] {
            assert_eq!(read(bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_auditor_and_administrator_read_the_record() {
    for world in worlds("audit_roles").await {
        for (role, status) in [
            ("nobody", StatusCode::UNAUTHORIZED),
            ("declarant", StatusCode::FORBIDDEN),
            ("hr", StatusCode::FORBIDDEN),
            ("org_admin", StatusCode::FORBIDDEN),
            ("client", StatusCode::FORBIDDEN),
            ("officer", StatusCode::FORBIDDEN),
            ("supervisor", StatusCode::FORBIDDEN),
            ("admin", StatusCode::OK),
            ("auditor", StatusCode::OK),
        ] {
            assert_eq!(world.role(role, Method::GET, "/api/v1/audit").send().await.status, status, "{role}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_to_change_or_remove_an_entry() {
    for world in worlds("audit_append").await {
        record(&world, "thing_made", Uuid::from_u128(1), Uuid::from_u128(2)).await;
        let db = &world.state.db;
        let before = audit_entry::Entity::find().all(db.read()).await.expect("read");
        let mut attacks = vec!["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"];
        match db.backend() {
            sea_orm::DbBackend::Postgres => attacks.push("TRUNCATE audit_entry"),
            _ => attacks.push("INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry"),
        }
        for attack in attacks {
            let tx = db.begin().await.expect("tx");
            let refusal = tx.execute_unprepared(attack).await.expect_err(attack);
            assert!(refusal.to_string().contains("audit_entry is append-only"), "{attack}: {refusal}");
            tx.rollback().await.expect("rolled back");
        }
        assert_eq!(audit_entry::Entity::find().all(db.read()).await.expect("read"), before);
        record(&world, "thing_changed", Uuid::from_u128(1), Uuid::from_u128(2)).await;
        let count = audit_entry::Entity::find().count(db.read()).await.expect("counted");
        assert_eq!(count, before.len() as u64 + 1, "and still grows");
    }
}
