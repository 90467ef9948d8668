//! The columns of `KBTT` separated by commas: UTF-8 with byte-order mark, lines ended by CRLF (RFC 4180).
//!
//! A CSV has no cell types, so whoever opens it decides what a value is. Software and our own importer give back every
//! value as it stands, `007` and `12E45678` included. A spreadsheet program turns them into 7 and a power of ten and may
//! swap day and month, and after saving they are lost: that is what the workbook formats are for. What can be taken care
//! of here is that no value is run: one that begins like a formula is written as `="…"`, a formula that yields the text
//! itself, which our importer reads as the text.

use crate::features::declarations::export::{ExportError, ExportStay, kbtt::Column};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes the file.
pub(super) fn write(stays: &[ExportStay], columns: &[Column]) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BYTE_ORDER_MARK.to_vec());
    writer.write_record(columns.iter().map(|column| column.heading))?;
    for (index, stay) in stays.iter().enumerate() {
        writer.write_record(columns.iter().map(|column| harmless((column.cell)(index + 1, stay))))?;
    }
    writer.into_inner().map_err(|error| ExportError::Csv(error.into_error().into()))
}

/// The characters at which spreadsheet programs begin to calculate (OWASP, CSV injection), their full-width twins included.
fn begins_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

fn harmless(text: String) -> String {
    if begins_a_formula(&text) { format!("=\"{}\"", text.replace('"', "\"\"")) } else { text }
}
