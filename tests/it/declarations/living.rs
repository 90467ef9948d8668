//! The life of a stay after its filing.

use serde_json::{Value, json};

use crate::harness::app::{Caller, Reply, TestApp, guest};

const ANY: [(&str, &str); 1] = [("if-match", "*")];

/// Files the guests; the declaration as answered.
async fn file(app: &TestApp, numbers: std::ops::Range<u32>) -> Reply {
    let stays: Vec<Value> = numbers.map(guest).collect();
    let body = json!({ "establishment_id": app.establishment("hotel"), "stays": stays });
    app.sign_in("hotel").await.post("/api/v1/declarations", body).await.expect(201)
}

fn stay_path(filed: &Reply, index: usize) -> String {
    format!("/api/v1/stays/{}", filed.json["stays"][index]["id"].as_str().expect("an id"))
}

async fn patch(caller: &Caller<'_>, path: &str, seen: &str, body: Value) -> Reply {
    let headers = [("content-type", "application/json"), ("if-match", seen)];
    caller.send("PATCH", path, &headers, Some(body.to_string().into_bytes())).await
}

async fn confirm(app: &TestApp, filed: &Reply) {
    let path = format!("/api/v1/declarations/{}/confirm", filed.id());
    app.sign_in("officer").await.post_with(&path, &ANY, json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_is_a_new_version_with_its_history() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..2).await;
        let path = stay_path(&filed, 0);
        let body = json!({ "room": "302", "permitted_stay_until": null, "reason": "đổi phòng" });
        let amended = patch(&hotel, &path, "\"1\"", body.clone()).await.expect(200);
        assert_eq!((amended.json["room"].as_str(), amended.header("etag")), (Some("302"), "\"2\""));
        assert_eq!(amended.json["permitted_stay_until"], Value::Null);
        assert_eq!(amended.findings(), ["/permitted_stay_until missing_permitted_stay"]);
        assert_eq!(amended.json["receipt_version"], 2);
        let stale = patch(&hotel, &path, "\"1\"", json!({ "room": "303", "reason": "x" })).await;
        assert_eq!(stale.status, 412);

        let history = hotel.get(&format!("{path}/versions")).await.expect(200);
        let told: Vec<_> = history.json["items"]
            .as_array()
            .expect("versions")
            .iter()
            .map(|v| (v["version"].clone(), v["change"].clone(), v["changed"].clone(), v["stay"]["room"].clone()))
            .collect();
        let changed = json!(["/room", "/permitted_stay_until"]);
        assert_eq!(
            told,
            [(json!(1), json!("filed"), json!([]), json!("301")), (json!(2), json!("amended"), changed, json!("302"))]
        );
        assert_eq!(history.json["items"][1]["reason"], "đổi phòng");
        // The declaration moved on too: an officer cannot confirm what he has not seen.
        let declaration = hotel.get(&format!("/api/v1/declarations/{}", filed.id())).await.expect(200);
        assert_eq!((&declaration.json["version"], &declaration.json["warning_count"]), (&json!(2), &json!(1)));
        let confirm = format!("/api/v1/declarations/{}/confirm", filed.id());
        let blind = app.sign_in("officer").await.post_with(&confirm, &[("if-match", "\"1\"")], json!({})).await;
        assert_eq!(blind.status, 412);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_changes_are_refused_with_a_pointer() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..3).await;
        let path = stay_path(&filed, 0);
        for (body, status, expected) in [
            (json!({ "room": "302" }), 422, "/reason reason_missing"),
            (json!({ "reason": "r" }), 422, " nothing_to_change"),
            (json!({ "room": "301", "reason": "r" }), 422, " nothing_to_change"),
            (json!({ "full_name": null, "reason": "r" }), 422, "/full_name missing_name"),
            (json!({ "room": null, "reason": "r" }), 422, "/room missing_room"),
            (
                json!({ "nationality": "NG", "document": { "number": "??" }, "reason": "r" }),
                422,
                "/document/number bad_passport",
            ),
            (json!({ "departed_on": "2026-11-24", "reason": "r" }), 422, "/departed_on departure_in_future"),
            (
                json!({ "document": { "number": "ZS0000002" }, "reason": "r" }),
                422,
                "/document/number same_stay_declared",
            ),
            (json!({ "stays": [], "reason": "r" }), 422, "/stays unknown_field"),
            (json!({ "room": 7, "reason": "r" }), 422, "/room wrong_type"),
        ] {
            let reply = patch(&hotel, &path, "*", body.clone()).await;
            assert_eq!(reply.status, status, "{body}: {}", reply.text());
            assert!(reply.findings().contains(&expected.to_owned()), "{body}: {:?}", reply.findings());
        }
        let (officer, stranger) = (app.sign_in("officer").await, app.sign_in("hotel2").await);
        let body = json!({ "room": "302", "reason": "r" });
        assert_eq!(patch(&officer, &path, "*", body.clone()).await.status, 403);
        assert_eq!(patch(&stranger, &path, "*", body).await.status, 404);
        assert_eq!(stranger.get(&path).await.status, 404);
        assert_eq!(stranger.get(&format!("{path}/versions")).await.status, 404);
    }
}

