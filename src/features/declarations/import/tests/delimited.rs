//! CSV and its relatives.

use encoding_rs::{WINDOWS_1252, WINDOWS_1258};

use crate::features::declarations::import::tests::build::{
    FIELDS, GUEST, HEADINGS, SAMPLE, accepted, kinds, references, refusal, refused, value,
};
use crate::features::declarations::import::{Field, Format, Limits, RefusalReason, RowKind, read};

const PLAIN: [&str; 6] = ["Full name", "DOB", "Nationality", "Passport", "Arrival", "Room"];

fn lines(delimiter: &str, rows: &[&[&str]]) -> String {
    rows.iter().map(|row| row.join(delimiter) + "\r\n").collect()
}

/// One guest with these cells under [`PLAIN`].
fn guest(cells: &str) -> String {
    format!("{}\n{cells}\n", PLAIN.join(","))
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn every_delimiter_is_found() {
    for delimiter in [",", ";", "\t", "|"] {
        let text = lines(delimiter, &[&["DANH SÁCH KHÁCH"], &HEADINGS, &SAMPLE, &GUEST]);
        for start in ["", "\u{feff}", &format!("sep={delimiter}\r\n"), &format!("\"SEP={delimiter}\"\n")] {
            let file = accepted((start.to_owned() + &text).as_bytes());
            assert_eq!(file.format, Format::KbttWorkbook12);
            assert_eq!(kinds(&file), [RowKind::Sample, RowKind::Guest]);
            for (field, expected) in FIELDS.into_iter().zip(&GUEST[1..]) {
                assert_eq!(value(&file, 1, field).unwrap_or_default(), *expected);
            }
        }
    }
}

#[test]
fn rows_are_called_by_their_line() {
    let text = "\n\r\nFull name,DOB,Nationality,Passport,Arrival,Room\r\n\r\n\
                \"A\nB\",1,JPN,T1,22/11/2026,1\n,,,,,\nC,2,JPN,T2,22/11/2026,2";
    let file = accepted(text.as_bytes());
    assert_eq!(references(&file), ["5", "8"]);
    assert_eq!(value(&file, 0, Field::FullName), Some("A\nB"));
    assert_eq!(references(&accepted(format!("sep=,\n{text}").as_bytes())), ["6", "9"]);
    let old_mac = guest("C,2,JPN,T2,22/11/2026,2").replace('\n', "\r");
    assert_eq!(references(&accepted(old_mac.as_bytes())), ["2"]);
}

#[test]
fn quotes_and_formulas_are_understood() {
    let cases = [
        ("\"O\"\"BRIEN, SEAN\"", Some("O\"BRIEN, SEAN"), false),
        ("\"NGUYEN\" ,", Some("NGUYEN "), false),
        ("SEAN \"BOB\" O", Some("SEAN \"BOB\" O"), false),
        ("=\"00123\"", Some("00123"), false),
        ("\"=\"\"00123\"\"\"", Some("00123"), false),
        ("=A1", None, true),
        ("\"=HYPERLINK(\"\"http://x\"\")\"", None, true),
        ("\"\"", None, false),
        ("'007", Some("'007"), false),
        ("-7", Some("-7"), false),
        ("+7", Some("+7"), false),
    ];
    for (cell, expected, formula) in cases {
        let file = accepted(guest(&format!("{},1/1/1990,JPN,T1,22/11/2026,1", cell.trim_end_matches(','))).as_bytes());
        assert_eq!(value(&file, 0, Field::FullName), expected, "{cell}");
        assert_eq!(file.rows[0].formulas.contains(&Field::FullName), formula, "{cell}");
    }
}

#[test]
fn quotes_that_would_swallow_guests_are_refused() {
    let rest = ",1/1/1990,JPN,T1,22/11/2026,1\nB,2/2/1990,JPN,T2,22/11/2026,2";
    for cell in ["\"A", "\"A\nB\"C", "\"A\"B", "\"A\"\"", "\"A\"B\""] {
        let bytes = guest(&format!("{cell}{rest}"));
        let (reason, place) = refused(bytes.as_bytes());
        assert_eq!((reason, place.as_deref()), (RefusalReason::NotWellFormed, Some("line 2")), "{cell}");
    }
}

#[test]
fn every_encoding_is_read() {
    let text = lines(",", &[&HEADINGS, &GUEST]);
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let files = [
        text.clone().into_bytes(),
        marked(b"\xef\xbb\xbf", text.clone().into_bytes()),
        marked(b"\xff\xfe", utf_16(&text, u16::to_le_bytes)),
        marked(b"\xfe\xff", utf_16(&text, u16::to_be_bytes)),
        utf_16(&text, u16::to_le_bytes),
        utf_16(&text, u16::to_be_bytes),
    ];
    for bytes in files {
        let file = accepted(&bytes);
        assert_eq!(value(&file, 0, Field::BirthPrecision), Some("D - Ngày"));
    }
    let vietnamese = guest("L\u{ea}\u{300} \u{110}AO,1/1/1990,ESP,T1,22/11/2026,1");
    let (bytes, _, lossy) = WINDOWS_1258.encode(&vietnamese);
    assert!(!lossy);
    assert_eq!(value(&accepted(&bytes), 0, Field::FullName), Some("Lề ĐAO"));
}

/// Without a tone mark the bytes are one name in one code page and another name in the next.
#[test]
fn single_bytes_without_tone_marks_are_not_guessed() {
    for name in ["JOSÉ PEÑA", "JOÃO", "Þ", "BJØRN"] {
        let (bytes, _, lossy) = WINDOWS_1252.encode(name);
        assert!(!lossy);
        let mut file = guest("").into_bytes();
        file.pop();
        file.extend([&bytes, &b",1/1/1990,ESP,T1,22/11/2026,1"[..]].concat());
        assert_eq!(refused(&file), refusal(RefusalReason::BadEncoding, "line 2"), "{name}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let cases: [&[u8]; 4] = [
        // Unassigned, and another alphabet.
        b"A \x81\xcc",
        b"\xcf\xe5\xf2\xf0\xee\xe2 \xcc",
        "Đ \u{fffd}".as_bytes().split_at(4).0,
        b"\xc3\xa9 \xe9",
    ];
    for cell in cases {
        let mut bytes = guest("").into_bytes();
        bytes.pop();
        bytes.extend([cell, b",1,2"].concat());
        assert_eq!(refused(&bytes), refusal(RefusalReason::BadEncoding, "line 2"), "{cell:?}");
    }
    assert_eq!(refused(guest("A\0,1").as_bytes()).0, RefusalReason::UnknownFormat);
    let late = guest(&("x\n".repeat(4_000) + "A\u{1},1"));
    assert_eq!(refused(late.as_bytes()), refusal(RefusalReason::NotWellFormed, "line 4002"));
}

#[test]
fn other_texts_are_named() {
    let mut without_birth = HEADINGS.to_vec();
    without_birth.remove(2);
    let similar = lines(";", &[&without_birth, &GUEST]);
    assert_eq!(refused(similar.as_bytes()), refusal(RefusalReason::WrongTemplate, "csv!A1"));
    assert_eq!(refused(b"Dear sirs,\nhere are our guests"), refusal(RefusalReason::UnknownFormat, "text"));
    assert_eq!(refused(lines(",", &[&HEADINGS]).as_bytes()), (RefusalReason::NoGuestRows, None));
}

#[test]
fn rows_cells_and_texts_are_limited() {
    let two = lines(",", &[&HEADINGS, &GUEST, &GUEST]);
    let refused = |limits: &Limits| read(two.as_bytes(), limits).expect_err("refused");
    let rows = refused(&Limits { rows: 1, ..Limits::default() });
    assert_eq!((rows.reason, rows.location.as_deref()), (RefusalReason::TooLarge, Some("csv!A3")));
    let cells = refused(&Limits { cells: 25, ..Limits::default() });
    assert_eq!((cells.reason, cells.location.as_deref()), (RefusalReason::TooLarge, Some("line 3")));
    let long = "ạ".repeat(20_000);
    let file = accepted(guest(&format!("{long},1/1/1990,JPN,T1,22/11/2026,1")).as_bytes());
    assert_eq!(value(&file, 0, Field::FullName).map(|it| it.chars().count()), Some(501));
    assert_eq!(value(&file, 0, Field::DocumentNumber), Some("T1"));
}
