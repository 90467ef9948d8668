//! XML `KHAI_BAO_TAM_TRU` of the immigration police portals: 11 elements, 12 since 2026.

use std::collections::BTreeSet;

use crate::features::declarations::import::model::{Field, Format};
use crate::features::declarations::import::xml::XmlTemplate;

pub(super) const TEMPLATE: XmlTemplate = XmlTemplate {
    root: "khai_bao_tam_tru",
    record: "thong_tin_khach",
    fields: &[
        ("ho_ten", Field::FullName),
        ("ngay_sinh", Field::DateOfBirth),
        ("ngay_sinh_dung_den", Field::BirthPrecision),
        ("gioi_tinh", Field::Sex),
        ("ma_quoc_tich", Field::Nationality),
        ("so_ho_chieu", Field::DocumentNumber),
        ("so_phong", Field::Room),
        ("ngay_den", Field::ArrivedOn),
        ("ngay_di_du_kien", Field::ExpectedDepartureOn),
        ("ngay_tra_phong", Field::DepartedOn),
        ("thoi_han_tam_tru", Field::PermittedStayUntil),
    ],
    format,
};

fn format(fields: &BTreeSet<Field>) -> Format {
    if fields.contains(&Field::PermittedStayUntil) { Format::KbttXml12 } else { Format::KbttXml11 }
}
