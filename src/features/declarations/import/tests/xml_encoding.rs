//! Encodings that guest XML comes in, above all after editing by hand.

use crate::features::declarations::import::tests::build::{accepted, refusal, refused, value};
use crate::features::declarations::import::{Field, RefusalReason};

const NAME: &str = "NGUYỄN THỊ HƯỜNG Đ";

fn text(declaration: &str, name: &str) -> String {
    format!(
        "{declaration}\n<KHAI_BAO_TAM_TRU><THONG_TIN_KHACH>\n<ho_ten>{name}</ho_ten>\
         </THONG_TIN_KHACH></KHAI_BAO_TAM_TRU>"
    )
}

fn declared(encoding: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>")
}

/// Windows-1258 as Vietnamese keyboards write it: base letter with its own sign, then the tone mark.
fn windows_1258(text: &str) -> Vec<u8> {
    text.chars()
        .flat_map(|letter| match letter {
            'Ễ' => vec![0xca, 0xde],
            'Ị' => vec![b'I', 0xf2],
            'Ư' => vec![0xdd],
            'Ờ' => vec![0xd5, 0xcc],
            'Đ' => vec![0xd0],
            ascii => vec![u8::try_from(ascii).expect("ASCII")],
        })
        .collect()
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let marked = if mark { "\u{feff}" } else { "" };
    format!("{marked}{text}").encode_utf16().flat_map(unit).collect()
}

fn assert_read(bytes: &[u8], why: &str) {
    let file = accepted(bytes);
    assert_eq!(value(&file, 0, Field::FullName), Some(NAME), "{why}");
}

#[test]
fn utf_8_is_read_with_and_without_mark_and_in_any_form() {
    assert_read(text("", NAME).as_bytes(), "undeclared");
    assert_read(text(&declared("UTF-8"), NAME).as_bytes(), "declared");
    assert_read(text(&declared("windows-1258"), NAME).as_bytes(), "converted, not redeclared");
    assert_read(format!("\u{feff}{}", text("", NAME)).as_bytes(), "mark");
    let decomposed = "NGUYE\u{302}\u{303}N THI\u{323} HU\u{31b}O\u{31b}\u{300}NG Đ";
    assert_read(text("", decomposed).as_bytes(), "form D");
}

#[test]
fn utf_16_is_read_in_both_orders() {
    for declaration in ["", &declared("UTF-8"), &declared("UTF-16")] {
        let text = text(declaration, NAME);
        // Without a declaration the text begins with a line break, which has no mark to go by.
        let text = text.trim_start();
        for mark in [true, false] {
            assert_read(&utf16(text, u16::to_le_bytes, mark), "little endian");
            assert_read(&utf16(text, u16::to_be_bytes, mark), "big endian");
        }
    }
}

#[test]
fn windows_1258_is_read_declared_or_not() {
    let left_over = declared("UTF-8");
    for declaration in ["", &declared("windows-1258"), &declared("WINDOWS-1258"), &left_over] {
        assert_read(&windows_1258(&text(declaration, NAME)), declaration);
    }
}

#[test]
fn a_mark_after_markup_does_not_become_markup() {
    let file = accepted(text("", "\u{338}LEE").as_bytes());
    assert_eq!(value(&file, 0, Field::FullName), Some("\u{338}LEE"));
}

#[test]
fn other_bytes_are_refused_with_their_line() {
    let latin = |declaration: &str, bytes: &[u8]| {
        let whole = text(declaration, "@");
        let (before, after) = whole.split_once('@').expect("placeholder");
        [before.as_bytes(), bytes, after.as_bytes()].concat()
    };
    let cases = [
        // Grave I of Windows-1252 is a tone mark in Windows-1258, and none fits after an M.
        (latin(&declared("UTF-8"), b"M\xccA"), "line 3"),
        // Damaged UTF-8: one good letter, one cut in half.
        (latin("", "Ễ\u{1ec4}".as_bytes().split_at(5).0), "line 3"),
        (latin(&declared("UTF-8"), b"\x81"), "line 3"),
        (latin(&declared("windows-1258"), b"\x81"), "line 3"),
        ([b"\xef\xbb\xbf", latin("", b"\xd0").as_slice()].concat(), "line 3"),
        (latin(&declared("shift_jis"), b"A"), "line 1"),
        (latin(&declared("TCVN3"), b"A"), "line 1"),
        (b"\xff\xfe<\0\0\xd8<\0".to_vec(), "line 1"),
        (b"\xff\xfe<\0a\0\n\0b".to_vec(), "line 2"),
        (b"\xff\xfe\0\0<\0\0\0".to_vec(), "line 1"),
    ];
    for (bytes, line) in cases {
        assert_eq!(refused(&bytes), refusal(RefusalReason::BadEncoding, line), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn latin_1_is_read_where_it_is_declared() {
    let whole = text(&declared("ISO-8859-1"), "@");
    let (before, after) = whole.split_once('@').expect("placeholder");
    let bytes = [before.as_bytes(), b"JO\xc3O", after.as_bytes()].concat();
    assert_eq!(value(&accepted(&bytes), 0, Field::FullName), Some("JOÃO"));
}