/// The same file sent again after an amendment still finds the stay: a guest is never doubled.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_filed_before_an_amendment_is_not_filed_again() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..2).await;
        let path = stay_path(&filed, 0);
        let body = json!({ "arrived_at": "2026-11-21", "document": { "number": "ZS7777777" }, "reason": "gõ nhầm" });
        let amended = patch(&hotel, &path, "*", body).await.expect(200);
        // Filed at 20:00 on the day after: late by the new day, and said so.
        assert_eq!((&amended.json["timeliness"], &amended.json["arrived_on"]), (&json!("late"), &json!("2026-11-21")));
        for number in [guest(1), json!({ "document": { "number": "ZS7777777" }, "arrived_at": "2026-11-21" })] {
            let mut stay = guest(1);
            stay["document"]["number"] = number["document"]["number"].clone();
            stay["arrived_at"] = number["arrived_at"].clone();
            let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [stay] });
            let again = hotel.post("/api/v1/declarations", body).await.expect(200);
            assert_eq!((again.id(), again.header("idempotent-replayed")), (filed.id(), "true"));
        }
        let back = json!({ "reason": "không đến" });
        hotel.post_with(&format!("{path}/withdraw"), &ANY, back).await.expect(200);
        let anew = file(&app, 1..2).await;
        assert_ne!(anew.id(), filed.id(), "a withdrawn guest can be declared anew");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn departures_and_longer_stays_need_no_officer() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..2).await;
        confirm(&app, &filed).await;
        let path = stay_path(&filed, 0);
        let longer = json!({ "expected_departure_on": "2026-11-30" });
        let key = [("if-match", "\"1\""), ("idempotency-key", "extend-1")];
        let extended = hotel.post_with(&format!("{path}/extend"), &key, longer.clone()).await.expect(200);
        assert_eq!((&extended.json["expected_departure_on"], extended.header("etag")), (&json!("2026-11-30"), "\"2\""));
        let again = hotel.post_with(&format!("{path}/extend"), &key, longer).await.expect(200);
        assert_eq!((again.header("idempotent-replayed"), again.header("etag")), ("true", "\"2\""));
        let shorter = json!({ "expected_departure_on": "2026-11-24" });
        let refused = hotel.post_with(&format!("{path}/extend"), &ANY, shorter).await;
        assert_eq!(refused.findings(), ["/expected_departure_on not_an_extension"]);

        let future = json!({ "departed_on": "2026-11-23" });
        let refused = hotel.post_with(&format!("{path}/check-out"), &ANY, future).await;
        assert_eq!(refused.findings(), ["/departed_on departure_in_future"]);
        assert_eq!(hotel.post(&format!("{path}/check-out"), json!({})).await.status, 428);
        let gone = hotel.post_with(&format!("{path}/check-out"), &ANY, json!({})).await.expect(200);
        assert_eq!((&gone.json["status"], &gone.json["departed_on"]), (&json!("departed"), &json!("2026-11-22")));
        assert_eq!(gone.json["allowed_actions"], json!(["amend", "withdraw"]));
        let twice = hotel.post_with(&format!("{path}/check-out"), &ANY, json!({})).await;
        assert_eq!((twice.status, &twice.json["current_state"]), (409, &json!("departed")));
        // He never left: taking the check-out back is a correction now, for the declaration is confirmed.
        let back = patch(&hotel, &path, "*", json!({ "departed_on": null, "reason": "nhầm khách" })).await.expect(202);
        let accept = format!("/api/v1/corrections/{}/accept", back.id());
        app.sign_in("officer").await.post_with(&accept, &ANY, json!({})).await.expect(200);
        assert_eq!(hotel.get(&path).await.json["status"], "staying");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_confirmation_an_officer_answers() {
    for app in TestApp::both().await {
        let (hotel, officer) = (app.sign_in("hotel").await, app.sign_in("officer").await);
        let filed = file(&app, 1..2).await;
        confirm(&app, &filed).await;
        let path = stay_path(&filed, 0);
        let body = json!({ "full_name": "KOWALCZYK ANNA", "reason": "tên trên hộ chiếu ngắn hơn" });
        let asked = patch(&hotel, &path, "\"1\"", body.clone()).await.expect(202);
        assert_eq!(asked.header("location"), format!("/api/v1/corrections/{}", asked.id()));
        assert_eq!(
            asked.json["changes"],
            json!([{ "pointer": "/full_name", "before": "KOWALCZYK ANNA MARIA", "after": "KOWALCZYK ANNA" }])
        );
        let second = patch(&hotel, &path, "*", body.clone()).await;
        assert_eq!((second.status, &second.json["current_state"]), (409, &json!("correction_open")));
        assert_eq!(hotel.get(&path).await.json["full_name"], "KOWALCZYK ANNA MARIA", "nothing changed yet");
        assert_eq!(hotel.get(&path).await.json["open_correction"], json!(asked.id()));

        let desk = officer.get("/api/v1/corrections?status=open").await.expect(200);
        assert_eq!(desk.json["items"][0]["id"], json!(asked.id()));
        assert_eq!(app.sign_in("hotel2").await.get(&format!("/api/v1/corrections/{}", asked.id())).await.status, 404);
        let answer = |action: &str| format!("/api/v1/corrections/{}/{action}", asked.id());
        let silent = officer.post_with(&answer("refuse"), &ANY, json!({})).await;
        assert_eq!(silent.findings(), ["/reason reason_missing"]);
        assert_eq!(hotel.post_with(&answer("accept"), &ANY, json!({})).await.status, 403);
        let refused = officer.post_with(&answer("refuse"), &ANY, json!({ "reason": "xem lại hộ chiếu" })).await;
        assert_eq!(refused.expect(200).json["status"], "refused");
        assert_eq!(officer.post_with(&answer("accept"), &ANY, json!({})).await.status, 409);

        let asked = patch(&hotel, &path, "\"1\"", body).await.expect(202);
        // A departure meanwhile does not stand in the way.
        hotel.post_with(&format!("{path}/check-out"), &ANY, json!({})).await.expect(200);
        let accept = format!("/api/v1/corrections/{}/accept", asked.id());
        officer.post_with(&accept, &[("if-match", "\"1\"")], json!({})).await.expect(200);
        let stay = hotel.get(&path).await.expect(200);
        assert_eq!((&stay.json["full_name"], &stay.json["status"]), (&json!("KOWALCZYK ANNA"), &json!("departed")));
        let history = hotel.get(&format!("{path}/versions")).await.expect(200);
        let last = &history.json["items"][2];
        assert_eq!((&last["change"], &last["correction_id"]), (&json!("corrected"), &json!(asked.id())));
        assert_eq!(hotel.get(&format!("/api/v1/declarations/{}", filed.id())).await.json["status"], "confirmed");
    }
}

