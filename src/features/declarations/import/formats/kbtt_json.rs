//! JSON array of the national API, guide version 1.4.

use crate::features::declarations::import::json::JsonTemplate;
use crate::features::declarations::import::model::{Field, Format};

pub(in crate::features::declarations::import) const TEMPLATE: JsonTemplate = JsonTemplate {
    fields: &[
        ("hoTen", Field::FullName),
        ("quocTich", Field::Nationality),
        ("soHoChieu", Field::DocumentNumber),
        ("gioiTinh", Field::Sex),
        ("loaiNgayThangNamSinh", Field::BirthPrecision),
        ("ngayThangNamSinhStr", Field::DateOfBirth),
        ("ngayDenCsltStr", Field::ArrivedOn),
        ("ngayDiDuKienStr", Field::ExpectedDepartureOn),
        ("soPhong", Field::Room),
        ("thoiHanTamTruStr", Field::PermittedStayUntil),
    ],
    format: Format::KbttJson,
};
