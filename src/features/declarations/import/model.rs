//! What a guest file yields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A fact about one stay, as the portals' files name it. The running number is not a field: it is
/// never unique and means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// `ho_ten`: full name.
    FullName,
    /// `gioi_tinh`: sex.
    Sex,
    /// `ma_quoc_tich`: nationality, as code, label or name.
    Nationality,
    /// `ngay_sinh`: birth date, possibly partial.
    DateOfBirth,
    /// `ngay_sinh_dung_den`: how far the birth date is right (day, month, year).
    BirthPrecision,
    /// `so_ho_chieu`: passport number.
    DocumentNumber,
    /// `so_phong`: room.
    Room,
    /// `ngay_den`: arrival.
    ArrivedOn,
    /// `ngay_di_du_kien`: expected departure.
    ExpectedDepartureOn,
    /// `ngay_tra_phong`: actual check-out.
    DepartedOn,
    /// `thoi_han_tam_tru`: until when the guest may be in Viet Nam.
    PermittedStayUntil,
}

impl Field {
    /// The stable name used in findings, receipts and translations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::Sex => "sex",
            Self::Nationality => "nationality",
            Self::DateOfBirth => "date_of_birth",
            Self::BirthPrecision => "birth_precision",
            Self::DocumentNumber => "document_number",
            Self::Room => "room",
            Self::ArrivedOn => "arrived_on",
            Self::ExpectedDepartureOn => "expected_departure_on",
            Self::DepartedOn => "departed_on",
            Self::PermittedStayUntil => "permitted_stay_until",
        }
    }
}

/// What a row is. Everything but a guest is ignored, and counted as ignored. Blank rows are not rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// A guest, good or bad.
    Guest,
    /// A sample that the template ships with, or a hint how to fill it in.
    Sample,
    /// Text that belongs to the sheet and not to a guest: totals, signatures, notes, repeated headings.
    Total,
}

impl RowKind {
    /// The stable name used in receipts and translations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Sample => "sample",
            Self::Total => "total",
        }
    }
}

/// One row of a guest file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestRow {
    /// The user's own coordinate: the Excel row number, or the 1-based ordinal of the XML record.
    pub reference: String,
    /// What the row is.
    pub kind: RowKind,
    /// The text as the user sees it, in Unicode form C, not trimmed. A field that is absent, empty or
    /// blank has no entry. Text beyond [`Limits::cell_chars`](crate::features::declarations::import::Limits)
    /// is cut to one character more than that, so that the rules can call it too long.
    pub original: BTreeMap<Field, String>,
    /// Fields whose cell holds a formula, in field order. A formula is never evaluated and its cached
    /// result never used, so such a field has no entry in `original`.
    pub formulas: Vec<Field>,
}

/// The format that a file was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Format {
    /// XML `KHAI_BAO_TAM_TRU` without permitted stay (before 2026).
    #[serde(rename = "kbtt_xml_11")]
    KbttXml11,
    /// XML `KHAI_BAO_TAM_TRU` with permitted stay.
    #[serde(rename = "kbtt_xml_12")]
    KbttXml12,
    /// Workbook with sheet `KBTT`, without permitted stay (before 2026).
    #[serde(rename = "kbtt_workbook_11")]
    KbttWorkbook11,
    /// Workbook with sheet `KBTT`, with permitted stay.
    #[serde(rename = "kbtt_workbook_12")]
    KbttWorkbook12,
}

impl Format {
    /// The stable name used in receipts and translations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KbttXml11 => "kbtt_xml_11",
            Self::KbttXml12 => "kbtt_xml_12",
            Self::KbttWorkbook11 => "kbtt_workbook_11",
            Self::KbttWorkbook12 => "kbtt_workbook_12",
        }
    }
}

/// A guest file, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestFile {
    /// What it was read as.
    pub format: Format,
    /// Its rows in file order.
    pub rows: Vec<GuestRow>,
}
