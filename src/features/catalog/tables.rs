//! The catalog tables and the copy of them that is embedded in the binary.

use std::collections::HashSet;
use std::fmt::Write as _;

use aws_lc_rs::digest;
use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::features::catalog::entry::{CatalogError, Entry};

/// Separates the key columns in a code. No key value may contain it.
const KEY_SEPARATOR: char = ':';

/// A table of the catalog: its name, how its rows are told apart, and the embedded copy.
#[derive(Debug)]
pub struct CatalogTable {
    /// Name in addresses, in the database and of the file (`data/{name}.csv`).
    pub name: &'static str,
    /// Columns that identify a row; together with `valid_from` they identify a version of it.
    pub key_columns: &'static [&'static str],
    /// Column that holds the first day in force, where the table has one.
    valid_from_column: &'static str,
    csv: &'static str,
}

/// A table with the rows that are embedded in the binary.
#[derive(Debug)]
pub struct EmbeddedTable {
    /// The table.
    pub table: &'static CatalogTable,
    /// Its rows, in the order of the file.
    pub entries: Vec<Entry>,
}

/// Declares a table from its name, its key columns and, if unusual, its first-day column.
macro_rules! table {
    ($name:literal, [$($key:literal),+]) => {
        table!($name, [$($key),+], "valid_from")
    };
    ($name:literal, [$($key:literal),+], $valid_from:literal) => {
        CatalogTable {
            name: $name,
            key_columns: &[$($key),+],
            valid_from_column: $valid_from,
            csv: include_str!(concat!("data/", $name, ".csv")),
        }
    };
}

static TABLES: [CatalogTable; 17] = [
    table!("admin_units", ["unit_code"]),
    table!("attachments", ["procedure_key", "purpose", "document_code"]),
    // Not `rule`: that names one version and is kept on records, while a slot keeps its code over all versions.
    table!("deadlines", ["channel", "remote"]),
    table!("declaration_fields", ["field"]),
    table!("fees", ["fee_code"]),
    table!("forms", ["form_code"]),
    table!("holidays", ["date"]),
    table!("icao_special_codes", ["code"]),
    table!("legal_timeline", ["number"], "effective"),
    table!("lookups", ["group", "code"]),
    table!("mps_org_codes", ["org_code"]),
    table!("nationality_ambiguous", ["folded_form"]),
    table!("nationality_codes", ["code"]),
    table!("procedures", ["procedure_key"]),
    table!("thresholds", ["code"]),
    table!("visa_categories", ["symbol"]),
    table!("zones", ["zone_code"]),
];

/// All tables, by name.
pub fn tables() -> &'static [CatalogTable] {
    &TABLES
}

impl CatalogTable {
    /// The table of this name.
    pub fn find(name: &str) -> Option<&'static CatalogTable> {
        TABLES.iter().find(|table| table.name == name)
    }
}

/// All tables with their embedded rows.
///
/// # Errors
/// The first fault in the data, with table, row and column. A test keeps the shipped files free of them.
pub fn embedded() -> Result<Vec<EmbeddedTable>, CatalogError> {
    TABLES
        .iter()
        .map(|table| {
            let entries = parse_csv(table, table.csv)?;
            Ok(EmbeddedTable { table, entries })
        })
        .collect()
}

/// The embedded rows of all tables in one list, as the readers of this room take them.
///
/// # Errors
/// As [`embedded`].
pub fn embedded_entries() -> Result<Vec<Entry>, CatalogError> {
    Ok(embedded()?.into_iter().flat_map(|table| table.entries).collect())
}

