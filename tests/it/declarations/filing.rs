//! Filing: exactly once, all or none, every finding at once.

use serde_json::{Value, json};

use crate::harness::app::{TestApp, guest};

fn body(app: &TestApp, stays: Vec<Value>) -> Value {
    json!({ "establishment_id": app.establishment("hotel"), "stays": stays })
}

async fn count(app: &TestApp) -> usize {
    let page = app.sign_in("hotel").await.get("/api/v1/stays?limit=200").await.expect(200);
    page.json["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filed_declaration_is_as_the_contract_says() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let mut input = body(&app, vec![guest(1)]);
        input["client_reference"] = json!("PMS-1");
        let filed = hotel.post("/api/v1/declarations", input).await.expect(201);
        assert_eq!(filed.header("location"), format!("/api/v1/declarations/{}", filed.id()));
        assert_eq!(filed.header("etag"), "\"1\"");
        let out = &filed.json;
        assert_eq!(out["reference_code"], "TT20275-261122-000001");
        assert_eq!(
            (&out["status"], &out["channel"], &out["timeliness"]),
            (&json!("submitted"), &json!("electronic"), &json!("on_time"))
        );
        assert_eq!(out["filed_at"].as_str().map(|t| &t[19..]).map(|t| t.ends_with("+07:00")), Some(true));
        assert_eq!(out["due_at"], "2026-11-23T07:45:00+07:00");
        let stay = &out["stays"][0];
        assert_eq!(
            (&stay["verdict"], &stay["status"], &stay["findings"]),
            (&json!("filed"), &json!("staying"), &json!([]))
        );
        assert_eq!(stay["arrived_at"], "2026-11-22T19:45:00+07:00");
        assert_eq!(stay["document"]["number"], "ZS0000001");
        let read = hotel.get(&format!("/api/v1/declarations/{}", filed.id())).await.expect(200);
        assert_eq!(read.json["stays"][0]["id"], stay["id"]);
        assert_eq!(read.header("etag"), "\"1\"");
        let listed = hotel.get("/api/v1/declarations?client_reference=PMS-1").await.expect(200);
        assert_eq!(listed.json["items"][0]["id"], out["id"]);
        let present = hotel.get("/api/v1/stays?present_on=2026-11-22&q=kowalczyk").await.expect(200);
        assert_eq!(present.json["items"][0]["id"], stay["id"]);
        let before = hotel.get("/api/v1/stays?present_on=2026-11-21").await.expect(200);
        assert_eq!(before.json["items"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_ways_to_repeat_and_never_a_second_record() {
    for app in TestApp::both().await {
        let software = app.software().await;
        let mut input = body(&app, vec![guest(1)]);
        input["client_reference"] = json!("PMS-1");
        let without_key = software.post("/api/v1/declarations", input.clone()).await;
        assert_eq!((without_key.status, without_key.json["code"].as_str()), (400, Some("idempotency_key_missing")));

        let key = [("idempotency-key", "k-1")];
        let first = software.post_with("/api/v1/declarations", &key, input.clone()).await.expect(201);
        assert_eq!(first.header("idempotent-replayed"), "");
        let again = software.post_with("/api/v1/declarations", &key, input.clone()).await.expect(201);
        assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
        assert_eq!(again.header("location"), first.header("location"));

        let other = body(&app, vec![guest(2)]);
        let reused = software.post_with("/api/v1/declarations", &key, other).await;
        assert_eq!((reused.status, reused.json["code"].as_str()), (422, Some("idempotency_key_reused")));

        let by_reference =
            software.post_with("/api/v1/declarations", &[("idempotency-key", "k-2")], input.clone()).await;
        assert_eq!((by_reference.status, by_reference.id()), (200, first.id()));
        assert_eq!(by_reference.header("idempotent-replayed"), "true");

        let mut natural = input.clone();
        natural["client_reference"] = json!("PMS-2");
        let by_guest = software.post_with("/api/v1/declarations", &[("idempotency-key", "k-3")], natural).await;
        assert_eq!((by_guest.status, by_guest.id()), (200, first.id()));
        assert_eq!(by_guest.json["stays"][0]["verdict"], "already_filed");

        // The reference of other guests must not swallow these.
        let mut swallowed = body(&app, vec![guest(3)]);
        swallowed["client_reference"] = json!("PMS-1");
        let refused = software.post_with("/api/v1/declarations", &[("idempotency-key", "k-4")], swallowed).await;
        assert_eq!((refused.status, refused.json["code"].as_str()), (422, Some("client_reference_reused")));
        assert_eq!(count(&app).await, 1);
        // Keys live seven days.
        app.state.clock.advance(chrono::Duration::days(7));
        let software = app.software().await;
        let late = software.post_with("/api/v1/declarations", &key, body(&app, vec![guest(1)])).await;
        assert_eq!((late.status, late.id()), (200, first.id()), "then the guest himself answers");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_filings_of_one_guest_make_one_record() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        for round in 0..5_u32 {
            let racers = (0..8_u32).map(|racer| {
                let (hotel, mut input) = (hotel.clone(), body(&app, vec![guest(100 + round)]));
                input["client_reference"] = json!(format!("R-{round}-{}", racer % 3));
                async move {
                    let key = format!("k-{round}-{}", racer % 4);
                    hotel.post_with("/api/v1/declarations", &[("idempotency-key", &key)], input).await
                }
            });
            let replies = futures::future::join_all(racers).await;
            let mut ids: Vec<String> = replies
                .iter()
                .filter(|reply| reply.status != 409 && reply.status != 422)
                .map(|reply| {
                    assert!([200, 201].contains(&reply.status), "{}", reply.text());
                    reply.id()
                })
                .collect();
            ids.dedup();
            assert_eq!(ids.len(), 1, "round {round}: {:?}", replies.iter().map(|r| r.status).collect::<Vec<_>>());
        }
        assert_eq!(count(&app).await, 5);
    }
}

/// The same guests in another order must not make two transactions wait for each other in a circle.
#[tokio::test(flavor = "multi_thread")]
async fn crossing_filings_do_not_deadlock() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        for round in 0..3_u32 {
            let guests: Vec<Value> = (0..40).map(|n| guest(1000 + round * 100 + n)).collect();
            let racers = (0..6_usize).map(|racer| {
                let mut stays = guests.clone();
                if racer % 2 == 1 {
                    stays.reverse();
                }
                stays.rotate_left(racer);
                let (hotel, input) = (hotel.clone(), body(&app, stays));
                async move { hotel.post("/api/v1/declarations", input).await }
            });
            let replies = futures::future::join_all(racers).await;
            let mut ids: Vec<String> = replies
                .into_iter()
                .map(|reply| {
                    assert!([200, 201].contains(&reply.status), "{} {}", reply.status, reply.text());
                    reply.id()
                })
                .collect();
            ids.dedup();
            assert_eq!(ids.len(), 1, "all got the one record");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_or_none_or_the_good_ones() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let mut bad = guest(2);
        bad["nationality"] = json!("VNM");
        bad["room"] = Value::Null;
        let mixed = body(&app, vec![guest(1), bad, guest(3)]);
        let refused = hotel.post("/api/v1/declarations", mixed.clone()).await.expect(422);
        assert_eq!(refused.findings(), ["/stays/1/nationality not_foreign", "/stays/1/room missing_room"]);
        assert_eq!(count(&app).await, 0, "nothing is stored");
        let dry = hotel.post("/api/v1/declarations/validate", mixed.clone()).await.expect(200);
        assert_eq!((dry.json["valid"].clone(), dry.findings()), (json!(false), refused.findings()));
        let filed = hotel.post("/api/v1/declarations?on_error=skip", mixed).await.expect(201);
        let verdicts: Vec<&str> =
            filed.json["stays"].as_array().expect("stays").iter().filter_map(|s| s["verdict"].as_str()).collect();
        assert_eq!(verdicts, ["filed", "rejected", "filed"]);
        assert_eq!(count(&app).await, 2);
        let nothing_good = body(&app, vec![json!({})]);
        assert_eq!(hotel.post("/api/v1/declarations?on_error=skip", nothing_good).await.status, 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_a_problem_with_a_place() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let establishment = app.establishment("hotel");
        let with = |stays: Value| json!({ "establishment_id": establishment, "stays": stays });
        for (input, status, finding) in [
            (json!({}), 422, "/establishment_id missing_field"),
            (json!({ "establishment_id": "x", "stays": [] }), 422, "/establishment_id wrong_type"),
            (with(json!([])), 422, "/stays no_stays"),
            (with(json!({})), 422, "/stays wrong_type"),
            (with(json!([{ "nickname": "x" }])), 422, "/stays/0/nickname unknown_field"),
            (with(json!([{ "full_name": 7 }])), 422, "/stays/0/full_name wrong_type"),
            (with(Value::Array((0..501).map(guest).collect())), 422, "/stays too_many_stays"),
            (
                json!({ "establishment_id": establishment, "client_reference": "x".repeat(101), "stays": [guest(1)] }),
                422,
                "/client_reference too_long",
            ),
        ] {
            let reply = hotel.post("/api/v1/declarations", input.clone()).await;
            assert_eq!((reply.status, reply.findings()), (status, vec![finding.to_owned()]), "{input}");
            assert!(reply.header("content-type").starts_with("application/problem+json"));
        }
        let json = [("content-type", "application/json")];
        for (bytes, headers, status, code) in [
            (b"{\"a\":".to_vec(), &json[..], 400, "malformed"),
            (b"{\"a\":\"\xff\"}".to_vec(), &json[..], 400, "malformed"),
            (b"{\"a\":\"\\u0000\"}".to_vec(), &json[..], 400, "malformed"),
            ("[".repeat(50_000).into_bytes(), &json[..], 400, "malformed"),
            (b"a=b".to_vec(), &[("content-type", "text/plain")][..], 415, "unsupported_media_type"),
            (vec![b' '; 1_100_000], &json[..], 413, "payload_too_large"),
        ] {
            let reply = hotel.send("POST", "/api/v1/declarations", headers, Some(bytes)).await;
            assert_eq!((reply.status, reply.json["code"].as_str()), (status, Some(code)));
        }
        let huge = [("content-type", "application/json"), ("content-length", "10000000000")];
        assert_eq!(hotel.send("POST", "/api/v1/declarations", &huge, Some(Vec::new())).await.status, 413);
        for path in [
            "declarations?q=%00",
            "declarations?nationality=%00",
            "declarations?client_reference=%00",
            "stays?q=%00",
            "declarations?to=-262143-01-01",
            "declarations?from=9999-01-01",
            "stays?present_on=-262143-01-01",
        ] {
            assert_eq!(hotel.get(&format!("/api/v1/{path}")).await.status, 400, "{path}");
        }
        let cursor = "MXwtMjEwODY2ODAzMjAwMDAwMDAxfDAxYTIwMzU3LTkxY2QtNzA1NC1iNjM0LTU2YzNhYzAyOWM2MQ";
        let desk = app.sign_in("officer").await.get(&format!("/api/v1/review/declarations?cursor={cursor}")).await;
        assert_eq!(desk.status, 400, "a place before all time");
        let coded = [("content-type", "application/json"), ("content-encoding", "gzip")];
        let utf16 = [("content-type", "application/json; charset=utf-16")];
        for headers in [&coded[..], &utf16[..]] {
            let reply = hotel.send("POST", "/api/v1/declarations", headers, Some(b"{}".to_vec())).await;
            assert_eq!(reply.status, 415);
        }
        let long_name = format!("{{\"{}\":1}}", "x".repeat(100_000));
        let reply = hotel.send("POST", "/api/v1/declarations", &json, Some(long_name.into_bytes())).await;
        assert!(reply.status == 422 && reply.bytes.len() < 3_000, "{} bytes come back", reply.bytes.len());
        for query in ["?nonsense=1", "?limit=0", "?limit=201", "?cursor=%25%25", "?from=2026-13-01", "?status=open"] {
            assert_eq!(hotel.get(&format!("/api/v1/declarations{query}")).await.status, 400, "{query}");
        }
        assert_eq!(count(&app).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_is_recorded_and_never_refused() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let mut late = guest(1);
        late["arrived_at"] = json!("2026-11-20T10:00:00+07:00");
        let filed = hotel.post("/api/v1/declarations", body(&app, vec![late, guest(2)])).await.expect(201);
        assert_eq!(filed.json["timeliness"], "late");
        assert_eq!(filed.json["stays"][0]["timeliness"], "late");
        assert_eq!(filed.json["stays"][1]["timeliness"], "on_time");
        assert_eq!(filed.json["stays"][0]["findings"][0]["rule"], "declared_late");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_stable_while_rows_are_added() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        for number in 0..5 {
            hotel.post("/api/v1/declarations", body(&app, vec![guest(number)])).await.expect(201);
        }
        let first = hotel.get("/api/v1/declarations?limit=2").await.expect(200);
        hotel.post("/api/v1/declarations", body(&app, vec![guest(99)])).await.expect(201);
        let (mut seen, mut cursor) = (Vec::new(), first.json["next_cursor"].clone());
        seen.extend(first.json["items"].as_array().expect("items").iter().map(|item| item["reference_code"].clone()));
        while let Some(next) = cursor.as_str() {
            let page = hotel.get(&format!("/api/v1/declarations?limit=2&cursor={next}")).await.expect(200);
            seen.extend(
                page.json["items"].as_array().expect("items").iter().map(|item| item["reference_code"].clone()),
            );
            cursor = page.json["next_cursor"].clone();
        }
        let expected: Vec<Value> = (1..=5).rev().map(|n| json!(format!("TT20275-261122-{n:06}"))).collect();
        assert_eq!(seen, expected);
    }
}
