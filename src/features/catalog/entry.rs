//! One dated row of a catalog table, whatever store it comes from, and the errors of reading it.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::{Map, Value};

/// One row of a catalog table in one version.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Name of the table, as in [`crate::features::catalog::CatalogTable::name`].
    pub table: &'static str,
    /// Stable key of the row: its key columns joined with `:`. Versions of one row share it.
    pub code: String,
    /// First day on which the row is in force; `None` when it always was.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which the row is in force; `None` while no end is known.
    pub valid_to: Option<NaiveDate>,
    /// An object of column → text, with `null` for an empty cell. Every column of the table is present.
    pub data: Value,
}

/// What is wrong with catalog data, with the table, the row and the column to look at.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The text is not well-formed CSV, for example a row with too few cells. The source names the line.
    #[error("catalog table {table}: malformed CSV")]
    Malformed {
        /// Table.
        table: &'static str,
        /// Cause, with the line.
        source: csv::Error,
    },
    /// The heading lacks a column that the table needs, or names one twice.
    #[error("catalog table {table}: column {column} must occur exactly once in the heading")]
    Heading {
        /// Table.
        table: &'static str,
        /// Column.
        column: String,
    },
    /// A cell that must hold a value is empty.
    #[error("catalog table {table}, row {row}, column {column}: a value is missing")]
    MissingValue {
        /// Table.
        table: &'static str,
        /// Code of the row, or its line while it has none.
        row: String,
        /// Column.
        column: &'static str,
    },
    /// A cell holds something that cannot be read.
    #[error("catalog table {table}, row {row}, column {column}: {value:?} is not {expected}")]
    BadValue {
        /// Table.
        table: &'static str,
        /// Code of the row, or its line while it has none.
        row: String,
        /// Column.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// A value that must be unique is given a second time.
    #[error("catalog table {table}, row {row}, column {column}: {value:?} is given twice")]
    Duplicate {
        /// Table.
        table: &'static str,
        /// Code of the second row.
        row: String,
        /// Column.
        column: &'static str,
        /// The repeated value.
        value: String,
    },
    /// A reader got no row of a table that it cannot work without.
    #[error("catalog table {table}: no rows")]
    Empty {
        /// Table.
        table: &'static str,
    },
}

impl Entry {
    /// Whether the row is in force on this day. Both ends count.
    ///
    /// Says nothing about a later version of the same row; see [`in_force`].
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }

    /// The text of a column, `None` when the cell is empty or the column absent.
    ///
    /// # Errors
    /// [`CatalogError::BadValue`] when the cell holds something other than text or null.
    pub fn optional(&self, column: &'static str) -> Result<Option<&str>, CatalogError> {
        match self.data.get(column) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|t| !t.is_empty())),
            Some(other) => Err(self.bad_value(column, &other.to_string(), "text or null")),
        }
    }

    /// The text of a column that may not be empty.
    ///
    /// # Errors
    /// [`CatalogError::MissingValue`] when it is, [`CatalogError::BadValue`] when it is not text.
    pub fn required(&self, column: &'static str) -> Result<&str, CatalogError> {
        self.optional(column)?.ok_or_else(|| CatalogError::MissingValue {
            table: self.table,
            row: self.code.clone(),
            column,
        })
    }

    /// The error for a cell of this row that cannot be read.
    pub(super) fn bad_value(&self, column: &'static str, value: &str, expected: &'static str) -> CatalogError {
        CatalogError::BadValue { table: self.table, row: self.code.clone(), column, value: value.to_owned(), expected }
    }

    /// The error for a value of this row that another row has already.
    pub(super) fn duplicate(&self, column: &'static str, value: &str) -> CatalogError {
        CatalogError::Duplicate { table: self.table, row: self.code.clone(), column, value: value.to_owned() }
    }

    /// The row as an object of its columns, when it is one.
    pub fn columns(&self) -> Option<&Map<String, Value>> {
        self.data.as_object()
    }
}

/// The rows in force on `day`: of every row the version that started last, unless that version has ended.
///
/// A version without `valid_from` is the oldest. A version that has ended does not bring back the one before it.
/// The order of the input is kept.
pub fn in_force(entries: &[Entry], day: NaiveDate) -> Vec<Entry> {
    let mut current: HashMap<(&str, &str), usize> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if entry.valid_from.is_some_and(|from| day < from) {
            continue;
        }
        let slot = current.entry((entry.table, entry.code.as_str())).or_insert(index);
        // `None` sorts before every date, which is the meaning it has here.
        if entries[*slot].valid_from < entry.valid_from {
            *slot = index;
        }
    }
    let mut indexes: Vec<usize> = current.into_values().collect();
    indexes.sort_unstable();
    indexes.into_iter().map(|index| &entries[index]).filter(|entry| entry.is_valid_on(day)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::json;

    use super::{CatalogError, Entry, in_force};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a literal date")
    }

    fn version(code: &str, from: Option<&str>, to: Option<&str>, amount: &str) -> Entry {
        Entry {
            table: "fees",
            code: code.to_owned(),
            valid_from: from.map(day),
            valid_to: to.map(day),
            data: json!({ "amount": amount }),
        }
    }

    #[test]
    fn validity_counts_both_ends() {
        let row = version("A", Some("2026-07-01"), Some("2026-07-23"), "1");
        let cases = [("2026-06-30", false), ("2026-07-01", true), ("2026-07-23", true), ("2026-07-24", false)];
        for (on, expected) in cases {
            assert_eq!(row.is_valid_on(day(on)), expected, "{on}");
        }
        assert!(version("A", None, None, "1").is_valid_on(day("1900-01-01")));
    }

    #[test]
    fn the_version_that_started_last_supersedes() {
        let entries = [
            version("A", Some("2027-01-01"), Some("2027-06-30"), "third"),
            version("B", None, None, "only"),
            version("A", None, None, "first"),
            version("A", Some("2026-04-01"), None, "second"),
        ];
        let cases = [
            ("2026-03-31", vec!["only", "first"]),
            ("2026-04-01", vec!["only", "second"]),
            ("2026-12-31", vec!["only", "second"]),
            ("2027-01-01", vec!["third", "only"]),
            ("2027-06-30", vec!["third", "only"]),
            // The end of the third version does not bring back the second.
            ("2027-07-01", vec!["only"]),
        ];
        for (on, expected) in cases {
            let got: Vec<String> = in_force(&entries, day(on))
                .iter()
                .map(|e| e.required("amount").expect("amount is set").to_owned())
                .collect();
            assert_eq!(got, expected, "{on}");
        }
    }

    #[test]
    fn cells_are_text_or_null() {
        let row = Entry { data: json!({ "a": "x", "b": null, "c": 5, "d": "" }), ..version("A", None, None, "") };
        assert_eq!(row.required("a").expect("a is text"), "x");
        for column in ["b", "d", "absent"] {
            assert_eq!(row.optional(column).expect("empty is allowed"), None);
            assert!(matches!(row.required(column), Err(CatalogError::MissingValue { .. })));
        }
        let error = row.optional("c").expect_err("5 is a number");
        assert_eq!(error.to_string(), r#"catalog table fees, row A, column c: "5" is not text or null"#);
    }
}
