//! Vietnamese lists of wards and hotel programs: the facts of the KBTT sheet in other words.
//!
//! Their layouts differ, so that they are known by a set of words and not by one order of columns. `Ngày đi`
//! may be a plan or a fact; it is read as the plan, which claims less.

use crate::features::declarations::import::formats::words;
use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::model::{Field, Format};

pub(super) const TEMPLATE: SheetTemplate = SheetTemplate {
    sheet: "",
    headings: &[
        &[
            ("ten khach", Field::FullName),
            ("ten khach hang", Field::FullName),
            ("ten nguoi nuoc ngoai", Field::FullName),
            ("ho ten nguoi nuoc ngoai", Field::FullName),
            ("ho va ten nguoi nuoc ngoai", Field::FullName),
            ("nam sinh", Field::DateOfBirth),
            ("sinh ngay", Field::DateOfBirth),
            ("gt", Field::Sex),
            ("phai", Field::Sex),
            ("qt", Field::Nationality),
            ("ma qt", Field::Nationality),
            ("so hc", Field::DocumentNumber),
            ("so passport", Field::DocumentNumber),
            ("hc so", Field::DocumentNumber),
            ("ho chieu so", Field::DocumentNumber),
            ("phong so", Field::Room),
            ("o phong", Field::Room),
            ("den ngay", Field::ArrivedOn),
            ("ngay gio den", Field::ArrivedOn),
            ("thoi gian den", Field::ArrivedOn),
            ("ngay nhan phong", Field::ArrivedOn),
            ("tam tru tu ngay", Field::ArrivedOn),
            ("ngay di", Field::ExpectedDepartureOn),
            ("ngay gio di", Field::ExpectedDepartureOn),
            ("thoi gian di", Field::ExpectedDepartureOn),
            ("du kien di", Field::ExpectedDepartureOn),
            ("tam tru den ngay", Field::ExpectedDepartureOn),
            ("han tam tru", Field::PermittedStayUntil),
        ],
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
    format: |_| Format::GuestList,
};
