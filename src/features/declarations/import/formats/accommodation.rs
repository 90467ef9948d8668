//! Accommodation template of 2025 with 19 columns, for Vietnamese and foreign guests.
//!
//! Its stay columns tell it apart. Guests with other papers than a passport stay rows and are refused one by
//! one, with the reason.

use crate::features::declarations::import::formats::words;
use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::model::{Field, Format};

pub(super) const TEMPLATE: SheetTemplate = SheetTemplate {
    sheet: "",
    headings: &[
        &[
            ("quoc tich", Field::Nationality),
            ("loai giay to", Field::DocumentType),
            ("so giay to", Field::DocumentNumber),
            ("thoi gian luu tru tu ngay", Field::ArrivedOn),
            ("thoi gian luu tru den ngay", Field::ExpectedDepartureOn),
            ("ten phong khoa", Field::Room),
            ("ten phong", Field::Room),
        ],
        words::NAME,
        words::BIRTH,
        words::SEX,
        words::ROOM,
    ],
    required: &[
        &[Field::FullName],
        &[Field::DateOfBirth],
        &[Field::Nationality],
        &[Field::DocumentType],
        &[Field::DocumentNumber],
        &[Field::ArrivedOn],
    ],
    foreign: &[],
    split_name: words::SPLIT_NAME,
    format: |_| Format::Accommodation19,
};
