//! XML `KHAI_BAO_TAM_TRU`: 11 elements a guest, 12 since 2026, in the order of the portal's sample.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use crate::features::declarations::export::{
    ExportStay,
    stay::{day, day_or_empty},
    xml_text,
};

const ROOT: &str = "KHAI_BAO_TAM_TRU";
const RECORD: &str = "THONG_TIN_KHACH";

/// Writes the file. An absent value is an empty element, never a left-out one.
pub(super) fn write(stays: &[ExportStay], permitted_stay: bool) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 4);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element(ROOT).write_inner_content(|writer| {
        for (index, stay) in stays.iter().enumerate() {
            writer.create_element(RECORD).write_inner_content(|writer| {
                for (name, value) in elements(index + 1, stay, permitted_stay) {
                    writer.create_element(name).write_text_content(BytesText::new(&xml_text(&value)))?;
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn elements(number: usize, stay: &ExportStay, permitted_stay: bool) -> Vec<(&'static str, String)> {
    let mut elements = vec![
        ("so_thu_tu", number.to_string()),
        ("ho_ten", stay.full_name.clone()),
        ("ngay_sinh", stay.birth()),
        ("ngay_sinh_dung_den", stay.precision().letter().to_owned()),
        ("gioi_tinh", stay.sex_letter().to_owned()),
        ("ma_quoc_tich", stay.nationality.code.clone()),
        ("so_ho_chieu", stay.document_number.clone()),
        ("so_phong", stay.room.clone().unwrap_or_default()),
        ("ngay_den", day(stay.arrival.on)),
        ("ngay_di_du_kien", day(stay.expected_departure_on)),
        ("ngay_tra_phong", day_or_empty(stay.departed_on)),
    ];
    if permitted_stay {
        elements.push(("thoi_han_tam_tru", day_or_empty(stay.permitted_stay_until)));
    }
    elements
}
