//! Files made to hurt.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::features::declarations::import::tests::build::{
    Extras, GUEST, HEADINGS, accepted, book, book_with, guest_with, refusal, refused, row, sheet, under_heading, value,
    worksheet, zip,
};
use crate::features::declarations::import::{Field, FileRefusal, Limits, RefusalReason, read};

fn refused_within(bytes: &[u8], limits: &Limits) -> FileRefusal {
    read(bytes, limits).expect_err("the file is refused")
}

#[test]
fn a_cell_in_the_far_corner_costs_nothing() {
    let rows = row(2, &GUEST) + "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let file = accepted(&book(&[("KBTT", &under_heading(&rows))]));
    assert_eq!(file.rows.len(), 1);
}

#[test]
fn a_bomb_is_refused_by_what_it_inflates_to() {
    // 8 MiB of blanks in some kilobytes, in a part that would not even be read.
    let blanks = vec![b' '; 8 * 1024 * 1024];
    let bytes = zip(&[("_rels/.rels", b"<a/>"), ("xl/media/image1.png", &blanks)]);
    assert!(bytes.len() < 64 * 1024);
    let limits = Limits { unpacked_bytes: 1024 * 1024, ..Limits::default() };
    assert_eq!(refused_within(&bytes, &limits).reason, RefusalReason::TooLarge);
}

#[test]
fn a_bomb_that_lies_about_its_size_is_refused() {
    let blanks = vec![b' '; 8 * 1024 * 1024];
    let mut bytes = zip(&[("xl/workbook.xml", &blanks)]);
    let declared = u32::try_from(blanks.len()).expect("small").to_le_bytes();
    let mut lies = 0;
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == declared {
            bytes[at..at + 4].copy_from_slice(&7_u32.to_le_bytes());
            lies += 1;
        }
    }
    assert!(lies >= 1, "the central header declares the size");
    assert_eq!(refused(&bytes), (RefusalReason::CorruptFile, None));
}

#[test]
fn false_ends_of_the_archive_are_counted() {
    let mut bytes = book(&[("KBTT", &sheet(&[&HEADINGS, &GUEST]))]);
    accepted(&bytes);
    bytes.extend(b"PK\x05\x06000000000000000000".repeat(400_000));
    assert_eq!(refused(&bytes), (RefusalReason::CorruptFile, None));
}

#[test]
fn many_small_bombs_are_added_up() {
    let blanks = vec![b' '; 300 * 1024];
    let names: Vec<String> = (0..4).map(|index| format!("part{index}")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), blanks.as_slice())).collect();
    let limits = Limits { unpacked_bytes: 1024 * 1024, ..Limits::default() };
    assert_eq!(refused_within(&zip(&entries), &limits).reason, RefusalReason::TooLarge);
}

#[test]
fn entries_sheets_and_cells_are_counted() {
    let names: Vec<String> = (0..2_001).map(|index| format!("e{index}")).collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(refused(&zip(&entries)), (RefusalReason::TooLarge, None));

    let guests = sheet(&[&HEADINGS, &GUEST]);
    let limits = Limits { sheets: 1, ..Limits::default() };
    let two = book(&[("KBTT", &guests), ("Sheet2", &guests)]);
    assert_eq!(refused_within(&two, &limits).location.as_deref(), Some("workbook"));

    let limits = Limits { cells: 30, ..Limits::default() };
    let formatted = row(2, &GUEST) + "<row r=\"3\">" + &"<c s=\"1\"/>".repeat(50) + "</row>";
    let many = book(&[("KBTT", &under_heading(&formatted))]);
    let refusal = refused_within(&many, &limits);
    assert_eq!(refusal.reason, RefusalReason::TooLarge);
    assert_eq!(refusal.location.as_deref(), Some("KBTT!A3"));
}

#[test]
fn rows_are_limited() {
    let limits = Limits { rows: 2, ..Limits::default() };
    let rows = row(2, &GUEST) + &row(3, &GUEST) + &row(4, &GUEST);
    let refusal = refused_within(&book(&[("KBTT", &under_heading(&rows))]), &limits);
    assert_eq!(refusal.reason, RefusalReason::TooLarge);
    assert_eq!(refusal.location.as_deref(), Some("KBTT!A4"));
}

