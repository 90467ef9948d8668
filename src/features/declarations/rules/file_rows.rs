//! From the row of a guest file to a stay under examination. What a format defines is read here; everything else stays
//! text for the examination.

use std::collections::BTreeMap;

use crate::{
    features::declarations::{
        import::{Field, Format, GuestRow},
        rules::{Place, StayInput, values},
    },
    kernel::text::fold,
};

/// A row's stay.
pub fn stay_input(format: Format, row: &GuestRow) -> StayInput {
    let mut formulas: Vec<Place> = row.formulas.iter().map(|field| place_of(*field)).collect();
    formulas.dedup();
    stored_input(format, &row.original, formulas)
}

/// The stay of a row that was kept: what stood in it, and which parts were formulas.
pub fn stored_input(format: Format, original: &BTreeMap<Field, String>, formulas: Vec<Place>) -> StayInput {
    let of = |field: Field| original.get(&field).filter(|text| says_something(text)).cloned();
    StayInput {
        full_name: of(Field::FullName).or_else(|| joined_name(of(Field::FamilyName), of(Field::GivenNames))),
        date_of_birth: of(Field::DateOfBirth),
        birth_precision: of(Field::BirthPrecision),
        sex: of(Field::Sex).map(|text| sex(format, text)),
        nationality: of(Field::Nationality).or_else(|| of(Field::VietnameseMark).as_deref().and_then(vietnamese)),
        document_type: of(Field::DocumentType),
        document_number: of(Field::DocumentNumber),
        room: of(Field::Room),
        arrival: of(Field::ArrivedOn).map(|day| arrival(format, day, of(Field::ArrivedTime))),
        expected_departure: of(Field::ExpectedDepartureOn),
        departure: of(Field::DepartedOn),
        permitted_stay: of(Field::PermittedStayUntil).filter(|text| !is_visa_free(text)),
        formulas,
        ..StayInput::default()
    }
}

/// The place of a stay that a field of a file tells about.
pub fn place_of(field: Field) -> Place {
    match field {
        Field::FullName | Field::FamilyName | Field::GivenNames => Place::FullName,
        Field::Sex => Place::Sex,
        Field::Nationality | Field::VietnameseMark => Place::Nationality,
        Field::DateOfBirth => Place::DateOfBirth,
        Field::BirthPrecision => Place::BirthPrecision,
        Field::DocumentType => Place::DocumentType,
        Field::DocumentNumber => Place::DocumentNumber,
        Field::Room => Place::Room,
        Field::ArrivedOn | Field::ArrivedTime => Place::Arrival,
        Field::ExpectedDepartureOn => Place::ExpectedDeparture,
        Field::DepartedOn => Place::Departure,
        Field::PermittedStayUntil => Place::PermittedStay,
    }
}

