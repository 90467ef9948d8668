//! Outages: the clock of deadlines stands still, for new filings at once and for filed stays after the job.

use ::entity::{audit_entry, job, stay};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::harness::app::{Caller, Reply, TestApp, guest};

const OUTAGES: &str = "/api/v1/outages";

/// A guest who arrived in the morning of 22 November, declared at 20:00: half an hour late.
fn late_guest(number: u32) -> Value {
    let mut guest = guest(number);
    guest["arrived_at"] = json!("2026-11-22T07:30:00+07:00");
    guest
}

async fn file(app: &TestApp, who: &str, stays: Vec<Value>) -> Reply {
    let body = json!({ "establishment_id": app.establishment(who), "stays": stays });
    app.sign_in(who).await.post("/api/v1/declarations", body).await.expect(201)
}

async fn read(app: &TestApp, who: &str, id: &str) -> Value {
    app.sign_in(who).await.get(&format!("/api/v1/declarations/{id}")).await.expect(200).json
}

async fn record(admin: &Caller<'_>, from: &str, to: Option<&str>) -> Reply {
    let at = |time: &str| format!("2026-11-22T{time}:00+07:00");
    admin.post(OUTAGES, json!({ "starts_at": at(from), "ends_at": to.map(at), "reason": "đứt cáp" })).await
}

async fn events(app: &TestApp, action: &str) -> u64 {
    let conn = app.state.db.read();
    audit_entry::Entity::find().filter(audit_entry::Column::Action.eq(action)).count(conn).await.expect("a count")
}