/// Two officers, and the declarant who thinks better of it, at the same moment: one of them decides.
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_decided_once() {
    for app in TestApp::both().await {
        let (hotel, officer, other) =
            (app.sign_in("hotel").await, app.sign_in("officer").await, app.sign_in("supervisor").await);
        for number in 1..8 {
            let filed = file(&app, number..number + 1).await;
            confirm(&app, &filed).await;
            let path = stay_path(&filed, 0);
            let asked = patch(&hotel, &path, "*", json!({ "room": "404", "reason": "r" })).await.expect(202);
            let answer = |action: &str| format!("/api/v1/corrections/{}/{action}", asked.id());
            let reason = json!({ "reason": "r" });
            let (accept, refuse, cancel) = (answer("accept"), answer("refuse"), answer("cancel"));
            let (a, b, c) = tokio::join!(
                officer.post_with(&accept, &ANY, reason.clone()),
                other.post_with(&refuse, &ANY, reason.clone()),
                hotel.post_with(&cancel, &ANY, reason.clone()),
            );
            let statuses = [a.status, b.status, c.status];
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
            assert!(statuses.iter().all(|status| [200, 409, 412].contains(status)), "{statuses:?}");
            let room = hotel.get(&path).await.json["room"].clone();
            assert_eq!(room, if a.status == 200 { json!("404") } else { json!("301") });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_amendments_of_one_version_make_one() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..3).await;
        let (path, sibling) = (stay_path(&filed, 0), stay_path(&filed, 1));
        let amendments =
            (0..16).map(|room| {
                let (hotel, path) = (hotel.clone(), path.clone());
                async move {
                    patch(&hotel, &path, "\"1\"", json!({ "room": format!("R{room}"), "reason": "r" })).await.status
                }
            });
        let beside = patch(&hotel, &sibling, "\"1\"", json!({ "room": "999", "reason": "r" }));
        let (statuses, beside) = tokio::join!(futures::future::join_all(amendments), beside);
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 412].contains(status)), "{statuses:?}");
        assert_eq!(beside.status, 200, "another stay of the declaration is not in the way");
        let declaration = hotel.get(&format!("/api/v1/declarations/{}", filed.id())).await.expect(200);
        assert_eq!((&declaration.json["version"], &declaration.json["receipt"]["version"]), (&json!(3), &json!(3)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_leave_at_once() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..4).await;
        let foreign = {
            let body = json!({ "establishment_id": app.establishment("hotel2"), "stays": [guest(9)] });
            app.sign_in("hotel2").await.post("/api/v1/declarations", body).await.expect(201)
        };
        let id = |filed: &Reply, index: usize| filed.json["stays"][index]["id"].clone();
        let body = json!({ "items": [
            { "id": id(&filed, 2), "version": 1 },
            { "id": id(&filed, 0), "version": 7 },
            { "id": id(&foreign, 0), "version": 1 },
            { "id": id(&filed, 1), "version": 1, "departed_on": "2026-11-21" },
            { "id": id(&filed, 2), "version": 1 },
        ]});
        let out = hotel.post("/api/v1/stays/check-out", body).await.expect(200);
        let told: Vec<_> = out.json["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| item["code"].as_str().unwrap_or("done").to_owned())
            .collect();
        assert_eq!(told, ["done", "stale_version", "not_found", "checkout_before_arrival", "stale_version"]);
        assert_eq!((&out.json["done"], &out.json["refused"]), (&json!(1), &json!(4)));
        assert_eq!(hotel.post("/api/v1/stays/check-out", json!({ "items": [] })).await.status, 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_withdrawal_withdraws_the_declaration() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..3).await;
        for (index, status, count) in [(0, "submitted", 1), (1, "withdrawn", 0)] {
            let path = format!("{}/withdraw", stay_path(&filed, index));
            assert_eq!(hotel.post_with(&path, &ANY, json!({})).await.status, 422);
            let after = hotel.post_with(&path, &ANY, json!({ "reason": "không đến" })).await.expect(200);
            assert_eq!(
                (&after.json["status"], &after.json["declaration_status"]),
                (&json!("withdrawn"), &json!(status))
            );
            let declaration = hotel.get(&format!("/api/v1/declarations/{}", filed.id())).await.expect(200);
            assert_eq!(declaration.json["stay_count"], json!(count));
        }
        let path = format!("/api/v1/declarations/{}/confirm", filed.id());
        assert_eq!(app.sign_in("officer").await.post_with(&path, &ANY, json!({})).await.status, 409);
        let amend = patch(&hotel, &stay_path(&filed, 0), "*", json!({ "room": "1", "reason": "r" })).await;
        assert_eq!((amend.status, &amend.json["allowed_actions"]), (409, &json!([])));
    }
}

