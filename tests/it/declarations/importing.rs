//! Guest files over the routes.

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
