//! List that the national portal hands out: what the police have on file.
//!
//! `GT` and `QT` tell it apart. The list of Vietnamese guests has `Loại giấy tờ` and no `QT`.

use crate::features::declarations::import::formats::words;
use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::model::{Field, Format};

pub(super) const TEMPLATE: SheetTemplate = SheetTemplate {
    sheet: "",
    headings: &[
        &[("gt", Field::Sex), ("qt", Field::Nationality)],
        words::NAME,
        words::BIRTH,
        words::SEX,
        words::PASSPORT,
        words::ROOM,
        words::ARRIVAL,
        words::DEPARTURE,
        words::PERMITTED,
    ],
    required: words::REQUIRED,
    foreign: words::OTHER_PAPERS,
    split_name: words::SPLIT_NAME,
    format: |_| Format::KbttDownload,
};
