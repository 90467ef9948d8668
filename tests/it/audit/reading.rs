//! Reading the record.

use chrono::Duration;
use serde_json::json;
use uuid::Uuid;

use crate::{
    audit::record,
    harness::app::{Reply, TestApp},
    organizations::people::of_every_role,
};

fn actions(reply: &Reply) -> Vec<&str> {
    reply.json["items"].as_array().expect("items").iter().filter_map(|item| item["action"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auditor_reads_newest_first_and_leaves_a_trace() {
    for app in TestApp::both().await {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        record(&app, "thing_made", one, other).await;
        app.state.clock.advance(Duration::hours(1));
        record(&app, "thing_changed", one, other).await;
        app.state.clock.advance(Duration::hours(1));
        record(&app, "thing_made", other, one).await;
        let auditor = app.sign_in("auditor").await;
        let me = auditor.get("/api/v1/me").await.expect(200).id();
        let read = async |query: &str| auditor.get(&format!("/api/v1/audit{query}")).await;

        let first = read("?limit=3").await.expect(200);
        assert_eq!(actions(&first), ["account_signed_in", "thing_made", "thing_changed"]);
        assert_eq!(first.json["items"][0]["actor"], json!({ "kind": "account", "id": me }));
        let item = &first.json["items"][1];
        assert_eq!(
            (&item["actor"], &item["subject"]["kind"]),
            (&json!({ "kind": "system", "id": null }), &json!("thing"))
        );
        assert_eq!((&item["data"], &item["request_id"]), (&json!({ "a": 1 }), &json!("test")));
        assert!(item["occurred_at"].as_str().is_some_and(|text| text.ends_with("+07:00")));
        let cursor = first.json["next_cursor"].as_str().expect("there is more");
        // The reading above went on the record meanwhile; the next page is not disturbed by it.
        let second = read(&format!("?limit=3&cursor={cursor}")).await;
        assert_eq!(actions(&second)[0], "thing_made");

        assert_eq!(actions(&read("?action=thing_changed").await), ["thing_changed"]);
        assert_eq!(actions(&read(&format!("?subject_id={one}")).await), ["thing_changed", "thing_made"]);
        assert_eq!(actions(&read(&format!("?organization_id={one}")).await), ["thing_made"]);
        let (from, to) = ("2026-11-22T20:30:00%2B07:00", "2026-11-22T21:30:00%2B07:00");
        assert_eq!(actions(&read(&format!("?from={from}&to={to}")).await), ["thing_changed"]);
        let reads = read(&format!("?action=audit_read&actor_id={me}")).await;
        assert_eq!(actions(&reads), ["audit_read"; 6]);
        assert_eq!(reads.json["items"][0]["data"]["count"], 1);

        for bad in ["?limit=0", "?cursor=x", "?from=now", "?actor_id=1", "?action=A%20b", "?other=1"] {
            assert_eq!(read(bad).await.status, 400, "{bad}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_auditor_and_administrator_read_the_record() {
    for app in TestApp::both().await {
        let callers = of_every_role(&app).await;
        assert_eq!(callers.len(), 9);
        for (role, caller) in callers {
            let expected = match role {
                "nobody" => 401,
                "admin" | "auditor" => 200,
                _ => 403,
            };
            assert_eq!(caller.get("/api/v1/audit").await.status, expected, "{role}");
        }
    }
}
