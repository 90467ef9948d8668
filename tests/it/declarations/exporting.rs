//! Stays as files, and the marked copy of a refused file, over the routes.

use std::io::{Cursor, Read};

use ::entity::{audit_entry, stay};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder,
};
use serde_json::{Value, json};
use tamtru::{
    features::declarations::import::{Field, Format, GuestFile, Limits, RowKind, read},
    platform::signing::sha256_hex,
};

use crate::harness::app::{Reply, TestApp, guest};

const EXPORT: &str = "/api/v1/stays/export";

/// Three stays that fit, one of a declaration that was returned, one of another organization.
async fn declare(app: &TestApp) {
    let hotel = app.sign_in("hotel").await;
    let place = app.establishment("hotel");
    let mut early = guest(1);
    early["arrived_at"] = json!("2026-11-21");
    early["nationality"] = json!("HKG");
    early["room"] = json!("=1+1");
    early["permitted_stay_until"] = Value::Null;
    let mut gone = guest(2);
    gone["arrived_at"] = json!("2026-11-20");
    gone["departed_on"] = json!("2026-11-22");
    gone["document"]["number"] = json!("12E45678");
    gone["room"] = json!("007");
    let body = json!({ "establishment_id": place, "stays": [guest(3), early, gone] });
    hotel.post("/api/v1/declarations", body).await.expect(201);
    let body = json!({ "establishment_id": place, "stays": [guest(4)] });
    let withdrawn = hotel.post("/api/v1/declarations", body.clone()).await.expect(201);
    let officer = app.sign_in("officer").await;
    let path = format!("/api/v1/declarations/{}/return", withdrawn.id());
    officer.post_with(&path, &[("if-match", "*")], json!({ "reason": "sai ngày" })).await.expect(200);
    // The guest of a returned declaration is declared again, and then the first record stands withdrawn.
    hotel.post("/api/v1/declarations", body).await.expect(201);
    let far = json!({ "establishment_id": app.establishment("hotel2"), "stays": [guest(9)] });
    app.sign_in("hotel2").await.post("/api/v1/declarations", far).await.expect(201);
}

fn guests(file: &GuestFile, field: Field) -> Vec<String> {
    let of = |row: &tamtru::features::declarations::import::GuestRow| row.original.get(&field).cloned();
    file.rows.iter().filter(|row| row.kind == RowKind::Guest).map(|row| of(row).unwrap_or_default()).collect()
}

fn read_file(reply: &Reply) -> GuestFile {
    read(&reply.bytes, &Limits::default()).expect("a guest file")
}

