//! Columns of the sheet `KBTT`, shared by the workbook, the CSV and the report of refused rows.

use crate::{
    features::declarations::{
        export::{
            ExportStay,
            stay::{day, day_or_empty},
        },
        import::Field,
    },
    kernel::partial_date::Precision,
};

/// A column.
#[derive(Clone, Copy)]
pub(super) struct Column {
    /// Its heading, with the blanks of the template.
    pub heading: &'static str,
    /// What it is read as; the running number is nothing.
    pub field: Option<Field>,
    /// What stands in it for a stay with a running number.
    pub cell: fn(usize, &ExportStay) -> String,
}

const fn column(heading: &'static str, field: Field, cell: fn(usize, &ExportStay) -> String) -> Column {
    Column { heading, field: Some(field), cell }
}

/// The twelve columns since 2026.
pub(super) const NEW: &[Column] = &[
    Column { heading: "STT", field: None, cell: |number, _| number.to_string() },
    column("HỌ TÊN ", Field::FullName, |_, stay| stay.full_name.clone()),
    column("NGÀY SINH", Field::DateOfBirth, |_, stay| stay.birth()),
    column("NGÀY SINH ĐÚNG ĐẾN", Field::BirthPrecision, |_, stay| precision_label(stay.precision()).to_owned()),
    column("GIỚI TÍNH", Field::Sex, |_, stay| SEXES[usize::from(stay.sex_letter() == "F")].to_owned()),
    column("MÃ QUỐC TỊCH", Field::Nationality, |_, stay| nationality(stay)),
    column("SỐ HỘ CHIẾU", Field::DocumentNumber, |_, stay| stay.document_number.clone()),
    column("SỐ PHÒNG", Field::Room, |_, stay| stay.room.clone().unwrap_or_default()),
    column("NGÀY ĐẾN ", Field::ArrivedOn, |_, stay| day(stay.arrival.on)),
    column("THỜI GIAN DỰ KIẾN TẠM TRÚ TẠI CSLT", Field::ExpectedDepartureOn, |_, stay| {
        day(stay.expected_departure_on)
    }),
    column("NGÀY TRẢ PHÒNG", Field::DepartedOn, |_, stay| day_or_empty(stay.departed_on)),
    column("THỜI HẠN ĐƯỢC PHÉP TẠM TRÚ TẠI VIỆT NAM", Field::PermittedStayUntil, |_, stay| {
        day_or_empty(stay.permitted_stay_until)
    }),
];

/// The eleven columns before; one heading differs.
pub(super) const OLD: &[Column] = &[
    NEW[0],
    NEW[1],
    NEW[2],
    NEW[3],
    NEW[4],
    NEW[5],
    NEW[6],
    NEW[7],
    NEW[8],
    Column { heading: "NGÀY ĐI DỰ KIẾN", ..NEW[9] },
    NEW[10],
];

/// Labels of sexes, as in the template's list.
pub(super) const SEXES: [&str; 2] = ["M - Nam", "F - Nữ"];
/// Labels of precisions, as in the template's list.
pub(super) const PRECISIONS: [&str; 3] = ["D - Ngày", "M - Tháng", "Y - Năm"];

/// The label of the portal's list; the bare code where the list has none.
fn nationality(stay: &ExportStay) -> String {
    stay.nationality.label.clone().unwrap_or_else(|| stay.nationality.code.clone())
}

fn precision_label(precision: Precision) -> &'static str {
    match precision {
        Precision::Day => PRECISIONS[0],
        Precision::Month => PRECISIONS[1],
        Precision::Year => PRECISIONS[2],
    }
}