/// Else the same number would answer with the withdrawn record: a success that files nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_declaration_sets_its_number_free() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let place = app.establishment("hotel");
        let body = json!({ "establishment_id": place, "client_reference": "PMS-1", "stays": [guest(1)] });
        let first = hotel.post("/api/v1/declarations", body.clone()).await.expect(201);
        assert_eq!(hotel.post("/api/v1/declarations", body.clone()).await.expect(200).id(), first.id());
        let withdraw = format!("{}/withdraw", stay_path(&first, 0));
        hotel.post_with(&withdraw, &ANY, json!({ "reason": "không đến" })).await.expect(200);
        let anew = hotel.post("/api/v1/declarations", body.clone()).await.expect(201);
        assert_ne!(anew.id(), first.id());
        assert_eq!(hotel.post("/api/v1/declarations", body).await.expect(200).id(), anew.id());
    }
}

/// A guest who was withdrawn before is no part of what an officer returns.
#[tokio::test(flavor = "multi_thread")]
async fn a_return_releases_only_who_stands() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..3).await;
        let withdraw = format!("{}/withdraw", stay_path(&filed, 0));
        hotel.post_with(&withdraw, &ANY, json!({ "reason": "không đến" })).await.expect(200);
        let back = format!("/api/v1/declarations/{}/return", filed.id());
        app.sign_in("officer").await.post_with(&back, &ANY, json!({ "reason": "sai ngày" })).await.expect(200);
        for (index, expected) in [(0, ["filed", "withdrawn"]), (1, ["filed", "released"])] {
            let path = stay_path(&filed, index);
            let history = hotel.get(&format!("{path}/versions")).await.expect(200);
            let changes: Vec<_> =
                history.json["items"].as_array().expect("versions").iter().map(|v| v["change"].clone()).collect();
            assert_eq!(changes, expected, "{index}");
            assert_eq!(hotel.get(&path).await.expect(200).header("etag"), "\"2\"", "{index}");
        }
    }
}

