//! The officer's answers.

use serde_json::json;

use crate::harness::app::{TestApp, guest};

async fn file(app: &TestApp, number: u32) -> String {
    let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(number)] });
    app.sign_in("hotel").await.post("/api/v1/declarations", body).await.expect(201).id()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_take_the_version_seen() {
    for app in TestApp::both().await {
        let id = file(&app, 1).await;
        let officer = app.sign_in("officer").await;
        let path = |action: &str| format!("/api/v1/declarations/{id}/{action}");
        assert_eq!(officer.post(&path("confirm"), json!({})).await.status, 428);
        let stale = officer.post_with(&path("confirm"), &[("if-match", "\"7\"")], json!({})).await;
        assert_eq!((stale.status, stale.json["code"].as_str()), (412, Some("stale_version")));
        let seen = [("if-match", "\"1\"")];
        let silent = officer.post_with(&path("return"), &seen, json!({})).await;
        assert_eq!((silent.status, silent.findings()), (422, vec!["/reason reason_missing".to_owned()]));
        let confirmed = officer.post_with(&path("confirm"), &seen, json!({})).await.expect(200);
        assert_eq!((confirmed.json["status"].as_str(), confirmed.header("etag")), (Some("confirmed"), "\"2\""));
        let twice = officer.post_with(&path("confirm"), &[("if-match", "\"2\"")], json!({})).await;
        assert_eq!(twice.status, 409);
        assert_eq!(
            (&twice.json["current_state"], &twice.json["allowed_actions"]),
            (&json!("confirmed"), &json!(["recheck"]))
        );
        let again =
            officer.post_with(&path("recheck"), &[("if-match", "\"2\"")], json!({"reason": "tên khác hộ chiếu"})).await;
        assert_eq!(again.expect(200).json["decision_reason"], "tên khác hộ chiếu");
    }
}

