//! What a file is, by its content.

use crate::features::declarations::import::tests::build::{accepted, book, guest_named, refusal, refused, zip};
use crate::features::declarations::import::{Limits, RefusalReason, read};

#[test]
fn a_file_without_text_is_empty() {
    for bytes in [&b""[..], b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n", b"\xff\xfe \0"] {
        assert_eq!(refused(bytes), (RefusalReason::EmptyFile, None), "{bytes:?}");
    }
}

#[test]
fn other_formats_are_named() {
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), "html"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html></html>".to_vec(), "html"),
        (b"<?xml version=\"1.0\"?><!-- x --><HTML xmlns:x=\"u\">".to_vec(), "html"),
        (b"<table border=1><tr><td>HO TEN</table>".to_vec(), "html"),
        (b"MIME-Version: 1.0\r\n".to_vec(), "mhtml"),
        (b"%PDF-1.7".to_vec(), "pdf"),
        (b"{\\rtf1\\ansi}".to_vec(), "rtf"),
        (b"\x89PNG\r\n\x1a\n\0".to_vec(), "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), "image"),
        (b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), "image"),
        (b"\0\0\0\x18ftypheic".to_vec(), "image"),
        (b"Rar!\x1a\x07".to_vec(), "rar"),
        (b"7z\xbc\xaf\x27\x1c".to_vec(), "7z"),
        (b"\x1f\x8b\x08".to_vec(), "gzip"),
        (b"[{\"name\":\"A\"}]".to_vec(), "json"),
        (b"[DANH SACH] khach\n".to_vec(), "text"),
        (b"STT,HO TEN\n1,A\n".to_vec(), "text"),
        (zip(&[("word/document.xml", b"<x/>")]), "zip"),
        (zip(&[("mimetype", b"x"), ("content.xml", b"<x/>")]), "ods"),
        (b"<EVISA><THONG_TIN_NNN/></EVISA>".to_vec(), "EVISA"),
        (b"<KhaiBaoTamTru><DanhSachKhach/></KhaiBaoTamTru>".to_vec(), "KhaiBaoTamTru"),
        (b"<POLICE_REPORT2/>".to_vec(), "POLICE_REPORT2"),
        (b"<?xml version=\"1.0\"?>\n<Workbook></Workbook>".to_vec(), "Excel 2003 XML"),
        (b"<?xml version=\"1.0\"?>\n<guests>\n</guests>".to_vec(), "line 2"),
    ];
    for (bytes, what) in cases {
        assert_eq!(refused(&bytes), refusal(RefusalReason::UnknownFormat, what));
    }
}

#[test]
fn office_packages_are_named_by_their_main_part() {
    for (target, what) in [("word/document.xml", "docx"), ("xl/workbook.bin", "xlsb")] {
        let relationships = format!(
            "<Relationships><Relationship Id=\"a\" Type=\"t/officeDocument\" Target=\"{target}\"/>\
             </Relationships>"
        );
        let bytes = zip(&[("_rels/.rels", relationships.as_bytes()), (target, b"<x/>")]);
        assert_eq!(refused(&bytes), refusal(RefusalReason::UnknownFormat, what));
    }
}

#[test]
fn unnamed_bytes_are_of_unknown_format() {
    let bytes = [0x00, 0x01, 0x02, 0x9a, 0x88];
    assert_eq!(refused(&bytes), (RefusalReason::UnknownFormat, None));
}

#[test]
fn the_size_limit_comes_first() {
    let limits = Limits { file_bytes: 10, ..Limits::default() };
    let refusal = read(guest_named("LEE").as_bytes(), &limits).expect_err("too large");
    assert_eq!(refusal.reason, RefusalReason::TooLarge);
    accepted(guest_named("LEE").as_bytes());
}

#[test]
fn lists_of_vietnamese_guests_are_named() {
    for name in ["DS_KHACH_VIET_NAM_LUU_TRU", "extracted"] {
        let vietnamese = "<worksheet><sheetData/></worksheet>";
        let bytes = book(&[(name, vietnamese), ("DANH_MUC", vietnamese)]);
        assert_eq!(refused(&bytes), refusal(RefusalReason::WrongTemplate, name));
    }
}

#[test]
fn a_refusal_reads_alone() {
    let refusal = read(b"%PDF", &Limits::default()).expect_err("refused");
    assert_eq!(refusal.to_string(), "guest file refused: unknown_format (pdf)");
}