/// Each change makes a new receipt; whoever holds the old paper learns that it was replaced.
#[tokio::test(flavor = "multi_thread")]
async fn receipts_say_what_replaces_them() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..2).await;
        let url = |reply: &Reply| reply.json["receipt"]["verify_url"].as_str().expect("an address").to_owned();
        let path_of = |url: &str| url.strip_prefix("http://tamtru.test").expect("our address").to_owned();
        let first = path_of(&url(&filed));
        patch(&hotel, &stay_path(&filed, 0), "*", json!({ "room": "302", "reason": "r" })).await.expect(200);
        let declaration = hotel.get(&format!("/api/v1/declarations/{}", filed.id())).await.expect(200);
        let second = path_of(&url(&declaration));
        let json = [("accept", "application/json")];
        let nobody = app.anonymous();
        let old = nobody.send("GET", &first, &json, None).await.expect(200);
        assert_eq!((&old.json["authentic"], &old.json["replaced_by"]), (&json!(true), &json!(2)));
        let new = nobody.send("GET", &second, &json, None).await.expect(200);
        assert_eq!((&new.json["authentic"], &new.json["replaced_by"]), (&json!(true), &Value::Null));
        assert_eq!(new.json["receipt_version"], 2);
        // The number is signed too: an old signature does not pass for a new receipt.
        let forged = first.replace("?s=", "?v=2&s=");
        assert_eq!(nobody.send("GET", &forged, &json, None).await.expect(200).json["authentic"], false);
        let pdf = |number: u32| format!("/api/v1/declarations/{}/receipt.pdf?version={number}", filed.id());
        assert!(hotel.get(&pdf(1)).await.expect(200).bytes.starts_with(b"%PDF"));
        assert!(hotel.get(&pdf(2)).await.expect(200).bytes.starts_with(b"%PDF"));
        assert_eq!((hotel.get(&pdf(3)).await.status, hotel.get(&pdf(0)).await.status), (404, 404));
    }
}