/// A returned declaration is no dead end: corrected, even under the same number, the guest is declared anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_returned_guest_is_declared_again() {
    for app in TestApp::both().await {
        for (number, action) in [(1, "return"), (2, "refuse")] {
            let (hotel, officer) = (app.sign_in("hotel").await, app.sign_in("officer").await);
            let mut stay = guest(number);
            let body = |stay: &serde_json::Value| json!({ "establishment_id": app.establishment("hotel"), "client_reference": format!("PMS-{number}"), "stays": [stay] });
            let first = hotel.post("/api/v1/declarations", body(&stay)).await.expect(201);
            let path = format!("/api/v1/declarations/{}/{action}", first.id());
            officer.post_with(&path, &[("if-match", "*")], json!({"reason": "sai phòng"})).await.expect(200);
            stay["room"] = json!("302");
            let second = hotel.post("/api/v1/declarations", body(&stay)).await.expect(201);
            assert_ne!(second.id(), first.id());
            assert_eq!(second.json["stays"][0]["findings"], json!([]), "the old stay no longer stands");
            let old = hotel.get(&format!("/api/v1/declarations/{}", first.id())).await.expect(200);
            assert_eq!(
                (&old.json["stays"][0]["status"], &old.json["stays"][0]["room"]),
                (&json!("withdrawn"), &json!("301"))
            );
            let here = hotel.get(&format!("/api/v1/stays?q=ZS{number:07}")).await.expect(200);
            assert_eq!(here.json["items"].as_array().map(Vec::len), Some(1));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_officers_one_decides() {
    for app in TestApp::both().await {
        let id = file(&app, 1).await;
        let officer = app.sign_in("officer").await;
        let racers = (0..16).map(|n| {
            let (officer, path) = (
                officer.clone(),
                format!("/api/v1/declarations/{id}/{}", if n % 2 == 0 { "confirm" } else { "refuse" }),
            );
            async move { officer.post_with(&path, &[("if-match", "\"1\"")], json!({"reason": "r"})).await.status }
        });
        let mut statuses = futures::future::join_all(racers).await;
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200);
        assert!(statuses[1..].iter().all(|status| *status == 412), "{statuses:?}");
    }
}

/// A retry that overtakes its first request gets the first one's answer.
#[tokio::test(flavor = "multi_thread")]
async fn one_key_sixteen_times_at_once_is_one_answer() {
    for app in TestApp::both().await {
        let id = file(&app, 1).await;
        let officer = app.sign_in("officer").await;
        let racers =
            (0..16).map(|_| {
                let (officer, path) = (officer.clone(), format!("/api/v1/declarations/{id}/confirm"));
                async move {
                    officer.post_with(&path, &[("if-match", "\"1\""), ("idempotency-key", "one")], json!({})).await
                }
            });
        for reply in futures::future::join_all(racers).await {
            assert!(reply.status == 200 || reply.json["code"] == "request_in_progress", "{}", reply.text());
        }
    }
}

/// Bulk answers over the same declarations in opposite orders do not wait for each other in a circle.
#[tokio::test(flavor = "multi_thread")]
async fn crossing_bulks_do_not_deadlock() {
    for app in TestApp::both().await {
        let mut ids = Vec::new();
        for number in 0..20 {
            ids.push(file(&app, number).await);
        }
        let officer = app.sign_in("officer").await;
        let racers = (0..4).map(|racer| {
            let mut ids = ids.clone();
            if racer % 2 == 1 {
                ids.reverse();
            }
            let items: Vec<_> = ids.iter().map(|id| json!({ "id": id, "version": 1, "action": "confirm" })).collect();
            let officer = officer.clone();
            async move { officer.post("/api/v1/review/declarations/bulk", json!({ "items": items })).await }
        });
        let mut done = 0;
        for reply in futures::future::join_all(racers).await {
            let out = reply.expect(200).json;
            done += out["done"].as_u64().expect("a number");
            assert_eq!(out["items"].as_array().map(Vec::len), Some(20));
        }
        assert_eq!(done, 20, "each is confirmed once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_tells_each_outcome() {
    for app in TestApp::both().await {
        let (a, b, c) = (file(&app, 1).await, file(&app, 2).await, file(&app, 3).await);
        let officer = app.sign_in("officer").await;
        let item = |id: &str, version: i32, action: &str| json!({ "id": id, "version": version, "action": action, "reason": null });
        let body = json!({ "items": [item(&a, 1, "confirm"), item(&b, 9, "confirm"), item(&c, 1, "refuse"),
            item("01970000-0000-7000-8000-000000000000", 1, "confirm")] });
        let done = officer.post("/api/v1/review/declarations/bulk", body).await.expect(200);
        let codes: Vec<_> =
            done.json["items"].as_array().expect("items").iter().map(|item| item["code"].as_str()).collect();
        assert_eq!(codes, [None, Some("stale_version"), Some("invalid_content"), Some("not_found")]);
        assert_eq!((&done.json["done"], &done.json["refused"]), (&json!(1), &json!(3)));
        let queue = officer.get("/api/v1/review/declarations").await.expect(200);
        assert_eq!(queue.json["items"].as_array().map(Vec::len), Some(2), "the others still wait");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_shows_warnings_first_and_then_what_is_due() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let mut filed = Vec::new();
        for (number, arrived, permitted) in [
            (1, "2026-11-22T19:50:00+07:00", "2026-12-30"),
            (2, "2026-11-22T19:30:00+07:00", "2026-12-30"),
            (3, "2026-11-22T19:55:00+07:00", "2026-11-20"),
        ] {
            let mut stay = guest(number);
            stay["arrived_at"] = json!(arrived);
            stay["permitted_stay_until"] = json!(permitted);
            let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [stay] });
            filed.push(hotel.post("/api/v1/declarations", body).await.expect(201).id());
        }
        let officer = app.sign_in("officer").await;
        let (mut seen, mut path) = (Vec::new(), "/api/v1/review/declarations?limit=1".to_owned());
        loop {
            let page = officer.get(&path).await.expect(200);
            seen.extend(
                page.json["items"].as_array().expect("items").iter().map(|i| i["id"].as_str().expect("id").to_owned()),
            );
            match page.json["next_cursor"].as_str() {
                Some(cursor) => path = format!("/api/v1/review/declarations?limit=1&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(seen, [filed[2].clone(), filed[1].clone(), filed[0].clone()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_may_confirm_by_rule_what_has_no_warnings() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        let officer = app.sign_in("ward").await.get("/api/v1/me").await.expect(200);
        let unit = officer.json["unit"]["id"].as_str().expect("a unit").to_owned();
        let path = format!("/api/v1/units/{unit}");
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        admin.send("PATCH", &path, &headers, Some(br#"{"auto_confirm":true}"#.to_vec())).await.expect(200);
        let hotel = app.sign_in("hotel").await;
        let mut warned = guest(2);
        warned["permitted_stay_until"] = json!(null);
        for (stay, status) in [(guest(1), "confirmed"), (warned, "submitted")] {
            let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [stay] });
            assert_eq!(hotel.post("/api/v1/declarations", body).await.expect(201).json["status"], status);
        }
    }
}
