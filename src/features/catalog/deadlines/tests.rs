use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

use crate::features::catalog::deadlines::{Channel, DeadlineRules};
use crate::features::catalog::entry::{CatalogError, Entry};
use crate::features::catalog::tables::embedded_entries;

use Channel::{Electronic, Paper};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a literal date")
}

fn shipped() -> DeadlineRules {
    let entries = embedded_entries().expect("the shipped files are sound");
    DeadlineRules::from_entries(&entries).expect("sound deadlines")
}

fn row(rule: &str, from: Option<&str>, to: Option<&str>) -> Entry {
    Entry {
        table: "deadlines",
        code: "paper:N".to_owned(),
        valid_from: from.map(day),
        valid_to: to.map(day),
        data: json!({
            "rule": rule, "channel": "paper", "remote": "N", "valid_from": from, "valid_to": to,
            "warn_after_minutes": null, "late_after_minutes": "720",
            "legal_basis_vi": "Điều 33", "legal_basis_en": "Art. 33",
        }),
    }
}

#[test]
fn deadlines_by_channel_remoteness_and_day_of_arrival() {
    let rules = shipped();
    let cases = [
        (Electronic, false, "2015-01-01", "electronic-2015", None, 12),
        (Electronic, false, "2026-07-23", "electronic-2015", None, 12),
        (Electronic, false, "2026-07-24", "electronic-2026", Some(60), 12),
        (Electronic, false, "2031-01-01", "electronic-2026", Some(60), 12),
        (Electronic, true, "2026-07-23", "electronic-remote-2015", None, 24),
        (Electronic, true, "2026-07-24", "electronic-remote-2026", Some(60), 24),
        (Paper, false, "2026-07-23", "paper-2015", None, 12),
        (Paper, false, "2026-07-24", "paper-2026", None, 12),
        (Paper, true, "2026-07-23", "paper-remote-2015", None, 24),
        (Paper, true, "2026-07-24", "paper-remote-2026", None, 24),
    ];
    for (channel, remote, arrival, id, warn_minutes, late_hours) in cases {
        let rule = rules
            .rule_for(channel, remote, day(arrival))
            .unwrap_or_else(|| panic!("{channel:?} {remote} {arrival} has a rule"));
        assert_eq!(rule.rule, id, "{arrival}");
        assert_eq!(rule.warn_after, warn_minutes.map(Duration::minutes), "{id}");
        assert_eq!(rule.late_after, Duration::hours(late_hours), "{id}");
        let circular = if arrival < "2026-07-24" { "53/2016" } else { "87/2026" };
        for basis in [&rule.legal_basis_vi, &rule.legal_basis_en] {
            assert!(basis.contains(circular) && basis.contains("47/2014"), "{id}: {basis}");
        }
        assert_eq!(rules.get(id), Some(rule));
    }
}

#[test]
fn no_rule_before_the_law() {
    for channel in [Electronic, Paper] {
        for remote in [false, true] {
            assert_eq!(shipped().rule_for(channel, remote, day("2014-12-31")), None);
        }
    }
    assert_eq!(shipped().get("electronic-1999"), None);
}

#[test]
fn a_new_row_supersedes_without_touching_the_old_one() {
    let rules = DeadlineRules::from_entries(&[
        row("c", Some("2027-01-01"), Some("2027-12-31")),
        row("a", None, None),
        row("b", Some("2026-01-01"), None),
    ])
    .expect("three versions");
    let cases = [
        ("1990-01-01", Some("a")),
        ("2025-12-31", Some("a")),
        ("2026-01-01", Some("b")),
        ("2026-12-31", Some("b")),
        ("2027-01-01", Some("c")),
        ("2027-12-31", Some("c")),
        ("2028-01-01", None),
    ];
    for (arrival, expected) in cases {
        let got = rules.rule_for(Paper, false, day(arrival));
        assert_eq!(got.map(|rule| rule.rule.as_str()), expected, "{arrival}");
    }
    assert_eq!(rules.rule_for(Paper, true, day("2026-01-01")), None);
    assert_eq!(rules.rule_for(Electronic, false, day("2026-01-01")), None);
}

#[test]
fn bad_rows_are_named_errors() {
    let cases = [
        ("rule", Value::Null, "a value is missing"),
        ("channel", json!("fax"), r#""fax" is not electronic or paper"#),
        ("remote", json!("yes"), r#""yes" is not Y or N"#),
        ("late_after_minutes", Value::Null, "a value is missing"),
        ("late_after_minutes", json!("12 h"), r#""12 h" is not a number of minutes from 1 to one year"#),
        ("late_after_minutes", json!("0"), r#""0" is not a number of minutes from 1 to one year"#),
        ("late_after_minutes", json!("-5"), r#""-5" is not a number of minutes from 1 to one year"#),
        (
            "late_after_minutes",
            json!("9223372036854775807"),
            r#""9223372036854775807" is not a number of minutes from 1 to one year"#,
        ),
        ("warn_after_minutes", json!("720"), r#""720" is not before lateness"#),
        ("legal_basis_vi", Value::Null, "a value is missing"),
        ("legal_basis_en", json!(1), r#""1" is not text or null"#),
    ];
    for (column, value, tail) in cases {
        let mut entry = row("a", None, None);
        entry.data[column] = value;
        let error = DeadlineRules::from_entries(&[entry]).expect_err(column);
        assert_eq!(error.to_string(), format!("catalog table deadlines, row paper:N, column {column}: {tail}"));
    }
    let same_id = [row("a", None, None), row("a", Some("2026-01-01"), None)];
    assert!(matches!(DeadlineRules::from_entries(&same_id), Err(CatalogError::Duplicate { column: "rule", .. })));
    let same_start = [row("a", None, None), row("b", None, None)];
    assert!(matches!(
        DeadlineRules::from_entries(&same_start),
        Err(CatalogError::Duplicate { column: "valid_from", .. })
    ));
    assert!(matches!(DeadlineRules::from_entries(&[]), Err(CatalogError::Empty { table: "deadlines" })));
}

#[test]
fn channels_print_and_parse_alike() {
    for channel in [Electronic, Paper] {
        assert_eq!(Channel::parse(channel.as_str()), Some(channel));
        assert_eq!(json!(channel), json!(channel.as_str()));
    }
    for other in ["", "Paper", "ELECTRONIC", "online"] {
        assert_eq!(Channel::parse(other), None, "{other:?}");
    }
}
