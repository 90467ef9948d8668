//! Workbook sheet `KBTT` of the national portal: 11 columns, 12 since 2026.

use std::collections::BTreeSet;

use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::model::{Field, Format};

/// Headings are written folded: lower case, without marks, stars and signs. The portal's own wording
/// comes first in each group, then wordings of its other lists, then the XML element name where it
/// differs, then English. "Departure" and "check-out" alone are left out: they may mean the plan or the
/// fact.
pub(super) const TEMPLATE: SheetTemplate = SheetTemplate {
    sheet: "KBTT",
    headings: &[
        ("ho ten", Field::FullName),
        ("ho va ten", Field::FullName),
        ("ho ten khach", Field::FullName),
        ("ho va ten khach", Field::FullName),
        ("full name", Field::FullName),
        ("guest name", Field::FullName),
        ("name", Field::FullName),
        ("ngay sinh", Field::DateOfBirth),
        ("ngay thang nam sinh", Field::DateOfBirth),
        ("date of birth", Field::DateOfBirth),
        ("birth date", Field::DateOfBirth),
        ("dob", Field::DateOfBirth),
        ("ngay sinh dung den", Field::BirthPrecision),
        ("dung den", Field::BirthPrecision),
        ("birth precision", Field::BirthPrecision),
        ("date of birth precision", Field::BirthPrecision),
        ("gioi tinh", Field::Sex),
        ("sex", Field::Sex),
        ("gender", Field::Sex),
        ("ma quoc tich", Field::Nationality),
        ("quoc tich", Field::Nationality),
        ("nationality", Field::Nationality),
        ("nationality code", Field::Nationality),
        ("so ho chieu", Field::DocumentNumber),
        ("ho chieu", Field::DocumentNumber),
        ("passport", Field::DocumentNumber),
        ("passport no", Field::DocumentNumber),
        ("passport number", Field::DocumentNumber),
        ("so phong", Field::Room),
        ("phong", Field::Room),
        ("room", Field::Room),
        ("room no", Field::Room),
        ("room number", Field::Room),
        ("ngay den", Field::ArrivedOn),
        ("ngay den cslt", Field::ArrivedOn),
        ("ngay den co so luu tru", Field::ArrivedOn),
        ("arrival", Field::ArrivedOn),
        ("arrival date", Field::ArrivedOn),
        ("date of arrival", Field::ArrivedOn),
        ("thoi gian du kien tam tru tai cslt", Field::ExpectedDepartureOn),
        ("thoi gian du kien tam tru tai co so luu tru", Field::ExpectedDepartureOn),
        ("ngay di du kien", Field::ExpectedDepartureOn),
        ("expected departure", Field::ExpectedDepartureOn),
        ("expected departure date", Field::ExpectedDepartureOn),
        ("ngay tra phong", Field::DepartedOn),
        ("ngay di thuc te", Field::DepartedOn),
        ("actual departure", Field::DepartedOn),
        ("actual departure date", Field::DepartedOn),
        ("thoi han duoc phep tam tru tai viet nam", Field::PermittedStayUntil),
        ("thoi han duoc phep tam tru", Field::PermittedStayUntil),
        ("thoi han tam tru", Field::PermittedStayUntil),
        ("permitted stay until", Field::PermittedStayUntil),
    ],
    required: &[Field::FullName, Field::DateOfBirth, Field::Nationality, Field::DocumentNumber, Field::ArrivedOn],
    foreign: &["loai giay to", "so giay to"],
    split_name: &[
        "ho",
        "ten",
        "ho dem",
        "ho lot",
        "ten dem",
        "first name",
        "last name",
        "middle name",
        "given name",
        "given names",
        "family name",
        "surname",
    ],
    format,
};

fn format(fields: &BTreeSet<Field>) -> Format {
    if fields.contains(&Field::PermittedStayUntil) { Format::KbttWorkbook12 } else { Format::KbttWorkbook11 }
}
