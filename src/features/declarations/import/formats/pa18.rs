//! List of the desktop program PA18, 23 columns: Vietnamese and foreign guests.
//!
//! `Mã QT` and `XĐNS` tell it apart. `Loại giấy tờ` and its neighbours are about the visa here, and `Loại HC`
//! is a kind of passport, so they are passed over. `Ngày đi` may be a plan or a fact; it is read as the plan,
//! which claims less.

use crate::features::declarations::import::formats::words;
use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::model::{Field, Format};

pub(super) const TEMPLATE: SheetTemplate = SheetTemplate {
    sheet: "",
    headings: &[
        &[
            ("xdns", Field::BirthPrecision),
            ("ma qt", Field::Nationality),
            ("cmnd hc", Field::DocumentNumber),
            ("so cmnd hc", Field::DocumentNumber),
            ("ngay di", Field::ExpectedDepartureOn),
            ("gio den", Field::ArrivedTime),
            ("vn", Field::VietnameseMark),
            ("han tt the", Field::PermittedStayUntil),
        ],
        words::NAME,
        words::BIRTH,
        words::SEX,
        words::ROOM,
        words::ARRIVAL,
    ],
    required: &[
        &[Field::FullName],
        &[Field::DateOfBirth],
        &[Field::BirthPrecision],
        &[Field::Nationality],
        &[Field::DocumentNumber],
        &[Field::ArrivedOn],
    ],
    foreign: &[],
    split_name: words::SPLIT_NAME,
    format: |_| Format::Pa18,
};
