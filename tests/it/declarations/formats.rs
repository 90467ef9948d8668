//! Every list that hotels have, handed in as a workbook: what it is read as, what becomes of each row, and what is
//! told about it.

use rust_xlsxwriter::{Format, Workbook};
use serde_json::json;

use crate::harness::app::{Reply, TestApp};

/// A workbook of text cells, from a fixture with one row on a line and cells divided by tabs.
fn workbook(sheet: &str, fixture: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet();
    page.set_name(sheet).expect("a sheet name");
    let text = Format::new().set_num_format("@");
    for (row, line) in (0..).zip(fixture.lines()) {
        for (column, cell) in (0..).zip(line.split('\t')).filter(|(_, cell)| !cell.is_empty()) {
            page.write_string_with_format(row, column, cell, &text).expect("a cell");
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

async fn preview(app: &TestApp, bytes: &[u8]) -> Reply {
    let establishment = app.establishment("hotel");
    let fields = [("establishment_id", establishment.as_str()), ("mode", "preview")];
    let taken = app.sign_in("hotel").await.upload("/api/v1/imports", &fields, "list.xlsx", bytes).await.expect(202);
    app.drain_jobs().await;
    app.sign_in("hotel").await.get(taken.header("location")).await.expect(200)
}

/// Each row on a line: where it stands, its verdict, and its findings but for those about lateness.
async fn told(app: &TestApp, import: &Reply) -> Vec<String> {
    let rows = app.sign_in("hotel").await.get(&format!("/api/v1/imports/{}/rows", import.id())).await.expect(200);
    let rows = rows.json["items"].as_array().expect("rows").clone();
    rows.iter()
        .map(|row| {
            let mut line = format!("{} {}", row["ref"].as_str().unwrap_or("?"), row["verdict"].as_str().unwrap_or("?"));
            let mut rules: Vec<&str> = row["findings"]
                .as_array()
                .expect("findings")
                .iter()
                .filter_map(|finding| finding["rule"].as_str())
                .filter(|rule| !matches!(*rule, "declared_late" | "not_declared_at_once"))
                .collect();
            rules.sort_unstable();
            for rule in rules {
                line.push(' ');
                line.push_str(rule);
            }
            line
        })
        .collect()
}

/// Fixture, format, and its rows.
type Read = (&'static str, &'static str, &'static [&'static str]);

const READ: &[Read] = &[
    (
        include_str!("../../fixtures/guests/kbtt_download.tsv"),
        "kbtt_download",
        &[
            "11 accepted",
            "12 accepted",
            "13 accepted",
            "14 accepted",
            "15 rejected bad_nationality",
            "16 ignored total_row",
        ],
    ),
    (
        include_str!("../../fixtures/guests/kbtt_download_older.tsv"),
        "kbtt_download",
        &["3 accepted missing_permitted_stay"],
    ),
    (
        include_str!("../../fixtures/guests/accommodation_19.tsv"),
        "accommodation_19",
        &[
            "3 ignored sample_row",
            "4 accepted missing_permitted_stay",
            "5 accepted missing_permitted_stay",
            "6 rejected bad_document_type bad_passport missing_permitted_stay not_foreign",
            "7 rejected bad_document_type missing_permitted_stay",
        ],
    ),
    (
        include_str!("../../fixtures/guests/pa18.tsv"),
        "pa18",
        &["2 accepted", "3 accepted", "4 rejected missing_permitted_stay not_foreign"],
    ),
    (
        include_str!("../../fixtures/guests/inhouse_list.tsv"),
        "inhouse_list",
        &[
            "3 accepted missing_permitted_stay name_title_removed",
            "4 accepted missing_permitted_stay name_title_removed",
            "5 rejected bad_gender missing_permitted_stay",
            "6 rejected bad_passport missing_permitted_stay",
            "7 ignored total_row",
            "8 ignored total_row",
        ],
    ),
    (
        include_str!("../../fixtures/guests/inhouse_months_first.tsv"),
        "inhouse_list",
        &["2 rejected ambiguous_date invalid_date missing_permitted_stay", "3 accepted missing_permitted_stay"],
    ),
    (
        include_str!("../../fixtures/guests/provincial_list.tsv"),
        "provincial_list",
        &["2 accepted missing_permitted_stay", "3 accepted", "4 rejected bad_gender"],
    ),
    (
        include_str!("../../fixtures/guests/guest_list.tsv"),
        "guest_list",
        &[
            "3 ignored sample_row",
            "4 accepted",
            "5 accepted",
            "6 rejected bad_nationality",
            "7 ignored total_row",
            "8 ignored total_row",
            "9 ignored total_row",
        ],
    ),
    (
        include_str!("../../fixtures/guests/kbtt_report_sent_again.tsv"),
        "kbtt_workbook_11",
        &["2 accepted missing_permitted_stay"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_recognised_and_its_rows_are_judged() {
    for app in TestApp::both().await {
        for (fixture, format, expected) in READ {
            let import = preview(&app, &workbook("Sheet1", fixture)).await;
            assert_eq!(import.json["reason"], json!(null), "{format}");
            assert_eq!((&import.json["status"], &import.json["format"]), (&json!("ready"), &json!(format)));
            assert_eq!(told(&app, &import).await, *expected, "{format}");
            let count = |verdict: &str| expected.iter().filter(|row| row.contains(verdict)).count();
            for verdict in ["accepted", "rejected", "ignored"] {
                assert_eq!(import.json[verdict], json!(count(verdict)), "{format} {verdict}");
            }
            assert_eq!(import.json["rows_read"], json!(expected.len()), "{format}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_understood_stands_beside_what_was_written() {
    for app in TestApp::both().await {
        let import = preview(&app, &workbook("Sheet1", READ[4].0)).await;
        let path = format!("/api/v1/imports/{}/rows?limit=1", import.id());
        let rows = app.sign_in("hotel").await.get(&path).await.expect(200);
        let row = &rows.json["items"][0];
        assert_eq!(row["record"]["full_name"], "SMITH JOHN PAUL");
        assert_eq!(row["record"]["arrived_on"], "2026-11-20");
        assert_eq!(row["original"]["family_name"], "MR SMITH");
        assert_eq!(row["original"]["arrived_on"], "20-Nov-2026");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_vietnamese_guests_are_refused_at_their_heading() {
    for app in TestApp::both().await {
        for (sheet, fixture, location) in [
            ("Sheet1", include_str!("../../fixtures/guests/vietnamese_download.tsv"), "Sheet1!A2"),
            (
                "DS_KHACH_VIET_NAM_LUU_TRU",
                include_str!("../../fixtures/guests/vietnamese_import.tsv"),
                "DS_KHACH_VIET_NAM_LUU_TRU",
            ),
            ("extracted", include_str!("../../fixtures/guests/vietnamese_coded.tsv"), "extracted"),
        ] {
            let import = preview(&app, &workbook(sheet, fixture)).await;
            assert_eq!((&import.json["status"], &import.json["reason"]), (&json!("refused"), &json!("wrong_template")));
            assert_eq!(import.json["location"], location);
        }
    }
}
