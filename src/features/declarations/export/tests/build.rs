//! Invented stays, and the parts of a workbook.

use std::io::{Cursor, Read};

use ::entity::stay::Sex;
use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    features::declarations::{
        export::{ExportStay, PortalNationality},
        rules::Moment,
    },
    kernel::partial_date::PartialDate,
};

pub(super) fn now() -> DateTime<Utc> {
    "2026-11-22T13:00:00Z".parse().expect("an instant")
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

pub(super) fn labels() -> Vec<String> {
    ["D - Germany", "KOR - Korea (South)", "POL - Poland"].map(ToOwned::to_owned).to_vec()
}

/// Known to the day, still here.
pub(super) fn anna() -> ExportStay {
    ExportStay {
        full_name: "KOWALCZYK ANNA MARIA".to_owned(),
        date_of_birth: PartialDate::parse_iso("1988-03-12").expect("a date"),
        sex: Sex::F,
        nationality: PortalNationality { code: "POL".to_owned(), label: Some("POL - Poland".to_owned()) },
        document_number: "12E45678".to_owned(),
        room: Some("007".to_owned()),
        arrival: Moment { on: day("2026-11-22"), at: "2026-11-22T07:05:09Z".parse().ok() },
        expected_departure_on: day("2026-11-25"),
        departed_on: None,
        permitted_stay_until: Some(day("2026-12-30")),
    }
}

/// Born in some month, gone, of a nationality that the portal's list lacks, in a room that looks like a formula.
pub(super) fn sean() -> ExportStay {
    ExportStay {
        full_name: "O'BRIEN SEAN".to_owned(),
        date_of_birth: PartialDate::parse_iso("1979-03").expect("a date"),
        sex: Sex::M,
        nationality: PortalNationality { code: "HKG".to_owned(), label: None },
        document_number: "LB0098765".to_owned(),
        room: Some("=1+\"2\"".to_owned()),
        arrival: Moment { on: day("2026-11-20"), at: None },
        expected_departure_on: day("2026-11-24"),
        departed_on: Some(day("2026-11-21")),
        permitted_stay_until: None,
    }
}

/// Born in some year, in a house without room numbers.
pub(super) fn anke() -> ExportStay {
    ExportStay {
        full_name: "SCHMIDT <ANKE> & \"CO\"".to_owned(),
        date_of_birth: PartialDate::parse_iso("1966").expect("a date"),
        nationality: PortalNationality { code: "D".to_owned(), label: Some("D - Germany".to_owned()) },
        room: None,
        ..anna()
    }
}

/// A part of a workbook as text.
pub(super) fn part(workbook: &[u8], name: &str) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(workbook)).expect("a package");
    let mut text = String::new();
    package.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}