#[test]
fn one_string_repeated_in_every_cell_is_counted_every_time() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "W".repeat(500));
    let rows: String = (2..3_000).map(|number| guest_with(number, &[('B', " t=\"s\"><v>0</v></c>")])).collect();
    let extras = Extras { shared_strings: Some(&strings), ..Extras::default() };
    let bytes = book_with(&[("KBTT", &under_heading(&rows))], &extras);
    accepted(&bytes);
    let limits = Limits { text_bytes: 1024 * 1024, ..Limits::default() };
    assert_eq!(refused_within(&bytes, &limits).reason, RefusalReason::TooLarge);
}

#[test]
fn nested_and_defined_markup_in_parts_is_refused() {
    let deep = worksheet(&"<a>".repeat(100_000));
    assert_eq!(refused(&book(&[("KBTT", &deep)])), refusal(RefusalReason::TooLarge, "KBTT"));
    let dtd = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", sheet(&[&HEADINGS, &GUEST]));
    assert_eq!(refused(&book(&[("KBTT", &dtd)])), refusal(RefusalReason::DtdForbidden, "KBTT"));
    let extras = Extras { shared_strings: Some("<!DOCTYPE x><sst/>"), ..Extras::default() };
    assert_eq!(
        refused(&book_with(&[("KBTT", &sheet(&[&HEADINGS, &GUEST]))], &extras)),
        refusal(RefusalReason::DtdForbidden, "shared strings")
    );
}

#[test]
fn many_sheets_of_one_part_are_corrupt() {
    let relationships = "<Relationships>\
        <Relationship Id=\"a\" Type=\"t/worksheet\" Target=\"s.xml\"/>\
        <Relationship Id=\"b\" Type=\"t/worksheet\" Target=\"./S.xml\"/></Relationships>";
    let workbook = "<workbook><sheets><sheet name=\"KBTT\" r:id=\"a\"/>\
        <sheet name=\"x\" r:id=\"b\"/></sheets></workbook>";
    let bytes = zip(&[
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relationships.as_bytes()),
        ("xl/s.xml", sheet(&[&HEADINGS, &GUEST]).as_bytes()),
    ]);
    assert_eq!(refused(&bytes), refusal(RefusalReason::CorruptFile, "workbook"));
}

#[test]
fn names_that_differ_in_case_only_are_corrupt() {
    let bytes = zip(&[("xl/workbook.xml", b"<a/>"), ("XL/workbook.xml", b"<b/>")]);
    assert_eq!(refused(&bytes), (RefusalReason::CorruptFile, None));
}

#[test]
fn targets_cannot_leave_the_package() {
    let guests = sheet(&[&HEADINGS, &GUEST]);
    let relationships = "<Relationships><Relationship Id=\"a\" Type=\"t/worksheet\" \
        Target=\"../../../etc/passwd\"/></Relationships>";
    let workbook = "<workbook><sheets><sheet name=\"KBTT\" r:id=\"a\"/></sheets></workbook>";
    let bytes = zip(&[
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relationships.as_bytes()),
        ("xl/s.xml", guests.as_bytes()),
    ]);
    assert_eq!(refused(&bytes), refusal(RefusalReason::CorruptFile, "KBTT"));
}

#[test]
fn damaged_packages_are_corrupt() {
    let good = book(&[("KBTT", &sheet(&[&HEADINGS, &GUEST]))]);
    accepted(&good);
    assert_eq!(refused(&good[..good.len() / 2]), (RefusalReason::CorruptFile, None));
    assert_eq!(refused(b"PK\x03\x04"), (RefusalReason::CorruptFile, None));
    let mut flipped = good;
    flipped[60] ^= 0xff;
    assert_eq!(refused(&flipped), (RefusalReason::CorruptFile, None));
}

