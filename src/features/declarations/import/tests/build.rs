//! Builders of guest files.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::features::declarations::import::{Field, FileRefusal, GuestFile, Limits, RefusalReason, RowKind, read};

pub(super) const HEADINGS: [&str; 12] = [
    "STT",
    "HỌ TÊN ",
    "NGÀY SINH",
    "NGÀY SINH ĐÚNG ĐẾN",
    "GIỚI TÍNH",
    "MÃ QUỐC TỊCH",
    "SỐ HỘ CHIẾU",
    "SỐ PHÒNG",
    "NGÀY ĐẾN ",
    "THỜI GIAN DỰ KIẾN TẠM TRÚ TẠI CSLT",
    "NGÀY TRẢ PHÒNG",
    "THỜI HẠN ĐƯỢC PHÉP TẠM TRÚ TẠI VIỆT NAM",
];

pub(super) const GUEST: [&str; 12] = [
    "1",
    "NAKAMURA YUI",
    "14/02/1991",
    "D - Ngày",
    "F - Nữ",
    "JPN - Japan",
    "TR1234567",
    "0807",
    "22/11/2026",
    "26/11/2026",
    "",
    "20/12/2026",
];

pub(super) const SAMPLE: [&str; 12] = [
    "1",
    "[TEST] SAMPLE",
    "01/01/1990",
    "D - Ngày",
    "M - Nam",
    "KOR - Korea (South)",
    "A1234567",
    "101",
    "27/12/2025",
    "29/12/2025",
    "28/12/2025",
    "30/01/2026",
];

/// The fields of the columns of [`HEADINGS`], the running number left out.
pub(super) const FIELDS: [Field; 11] = [
    Field::FullName,
    Field::DateOfBirth,
    Field::BirthPrecision,
    Field::Sex,
    Field::Nationality,
    Field::DocumentNumber,
    Field::Room,
    Field::ArrivedOn,
    Field::ExpectedDepartureOn,
    Field::DepartedOn,
    Field::PermittedStayUntil,
];

pub(super) fn read_default(bytes: &[u8]) -> Result<GuestFile, FileRefusal> {
    read(bytes, &Limits::default())
}

pub(super) fn accepted(bytes: &[u8]) -> GuestFile {
    read_default(bytes).expect("the file is read")
}

pub(super) fn refused(bytes: &[u8]) -> (RefusalReason, Option<String>) {
    let refusal = read_default(bytes).expect_err("the file is refused");
    (refusal.reason, refusal.location)
}

pub(super) fn refusal(reason: RefusalReason, location: &str) -> (RefusalReason, Option<String>) {
    (reason, Some(location.to_owned()))
}

pub(super) fn kinds(file: &GuestFile) -> Vec<RowKind> {
    file.rows.iter().map(|row| row.kind).collect()
}

pub(super) fn references(file: &GuestFile) -> Vec<&str> {
    file.rows.iter().map(|row| row.reference.as_str()).collect()
}

pub(super) fn value(file: &GuestFile, row: usize, field: Field) -> Option<&str> {
    file.rows[row].original.get(&field).map(String::as_str)
}

/// One record with the given children.
pub(super) fn record(children: &str) -> String {
    format!("<THONG_TIN_KHACH>{children}</THONG_TIN_KHACH>")
}

/// A whole XML file around the given children of the root.
pub(super) fn document(children: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<KHAI_BAO_TAM_TRU>{children}</KHAI_BAO_TAM_TRU>")
}

/// An XML file with one guest of this name.
pub(super) fn guest_named(name: &str) -> String {
    document(&record(&format!("<ho_ten>{name}</ho_ten>")))
}

/// A worksheet around raw `<row>` elements.
pub(super) fn worksheet(rows: &str) -> String {
    format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <dimension ref=\"A1:B2\"/><sheetData>{rows}</sheetData></worksheet>"
    )
}

pub(super) fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

