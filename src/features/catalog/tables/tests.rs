use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::Value;
use unicode_normalization::is_nfc;

use crate::features::catalog::entry::CatalogError;
use crate::features::catalog::tables::{
    CatalogTable, EmbeddedTable, content_hash, embedded, embedded_entries, parse_csv, tables,
};

fn table(name: &str) -> &'static CatalogTable {
    CatalogTable::find(name).expect("a table of this name exists")
}

fn rows() -> Vec<EmbeddedTable> {
    embedded().expect("the shipped files are sound")
}

fn fees(body: &str) -> Result<usize, CatalogError> {
    parse_csv(table("fees"), body).map(|entries| entries.len())
}

#[test]
fn every_table_is_embedded_with_all_its_rows() {
    let counts: Vec<(&str, usize)> = rows().iter().map(|t| (t.table.name, t.entries.len())).collect();
    assert_eq!(
        counts,
        [
            ("admin_units", 94),
            ("attachments", 38),
            ("deadlines", 8),
            ("declaration_fields", 16),
            ("fees", 21),
            ("forms", 14),
            ("holidays", 60),
            ("icao_special_codes", 28),
            ("legal_timeline", 33),
            ("lookups", 40),
            ("mps_org_codes", 4),
            ("nationality_ambiguous", 6),
            ("nationality_codes", 286),
            ("procedures", 9),
            ("thresholds", 3),
            ("visa_categories", 29),
            ("zones", 31),
        ]
    );
    assert!(tables().is_sorted_by_key(|table| table.name));
    assert!(CatalogTable::find("fees.csv").is_none());
}

#[test]
fn codes_are_unique_per_table_and_first_day() {
    let mut seen = HashSet::new();
    for entry in embedded_entries().expect("the shipped files are sound") {
        let version = (entry.table, entry.code.clone(), entry.valid_from);
        assert!(seen.insert(version.clone()), "{version:?} is given twice");
    }
}

#[test]
fn every_row_has_every_column_as_trimmed_composed_text_or_null() {
    for EmbeddedTable { table, entries } in rows() {
        let columns: Vec<&String> = entries[0].columns().expect("an object").keys().collect();
        for entry in &entries {
            let object = entry.columns().expect("an object");
            assert_eq!(object.keys().collect::<Vec<_>>(), columns, "{}", entry.code);
            for (column, value) in object {
                let sound = match value {
                    Value::Null => true,
                    Value::String(s) => !s.is_empty() && s.trim() == s && is_nfc(s),
                    _ => false,
                };
                assert!(sound, "{} {} {column}: {value}", table.name, entry.code);
            }
        }
    }
}

#[test]
fn codes_and_validity_come_from_their_columns() {
    let entries = embedded_entries().expect("the shipped files are sound");
    let day = |text: &str| Some(text.parse::<NaiveDate>().expect("a literal date"));
    let cases = [
        ("admin_units", "20275", day("2025-07-01"), None),
        ("attachments", "TRC_ISSUE:NN1/NN2:REP_OFFICE_LICENCE", None, None),
        ("deadlines", "electronic:N", day("2015-01-01"), day("2026-07-23")),
        ("deadlines", "electronic:N", day("2026-07-24"), None),
        ("fees", "VISA_SINGLE", day("2026-04-01"), None),
        ("fees", "SPONSOR_PROFILE", None, None),
        ("legal_timeline", "87/2026/TT-BCA", day("2026-07-24"), None),
        ("legal_timeline", "53/2016/TT-BCA", None, None),
        ("lookups", "establishment_type:KS", None, None),
        ("nationality_codes", "SC-", None, None),
    ];
    for (table, code, from, to) in cases {
        assert!(
            entries.iter().any(|e| e.table == table && e.code == code && e.valid_from == from && e.valid_to == to),
            "{table} {code} {from:?} {to:?}"
        );
    }
    let fee = entries.iter().find(|e| e.code == "ENTRY_PERSONNEL_APPROVAL").expect("the fee is listed");
    assert_eq!(fee.data["amount"], Value::Null);
    assert_eq!(fee.data["unit"], "per_dossier");
}

#[test]
fn the_hash_follows_the_content_and_nothing_else() {
    let hash = content_hash(&rows());
    assert_eq!(hash.len(), 64);
    assert!(hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
    assert_eq!(content_hash(&rows()), hash, "stable");

    let hash_of = |text: &str| {
        let table = table("fees");
        let entries = parse_csv(table, text).expect("sound test data");
        content_hash(&[EmbeddedTable { table, entries }])
    };
    let base = hash_of("fee_code,amount\nA,1\n");
    assert_eq!(hash_of("fee_code,amount\r\n\"A\",1\r\n"), base, "layout is no content");
    for other in [
        "fee_code,amount\nA,2\n",
        "fee_code,amount\nB,1\n",
        "fee_code,amount,valid_from\nA,1,2026-01-01\n",
        "fee_code,amount\nA,1\nB,1\n",
        "fee_code,amount\nA,\n",
    ] {
        assert_ne!(hash_of(other), base, "{other:?}");
    }
    assert_eq!(
        content_hash(&[]),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "SHA-256 of nothing"
    );
}

#[test]
fn good_csv_is_read() {
    assert_eq!(fees("fee_code,amount\n").expect("no rows is sound"), 0);
    assert_eq!(fees("\u{FEFF}fee_code,amount\nA,1\n").expect("a byte order mark"), 1);
    let versions = "fee_code,valid_from,valid_to\nA,,2025-12-31\nA,2026-01-01,2026-01-01\n";
    assert_eq!(fees(versions).expect("two versions of one row"), 2);
}

#[test]
fn bad_csv_is_a_named_error() {
    let cases = [
        ("", "catalog table fees: column fee_code must occur exactly once in the heading"),
        ("code\nA\n", "catalog table fees: column fee_code must occur exactly once in the heading"),
        ("fee_code,x,x\nA,1,2\n", "catalog table fees: column x must occur exactly once in the heading"),
        ("fee_code,amount\nA\n", "catalog table fees: malformed CSV"),
        ("fee_code,amount\nA,1\n,2\n", "catalog table fees, row line 3, column fee_code: a value is missing"),
        ("fee_code\nA:B\n", r#"catalog table fees, row line 2, column fee_code: "A:B" is not a key without a colon"#),
        (
            "fee_code,valid_from\nA,1/4/2026\n",
            r#"catalog table fees, row A, column valid_from: "1/4/2026" is not a date YYYY-MM-DD"#,
        ),
        (
            "fee_code,valid_from\nA,2026-4-1\n",
            r#"catalog table fees, row A, column valid_from: "2026-4-1" is not a date YYYY-MM-DD"#,
        ),
        (
            "fee_code,valid_to\nA,2026-02-30\n",
            r#"catalog table fees, row A, column valid_to: "2026-02-30" is not a date YYYY-MM-DD"#,
        ),
        (
            "fee_code,valid_from,valid_to\nA,2026-02-02,2026-02-01\n",
            r#"catalog table fees, row A, column valid_to: "2026-02-01" is not on or after the first day"#,
        ),
        ("fee_code\nA\nA\n", r#"catalog table fees, row A, column valid_from: "no first day" is given twice"#),
        (
            "fee_code,valid_from\nA,2026-02-02\nA,2026-02-02\n",
            r#"catalog table fees, row A, column valid_from: "2026-02-02" is given twice"#,
        ),
    ];
    for (text, expected) in cases {
        let error = fees(text).expect_err(text);
        assert_eq!(error.to_string(), expected, "{text:?}");
    }
}