#[test]
fn encrypted_entries_are_corrupt() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("xl/workbook.xml", SimpleFileOptions::default()).expect("entry begins");
    writer.write_all(b"<workbook/>").expect("entry is written");
    let mut bytes = writer.finish().expect("archive ends").into_inner();
    // Sets the encryption flag in the local and in the central header.
    bytes[6] |= 1;
    let central = bytes.windows(4).position(|window| window == b"PK\x01\x02").expect("central header");
    bytes[central + 8] |= 1;
    assert_eq!(refused(&bytes), (RefusalReason::CorruptFile, None));
}

#[test]
fn ten_thousand_rows_are_read() {
    let rows: String = (2..10_002).map(|number| row(number, &GUEST)).collect();
    let file = accepted(&book(&[("KBTT", &under_heading(&rows))]));
    assert_eq!(file.rows.len(), 10_000);
    assert_eq!(file.rows[9_999].reference, "10001");
}

#[test]
fn relationships_and_number_formats_are_counted() {
    let guests = sheet(&[&HEADINGS, &GUEST]);
    let many: String = (0..2_001).map(|id| format!("<Relationship Id=\"{id}\" Type=\"t\" Target=\"u\"/>")).collect();
    let bytes = zip(&[
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{many}</Relationships>").as_bytes()),
    ]);
    assert_eq!(refused(&bytes), refusal(RefusalReason::TooLarge, "workbook"));
    let many: String = (0..100_001).map(|id| format!("<numFmt numFmtId=\"{id}\" formatCode=\"0\"/>")).collect();
    let styles = format!("<styleSheet>{many}</styleSheet>");
    let extras = Extras { styles: Some(&styles), ..Extras::default() };
    assert_eq!(refused(&book_with(&[("KBTT", &guests)], &extras)), refusal(RefusalReason::TooLarge, "styles"));
}

/// In pieces, so that no token is too long; all of it was held several times over.
#[test]
fn endless_texts_are_not_collected() {
    let endless = format!("A{}", ("\u{316}\u{301}".repeat(10_000) + "<!---->").repeat(10));
    let inline = format!(" t=\"inlineStr\"><is><t>{endless}</t></is></c>");
    let typed = format!(" t=\"str\"><v>{endless}</v></c>");
    let strings = format!("<sst><si><t>{endless}</t></si></sst>");
    for name in [inline.as_str(), typed.as_str(), " t=\"s\"><v>0</v></c>"] {
        let extras = Extras { shared_strings: Some(&strings), ..Extras::default() };
        let rows = guest_with(2, &[('B', name)]);
        let file = accepted(&book_with(&[("KBTT", &under_heading(&rows))], &extras));
        assert_eq!(value(&file, 0, Field::FullName).map(|name| name.chars().count()), Some(501));
        assert_eq!(value(&file, 0, Field::DocumentNumber), Some(GUEST[6]));
    }
    // A formula whose long result has only blanks at its beginning shows something.
    let blank = format!("><f>1</f><v>{}A</v></c>", " ".repeat(20_000)).replacen('>', " t=\"str\">", 1);
    let file = accepted(&book(&[("KBTT", &under_heading(&guest_with(2, &[('B', &blank)])))]));
    assert_eq!(file.rows[0].formulas, [Field::FullName]);
}

/// Words and strokes are headings in many readings. What reading them costs is measured by `tests/fuzz/large.rs`.
#[test]
fn cells_of_many_parts_are_no_heading() {
    let parts = ["a-".repeat(149), "ho-".repeat(99), "Ngày sinh/Giới tính|".repeat(14)];
    let rows: Vec<Vec<&str>> =
        (0..30).map(|row| (0..26).map(|column| parts[(row + column) % 3].as_str()).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    assert_eq!(refused(&book(&[("Sheet1", &sheet(&rows))])), refusal(RefusalReason::WrongTemplate, "Sheet1!A1"));
}

#[test]
fn attributes_that_repeat_or_abound_are_corrupt() {
    let many: String = (0..257).map(|index| format!(" a{index}=\"\"")).collect();
    for attributes in [" s=\"1\" s=\"2\"", many.as_str()] {
        let rows = row(2, &GUEST) + &format!("<row r=\"3\"><c{attributes}/></row>");
        assert_eq!(refused(&book(&[("KBTT", &under_heading(&rows))])), refusal(RefusalReason::CorruptFile, "KBTT!A3"));
    }
}
