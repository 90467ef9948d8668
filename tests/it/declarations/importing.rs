//! Guest files over the routes.

use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::harness::app::{Reply, TestApp};

const XML: &[u8] = include_bytes!("../../fixtures/guests.xml");
const WORKBOOK: &[u8] = include_bytes!("../../fixtures/guests.xlsx");

async fn upload(app: &TestApp, name: &str, bytes: &[u8], mode: &str) -> Reply {
    let establishment = app.establishment("hotel");
    let fields = [("establishment_id", establishment.as_str()), ("mode", mode)];
    let taken = app.sign_in("hotel").await.upload("/api/v1/imports", &fields, name, bytes).await.expect(202);
    assert_eq!(taken.json["status"], "queued");
    app.drain_jobs().await;
    app.sign_in("hotel").await.get(taken.header("location")).await.expect(200)
}

fn sums(import: &Reply) -> (Value, i64, i64, i64, i64) {
    let number = |name: &str| import.json[name].as_i64().expect("a number");
    (import.json["status"].clone(), number("rows_read"), number("accepted"), number("rejected"), number("ignored"))
}

/// An XML of guests, each `name number room arrival departure`.
fn xml(guests: &[&str]) -> Vec<u8> {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><KHAI_BAO_TAM_TRU>".to_owned();
    for (number, guest) in (1..).zip(guests) {
        let parts: Vec<&str> = guest.split(' ').collect();
        let [name, passport, room, arrival, departure] = parts[..] else { panic!("five parts: {guest}") };
        text.push_str(&format!(
            "<THONG_TIN_KHACH><so_thu_tu>{number}</so_thu_tu><ho_ten>{}</ho_ten><ngay_sinh>12/03/1988</ngay_sinh>\
             <ngay_sinh_dung_den>D</ngay_sinh_dung_den><gioi_tinh>F</gioi_tinh><ma_quoc_tich>POL</ma_quoc_tich>\
             <so_ho_chieu>{passport}</so_ho_chieu><so_phong>{room}</so_phong><ngay_den>{arrival}</ngay_den>\
             <ngay_di_du_kien>{departure}</ngay_di_du_kien><ngay_tra_phong></ngay_tra_phong>\
             <thoi_han_tam_tru>30/12/2026</thoi_han_tam_tru></THONG_TIN_KHACH>",
            name.replace('_', " ")
        ));
    }
    (text + "</KHAI_BAO_TAM_TRU>").into_bytes()
}

/// `event data` of each event of a stream.
fn events(reply: &Reply) -> Vec<(String, Value)> {
    let text = reply.text();
    let of = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    };
    let blocks = text.split("\n\n").filter(|block| block.contains("event: "));
    blocks.map(|block| (of(block, "event"), serde_json::from_str(&of(block, "data")).expect("JSON"))).collect()
}

