//! Workbook sheet `KBTT` of the national portal: 11 columns, 12 since 2026.

use std::collections::BTreeSet;

use crate::features::declarations::import::formats::words;
use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::model::{Field, Format};

pub(super) const TEMPLATE: SheetTemplate = SheetTemplate {
    sheet: "KBTT",
    headings: &[
        words::NAME,
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
    required: words::REQUIRED,
    foreign: words::OTHER_PAPERS,
    split_name: words::SPLIT_NAME,
    format,
};

fn format(fields: &BTreeSet<Field>) -> Format {
    if fields.contains(&Field::PermittedStayUntil) { Format::KbttWorkbook12 } else { Format::KbttWorkbook11 }
}
