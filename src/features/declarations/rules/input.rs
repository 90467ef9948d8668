//! A stay as it comes in by any door: text, not yet understood.

use serde::{Deserialize, Serialize};

/// By which door a stay comes in; decides how dates are written and where a finding points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// JSON: ISO dates, pointers into the request.
    Json,
    /// JSON of the national interface: days with an hour of Viet Nam, pointers into its list.
    National,
    /// A file: dates as people and hotel software write them, pointers into the row's record.
    File,
    /// A change of one stay: JSON like above, pointers into that stay.
    Stay,
}

/// A part of a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Full name.
    FullName,
    /// Date of birth.
    DateOfBirth,
    /// How far the date of birth is right (files and the national interface).
    BirthPrecision,
    /// Sex.
    Sex,
    /// Nationality.
    Nationality,
    /// Kind of document.
    DocumentType,
    /// Number of the document.
    DocumentNumber,
    /// Last day of the document.
    DocumentExpiresOn,
    /// Room.
    Room,
    /// Arrival.
    Arrival,
    /// Planned departure.
    ExpectedDeparture,
    /// Departure.
    Departure,
    /// Until when the person may be in the country.
    PermittedStay,
    /// Symbol of the visa or card.
    VisaSymbol,
    /// Number of the visa or card.
    VisaNumber,
    /// Purpose.
    Purpose,
    /// Machine-readable zone.
    Mrz,
}

impl Place {
    /// RFC 6901 pointer: into the request for JSON, into the row's record for a file.
    pub fn pointer(self, door: Door, index: usize) -> String {
        match door {
            Door::Json => format!("/stays/{index}/{}", self.json_path()),
            Door::National => format!("/{index}/{}", self.national_name()),
            Door::File => format!("/{}", self.record_name()),
            Door::Stay => format!("/{}", self.json_path()),
        }
    }

    /// Member of the national interface; what it does not know keeps our name.
    fn national_name(self) -> &'static str {
        match self {
            Self::FullName => "hoTen",
            Self::DateOfBirth => "ngayThangNamSinhStr",
            Self::BirthPrecision => "loaiNgayThangNamSinh",
            Self::Sex => "gioiTinh",
            Self::Nationality => "quocTich",
            Self::DocumentNumber => "soHoChieu",
            Self::Room => "soPhong",
            Self::Arrival => "ngayDenCsltStr",
            Self::ExpectedDeparture => "ngayDiDuKienStr",
            Self::PermittedStay => "thoiHanTamTruStr",
            other => other.record_name(),
        }
    }

    fn json_path(self) -> &'static str {
        match self {
            Self::DocumentType => "document/type",
            Self::DocumentNumber => "document/number",
            Self::DocumentExpiresOn => "document/expires_on",
            Self::Arrival => "arrived_at",
            Self::VisaSymbol => "visa/symbol",
            Self::VisaNumber => "visa/number",
            other => other.record_name(),
        }
    }

    /// Name in the record of an import row.
    pub fn record_name(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::DateOfBirth => "date_of_birth",
            Self::BirthPrecision => "birth_precision",
            Self::Sex => "sex",
            Self::Nationality => "nationality",
            Self::DocumentType => "document_type",
            Self::DocumentNumber => "document_number",
            Self::DocumentExpiresOn => "document_expires_on",
            Self::Room => "room",
            Self::Arrival => "arrived_on",
            Self::ExpectedDeparture => "expected_departure_on",
            Self::Departure => "departed_on",
            Self::PermittedStay => "permitted_stay_until",
            Self::VisaSymbol => "visa_symbol",
            Self::VisaNumber => "visa_number",
            Self::Purpose => "purpose",
            Self::Mrz => "mrz",
        }
    }
}

/// A stay as sent. Absent and blank are the same.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StayInput {
    /// Full name.
    pub full_name: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<String>,
    /// How far it is right: D, M or Y (files and the national interface).
    pub birth_precision: Option<String>,
    /// Sex.
    pub sex: Option<String>,
    /// Nationality.
    pub nationality: Option<String>,
    /// Kind of document; a passport if absent.
    pub document_type: Option<String>,
    /// Number of the document.
    pub document_number: Option<String>,
    /// Last day of the document.
    pub document_expires_on: Option<String>,
    /// Room.
    pub room: Option<String>,
    /// Arrival.
    pub arrival: Option<String>,
    /// Planned departure.
    pub expected_departure: Option<String>,
    /// Departure.
    pub departure: Option<String>,
    /// Until when the person may be in the country.
    pub permitted_stay: Option<String>,
    /// Symbol of the visa or card.
    pub visa_symbol: Option<String>,
    /// Number of the visa or card.
    pub visa_number: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Machine-readable zone.
    pub mrz: Option<String>,
    /// Parts that were formulas in a workbook: their values are never used.
    pub formulas: Vec<Place>,
}

impl StayInput {
    /// The text of a part; none for what a change of a filed stay cannot name.
    pub(super) fn member_mut(&mut self, place: Place) -> Option<&mut Option<String>> {
        Some(match place {
            Place::FullName => &mut self.full_name,
            Place::DateOfBirth => &mut self.date_of_birth,
            Place::BirthPrecision => return None,
            Place::Sex => &mut self.sex,
            Place::Nationality => &mut self.nationality,
            Place::DocumentType => &mut self.document_type,
            Place::DocumentNumber => &mut self.document_number,
            Place::DocumentExpiresOn => &mut self.document_expires_on,
            Place::Room => &mut self.room,
            Place::Arrival => &mut self.arrival,
            Place::ExpectedDeparture => &mut self.expected_departure,
            Place::Departure => &mut self.departure,
            Place::PermittedStay => &mut self.permitted_stay,
            Place::VisaSymbol => &mut self.visa_symbol,
            Place::VisaNumber => &mut self.visa_number,
            Place::Purpose => &mut self.purpose,
            Place::Mrz => return None,
        })
    }
}

impl std::fmt::Debug for StayInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StayInput(…)")
    }
}
