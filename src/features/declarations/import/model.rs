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
    /// Family name, in lists that give it apart.
    FamilyName,
    /// Given names, in lists that give them apart.
    GivenNames,
    /// `gioi_tinh`: sex.
    Sex,
    /// `ma_quoc_tich`: nationality, as code, label or name.
    Nationality,
    /// `ngay_sinh`: birth date, possibly partial.
    DateOfBirth,
    /// `ngay_sinh_dung_den`: how far the birth date is right (day, month, year).
    BirthPrecision,
    /// Kind of document, in lists that hold other papers than passports.
    DocumentType,
    /// `so_ho_chieu`: passport number.
    DocumentNumber,
    /// `so_phong`: room.
    Room,
    /// `ngay_den`: arrival.
    ArrivedOn,
    /// Hour of arrival, in lists that give it apart.
    ArrivedTime,
    /// `ngay_di_du_kien`: expected departure.
    ExpectedDepartureOn,
    /// `ngay_tra_phong`: actual check-out.
    DepartedOn,
    /// `thoi_han_tam_tru`: until when the guest may be in Viet Nam.
    PermittedStayUntil,
    /// A mark on guests who are Vietnamese, in lists that hold both.
    VietnameseMark,
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

/// One row of a guest file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestRow {
    /// The user's own coordinate: the row number of the sheet or table, the line of the text file, or the
    /// 1-based ordinal of the XML or JSON record.
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
    /// The cells under [`GuestFile::columns`], as shown, without empty ones at the end. A formula has no text
    /// here. Empty for XML and JSON.
    pub cells: Vec<String>,
}

/// A column of the user's own table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileColumn {
    /// Its heading as the user wrote it, lines and heading rows joined by a blank.
    pub heading: String,
    /// What it means; none for columns that are passed over.
    pub field: Option<Field>,
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
    /// Table of sheet `KBTT`, in whatever container, without permitted stay (before 2026).
    #[serde(rename = "kbtt_workbook_11")]
    KbttWorkbook11,
    /// Table of sheet `KBTT`, in whatever container, with permitted stay.
    #[serde(rename = "kbtt_workbook_12")]
    KbttWorkbook12,
    /// List that the national portal hands out.
    #[serde(rename = "kbtt_download")]
    KbttDownload,
    /// Accommodation template of 2025 with 19 columns.
    #[serde(rename = "accommodation_19")]
    Accommodation19,
    /// List of the desktop program PA18.
    #[serde(rename = "pa18")]
    Pa18,
    /// List with the name in two Vietnamese columns and the sex as a digit, of some provinces.
    #[serde(rename = "provincial_list")]
    ProvincialList,
    /// Vietnamese list in other words than the portals', of wards and hotel programs.
    #[serde(rename = "guest_list")]
    GuestList,
    /// English list of the guests in house.
    #[serde(rename = "inhouse_list")]
    InhouseList,
    /// JSON array of the national API.
    #[serde(rename = "kbtt_json")]
    KbttJson,
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
            Self::KbttDownload => "kbtt_download",
            Self::Accommodation19 => "accommodation_19",
            Self::Pa18 => "pa18",
            Self::ProvincialList => "provincial_list",
            Self::GuestList => "guest_list",
            Self::InhouseList => "inhouse_list",
            Self::KbttJson => "kbtt_json",
        }
    }
}

/// A guest file, read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestFile {
    /// What it was read as.
    pub format: Format,
    /// The user's own columns in their order; empty for XML and JSON.
    pub columns: Vec<FileColumn>,
    /// Texts above the heading, such as the day of the list; empty for XML and JSON.
    pub above: Vec<String>,
    /// Its rows in file order.
    pub rows: Vec<GuestRow>,
}
