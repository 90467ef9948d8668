//! Writers of the guest files that are handed in elsewhere or mended by hand: what [`import`] reads, written back.
//!
//! Pure: stays go in, bytes come out. Nothing here knows the database or the clock.
//!
//! | Format | Holds | Leaves out |
//! | --- | --- | --- |
//! | `xml_12` | XML `KHAI_BAO_TAM_TRU`, 12 elements | the hour of arrival |
//! | `xml_11` | the same as before 2026 | the hour of arrival, the permitted stay |
//! | `workbook_12` | workbook with the sheets `Lookup` and `KBTT`, 12 columns | the hour of arrival |
//! | `workbook_11` | the same as before 2026 | the hour of arrival, the permitted stay |
//! | `json` | array of the national interface (guide v1.4) | the check-out, the month of a birth known to the month |
//! | `csv` | the 12 columns of `KBTT` as text | the hour of arrival |
//!
//! Nothing is invented to please a list. A nationality that the portal's list lacks keeps its code, a permitted stay that
//! nobody declared stays empty, and [`Attention`] counts both, so that whoever sends the file on knows where to look.
//!
//! [`import`]: crate::features::declarations::import

mod attention;
mod delimited;
mod kbtt;
mod kbtt_json;
mod kbtt_workbook;
mod kbtt_xml;
mod report;
mod stay;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use attention::Attention;
pub use report::{RefusedRow, ReportFinding, write_report};
pub use stay::{ExportStay, PortalNationality};

/// A format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum FileFormat {
    /// XML `KHAI_BAO_TAM_TRU` with permitted stay.
    #[serde(rename = "xml_12")]
    Xml12,
    /// XML `KHAI_BAO_TAM_TRU` without permitted stay (before 2026).
    #[serde(rename = "xml_11")]
    Xml11,
    /// Workbook with sheet `KBTT`, with permitted stay.
    #[serde(rename = "workbook_12")]
    Workbook12,
    /// Workbook with sheet `KBTT`, without permitted stay (before 2026).
    #[serde(rename = "workbook_11")]
    Workbook11,
    /// JSON array of the national interface.
    #[serde(rename = "json")]
    Json,
    /// The columns of `KBTT`, separated by commas.
    #[serde(rename = "csv")]
    Csv,
}

/// Media type of a workbook.
pub const WORKBOOK_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl FileFormat {
    /// Media type of the file.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xml12 | Self::Xml11 => "application/xml; charset=utf-8",
            Self::Workbook12 | Self::Workbook11 => WORKBOOK_TYPE,
            Self::Json => "application/json; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// Ending of the file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xml12 | Self::Xml11 => "xml",
            Self::Workbook12 | Self::Workbook11 => "xlsx",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    /// Whether the format has a place for the permitted stay.
    #[must_use]
    pub fn has_permitted_stay(self) -> bool {
        !matches!(self, Self::Xml11 | Self::Workbook11)
    }
}

/// Why a file could not be written. Never says what is in it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The workbook.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The XML.
    #[error("the XML could not be written")]
    Xml(#[from] std::io::Error),
    /// The JSON.
    #[error("the JSON could not be written")]
    Json(#[from] serde_json::Error),
    /// The CSV.
    #[error("the CSV could not be written")]
    Csv(#[from] csv::Error),
}

/// Writes stays in the order given. `labels` is the nationality list of the portal, word by word; `now` is the date that a
/// workbook says it was made on.
///
/// # Errors
///
/// [`ExportError`] when a value cannot be held by the format; no value that the rules let in is of that kind.
pub fn write(
    format: FileFormat,
    stays: &[ExportStay],
    labels: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<u8>, ExportError> {
    let columns = if format.has_permitted_stay() { kbtt::NEW } else { kbtt::OLD };
    match format {
        FileFormat::Xml12 | FileFormat::Xml11 => Ok(kbtt_xml::write(stays, format.has_permitted_stay())?),
        FileFormat::Workbook12 | FileFormat::Workbook11 => kbtt_workbook::write(stays, columns, labels, now),
        FileFormat::Json => Ok(kbtt_json::write(stays)?),
        FileFormat::Csv => delimited::write(stays, columns),
    }
}

/// Text that XML 1.0 can hold (section 2.2, `Char`): what it cannot is replaced by the replacement character, because one
/// such letter would make the whole file unreadable.
fn xml_text(text: &str) -> String {
    let can_hold = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if can_hold(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}