fn rules(stay: &Value) -> Vec<&str> {
    let findings = stay["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_recorded_ended_and_withdrawn() {
    for app in TestApp::both().await {
        let (admin, hotel) = (app.sign_in("admin").await, app.sign_in("hotel").await);
        let key = [("idempotency-key", "o-1")];
        let body = json!({ "starts_at": "2026-11-22T18:00:00+07:00", "reason": "  đứt   cáp " });
        let recorded = admin.post_with(OUTAGES, &key, body.clone()).await.expect(201);
        assert_eq!(recorded.header("location"), format!("{OUTAGES}/{}", recorded.id()));
        assert_eq!((&recorded.json["status"], &recorded.json["ends_at"]), (&json!("open"), &Value::Null));
        assert_eq!(recorded.json["reason"], "đứt cáp");
        let again = admin.post_with(OUTAGES, &key, body).await.expect(201);
        assert_eq!((again.header("idempotent-replayed"), again.id()), ("true", recorded.id()));

        let path = format!("{OUTAGES}/{}", recorded.id());
        let seen = hotel.get(&path).await.expect(200);
        assert_eq!((seen.header("etag"), &seen.json), ("\"1\"", &recorded.json), "everybody who signs in may know");
        let end = format!("{path}/end");
        assert_eq!(admin.post(&end, json!({})).await.status, 428);
        assert_eq!(admin.post_with(&end, &[("if-match", "\"9\"")], json!({})).await.status, 412);
        assert_eq!(hotel.post_with(&end, &[("if-match", "\"1\"")], json!({})).await.status, 403);
        let early = json!({ "ends_at": "2026-11-22T18:00:00+07:00" });
        let refused = admin.post_with(&end, &[("if-match", "\"1\"")], early).await.expect(422);
        assert_eq!(refused.findings(), ["/ends_at outage_ends_before_start"]);
        let at = json!({ "ends_at": "2026-11-22T19:00:00+07:00" });
        let ended = admin.post_with(&end, &[("if-match", "\"1\"")], at.clone()).await.expect(200);
        assert_eq!((&ended.json["status"], ended.header("etag")), (&json!("ended"), "\"2\""));
        assert_eq!(ended.json["ends_at"], "2026-11-22T19:00:00+07:00");
        let twice = admin.post_with(&end, &[("if-match", "\"2\"")], at).await.expect(409);
        assert_eq!(
            (&twice.json["current_state"], &twice.json["allowed_actions"]),
            (&json!("ended"), &json!(["withdraw"]))
        );
        let withdraw = format!("{path}/withdraw");
        let silent = admin.post_with(&withdraw, &[("if-match", "\"2\"")], json!({ "reason": " " })).await.expect(422);
        assert_eq!(silent.findings(), ["/reason reason_missing"]);
        let reason = json!({ "reason": "ghi nhầm đơn vị" });
        let gone = admin.post_with(&withdraw, &[("if-match", "\"2\"")], reason.clone()).await.expect(200);
        assert_eq!((&gone.json["status"], &gone.json["withdrawn_reason"]), (&json!("withdrawn"), &reason["reason"]));
        assert_eq!(admin.post_with(&withdraw, &[("if-match", "\"3\"")], reason).await.status, 409);
        let listed = hotel.get(OUTAGES).await.expect(200);
        assert_eq!(listed.json["items"], json!([gone.json]), "withdrawn ones stay listed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_that_cannot_be_is_refused_with_every_reason() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        for (body, expected) in [
            (json!({ "starts_at": "2026-11-22T21:00:00+07:00", "reason": "r" }), vec!["/starts_at outage_in_future"]),
            (
                json!({ "starts_at": "2025-11-20T21:00:00+07:00", "reason": " ",
                    "unit_id": "01970000-0000-7000-8000-000000000000" }),
                vec!["/starts_at outage_too_long_ago", "/reason reason_missing", "/unit_id unknown_unit"],
            ),
            (
                json!({ "starts_at": "2026-11-22T19:00:00+07:00", "ends_at": "2026-11-22T18:00:00+07:00", "reason": "r" }),
                vec!["/ends_at outage_ends_before_start"],
            ),
            (json!({ "starts_at": "2026-11-22T19:00:00+07:00", "reason": "r", "x": 1 }), vec!["/x unknown_field"]),
        ] {
            assert_eq!(admin.post(OUTAGES, body).await.expect(422).findings(), expected);
        }
        assert_eq!(app.sign_in("officer").await.post(OUTAGES, json!({})).await.status, 403);
        assert_eq!(app.sign_in("hotel").await.get(OUTAGES).await.expect(200).json["items"], json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lateness_states_its_reason_in_the_readers_language() {
    for app in TestApp::both().await {
        let filed = file(&app, "hotel", vec![late_guest(1), guest(2)]).await;
        let path = format!("/api/v1/declarations/{}", filed.id());
        let stay = &filed.json["stays"][0];
        assert_eq!(rules(stay), ["declared_late"]);
        let en = stay["findings"][0]["message"].as_str().expect("words");
        for part in ["07:30 22/11/2026", "12 h", "19:30 22/11/2026", "0 min of outages", "Circular 87/2026/TT-BCA"] {
            assert!(en.contains(part), "{part}: {en}");
        }
        let vi = app.sign_in("hotel").await.lang("vi").get(&path).await.expect(200);
        let words = vi.json["stays"][0]["findings"][0]["message"].as_str().expect("words");
        assert!(words.contains("Thông tư số 87/2026/TT-BCA") && !words.contains("Circular"), "{words}");
        let lateness = &vi.json["stays"][0]["lateness"];
        assert_eq!(
            (&lateness["rule"], &lateness["limit_minutes"], &lateness["outage_minutes"]),
            (&json!("electronic-2026"), &json!(720), &json!(0))
        );
        assert_eq!(lateness["clock_started_at"], "2026-11-22T07:30:00+07:00");
        assert_eq!(lateness["due_at"], "2026-11-22T19:30:00+07:00");
        let late_by = lateness["late_by_minutes"].as_i64().expect("minutes");
        assert!((30..=31).contains(&late_by), "{late_by}");
        assert!(lateness["legal_basis"].as_str().is_some_and(|basis| basis.starts_with("Thông tư số 87/2026")));
        assert_eq!(filed.json["stays"][1]["lateness"]["late_by_minutes"], 0);
        let list = app.sign_in("hotel").await.get("/api/v1/stays").await.expect(200);
        assert_eq!(list.json["items"][0].get("lateness"), None, "only beside its declaration");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filing_counts_the_outages_that_stand() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        let recorded = record(&admin, "10:00", Some("11:15")).await.expect(201);
        let filed = file(&app, "hotel", vec![late_guest(1)]).await;
        let stay = &filed.json["stays"][0];
        assert_eq!((rules(stay), &filed.json["timeliness"]), (vec!["not_declared_at_once"], &json!("on_time")));
        assert_eq!(stay["lateness"]["outage_minutes"], 75);
        assert_eq!(stay["due_at"], "2026-11-22T20:45:00+07:00");
        // The dry run says the same as the filing.
        let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [late_guest(2)] });
        let hotel = app.sign_in("hotel").await;
        let dry = hotel.post("/api/v1/declarations/validate", body).await.expect(200);
        assert_eq!(rules(&dry.json), ["not_declared_at_once"]);
        // What is withdrawn counts for nothing.
        let path = format!("{OUTAGES}/{}/withdraw", recorded.id());
        admin.post_with(&path, &[("if-match", "*")], json!({ "reason": "nhầm" })).await.expect(200);
        let filed = file(&app, "hotel", vec![late_guest(3)]).await;
        assert_eq!(rules(&filed.json["stays"][0]), ["declared_late"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_one_unit_is_no_outage_of_another() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        let unit = app.sign_in("ward").await.get("/api/v1/me").await.json["unit"]["id"].clone();
        let body = json!({ "unit_id": unit, "starts_at": "2026-11-22T10:00:00+07:00",
            "ends_at": "2026-11-22T11:00:00+07:00", "reason": "mất điện" });
        let before = file(&app, "hotel2", vec![late_guest(1)]).await;
        let near = file(&app, "hotel", vec![late_guest(2)]).await;
        admin.post(OUTAGES, body).await.expect(201);
        app.drain_jobs().await;
        for (who, id, expected) in [("hotel", near.id(), "on_time"), ("hotel2", before.id(), "late")] {
            assert_eq!(read(&app, who, &id).await["timeliness"], expected, "filed before, {who}");
        }
        for (who, number, expected) in [("hotel", 3, "on_time"), ("hotel2", 4, "late")] {
            assert_eq!(file(&app, who, vec![late_guest(number)]).await.json["timeliness"], expected, "{who}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filed_stays_are_judged_anew() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        let mixed = file(&app, "hotel", vec![late_guest(1), guest(2)]).await;
        let untouched = file(&app, "hotel", vec![guest(3)]).await;
        assert_eq!((&mixed.json["timeliness"], &mixed.json["warning_count"]), (&json!("late"), &json!(1)));

        let recorded = record(&admin, "07:00", Some("19:30")).await.expect(201);
        assert_eq!(read(&app, "hotel", &mixed.id()).await["timeliness"], "late", "not before the job has run");
        app.drain_jobs().await;
        let after = read(&app, "hotel", &mixed.id()).await;
        assert_eq!((&after["timeliness"], &after["warning_count"]), (&json!("on_time"), &json!(0)));
        assert_eq!(after["due_at"], "2026-11-23T07:30:00+07:00");
        let stay = &after["stays"][0];
        assert_eq!((rules(stay), &stay["version"], &after["version"]), (vec![], &json!(2), &json!(2)));
        assert_eq!(stay["lateness"]["outage_minutes"], 720);
        assert_eq!(after["stays"][1]["version"], 1, "the guest of the evening is not touched");
        assert_eq!(read(&app, "hotel", &untouched.id()).await["version"], 1);
        assert_eq!((events(&app, "stay_rejudged").await, events(&app, "declaration_rejudged").await), (1, 1));
        let stale = [("if-match", "\"1\"")];
        let officer = app.sign_in("officer").await;
        let answer =
            officer.post_with(&format!("/api/v1/declarations/{}/confirm", mixed.id()), &stale, json!({})).await;
        assert_eq!(answer.status, 412, "the officer looks again");

        // Again, and again when everything is settled: nothing more happens.
        app.state.clock.advance(Duration::minutes(3));
        app.drain_jobs().await;
        assert_eq!(events(&app, "stay_rejudged").await, 1);

        let path = format!("{OUTAGES}/{}/withdraw", recorded.id());
        admin.post_with(&path, &[("if-match", "\"1\"")], json!({ "reason": "nhầm ngày" })).await.expect(200);
        app.drain_jobs().await;
        let back = read(&app, "hotel", &mixed.id()).await;
        assert_eq!((&back["timeliness"], &back["warning_count"]), (&json!("late"), &json!(1)));
        assert_eq!(back["due_at"], "2026-11-22T19:30:00+07:00");
        assert_eq!(back["stays"][0]["findings"], mixed.json["stays"][0]["findings"], "to the letter");
    }
}

/// A returned declaration was late and stays so: its guests count for nothing, and it needs no new receipt.
#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_stand_is_not_judged_anew() {
    for app in TestApp::both().await {
        let filed = file(&app, "hotel", vec![late_guest(1)]).await;
        let back = format!("/api/v1/declarations/{}/return", filed.id());
        let reason = json!({ "reason": "sai tên" });
        app.sign_in("officer").await.post_with(&back, &[("if-match", "*")], reason).await.expect(200);
        let before = read(&app, "hotel", &filed.id()).await;
        record(&app.sign_in("admin").await, "07:00", Some("19:30")).await.expect(201);
        app.drain_jobs().await;
        assert_eq!(read(&app, "hotel", &filed.id()).await, before);
        assert_eq!((events(&app, "stay_rejudged").await, events(&app, "declaration_rejudged").await), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_outage_excuses_and_its_end_settles() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        let open = record(&admin, "19:00", None).await.expect(201);
        let filed = file(&app, "hotel", vec![late_guest(1)]).await;
        assert_eq!(rules(&filed.json["stays"][0]), ["not_declared_at_once"], "half an hour of the limit is left");
        assert_eq!(filed.json["timeliness"], "on_time");
        // It turns out that it had been over for long before the guest was declared.
        let path = format!("{OUTAGES}/{}/end", open.id());
        let at = json!({ "ends_at": "2026-11-22T19:10:00+07:00" });
        admin.post_with(&path, &[("if-match", "\"1\"")], at).await.expect(200);
        app.drain_jobs().await;
        let after = read(&app, "hotel", &filed.id()).await;
        assert_eq!((&after["timeliness"], &after["due_at"]), (&json!("late"), &json!("2026-11-22T19:40:00+07:00")));
        assert_eq!(after["stays"][0]["lateness"]["outage_minutes"], 10);
    }
}

/// More stays than one run takes, in the transaction of each page the next one; a stopped page is taken up again.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_way_is_gone_page_by_page() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        for round in 0..3 {
            let stays = (0..400).map(|n| late_guest(round * 400 + n)).collect();
            file(&app, "hotel", stays).await;
        }
        record(&admin, "10:00", Some("12:00")).await.expect(201);
        app.drain_jobs().await;
        let conn = app.state.db.read();
        let late = stay::Entity::find().filter(stay::Column::Timeliness.eq(stay::Timeliness::Late));
        assert_eq!(late.count(conn).await.expect("a count"), 0);
        assert_eq!(events(&app, "stay_rejudged").await, 1200, "each once");
        let runs =
            job::Entity::find().filter(job::Column::Kind.eq("rejudge_stays")).count(conn).await.expect("a count");
        assert_eq!(runs, 4, "three pages and the one that waits for what was under way");
    }
}

/// The remote flag is the ward's, also where the immigration office receives its declarations.
#[tokio::test(flavor = "multi_thread")]
async fn remoteness_is_of_the_ward_of_the_establishment() {
    use ::entity::{establishment, unit};
    use sea_orm::{ActiveValue::Set, sea_query::Expr};
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        let me = app.sign_in("ward").await.get("/api/v1/me").await.json;
        let ward = me["unit"]["id"].as_str().expect("a unit").to_owned();
        let path = format!("/api/v1/units/{ward}");
        let change = json!({ "remote": true }).to_string().into_bytes();
        let headers = [("if-match", "*"), ("content-type", "application/json")];
        admin.send("PATCH", &path, &headers, Some(change)).await.expect(200);
        let near = file(&app, "hotel", vec![late_guest(1)]).await;
        assert_eq!(near.json["timeliness"], "on_time");

        let conn = app.state.db.read();
        let office = unit::Entity::find().filter(unit::Column::Kind.eq(unit::Kind::Office)).one(conn).await;
        let office = office.expect("an answer").expect("an office").id;
        let id: uuid::Uuid = app.establishment("hotel").parse().expect("an id");
        let tx = app.state.db.begin().await.expect("a transaction");
        establishment::Entity::update_many()
            .set(establishment::ActiveModel { unit_id: Set(office), ..Default::default() })
            .filter(establishment::Column::Id.eq(id))
            .exec(&tx)
            .await
            .expect("moved to the office");
        tx.commit().await.expect("committed");
        let by_office = file(&app, "hotel", vec![late_guest(2)]).await;
        assert_eq!(by_office.json["stays"][0]["lateness"]["rule"], "electronic-remote-2026");

        // The other way round: a remote office makes no ward remote.
        let tx = app.state.db.begin().await.expect("a transaction");
        unit::Entity::update_many()
            .col_expr(unit::Column::Remote, Expr::value(false))
            .filter(unit::Column::Id.ne(office))
            .exec(&tx)
            .await
            .expect("no ward is remote");
        unit::Entity::update_many()
            .col_expr(unit::Column::Remote, Expr::value(true))
            .filter(unit::Column::Id.eq(office))
            .exec(&tx)
            .await
            .expect("the office is");
        tx.commit().await.expect("committed");
        let by_office = file(&app, "hotel", vec![late_guest(3)]).await;
        assert_eq!(by_office.json["stays"][0]["lateness"]["rule"], "electronic-2026");
    }
}

/// A filing under way while an outage is recorded has read the outages before: the second sweep finds it.
#[tokio::test(flavor = "multi_thread")]
async fn a_filing_that_had_not_seen_the_outage_is_found_later() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        record(&admin, "10:00", Some("12:00")).await.expect(201);
        app.drain_jobs().await;
        let filed = file(&app, "hotel", vec![late_guest(1)]).await;
        // As such a filing would have been stored.
        let id: uuid::Uuid = filed.json["stays"][0]["id"].as_str().expect("an id").parse().expect("an id");
        let due: DateTime<Utc> = "2026-11-22T19:30:00+07:00".parse().expect("an instant");
        let tx = app.state.db.begin().await.expect("a transaction");
        stay::Entity::update_many()
            .set(stay::ActiveModel {
                due_at: sea_orm::ActiveValue::Set(due),
                timeliness: sea_orm::ActiveValue::Set(stay::Timeliness::Late),
                ..Default::default()
            })
            .filter(stay::Column::Id.eq(id))
            .exec(&tx)
            .await
            .expect("stored");
        tx.commit().await.expect("committed");
        app.drain_jobs().await;
        assert_eq!(read(&app, "hotel", &filed.id()).await["stays"][0]["timeliness"], "late");
        app.state.clock.advance(Duration::minutes(2));
        app.drain_jobs().await;
        assert_eq!(read(&app, "hotel", &filed.id()).await["stays"][0]["timeliness"], "on_time");
    }
}

/// Filings and a new judgement of the same stays at once: every filing is answered, and everything comes out right.
#[tokio::test(flavor = "multi_thread")]
async fn filings_go_on_while_stays_are_judged_anew() {
    for app in TestApp::both().await {
        let admin = app.sign_in("admin").await;
        file(&app, "hotel", (0..300).map(late_guest).collect()).await;
        record(&admin, "10:00", Some("12:00")).await.expect(201);
        let filings = async {
            for number in 1000..1020 {
                file(&app, "hotel", vec![late_guest(number)]).await;
            }
        };
        tokio::join!(app.drain_jobs(), filings);
        app.state.clock.advance(Duration::minutes(3));
        app.drain_jobs().await;
        let late = stay::Entity::find().filter(stay::Column::Timeliness.eq(stay::Timeliness::Late));
        assert_eq!(late.count(app.state.db.read()).await.expect("a count"), 0);
    }
}
