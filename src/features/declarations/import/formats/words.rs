//! Headings by what they mean, shared by the formats.
//!
//! Headings are written folded: lower case, without marks, stars and signs. The portal's own wording comes
//! first in each group, then wordings of other lists, then the XML element name where it differs, then
//! English.

use crate::features::declarations::import::heading::Headings;
use crate::features::declarations::import::model::Field;

/// Full name in one column.
pub(super) const NAME: Headings = &[
    ("ho ten", Field::FullName),
    ("ho va ten", Field::FullName),
    ("ho ten khach", Field::FullName),
    ("ho va ten khach", Field::FullName),
    ("full name", Field::FullName),
    ("guest name", Field::FullName),
    ("name", Field::FullName),
];

/// Date of birth.
pub(super) const BIRTH: Headings = &[
    ("ngay sinh", Field::DateOfBirth),
    ("ngay thang nam sinh", Field::DateOfBirth),
    ("date of birth", Field::DateOfBirth),
    ("birth date", Field::DateOfBirth),
    ("dob", Field::DateOfBirth),
];

/// How far the date of birth is right.
pub(super) const PRECISION: Headings = &[
    ("ngay sinh dung den", Field::BirthPrecision),
    ("dung den", Field::BirthPrecision),
    ("birth precision", Field::BirthPrecision),
    ("date of birth precision", Field::BirthPrecision),
];

/// Sex.
pub(super) const SEX: Headings = &[("gioi tinh", Field::Sex), ("sex", Field::Sex), ("gender", Field::Sex)];

/// Nationality.
pub(super) const NATIONALITY: Headings = &[
    ("ma quoc tich", Field::Nationality),
    ("quoc tich", Field::Nationality),
    ("nationality", Field::Nationality),
    ("nationality code", Field::Nationality),
];

/// Number of the passport.
pub(super) const PASSPORT: Headings = &[
    ("so ho chieu", Field::DocumentNumber),
    ("ho chieu", Field::DocumentNumber),
    ("passport", Field::DocumentNumber),
    ("passport no", Field::DocumentNumber),
    ("passport number", Field::DocumentNumber),
];

/// Room.
pub(super) const ROOM: Headings = &[
    ("so phong", Field::Room),
    ("phong", Field::Room),
    ("room", Field::Room),
    ("room no", Field::Room),
    ("room number", Field::Room),
];

/// Arrival at the place.
pub(super) const ARRIVAL: Headings = &[
    ("ngay den", Field::ArrivedOn),
    ("ngay den cslt", Field::ArrivedOn),
    ("ngay den co so luu tru", Field::ArrivedOn),
    ("arrival", Field::ArrivedOn),
    ("arrival date", Field::ArrivedOn),
    ("date of arrival", Field::ArrivedOn),
];

/// Departure that is surely a plan, and departure that is surely a fact. "Departure" and "check-out" alone
/// are left out: they may mean either.
pub(super) const DEPARTURE: Headings = &[
    ("thoi gian du kien tam tru tai cslt", Field::ExpectedDepartureOn),
    ("thoi gian du kien tam tru tai co so luu tru", Field::ExpectedDepartureOn),
    ("ngay di du kien", Field::ExpectedDepartureOn),
    ("expected departure", Field::ExpectedDepartureOn),
    ("expected departure date", Field::ExpectedDepartureOn),
    ("ngay tra phong", Field::DepartedOn),
    ("ngay di thuc te", Field::DepartedOn),
    ("actual departure", Field::DepartedOn),
    ("actual departure date", Field::DepartedOn),
];

/// Until when the guest may be in Viet Nam.
pub(super) const PERMITTED: Headings = &[
    ("thoi han duoc phep tam tru tai viet nam", Field::PermittedStayUntil),
    ("thoi han duoc phep tam tru", Field::PermittedStayUntil),
    ("thoi han tam tru", Field::PermittedStayUntil),
    ("permitted stay until", Field::PermittedStayUntil),
];

/// What a list of guests must have a column for: without one of these no guest of it could be filed.
pub(super) const REQUIRED: &[&[Field]] =
    &[&[Field::FullName], &[Field::DateOfBirth], &[Field::Nationality], &[Field::DocumentNumber], &[Field::ArrivedOn]];

/// Headings of names in pieces, for formats that have the name in one column.
pub(super) const SPLIT_NAME: &[&str] = &[
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
];

/// Headings of lists in which a passport is one kind of paper among others.
pub(super) const OTHER_PAPERS: &[&str] = &["loai giay to", "so giay to", "ten giay to", "so dinh danh", "so cccd"];