/// SHA-256 in lower-case hexadecimal digits over every row of these tables: equal exactly when the content is.
///
/// It covers the parsed rows, not the bytes of the files: line ends and quoting do not matter, codes do.
pub fn content_hash(tables: &[EmbeddedTable]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for EmbeddedTable { table, entries } in tables {
        context.update(hash_line(&[Value::from(table.name)]).as_bytes());
        for entry in entries {
            let date = |day: Option<NaiveDate>| day.map(|d| d.to_string()).into();
            let line = hash_line(&[
                Value::from(entry.code.as_str()),
                date(entry.valid_from),
                date(entry.valid_to),
                entry.data.clone(),
            ]);
            context.update(line.as_bytes());
        }
    }
    let mut hex = String::with_capacity(64);
    for byte in context.finish().as_ref() {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// One JSON array in one line: JSON escapes line breaks, so that no two lists of rows give the same text.
fn hash_line(values: &[Value]) -> String {
    format!("{}\n", Value::from(values.to_vec()))
}

/// Reads a table from CSV text (comma, double quotes, UTF-8, heading row), for example an administrator's upload.
///
/// # Errors
/// [`CatalogError`] for malformed CSV, a heading without the key columns, an empty key, a date that is not
/// `YYYY-MM-DD`, an end before the start, or the same code and first day twice. Other columns are not judged.
pub fn parse_csv(table: &'static CatalogTable, text: &str) -> Result<Vec<Entry>, CatalogError> {
    let malformed = |source| CatalogError::Malformed { table: table.name, source };
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().map_err(malformed)?.clone();
    check_headings(table, &headings)?;

    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        let line = record.position().map_or(0, csv::Position::line);
        let entry = parse_row(table, &headings, &record, line)?;
        if !seen.insert((entry.code.clone(), entry.valid_from)) {
            let from = entry.valid_from.map_or_else(|| "no first day".to_owned(), |day| day.to_string());
            return Err(entry.duplicate(table.valid_from_column, &from));
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn check_headings(table: &'static CatalogTable, headings: &csv::StringRecord) -> Result<(), CatalogError> {
    let times = |column: &str| headings.iter().filter(|heading| *heading == column).count();
    let required = table.key_columns.iter().copied();
    let fault =
        required.filter(|column| times(column) == 0).chain(headings.iter().filter(|heading| times(heading) > 1)).next();
    fault.map_or(Ok(()), |column| Err(CatalogError::Heading { table: table.name, column: column.to_owned() }))
}

fn parse_row(
    table: &'static CatalogTable,
    headings: &csv::StringRecord,
    record: &csv::StringRecord,
    line: u64,
) -> Result<Entry, CatalogError> {
    let data: Map<String, Value> = headings
        .iter()
        .zip(record)
        .map(|(heading, cell)| {
            let value = Some(cell).filter(|cell| !cell.is_empty()).into();
            (heading.to_owned(), value)
        })
        .collect();
    // Until the key is known, the line names the row in errors.
    let mut entry = Entry {
        table: table.name,
        code: format!("line {line}"),
        valid_from: None,
        valid_to: None,
        data: Value::Object(data),
    };
    entry.code = row_code(table, &entry)?;
    entry.valid_from = date_cell(&entry, table.valid_from_column)?;
    entry.valid_to = date_cell(&entry, "valid_to")?;
    if let (Some(from), Some(to)) = (entry.valid_from, entry.valid_to)
        && to < from
    {
        return Err(entry.bad_value("valid_to", &to.to_string(), "on or after the first day"));
    }
    Ok(entry)
}

fn row_code(table: &'static CatalogTable, entry: &Entry) -> Result<String, CatalogError> {
    let mut parts = Vec::with_capacity(table.key_columns.len());
    for column in table.key_columns.iter().copied() {
        let value = entry.required(column)?;
        if value.contains(KEY_SEPARATOR) {
            return Err(entry.bad_value(column, value, "a key without a colon"));
        }
        parts.push(value);
    }
    Ok(parts.join(&KEY_SEPARATOR.to_string()))
}

fn date_cell(entry: &Entry, column: &'static str) -> Result<Option<NaiveDate>, CatalogError> {
    let Some(text) = entry.optional(column)? else {
        return Ok(None);
    };
    // The length check keeps out `2026-7-1`, which the parser would accept.
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| text.len() == 10)
        .map(Some)
        .ok_or_else(|| entry.bad_value(column, text, "a date YYYY-MM-DD"))
}

#[cfg(test)]
mod tests;
