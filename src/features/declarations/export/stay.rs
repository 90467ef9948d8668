//! A stay as the portals' files know it.

use ::entity::stay::{Model, Sex};
use chrono::NaiveDate;

use crate::{
    features::{catalog::Nationalities, declarations::rules::Moment},
    kernel::partial_date::{PartialDate, Precision},
};

/// A nationality as the portal's list writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalNationality {
    /// Code of the list; the stored code where the list lacks the nationality.
    pub code: String,
    /// Label of the list, word by word. Never put together from code and name: the portal compares whole strings, and its
    /// list has its own spelling.
    pub label: Option<String>,
}

impl PortalNationality {
    /// The nationality of a stored code.
    pub fn of(stored: &str, table: &Nationalities) -> Self {
        let found = table.get(stored);
        Self {
            code: found.and_then(|nation| nation.portal_code.clone()).unwrap_or_else(|| stored.to_owned()),
            label: found.and_then(|nation| nation.portal_label.clone()),
        }
    }
}

/// A stay to be written.
#[derive(Clone, PartialEq, Eq)]
pub struct ExportStay {
    /// Name in capitals.
    pub full_name: String,
    /// Date of birth as far as it is known.
    pub date_of_birth: PartialDate,
    /// Sex.
    pub sex: Sex,
    /// Nationality.
    pub nationality: PortalNationality,
    /// Number of the document.
    pub document_number: String,
    /// Room.
    pub room: Option<String>,
    /// Arrival.
    pub arrival: Moment,
    /// Planned departure.
    pub expected_departure_on: NaiveDate,
    /// Departure, once the guest is gone. The plan is never copied into its place.
    pub departed_on: Option<NaiveDate>,
    /// Until when the person may be in the country.
    pub permitted_stay_until: Option<NaiveDate>,
}

impl ExportStay {
    /// From a row; none if the row holds a date of birth that no rule lets in.
    pub fn of(row: &Model, table: &Nationalities) -> Option<Self> {
        Some(Self {
            full_name: row.full_name.clone(),
            date_of_birth: PartialDate::parse_iso(&row.date_of_birth)?,
            sex: row.sex,
            nationality: PortalNationality::of(&row.nationality, table),
            document_number: row.document_number.clone(),
            room: row.room.clone(),
            arrival: Moment { on: row.arrived_on, at: row.arrived_at },
            expected_departure_on: row.expected_departure_on,
            departed_on: row.departed_on,
            permitted_stay_until: row.permitted_stay_until,
        })
    }

    /// `M` or `F`.
    pub(super) fn sex_letter(&self) -> &'static str {
        match self.sex {
            Sex::M => "M",
            Sex::F => "F",
        }
    }

    /// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`, as far as the birth is known.
    pub(super) fn birth(&self) -> String {
        let iso = self.date_of_birth.to_string();
        iso.split('-').rev().collect::<Vec<_>>().join("/")
    }

    /// How far the birth is known.
    pub(super) fn precision(&self) -> Precision {
        self.date_of_birth.precision()
    }
}

impl std::fmt::Debug for ExportStay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExportStay(…)")
    }
}

/// A day as the portals write it.
pub(super) fn day(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

/// A day that may be unknown; empty then.
pub(super) fn day_or_empty(date: Option<NaiveDate>) -> String {
    date.map(day).unwrap_or_default()
}