/// A dash or a row of dots is how people leave a cell empty.
fn says_something(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Family name first, as in a passport; some people have only one of the two.
fn joined_name(family: Option<String>, given: Option<String>) -> Option<String> {
    match (family, given) {
        (Some(family), Some(given)) => Some(format!("{} {}", family.trim(), given.trim())),
        (family, given) => family.or(given),
    }
}

/// Digits are a sex only in the lists that define them (ISO/IEC 5218).
fn sex(format: Format, text: String) -> String {
    match (format, text.trim()) {
        (Format::ProvincialList, "1") => "M".to_owned(),
        (Format::ProvincialList, "2") => "F".to_owned(),
        _ => text,
    }
}

/// A row that is marked as Vietnamese and names no country. With a country the document decides, not the mark.
fn vietnamese(mark: &str) -> Option<String> {
    matches!(fold(mark).as_str(), "x" | "1" | "v" | "vn" | "co" | "true" | "yes").then(|| "VNM".to_owned())
}

/// The day with its hour, where the list has a column for the hour that can be read. The 2025 template fills in 15:00:00
/// by itself: an hour that nobody typed must not make a guest late, so that the day alone counts.
fn arrival(format: Format, day: String, hour: Option<String>) -> String {
    let default_hour = day.trim_end().strip_suffix("15:00:00").filter(|_| format == Format::Accommodation19);
    if let Some(day) = default_hour {
        return day.trim_end().to_owned();
    }
    match hour {
        Some(hour) if !day.contains(':') && values::is_hour(&hour) => format!("{} {}", day.trim(), hour.trim()),
        _ => day,
    }
}

/// "Visa-free" in the place of a date says that there is no visa, not until when the guest may stay.
fn is_visa_free(text: &str) -> bool {
    let folded = fold(text).replace('-', " ");
    ["mien thi thuc", "mien visa", "visa free", "visa exempt"].iter().any(|start| folded.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::declarations::import::RowKind;

    fn row(fields: &[(Field, &str)]) -> GuestRow {
        let original: BTreeMap<Field, String> =
            fields.iter().map(|(field, text)| (*field, (*text).to_owned())).collect();
        GuestRow { reference: "1".into(), kind: RowKind::Guest, original, formulas: Vec::new(), cells: Vec::new() }
    }

    fn input(format: Format, fields: &[(Field, &str)]) -> StayInput {
        stay_input(format, &row(fields))
    }

    #[test]
    fn names_are_joined_family_first() {
        for (fields, expected) in [
            (vec![(Field::FamilyName, "SMITH "), (Field::GivenNames, " JOHN PAUL")], Some("SMITH JOHN PAUL")),
            (vec![(Field::GivenNames, "SUKARNO")], Some("SUKARNO")),
            (vec![(Field::FamilyName, "SUKARNO"), (Field::GivenNames, "-")], Some("SUKARNO")),
            (vec![(Field::FullName, "KIM MIN JI")], Some("KIM MIN JI")),
            (vec![(Field::FullName, " * ")], None),
            (vec![], None),
        ] {
            assert_eq!(input(Format::InhouseList, &fields).full_name.as_deref(), expected, "{fields:?}");
        }
    }

    #[test]
    fn digits_are_a_sex_only_where_the_format_says_so() {
        for (format, text, expected) in [
            (Format::ProvincialList, "1", "M"),
            (Format::ProvincialList, " 2 ", "F"),
            (Format::ProvincialList, "0", "0"),
            (Format::ProvincialList, "3", "3"),
            (Format::InhouseList, "1", "1"),
            (Format::KbttWorkbook12, "2", "2"),
            (Format::ProvincialList, "Nam", "Nam"),
        ] {
            assert_eq!(input(format, &[(Field::Sex, text)]).sex.as_deref(), Some(expected), "{format:?} {text}");
        }
    }

    #[test]
    fn hours_that_nobody_typed_are_left_out() {
        for (format, day, hour, expected) in [
            (Format::Accommodation19, "22/11/2026 15:00:00", None, "22/11/2026"),
            (Format::Accommodation19, "22/11/2026 14:10:00", None, "22/11/2026 14:10:00"),
            (Format::KbttXml12, "22/11/2026 15:00:00", None, "22/11/2026 15:00:00"),
            (Format::Pa18, "22/11/2026", Some("14:05"), "22/11/2026 14:05"),
            (Format::Pa18, "22/11/2026", Some("14h05"), "22/11/2026 14h05"),
            (Format::Pa18, "22/11/2026", Some("chiều"), "22/11/2026"),
            (Format::Pa18, "22/11/2026 13:00", Some("14:05"), "22/11/2026 13:00"),
        ] {
            let mut fields = vec![(Field::ArrivedOn, day)];
            fields.extend(hour.map(|hour| (Field::ArrivedTime, hour)));
            assert_eq!(input(format, &fields).arrival.as_deref(), Some(expected), "{day} {hour:?}");
        }
    }

    #[test]
    fn marks_dashes_and_visa_free() {
        let of = |fields: &[(Field, &str)]| input(Format::Pa18, fields);
        assert_eq!(of(&[(Field::VietnameseMark, "x")]).nationality.as_deref(), Some("VNM"));
        assert_eq!(of(&[(Field::VietnameseMark, "0")]).nationality, None);
        let both = of(&[(Field::VietnameseMark, "x"), (Field::Nationality, "USA")]);
        assert_eq!(both.nationality.as_deref(), Some("USA"), "the document decides");
        for (text, expected) in [
            ("Miễn thị thực", None),
            ("visa-free", None),
            ("Visa free 45 days", None),
            ("---", None),
            ("20/12/2026", Some("20/12/2026")),
            ("free", Some("free")),
        ] {
            let seen = of(&[(Field::PermittedStayUntil, text)]).permitted_stay;
            assert_eq!(seen.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn formulas_are_told_once_at_their_place() {
        let mut row = row(&[]);
        row.formulas = vec![Field::FamilyName, Field::GivenNames, Field::ArrivedOn, Field::ArrivedTime];
        assert_eq!(stay_input(Format::InhouseList, &row).formulas, [Place::FullName, Place::Arrival]);
    }
}