async fn stays(app: &TestApp) -> usize {
    app.sign_in("hotel").await.get("/api/v1/stays").await.expect(200).json["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn preview_then_commit_then_the_same_guests_again() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let preview = upload(&app, "guests.xml", XML, "preview").await;
        assert_eq!(sums(&preview), (json!("ready"), 5, 3, 2, 0));
        assert_eq!(preview.json["format"], "kbtt_xml_12");
        assert_eq!(stays(&app).await, 0, "a preview files nothing");

        let rows = hotel.get(&format!("/api/v1/imports/{}/rows", preview.id())).await.expect(200);
        let rows = rows.json["items"].as_array().expect("rows");
        let told: Vec<(String, String, String)> = rows
            .iter()
            .map(|row| {
                let block = row["findings"].as_array().expect("findings").iter().find(|f| f["severity"] == "block");
                let rule = block.map_or(String::new(), |f| f["rule"].as_str().unwrap_or_default().to_owned());
                (
                    row["ref"].as_str().unwrap_or_default().to_owned(),
                    row["verdict"].as_str().unwrap_or_default().to_owned(),
                    rule,
                )
            })
            .collect();
        let line = |r: &str, v: &str, f: &str| (r.to_owned(), v.to_owned(), f.to_owned());
        assert_eq!(
            told,
            [
                line("1", "accepted", ""),
                line("2", "accepted", ""),
                line("3", "accepted", ""),
                line("4", "rejected", "departure_before_arrival"),
                line("5", "rejected", "invalid_date"),
            ]
        );
        assert_eq!(
            rows[2]["record"],
            json!({
                "full_name": "SCHMIDT ANKE", "sex": "F", "nationality": "DEU", "date_of_birth": "1966", "birth_precision": "Y",
                "document_number": "C01X00T47", "room": "0809", "arrived_on": "2026-11-21",
                "expected_departure_on": "2026-11-25", "departed_on": null, "permitted_stay_until": "2027-01-04"
            })
        );
        assert_eq!(rows[2]["original"]["nationality"], "D", "the original stays beside it");
        let only =
            hotel.get(&format!("/api/v1/imports/{}/rows?verdict=rejected&limit=1", preview.id())).await.expect(200);
        assert_eq!(only.json["items"][0]["ref"], "4");
        assert!(only.json["next_cursor"].is_string());

        let path = format!("/api/v1/imports/{}/commit", preview.id());
        hotel.post(&path, json!({})).await.expect(202);
        hotel.post(&path, json!({})).await.expect(202);
        app.drain_jobs().await;
        let done = hotel.get(&format!("/api/v1/imports/{}", preview.id())).await.expect(200);
        assert_eq!(sums(&done), (json!("done"), 5, 3, 2, 0));
        assert_eq!(done.json["declarations"][0]["stay_count"], 3);
        assert_eq!(stays(&app).await, 3);

        for (name, bytes, expected) in [("again.xml", XML, (5, 0, 2, 3)), ("guests.xlsx", WORKBOOK, (6, 0, 2, 4))] {
            let again = upload(&app, name, bytes, "commit").await;
            let (read, accepted, rejected, ignored) = expected;
            assert_eq!(sums(&again), (json!("done"), read, accepted, rejected, ignored), "{name}");
            assert_eq!(again.json["declarations"], json!([]));
        }
        assert_eq!(stays(&app).await, 3, "the same file twice changes nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_workbook_goes_in_at_once() {
    for app in TestApp::both().await {
        let done = upload(&app, "guests.xls", WORKBOOK, "commit").await;
        assert_eq!(sums(&done), (json!("done"), 6, 3, 2, 1), "the extension does not matter");
        assert_eq!(done.json["format"], "kbtt_workbook_12");
        assert_eq!(stays(&app).await, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_files_are_refused_with_their_reason() {
    for app in TestApp::both().await {
        for (bytes, reason) in [
            (&b""[..], "empty_file"),
            (b"hello", "unknown_format"),
            (b"<KHAI_BAO_TAM_TRU><THONG_TIN_KHACH></KHAI_BAO_TAM_TRU>", "not_well_formed"),
            (b"<KHAI_BAO_TAM_TRU><!-- no guests --></KHAI_BAO_TAM_TRU>", "no_guest_rows"),
            (b"<!DOCTYPE a [<!ENTITY b \"c\">]><KHAI_BAO_TAM_TRU/>", "dtd_forbidden"),
            (b"PK\x03\x04broken", "corrupt_file"),
        ] {
            let refused = upload(&app, "x", bytes, "commit").await;
            assert_eq!((&refused.json["status"], &refused.json["reason"]), (&json!("refused"), &json!(reason)));
        }
        let hotel = app.sign_in("hotel").await;
        let establishment = app.establishment("hotel");
        let too_large = vec![b' '; 10 * 1024 * 1024 + 1];
        let reply = hotel.upload("/api/v1/imports", &[("establishment_id", &establishment)], "x", &too_large).await;
        assert_eq!(reply.status, 413);
        for (fields, finding) in [
            (vec![("establishment_id", "x")], "/establishment_id wrong_type"),
            (vec![], "/establishment_id missing_field"),
            (vec![("establishment_id", establishment.as_str()), ("mode", "maybe")], "/mode wrong_type"),
            (vec![("establishment_id", establishment.as_str()), ("color", "red")], "/color unknown_field"),
        ] {
            let reply = hotel.upload("/api/v1/imports", &fields, "x", XML).await;
            assert_eq!((reply.status, reply.findings()), (422, vec![finding.to_owned()]));
        }
        assert_eq!(stays(&app).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_repeated_by_key_is_one_import() {
    for app in TestApp::both().await {
        let software = app.software().await;
        let establishment = app.establishment("hotel");
        let body = [
            format!("--X\r\ncontent-disposition: form-data; name=\"establishment_id\"\r\n\r\n{establishment}\r\n--X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"g.xml\"\r\n\r\n").into_bytes(),
            XML.to_vec(),
            b"\r\n--X--\r\n".to_vec(),
        ]
        .concat();
        let headers = [("content-type", "multipart/form-data; boundary=X"), ("idempotency-key", "up-1")];
        let first = software.send("POST", "/api/v1/imports", &headers, Some(body.clone())).await.expect(202);
        let again = software.send("POST", "/api/v1/imports", &headers, Some(body)).await.expect(202);
        assert_eq!((again.id(), again.header("idempotent-replayed")), (first.id(), "true"));
        let list = app.sign_in("hotel").await.get("/api/v1/imports").await.expect(200);
        assert_eq!(list.json["items"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_an_import_hears_of_each_change_and_of_the_end() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let establishment = app.establishment("hotel");
        let fields = [("establishment_id", establishment.as_str()), ("mode", "commit")];
        let taken = hotel.upload("/api/v1/imports", &fields, "g.xml", XML).await.expect(202);
        let path = format!("{}/events", taken.header("location"));
        let (heard, ()) = tokio::join!(hotel.get(&path), async {
            // Only once it was seen waiting.
            tokio::time::timeout(std::time::Duration::from_millis(600), std::future::pending::<()>()).await.ok();
            app.drain_jobs().await;
        });
        let heard = heard.expect(200);
        assert_eq!((heard.header("content-type"), heard.header("cache-control")), ("text/event-stream", "no-store"));
        let heard = events(&heard);
        let (first, last) = (heard.first().expect("a first event"), heard.last().expect("a last event"));
        assert_eq!((first.0.as_str(), &first.1["status"]), ("progress", &json!("queued")));
        assert_eq!((last.0.as_str(), &last.1["status"], &last.1["progress"]), ("done", &json!("done"), &json!(100)));
        assert_eq!(last.1["declarations"][0]["stay_count"], 3);

        let again = events(&hotel.get(&path).await.expect(200));
        assert_eq!(again.iter().map(|event| event.0.as_str()).collect::<Vec<_>>(), ["done"], "an ended import at once");
        assert_eq!(again[0].1["id"], json!(taken.id()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_caller_holds_few_streams_and_a_stop_ends_them() {
    for app in TestApp::both().await {
        let (hotel, officer) = (app.sign_in("hotel").await, app.sign_in("officer").await);
        let establishment = app.establishment("hotel");
        let fields = [("establishment_id", establishment.as_str())];
        let taken = hotel.upload("/api/v1/imports", &fields, "g.xml", XML).await.expect(202);
        let path = format!("{}/events", taken.header("location"));
        let mut streams = Vec::new();
        for _ in 0..4 {
            streams.push(hotel.open(&path).await);
        }
        let fifth = hotel.get(&path).await.expect(429);
        assert_eq!(fifth.header("retry-after"), "2");
        drop(streams.pop());
        let fifth = hotel.open(&path).await;
        assert_eq!(officer.open(&path).await.status(), 200, "another caller");
        app.state.stopping.cancel();
        let ended = tokio::time::timeout(std::time::Duration::from_secs(5), fifth.into_body().collect()).await;
        assert!(ended.expect("the stream ends").is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_files_nothing_and_tells_what_differs() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let here = [
            "ANNA_KOWALCZYK ZS0000001 301 21/11/2026 25/11/2026",
            "EWA_NOWAK ZS0000002 302 21/11/2026 25/11/2026",
            "MARIA_WIELKA ZS0000003 303 21/11/2026 25/11/2026",
        ];
        let filed = upload(&app, "here.xml", &xml(&here), "commit").await;
        assert_eq!(sums(&filed), (json!("done"), 3, 3, 0, 0));
        let list = [
            "KOWALCZYK,_ANNA ZS0000001 0301 21/11/2026 25/11/2026",
            "EWA_NOWICKA ZS0000002 305 21/11/2026 26/11/2026",
            "OLGA_NOWA ZS0000009 306 22/11/2026 24/11/2026",
            "BEZ_PASZPORTU - 307 22/11/2026 24/11/2026",
        ];
        let compared = upload(&app, "list.xml", &xml(&list), "compare").await;
        assert_eq!(sums(&compared), (json!("done"), 4, 3, 1, 0));
        assert_eq!(
            compared.json["comparison"],
            json!({ "from": "2026-11-21", "to": "2026-11-26", "matched": 2, "missing": 1, "surplus": 1,
                "different_room": 1, "different_departure": 1, "permitted_stay_ending": 0, "different_person": 1 })
        );
        assert_eq!(stays(&app).await, 3, "nothing is filed");

        let path = format!("/api/v1/imports/{}/comparison", compared.id());
        let told = hotel.get(&path).await.expect(200);
        let told: Vec<String> = told.json["items"]
            .as_array()
            .expect("differences")
            .iter()
            .map(|d| format!("{} {} {}", d["kind"], d["ref"], d["declared"]["room"]).replace('"', ""))
            .collect();
        let expected = [
            "different_person 2 302",
            "different_room 2 302",
            "different_departure 2 302",
            "missing 3 null",
            "surplus null 303",
        ];
        assert_eq!(told, expected);
        let page = hotel.get(&format!("{path}?kind=missing&limit=1")).await.expect(200);
        assert_eq!(page.json["items"][0]["file"]["document_number"], "ZS0000009");
        assert_eq!(page.json["next_cursor"], json!(null));
        let officer = app.sign_in("officer").await.get(&format!("{path}?kind=surplus")).await.expect(200);
        assert_ne!(officer.json["items"][0]["declared"]["document_number"], "ZS0000003", "masked for the police");
        let commit = hotel.post(&format!("/api/v1/imports/{}/commit", compared.id()), json!({})).await;
        assert_eq!(commit.status, 409, "a comparison is never filed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_filed_has_a_receipt() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let preview = upload(&app, "guests.xml", XML, "preview").await;
        let path = format!("/api/v1/imports/{}/receipt.pdf", preview.id());
        assert_eq!(hotel.get(&path).await.status, 409, "nothing is filed yet");
        hotel.post(&format!("/api/v1/imports/{}/commit", preview.id()), json!({})).await.expect(202);
        app.drain_jobs().await;
        let again = upload(&app, "again.xml", XML, "commit").await;
        for path in [path, format!("/api/v1/imports/{}/receipt.pdf", again.id())] {
            let pdf = hotel.get(&path).await.expect(200);
            assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.header("content-type") == "application/pdf");
        }
    }
}

/// What the time between a preview and its commit may change: a guest declared elsewhere, a row that became right.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_judged_again_when_they_are_filed() {
    for app in TestApp::both().await {
        let guests = [
            "ANNA_KOWALCZYK ZS0000001 301 21/11/2026 25/11/2026",
            "EWA_NOWAK ZS0000002 302 22/11/2026 25/11/2026",
            "MARIA_WIELKA ZS0000003 303 23/11/2026 25/11/2026",
        ];
        let preview = upload(&app, "three.xml", &xml(&guests), "preview").await;
        assert_eq!(sums(&preview), (json!("ready"), 3, 2, 1, 0), "one arrives tomorrow");
        upload(&app, "one.xml", &xml(&guests[..1]), "commit").await;
        app.state.clock.advance(chrono::Duration::hours(10));
        let hotel = app.sign_in_anew("hotel").await;
        hotel.post(&format!("/api/v1/imports/{}/commit", preview.id()), json!({})).await.expect(202);
        app.drain_jobs().await;
        let path = format!("/api/v1/imports/{}", preview.id());
        let done = hotel.get(&path).await.expect(200);
        assert_eq!(sums(&done), (json!("done"), 3, 2, 0, 1));
        let rows = hotel.get(&format!("{path}/rows")).await.expect(200);
        let told: Vec<_> = rows.json["items"].as_array().expect("rows").iter().map(|row| &row["verdict"]).collect();
        assert_eq!(told, ["ignored", "accepted", "accepted"]);
        let filed: Vec<_> =
            rows.json["items"].as_array().expect("rows").iter().map(|row| row["declaration_id"].clone()).collect();
        assert!(filed.iter().all(Value::is_string) && filed[0] != filed[1] && filed[1] == filed[2], "{filed:?}");
        assert_eq!(hotel.get("/api/v1/stays").await.expect(200).json["items"].as_array().map(Vec::len), Some(3));
    }
}

/// Two imports of one file, read and filed by workers of two processes at once: every guest is there once.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_guests_in_two_imports_at_once_are_filed_once() {
    use tamtru::{features::declarations::service::importing, kernel::ids::ImportId};
    for app in TestApp::both().await {
        let guests: Vec<String> =
            (0..300).map(|number| format!("ANNA_KOWALCZYK ZT{number:07} 301 21/11/2026 25/11/2026")).collect();
        let guests: Vec<&str> = guests.iter().map(String::as_str).collect();
        let mut ids = Vec::new();
        for name in ["one.xml", "two.xml"] {
            ids.push(upload(&app, name, &xml(&guests), "preview").await.id());
        }
        let hotel = app.sign_in("hotel").await;
        for id in &ids {
            hotel.post(&format!("/api/v1/imports/{id}/commit"), json!({})).await.expect(202);
        }
        let runs =
            ids.iter().chain(&ids).map(|id| importing::commit_file(&app.state, ImportId(id.parse().expect("an id"))));
        futures::future::join_all(runs).await;
        app.drain_jobs().await;
        let mut accepted = 0;
        for id in &ids {
            let done = hotel.get(&format!("/api/v1/imports/{id}")).await.expect(200);
            let (status, read, good, rejected, ignored) = sums(&done);
            assert_eq!((status, read, rejected, good + ignored), (json!("done"), 300, 0, 300));
            accepted += good;
        }
        assert_eq!(accepted, 300);
        let found = hotel.get("/api/v1/stays?limit=200").await.expect(200);
        let next = found.json["next_cursor"].as_str().expect("more");
        let rest = hotel.get(&format!("/api/v1/stays?limit=200&cursor={next}")).await.expect(200);
        let count = |reply: &Reply| reply.json["items"].as_array().map_or(0, Vec::len);
        assert_eq!(count(&found) + count(&rest), 300);
    }
}

/// The files of one organization wait for each other, not for everybody else's.
#[tokio::test(flavor = "multi_thread")]
async fn one_organization_does_not_take_all_workers() {
    use tamtru::{features::declarations::HANDLERS, platform::jobs};
    for app in TestApp::both().await {
        let establishment = app.establishment("hotel");
        let fields = [("establishment_id", establishment.as_str())];
        let mut of_hotel = Vec::new();
        for name in ["1.xml", "2.xml"] {
            let taken = app.sign_in("hotel").await.upload("/api/v1/imports", &fields, name, XML).await.expect(202);
            of_hotel.push(taken.header("location").to_owned());
        }
        let theirs = app.establishment("hotel2");
        let fields = [("establishment_id", theirs.as_str())];
        let other = app.sign_in("hotel2").await.upload("/api/v1/imports", &fields, "3.xml", XML).await.expect(202);
        // Somebody is at the first job of the first organization.
        claim_oldest(&app).await;
        assert!(jobs::run_one(&app.state, HANDLERS).await.expect("jobs"));
        let status = app.sign_in("hotel2").await.get(other.header("location")).await.expect(200);
        assert_eq!(status.json["status"], "ready", "handed in last, read first");
        assert!(!jobs::run_one(&app.state, HANDLERS).await.expect("jobs"), "the second file waits for the first");
        app.state.clock.advance(chrono::Duration::minutes(2));
        app.drain_jobs().await;
        for path in of_hotel {
            assert_eq!(
                app.sign_in("hotel").await.get(&path).await.expect(200).json["status"],
                "ready",
                "taken up again"
            );
        }
    }
}

/// As a worker that dies right after it took the job.
async fn claim_oldest(app: &TestApp) {
    use ::entity::job;
    use sea_orm::{ActiveValue::Set, EntityTrait, QueryOrder};
    let tx = app.state.db.begin().await.expect("a transaction");
    let oldest = job::Entity::find().order_by_asc(job::Column::RunAt).one(&tx).await.expect("a row").expect("a job");
    let lease = app.state.clock.now() + chrono::Duration::seconds(20);
    let claimed =
        job::ActiveModel { id: Set(oldest.id), lease_until: Set(Some(lease)), attempts: Set(1), ..Default::default() };
    job::Entity::update(claimed).exec(&tx).await.expect("a lease");
    tx.commit().await.expect("committed");
}
