//! Ages and margins that findings about guests and documents are measured by.
//!
//! They only decide what an officer is told, never whether a stay is filed. A finding names the value and its legal basis.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::features::catalog::entry::{CatalogError, Entry};

const TABLE: &str = "thresholds";

/// Nobody is older and no margin longer than this many years or days: a larger number is a typing error.
const MOST: u32 = 1000;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Threshold {
    /// Below this age in years a guest is a child.
    ChildUnder,
    /// From this age in years on a guest is an adult.
    AdultFrom,
    /// A document that ends within this many days after the planned departure ends soon.
    DocumentMargin,
}

impl Threshold {
    const ALL: [Self; 3] = [Self::ChildUnder, Self::AdultFrom, Self::DocumentMargin];

    /// The code in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChildUnder => "child_under",
            Self::AdultFrom => "adult_from",
            Self::DocumentMargin => "document_margin",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::ChildUnder | Self::AdultFrom => "year",
            Self::DocumentMargin => "day",
        }
    }
}

/// One threshold in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdRule {
    /// The number of years or days.
    pub value: u32,
    /// Legal basis in Vietnamese.
    pub legal_basis_vi: String,
    /// Legal basis in English.
    pub legal_basis_en: String,
}

/// All versions of all thresholds.
#[derive(Clone, Debug)]
pub struct Thresholds {
    versions: Vec<Version>,
}

#[derive(Clone, Debug)]
struct Version {
    threshold: Threshold,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    rule: ThresholdRule,
}

impl Thresholds {
    /// Reads **all versions** of the rows of `thresholds`; rows of other tables, and codes that this release does not
    /// measure by, are passed over.
    ///
    /// # Errors
    /// [`CatalogError`] when there is no row, a value is missing or unreadable, a unit is not the one of its code, or two
    /// versions of one code start on the same day.
    pub fn from_entries(entries: &[Entry]) -> Result<Self, CatalogError> {
        let mut versions = Vec::new();
        let mut starts = HashSet::new();
        for entry in entries.iter().filter(|entry| entry.table == TABLE) {
            let Some(version) = Version::read(entry)? else { continue };
            if !starts.insert((version.threshold, version.valid_from)) {
                let from = entry.optional("valid_from")?.unwrap_or_default();
                return Err(entry.duplicate("valid_from", from));
            }
            versions.push(version);
        }
        if versions.is_empty() {
            return Err(CatalogError::Empty { table: TABLE });
        }
        Ok(Self { versions })
    }

    /// The threshold in force on a day: the version that started last by then. `None` when none had, or when it had
    /// ended; then nothing is measured.
    pub fn on(&self, threshold: Threshold, day: NaiveDate) -> Option<&ThresholdRule> {
        self.versions
            .iter()
            .filter(|version| version.threshold == threshold)
            .filter(|version| version.valid_from.is_none_or(|from| from <= day))
            .max_by_key(|version| version.valid_from)
            .filter(|version| version.valid_to.is_none_or(|to| day <= to))
            .map(|version| &version.rule)
    }
}

impl Version {
    fn read(entry: &Entry) -> Result<Option<Self>, CatalogError> {
        let code = entry.required("code")?;
        let Some(threshold) = Threshold::ALL.into_iter().find(|known| known.as_str() == code) else {
            return Ok(None);
        };
        let (value, unit) = (entry.required("value")?, entry.required("unit")?);
        if unit != threshold.unit() {
            return Err(entry.bad_value("unit", unit, threshold.unit()));
        }
        let number = value.parse().ok().filter(|number| (1..=MOST).contains(number));
        Ok(Some(Self {
            threshold,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
            rule: ThresholdRule {
                value: number.ok_or_else(|| entry.bad_value("value", value, "a number from 1 to 1000"))?,
                legal_basis_vi: entry.required("legal_basis_vi")?.to_owned(),
                legal_basis_en: entry.required("legal_basis_en")?.to_owned(),
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::features::catalog::tables::embedded_entries;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a literal date")
    }

    fn row(code: &str, value: &str, unit: &str, from: Option<&str>, to: Option<&str>) -> Entry {
        Entry {
            table: TABLE,
            code: code.to_owned(),
            valid_from: from.map(day),
            valid_to: to.map(day),
            data: json!({
                "code": code, "value": value, "unit": unit, "valid_from": from, "valid_to": to,
                "legal_basis_vi": "Điều 1", "legal_basis_en": "Art. 1",
            }),
        }
    }

    #[test]
    fn the_shipped_values_by_day() {
        let thresholds = Thresholds::from_entries(&embedded_entries().expect("sound files")).expect("sound thresholds");
        for (threshold, on, expected, law) in [
            (Threshold::ChildUnder, "2017-05-31", None, ""),
            (Threshold::ChildUnder, "2017-06-01", Some(16), "102/2016"),
            (Threshold::ChildUnder, "2030-01-01", Some(16), "102/2016"),
            (Threshold::AdultFrom, "2016-12-31", None, ""),
            (Threshold::AdultFrom, "2017-01-01", Some(18), "91/2015"),
            (Threshold::DocumentMargin, "2026-11-22", Some(30), "47/2014"),
        ] {
            let rule = thresholds.on(threshold, day(on));
            assert_eq!(rule.map(|rule| rule.value), expected, "{threshold:?} {on}");
            if let Some(rule) = rule {
                assert!(rule.legal_basis_vi.contains(law) && rule.legal_basis_en.contains(law), "{threshold:?}");
            }
        }
    }

    #[test]
    fn a_new_row_supersedes_and_an_ended_one_does_not_come_back() {
        let thresholds = Thresholds::from_entries(&[
            row("child_under", "18", "year", Some("2028-01-01"), Some("2028-12-31")),
            row("child_under", "16", "year", None, None),
            row("of_another_release", "many", "moons", None, None),
        ])
        .expect("two versions");
        for (on, expected) in [("2027-12-31", Some(16)), ("2028-01-01", Some(18)), ("2029-01-01", None)] {
            assert_eq!(thresholds.on(Threshold::ChildUnder, day(on)).map(|rule| rule.value), expected, "{on}");
        }
        assert_eq!(thresholds.on(Threshold::AdultFrom, day("2028-01-01")), None);
    }

    #[test]
    fn bad_rows_are_named_errors() {
        for (column, value, tail) in [
            ("value", Value::Null, "a value is missing"),
            ("value", json!("sixteen"), r#""sixteen" is not a number from 1 to 1000"#),
            ("value", json!("0"), r#""0" is not a number from 1 to 1000"#),
            ("value", json!("1001"), r#""1001" is not a number from 1 to 1000"#),
            ("unit", json!("day"), r#""day" is not year"#),
            ("legal_basis_vi", Value::Null, "a value is missing"),
            ("legal_basis_en", json!(""), "a value is missing"),
        ] {
            let mut entry = row("child_under", "16", "year", None, None);
            entry.data[column] = value;
            let error = Thresholds::from_entries(&[entry]).expect_err(column);
            assert_eq!(
                error.to_string(),
                format!("catalog table thresholds, row child_under, column {column}: {tail}")
            );
        }
        let twice = [row("child_under", "16", "year", None, None), row("child_under", "17", "year", None, None)];
        assert!(matches!(Thresholds::from_entries(&twice), Err(CatalogError::Duplicate { column: "valid_from", .. })));
        assert!(matches!(Thresholds::from_entries(&[]), Err(CatalogError::Empty { table: "thresholds" })));
    }
}