/// An earlier receipt shows each guest as he was then, also guests whose first change came later.
#[tokio::test(flavor = "multi_thread")]
async fn earlier_receipts_show_what_was() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..3).await;
        for (index, room) in [(0, "701"), (1, "702")] {
            patch(&hotel, &stay_path(&filed, index), "*", json!({ "room": room, "reason": "r" })).await.expect(200);
        }
        for index in 0..2 {
            let history = hotel.get(&format!("{}/versions", stay_path(&filed, index))).await.expect(200);
            let shown: Vec<_> = history.json["items"]
                .as_array()
                .expect("versions")
                .iter()
                .map(|version| (version["receipt_version"].clone(), version["stay"]["room"].clone()))
                .collect();
            let room = json!(format!("70{}", index + 1));
            assert_eq!(shown, [(json!(1), json!("301")), (json!(index + 2), room)]);
        }
    }
}

/// A number typed for the wrong guest and amended is free for its owner; whoever is declared under it now is told.
#[tokio::test(flavor = "multi_thread")]
async fn another_person_is_never_answered_as_declared_already() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let filed = file(&app, 1..2).await;
        let wife = |number: u32| {
            let mut stay = guest(number);
            stay["full_name"] = json!("NOWAK EWA");
            stay["date_of_birth"] = json!("1990-05-05");
            json!({ "establishment_id": app.establishment("hotel"), "stays": [stay] })
        };
        let taken = hotel.post("/api/v1/declarations", wife(1)).await;
        assert_eq!(taken.status, 422, "{}", taken.text());
        assert_eq!(taken.findings(), ["/stays/0/document/number declared_with_other_details"]);
        let body = json!({ "document": { "number": "ZS0000002" }, "reason": "hộ chiếu của vợ" });
        patch(&hotel, &stay_path(&filed, 0), "*", body).await.expect(200);
        let hers = hotel.post("/api/v1/declarations", wife(1)).await.expect(201);
        assert_ne!(hers.id(), filed.id());
        let his = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(1)] });
        let again = hotel.post("/api/v1/declarations", his).await.expect(200);
        assert_eq!(again.id(), filed.id(), "his first filing still finds his stay");
    }
}

/// Repeats of a filing race with its amendment to another number: whoever comes first, there is one stay.
#[tokio::test(flavor = "multi_thread")]
async fn repeats_that_race_with_an_amendment_double_nobody() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        for number in 1..9 {
            let filed = file(&app, number..number + 1).await;
            let (path, other) = (stay_path(&filed, 0), format!("ZX{number:07}"));
            let change = json!({ "document": { "number": other }, "reason": "gõ nhầm" });
            let again = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(number)] });
            let repeats = (0..4).map(|_| hotel.post("/api/v1/declarations", again.clone()));
            let (amended, repeats) =
                tokio::join!(patch(&hotel, &path, "*", change), futures::future::join_all(repeats));
            assert_eq!(amended.status, 200, "{}", amended.text());
            for repeat in repeats {
                assert_eq!((repeat.status, repeat.id()), (200, filed.id()), "{}", repeat.text());
            }
            let old = hotel.get(&format!("/api/v1/stays?q=ZS{number:07}")).await.expect(200);
            let new = hotel.get(&format!("/api/v1/stays?q={other}")).await.expect(200);
            assert_eq!(
                (old.json["items"].as_array().map(Vec::len), new.json["items"].as_array().map(Vec::len)),
                (Some(0), Some(1))
            );
        }
    }
}
