//! The two sample files that stand for what hotels have.

use crate::features::declarations::import::tests::build::{accepted, kinds, references, value};
use crate::features::declarations::import::{Field, Format, RowKind};

const XML: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xml");
const WORKBOOK: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xlsx");

#[test]
fn the_sample_xml_has_five_guests() {
    let file = accepted(XML);
    assert_eq!(file.format, Format::KbttXml12);
    assert_eq!(references(&file), ["1", "2", "3", "4", "5"]);
    assert!(kinds(&file).iter().all(|kind| *kind == RowKind::Guest));
    assert_eq!(value(&file, 0, Field::FullName), Some("NAKAMURA YUI"));
    assert_eq!(value(&file, 0, Field::Room), Some("0807"));
    assert_eq!(value(&file, 0, Field::DepartedOn), None);
    assert_eq!(value(&file, 1, Field::FullName), Some("O'BRIEN SEAN PATRICK"));
    assert_eq!(value(&file, 1, Field::DateOfBirth), Some("03/1979"));
    assert_eq!(value(&file, 1, Field::DepartedOn), Some("24/11/2026"));
    assert_eq!(value(&file, 2, Field::Nationality), Some("D"));
    assert_eq!(value(&file, 4, Field::DateOfBirth), Some("29/02/1999"));
    assert_eq!(file.rows[0].original.len(), 10);
}

#[test]
fn the_sample_workbook_has_five_guests_and_the_templates_sample() {
    let file = accepted(WORKBOOK);
    assert_eq!(file.format, Format::KbttWorkbook12);
    assert_eq!(references(&file), ["3", "4", "5", "6", "7", "8"]);
    assert_eq!(kinds(&file)[0], RowKind::Sample);
    assert!(kinds(&file)[1..].iter().all(|kind| *kind == RowKind::Guest));
    assert_eq!(value(&file, 1, Field::Nationality), Some("JPN - Japan"));
    assert_eq!(value(&file, 1, Field::PermittedStayUntil), Some("20/12/2026"));
    assert_eq!(value(&file, 2, Field::BirthPrecision), Some("M - Tháng"));
    assert!(file.rows.iter().all(|row| row.formulas.is_empty()));
}

#[test]
fn both_samples_hold_the_same_guests() {
    let (xml, workbook) = (accepted(XML), accepted(WORKBOOK));
    for (record, row) in xml.rows.iter().zip(&workbook.rows[1..]) {
        for field in [
            Field::FullName,
            Field::DateOfBirth,
            Field::DocumentNumber,
            Field::Room,
            Field::ArrivedOn,
            Field::ExpectedDepartureOn,
            Field::DepartedOn,
            Field::PermittedStayUntil,
        ] {
            assert_eq!(record.original.get(&field), row.original.get(&field));
        }
    }
}