async fn last_entry(app: &TestApp, action: &str) -> audit_entry::Model {
    audit_entry::Entity::find()
        .filter(audit_entry::Column::Action.eq(action))
        .order_by_desc(audit_entry::Column::Id)
        .one(app.state.db.read())
        .await
        .expect("an answer")
        .expect("an entry")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_holds_the_same_stays_and_is_on_the_record() {
    for app in TestApp::both().await {
        declare(&app).await;
        let hotel = app.sign_in("hotel").await;
        for (format, media_type, ending) in [
            ("xml_12", "application/xml; charset=utf-8", "xml"),
            ("xml_11", "application/xml; charset=utf-8", "xml"),
            ("workbook_12", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
            ("workbook_11", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
            ("json", "application/json; charset=utf-8", "json"),
            ("csv", "text/csv; charset=utf-8; header=present", "csv"),
        ] {
            let reply = hotel.get(&format!("{EXPORT}?format={format}")).await.expect(200);
            assert_eq!(reply.header("content-type"), media_type);
            let disposition = format!("attachment; filename=\"KHAI_BAO_TAM_TRU_20261122_2000.{ending}\"");
            assert_eq!(reply.header("content-disposition"), disposition);
            assert_eq!(reply.header("guest-count"), "4", "the withdrawn stay is left out");
            assert!(reply.header("export-attention").starts_with("nationality-unlisted=(\"HKG\")"), "{format}");
            let entry = last_entry(&app, "stays_exported").await;
            assert_eq!(entry.data["filter"]["format"], format);
            assert_eq!(entry.data["count"], 4);
            assert_eq!(entry.data["sha256"], sha256_hex(&[&reply.bytes]), "the record knows the file");
            assert!(entry.organization_id.is_some() && !entry.data.to_string().contains("KOWALCZYK"));
        }
        for (format, read_as) in [("xml_12", Format::KbttXml12), ("workbook_11", Format::KbttWorkbook11)] {
            let file = read_file(&hotel.get(&format!("{EXPORT}?format={format}")).await.expect(200));
            assert_eq!(file.format, read_as);
            assert_eq!(guests(&file, Field::ArrivedOn), ["20/11/2026", "21/11/2026", "22/11/2026", "22/11/2026"]);
            assert_eq!(guests(&file, Field::Room), ["007", "=1+1", "301", "301"]);
            assert_eq!(guests(&file, Field::DocumentNumber), ["12E45678", "ZS0000001", "ZS0000003", "ZS0000004"]);
        }
        let again = app.software().await.get(&format!("{EXPORT}?format=json")).await.expect(200);
        assert_eq!(again.json.as_array().map(Vec::len), Some(4), "software with the scope to read may");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_filter_is_narrow_and_refuses_what_it_does_not_know() {
    for app in TestApp::both().await {
        declare(&app).await;
        let hotel = app.sign_in("hotel").await;
        let place = app.establishment("hotel");
        for (filter, expected) in [
            (format!("establishment_id={place}"), "4"),
            ("status=departed".to_owned(), "1"),
            ("status=staying".to_owned(), "3"),
            ("arrived_from=2026-11-21".to_owned(), "3"),
            ("arrived_to=2026-11-21".to_owned(), "2"),
            ("arrived_from=2026-11-21&arrived_to=2026-11-21".to_owned(), "1"),
            ("present_on=2026-11-20".to_owned(), "1"),
            ("present_on=2026-11-22&status=staying&arrived_from=2026-11-22".to_owned(), "2"),
        ] {
            let reply = hotel.get(&format!("{EXPORT}?format=csv&{filter}")).await.expect(200);
            assert_eq!(reply.header("guest-count"), expected, "{filter}");
        }
        for (query, status) in [
            ("", 400),
            ("?format=pdf", 400),
            ("?format=csv&status=withdrawn", 400),
            ("?format=csv&color=red", 400),
            ("?format=csv&arrived_from=yesterday", 400),
            ("?format=csv&arrived_from=0001-01-01", 400),
            ("?format=csv&arrived_from=2027-01-01", 422),
        ] {
            assert_eq!(hotel.get(&format!("{EXPORT}{query}")).await.status, status, "{query}");
        }
        let nothing = hotel.get(&format!("{EXPORT}?format=csv&arrived_from=2027-01-01")).await;
        assert_eq!(nothing.findings(), [" empty_export"], "a file without guests is taken for a filing elsewhere");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_police_has_no_export() {
    for app in TestApp::both().await {
        declare(&app).await;
        for account in ["officer", "supervisor", "ward", "admin", "auditor"] {
            let reply = app.sign_in(account).await.get(&format!("{EXPORT}?format=csv")).await;
            assert_eq!((reply.status, reply.json["code"].as_str()), (403, Some("forbidden")), "{account}");
        }
        let denied = last_entry(&app, "access_denied").await;
        assert_eq!(denied.data["route"], EXPORT);
        let stranger = app.sign_in("landlord").await.get(&format!("{EXPORT}?format=csv")).await;
        assert_eq!(stranger.findings(), [" empty_export"], "others' guests are not there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lose_nobody_and_too_many_are_counted() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(1)] });
        hotel.post("/api/v1/declarations", body).await.expect(201);
        let conn = app.state.db.read();
        let seed = stay::Entity::find().one(conn).await.expect("an answer").expect("a stay");
        let copy = |number: usize| {
            let mut row = seed.clone().into_active_model().reset_all();
            row.id = Set(uuid::Uuid::from_u128(seed.id.as_u128() ^ u128::try_from(number + 1).expect("small")));
            row.natural_key = Set(Some(format!("copy {number}")));
            row.document_number = Set(format!("Z{number:08}"));
            row
        };
        let write = async |numbers: std::ops::Range<usize>| {
            let tx = app.state.db.begin().await.expect("a transaction");
            for from in numbers.clone().step_by(500) {
                let rows = (from..(from + 500).min(numbers.end)).map(copy);
                stay::Entity::insert_many(rows).exec_without_returning(&tx).await.expect("copies");
            }
            tx.commit().await.expect("a commit");
        };
        write(0..9_999).await;
        assert_eq!(stay::Entity::find().count(conn).await.expect("a count"), 10_000);
        let all = hotel.get(&format!("{EXPORT}?format=xml_12")).await.expect(200);
        let file = read_file(&all);
        let mut numbers = guests(&file, Field::DocumentNumber);
        assert_eq!((all.header("guest-count"), numbers.len()), ("10000", 10_000));
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 10_000, "every page begins after the one before");

        write(9_999..10_002).await;
        let refused = hotel.get(&format!("{EXPORT}?format=xml_12")).await.expect(422);
        assert_eq!(refused.findings(), [" too_many_to_export"]);
        assert_eq!(refused.json["count"], 10_003);
        let limits = app.anonymous().get("/api/v1/limits").await.expect(200);
        assert_eq!(limits.json["stays_per_export"], 10_000);
    }
}

const XML: &[u8] = include_bytes!("../../fixtures/guests.xml");

async fn import(app: &TestApp, name: &str, bytes: &[u8], mode: &str) -> Reply {
    let hotel = app.sign_in("hotel").await;
    let place = app.establishment("hotel");
    let fields = [("establishment_id", place.as_str()), ("mode", mode)];
    let taken = hotel.upload("/api/v1/imports", &fields, name, bytes).await.expect(202);
    app.drain_jobs().await;
    hotel.get(taken.header("location")).await.expect(200)
}

fn part(workbook: &[u8], name: &str) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(workbook)).expect("a package");
    let mut text = String::new();
    package.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_marked_copy_is_mended_and_handed_in_again() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let preview = import(&app, "guests.xml", XML, "preview").await;
        assert_eq!(preview.json["rejected"], 2);
        let path = format!("/api/v1/imports/{}/report.xlsx", preview.id());
        let report = hotel.get(&path).await.expect(200);
        assert_eq!(report.header("guest-count"), "2");
        assert_eq!(report.header("content-disposition"), "attachment; filename=\"BAO_LOI_20261122_2000.xlsx\"");
        let strings = part(&report.bytes, "xl/sharedStrings.xml");
        for text in ["Lỗi / Errors", "Cách sửa / How to mend", "The expected departure is before the arrival."] {
            assert!(strings.contains(text), "{text}: {strings}");
        }
        assert!(part(&report.bytes, "xl/comments1.xml").contains("The expected departure is before the arrival."));
        let vietnamese = hotel.clone().lang("vi").get(&path).await.expect(200);
        assert!(part(&vietnamese.bytes, "xl/sharedStrings.xml").contains("Dòng 4 của tệp đã nộp"));
        let entry = last_entry(&app, "import_report_made").await;
        assert_eq!((&entry.data["count"], entry.data["sha256"].as_str().map(str::len)), (&json!(2), Some(64)));

        // Handed in unmended, the same two rows are refused for the same reasons.
        let again = import(&app, "report.xlsx", &report.bytes, "preview").await;
        let sums = |reply: &Reply| (reply.json["rows_read"].clone(), reply.json["rejected"].clone());
        assert_eq!(sums(&again), (json!(2), json!(2)));
        let rules = async |id: &str| -> Vec<String> {
            let rows = hotel.get(&format!("/api/v1/imports/{id}/rows?verdict=rejected")).await.expect(200);
            let rows = rows.json["items"].as_array().expect("rows").clone();
            rows.iter().map(|row| row["findings"][0]["rule"].as_str().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(rules(&again.id()).await, rules(&preview.id()).await);

        // The rows outlive the file.
        hotel.post(&format!("/api/v1/imports/{}/commit", preview.id()), json!({})).await.expect(202);
        app.drain_jobs().await;
        assert_eq!(hotel.get(&path).await.expect(200).header("guest-count"), "2");
        assert_eq!(app.sign_in("officer").await.get(&path).await.status, 403);

        let refused = import(&app, "x", b"hello", "preview").await;
        let none = hotel.get(&format!("/api/v1/imports/{}/report.xlsx", refused.id())).await;
        assert_eq!((none.status, none.json["code"].as_str()), (409, Some("wrong_state")));
    }
}

/// The marked copy has the user's own columns in their order, those too that mean nothing to us, and what stood in them.
#[tokio::test(flavor = "multi_thread")]
async fn the_marked_copy_keeps_the_users_own_columns() {
    let list = "Khách sạn Sóng Biển;;;;;;;;;\n\
                Rm#;VIP;Last Name;First Name;Passport #;NAT;DOB;Gender;Arrival;Departure\n\
                007;vàng;ROSSI;GIULIA;YA7654321;ITA;05/05/1990;F;22/11/2026;24/11/2026\n\
                008;=1+1;BIANCHI;MARCO;YA7654322;Atlantis;06/06/1990;M;22/11/2026;21/11/2026\n";
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let preview = import(&app, "list.csv", list.as_bytes(), "preview").await;
        let sums = |reply: &Reply| {
            (reply.json["format"].clone(), reply.json["rows_read"].clone(), reply.json["rejected"].clone())
        };
        assert_eq!(sums(&preview), (json!("inhouse_list"), json!(2), json!(1)));
        let path = format!("/api/v1/imports/{}/report.xlsx", preview.id());
        let report = hotel.get(&path).await.expect(200);
        let strings = part(&report.bytes, "xl/sharedStrings.xml");
        let places: Vec<Option<usize>> =
            ["Rm#", "VIP", "Last Name", "First Name", "Passport #", "NAT", "DOB", "Lỗi / Errors", "008"]
                .iter()
                .map(|text| strings.find(&format!(">{text}<")))
                .collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}: {strings}");
        assert!(!strings.contains("ROSSI"), "who was accepted is not in it");
        assert!(!part(&report.bytes, "xl/worksheets/sheet1.xml").contains("<f>"), "no formula comes back");
        let again = import(&app, "mended.xlsx", &report.bytes, "preview").await;
        assert_eq!(sums(&again), (json!("inhouse_list"), json!(1), json!(1)));
    }
}
