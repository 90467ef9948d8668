//! Why a whole file is refused.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The closed list of reasons; each has a sentence for the user under its [`as_str`](Self::as_str) key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// A document type definition; it could define entities, so it is not allowed.
    DtdForbidden,
    /// XML that breaks the rules of XML 1.0, for instance by an unescaped `<`.
    NotWellFormed,
    /// Bytes that are not text in the declared or any expected encoding.
    BadEncoding,
    /// Not a format that is read here. The location says what it is, when that is known.
    UnknownFormat,
    /// A known container with another template, or a KBTT template that cannot be read surely.
    WrongTemplate,
    /// Beyond a limit of size, depth or count.
    TooLarge,
    /// A damaged workbook.
    CorruptFile,
    /// No bytes, or only blanks.
    EmptyFile,
    /// The right template without a single guest.
    NoGuestRows,
}

impl RefusalReason {
    /// The stable name used in problems and translations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DtdForbidden => "dtd_forbidden",
            Self::NotWellFormed => "not_well_formed",
            Self::BadEncoding => "bad_encoding",
            Self::UnknownFormat => "unknown_format",
            Self::WrongTemplate => "wrong_template",
            Self::TooLarge => "too_large",
            Self::CorruptFile => "corrupt_file",
            Self::EmptyFile => "empty_file",
            Self::NoGuestRows => "no_guest_rows",
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What the user can do instead, where more can be said than the reason says; each has a sentence under its
/// [`as_str`](Self::as_str) key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// A list of Vietnamese guests, who are declared elsewhere.
    VietnameseGuests,
    /// Another program's XML: export the KBTT form instead.
    ExportKbtt,
    /// Applications for e-visas: no stays at all.
    EvisaApplications,
    /// A report of the hotel's program: export a list with headings instead.
    PoliceReport,
    /// A workbook in another file format: save it as `.xlsx`.
    SaveAsXlsx,
    /// A file with a password: take it off.
    RemovePassword,
    /// Paper, a picture or a text document: there is no table in it that could be read surely.
    NotATable,
}

impl Advice {
    /// All of them, for the tests of the locales.
    pub const ALL: [Self; 7] = [
        Self::VietnameseGuests,
        Self::ExportKbtt,
        Self::EvisaApplications,
        Self::PoliceReport,
        Self::SaveAsXlsx,
        Self::RemovePassword,
        Self::NotATable,
    ];

    /// The stable name used in translations.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VietnameseGuests => "vietnamese_guests",
            Self::ExportKbtt => "export_kbtt",
            Self::EvisaApplications => "evisa_applications",
            Self::PoliceReport => "police_report",
            Self::SaveAsXlsx => "save_as_xlsx",
            Self::RemovePassword => "remove_password",
            Self::NotATable => "not_a_table",
        }
    }

    /// What to do about a file that is known by this name and not read.
    fn about(what: &str) -> Option<Self> {
        match what {
            "KhaiBaoTamTru" => Some(Self::ExportKbtt),
            "EVISA" => Some(Self::EvisaApplications),
            "POLICE_REPORT2" | "G_C9" => Some(Self::PoliceReport),
            "Excel 2003 XML" | "xls" | "xlsb" | "ods" | "html" | "mhtml" => Some(Self::SaveAsXlsx),
            "encrypted" => Some(Self::RemovePassword),
            "pdf" | "docx" | "doc" | "rtf" | "pptx" | "ppt" | "ole" | "image" => Some(Self::NotATable),
            _ => None,
        }
    }
}

/// Refusal of a whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("guest file refused: {reason}{}", at(.location.as_deref()))]
pub struct FileRefusal {
    /// Why.
    pub reason: RefusalReason,
    /// Where, in the user's own coordinates (`line 12`, `KBTT!C4`, `sheet 2!A1`), or what the file is
    /// (`xls`, `html`). Never text of the file: sheet names other than the templates' are replaced by
    /// the sheet's position, because users write guests' names into them.
    pub location: Option<String>,
    /// What to do instead.
    pub advice: Option<Advice>,
}

impl FileRefusal {
    /// A refusal that concerns the file as a whole.
    pub(in crate::features::declarations::import) fn new(reason: RefusalReason) -> Self {
        Self { reason, location: None, advice: None }
    }

    /// A refusal with its place.
    pub(in crate::features::declarations::import) fn at(reason: RefusalReason, location: impl Into<String>) -> Self {
        Self { reason, location: Some(location.into()), advice: None }
    }

    /// A list that is filed elsewhere.
    pub(in crate::features::declarations::import) fn elsewhere(advice: Advice, location: impl Into<String>) -> Self {
        Self { advice: Some(advice), ..Self::at(RefusalReason::WrongTemplate, location) }
    }

    /// The same refusal with what can be advised about a file that is named by its location.
    pub(in crate::features::declarations::import) fn advised(self) -> Self {
        let advice = self.advice.or_else(|| self.location.as_deref().and_then(Advice::about));
        Self { advice, ..self }
    }
}

fn at(location: Option<&str>) -> String {
    location.map_or_else(String::new, |place| format!(" ({place})"))
}