pub(super) fn column_letter(column: usize) -> char {
    char::from(b'A' + u8::try_from(column).expect("few columns"))
}

/// A row of inline strings; empty texts have no cell.
pub(super) fn row(number: usize, texts: &[&str]) -> String {
    let cells: String = texts
        .iter()
        .enumerate()
        .filter(|(_, text)| !text.is_empty())
        .map(|(column, text)| {
            format!(
                "<c r=\"{}{number}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                column_letter(column),
                escape(text)
            )
        })
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

/// A sheet with these rows from row 1 on.
pub(super) fn sheet(rows: &[&[&str]]) -> String {
    let rows: String = rows.iter().enumerate().map(|(index, texts)| row(index + 1, texts)).collect();
    worksheet(&rows)
}

/// The heading in row 1, and raw rows below.
pub(super) fn under_heading(rows: &str) -> String {
    worksheet(&(row(1, &HEADINGS) + rows))
}

/// A guest in the given row, with some cells replaced by raw ones: column letter and cell without
/// its reference, for instance `('C', "><v>33283</v></c>")`.
pub(super) fn guest_with(number: usize, raw: &[(char, &str)]) -> String {
    let cells: String = GUEST
        .iter()
        .enumerate()
        .map(|(column, text)| {
            let letter = column_letter(column);
            match raw.iter().find(|(at, _)| *at == letter) {
                Some((_, rest)) => format!("<c r=\"{letter}{number}\"{rest}"),
                None if text.is_empty() => String::new(),
                None => format!("<c r=\"{letter}{number}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escape(text)),
            }
        })
        .collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

/// What a workbook holds beside its sheets.
#[derive(Default)]
pub(super) struct Extras<'e> {
    pub workbook_properties: &'e str,
    pub styles: Option<&'e str>,
    pub shared_strings: Option<&'e str>,
}

/// A workbook of named worksheets; a name may be followed by more attributes after a quote.
pub(super) fn book(sheets: &[(&str, &str)]) -> Vec<u8> {
    book_with(sheets, &Extras::default())
}

pub(super) fn book_with(sheets: &[(&str, &str)], extras: &Extras<'_>) -> Vec<u8> {
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut listed = String::new();
    let mut relationships = String::new();
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    for (index, (name, content)) in sheets.iter().enumerate() {
        let id = index + 1;
        listed += &format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>");
        relationships += &format!(
            "<Relationship Id=\"rId{id}\" Type=\"{TYPES}/worksheet\" \
             Target=\"worksheets/sheet{id}.xml\"/>"
        );
        entries.push((format!("xl/worksheets/sheet{id}.xml"), content.as_bytes().to_vec()));
    }
    for (part, content) in [("styles", extras.styles), ("sharedStrings", extras.shared_strings)] {
        if let Some(content) = content {
            relationships +=
                &format!("<Relationship Id=\"{part}\" Type=\"{TYPES}/{part}\" Target=\"/xl/{part}.xml\"/>");
            entries.push((format!("xl/{part}.xml"), content.as_bytes().to_vec()));
        }
    }
    entries.push((
        "xl/workbook.xml".to_owned(),
        format!("<workbook xmlns:r=\"{TYPES}\">{}<sheets>{listed}</sheets></workbook>", extras.workbook_properties)
            .into_bytes(),
    ));
    entries.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships>{relationships}</Relationships>").into_bytes(),
    ));
    entries.push((
        "_rels/.rels".to_owned(),
        format!(
            "<Relationships><Relationship Id=\"a\" Type=\"{TYPES}/officeDocument\" \
             Target=\"xl/workbook.xml\"/></Relationships>"
        )
        .into_bytes(),
    ));
    let borrowed: Vec<(&str, &[u8])> =
        entries.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    zip(&borrowed)
}

/// A ZIP file of these entries, deflated.
pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("entry begins");
        writer.write_all(content).expect("entry is written");
    }
    writer.finish().expect("archive ends").into_inner()
}
