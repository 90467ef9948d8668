//! Data other than the shipped: newer rows are judged by the same rules, faulty ones are named.

use serde_json::{Value, json};

use crate::features::catalog::entry::{CatalogError, Entry};
use crate::features::catalog::nationality::Nationalities;
use crate::features::catalog::nationality::tests::{ENTRIES, ambiguous, not_in_use};

fn entry(table: &'static str, code: &str, data: Value) -> Entry {
    Entry { table, code: code.to_owned(), valid_from: None, valid_to: None, data }
}

/// A row of `nationality_codes` with the English name as its only alias-free name.
fn code(code: &str, name: &str, kind: &str, replaced_by: Value) -> Entry {
    let data = json!({
        "code": code, "iso_alpha2": null, "iso_alpha3": null, "name_en": name,
        "name_vi": format!("{name} (vi)"), "aliases": null, "kind": kind, "replaced_by": replaced_by,
        "portal_2026_code": null, "portal_2026_label": null, "danang_old_label": null,
    });
    entry("nationality_codes", code, data)
}

/// A small sound world plus these rows.
fn world(extra: Vec<Entry>) -> Result<Nationalities, CatalogError> {
    let mut entries = vec![
        code("AAA", "Aland", "iso", Value::Null),
        code("BBB", "Bland", "iso", Value::Null),
        entry("nationality_ambiguous", "XY", json!({ "folded_form": "XY", "candidates": "AAA <- 'x'; BBB" })),
        entry(
            "icao_special_codes",
            "AAA",
            json!({ "code": "AAA", "name_en": "A-land", "name_vi": "A", "kind": "nationality" }),
        ),
    ];
    entries.extend(extra);
    Nationalities::from_entries(&entries)
}

fn message(result: Result<Nationalities, CatalogError>) -> String {
    result.err().map_or_else(|| "no error".to_owned(), |error| error.to_string())
}

#[test]
fn newer_data_is_judged_by_the_same_rules() {
    let icao = |code: &str, kind: &str| {
        let data = json!({ "code": code, "name_en": format!("{code} body"), "name_vi": "Tổ chức", "kind": kind });
        entry("icao_special_codes", code, data)
    };
    let newer = || {
        let mut cc = code("CCC", "Cland", "iso", Value::Null);
        cc.data["iso_alpha2"] = json!("CL");
        let mut dd = code("DDD", "Dland", "iso", Value::Null);
        dd.data["aliases"] = json!("Çl|Éa|Shared");
        let mut ee = code("EEE", "Eland", "iso", Value::Null);
        ee.data["aliases"] = json!("Êa|Shared");
        let split = code("OLD", "Oldland", "withdrawn", json!("AAA|BBB"));
        vec![cc, dd, ee, split, icao("NEW", "issuer")]
    };
    let with = |last: Entry| world(newer().into_iter().chain([last]).collect());
    // A successor that ICAO keeps for specimens is none.
    assert_eq!(
        message(with(icao("BBB", "reject"))),
        r#"catalog table nationality_codes, row OLD, column replaced_by: "BBB" is not a code in use"#
    );
    let world = with(icao("SPC", "reject")).expect("sound");
    let cases = [
        ("NEW", Ok("NEW")),
        ("NEW body", Ok("NEW")),
        ("SPC", not_in_use(None)),
        ("A-land", Ok("AAA")),
        ("Éa", Ok("DDD")),
        ("Ea", ambiguous(&["DDD", "EEE"])),
        ("Shared", ambiguous(&["DDD", "EEE"])),
        // A clash of an alpha-2 code with a newer alias, absent from the list of ambiguous forms.
        ("CL", ambiguous(&["CCC", "DDD"])),
        ("Çl", Ok("DDD")),
        ("xy", ambiguous(&["AAA", "BBB"])),
        ("OLD", ambiguous(&["AAA", "BBB"])),
    ];
    for (text, expected) in cases {
        let got = world.resolve(text).map(|found| found.code.as_str());
        assert_eq!(got, expected, "{text:?}");
    }
}

#[test]
fn bad_rows_are_named_errors() {
    let with = |column: &str, value: Value| {
        let mut row = code("CCC", "Cland", "iso", Value::Null);
        row.data[column] = value;
        message(world(vec![row]))
    };
    let cases = [
        ("code", Value::Null, "a value is missing"),
        ("code", json!("ccc"), r#""ccc" is not a code of at most three capitals"#),
        ("iso_alpha3", json!("CCCC"), r#""CCCC" is not a code of at most three capitals"#),
        ("iso_alpha3", json!("AAA"), r#""AAA" is given twice"#),
        ("name_en", Value::Null, "a value is missing"),
        ("name_vi", json!(""), "a value is missing"),
        ("kind", json!("planet"), r#""planet" is not a known kind of code"#),
        ("replaced_by", json!("ZZZ"), r#""ZZZ" is not a code in use"#),
        ("aliases", json!(["x"]), r#""[\"x\"]" is not text or null"#),
    ];
    for (column, value, tail) in cases {
        // A repeated code is reported under the column that must be unique.
        let reported = if tail.ends_with("twice") { "code" } else { column };
        let expected = format!("catalog table nationality_codes, row CCC, column {reported}: {tail}");
        assert_eq!(with(column, value), expected);
    }
    let special = |code: &str, kind: &str| {
        entry("icao_special_codes", code, json!({ "code": code, "name_en": "x", "name_vi": "x", "kind": kind }))
    };
    assert_eq!(
        message(world(vec![special("NEW", "odd")])),
        r#"catalog table icao_special_codes, row NEW, column kind: "odd" is not a known kind of code"#
    );
    let unknown = json!({ "folded_form": "Q", "candidates": "AAA; QQQ" });
    assert_eq!(
        message(world(vec![entry("nationality_ambiguous", "Q", unknown)])),
        r#"catalog table nationality_ambiguous, row Q, column candidates: "AAA; QQQ" is not a list of known codes"#
    );
    let alpha2_twice = ["CCC", "DDD"].map(|c| {
        let mut row = code(c, c, "iso", Value::Null);
        row.data["iso_alpha2"] = json!("ZZ");
        row
    });
    assert_eq!(
        message(world(alpha2_twice.to_vec())),
        r#"catalog table nationality_codes, row DDD, column iso_alpha2: "ZZ" is given twice"#
    );
    for missing in ["nationality_codes", "nationality_ambiguous", "icao_special_codes"] {
        let rest: Vec<Entry> = ENTRIES.iter().filter(|e| e.table != missing).cloned().collect();
        assert_eq!(message(Nationalities::from_entries(&rest)), format!("catalog table {missing}: no rows"));
    }
}
