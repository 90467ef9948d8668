//! Lists of some provinces: family and given names in two Vietnamese columns, sex as 1 or 2, nationality as
//! three letters.
//!
//! Their layouts differ, so that they are known by the split name and not by one order of columns. The sex is
//! written as in ISO/IEC 5218: 1 is male, 2 is female.

use crate::features::declarations::import::formats::words;
use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::model::{Field, Format};

pub(super) const TEMPLATE: SheetTemplate = SheetTemplate {
    sheet: "",
    headings: &[
        &[
            ("ho", Field::FamilyName),
            ("ho dem", Field::FamilyName),
            ("ho lot", Field::FamilyName),
            ("ho va ten dem", Field::FamilyName),
            ("ho va chu dem", Field::FamilyName),
            ("ten", Field::GivenNames),
            ("qt", Field::Nationality),
            ("so hc", Field::DocumentNumber),
            ("ngay di", Field::ExpectedDepartureOn),
        ],
        words::BIRTH,
        words::PRECISION,
        words::SEX,
        words::NATIONALITY,
        words::PASSPORT,
        words::ROOM,
        words::ARRIVAL,
        words::DEPARTURE,
        words::PERMITTED,
    ],
    required: &[
        &[Field::FamilyName],
        &[Field::GivenNames],
        &[Field::DateOfBirth],
        &[Field::Nationality],
        &[Field::DocumentNumber],
        &[Field::ArrivedOn],
    ],
    foreign: words::OTHER_PAPERS,
    split_name: &["ho ten", "ho va ten", "full name", "ten dem", "middle name"],
    format: |_| Format::ProvincialList,
};
