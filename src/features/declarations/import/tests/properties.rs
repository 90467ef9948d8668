//! Nothing makes the readers panic, and what is read obeys the promises of the types.

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

use crate::features::declarations::import::tests::build::{
    GUEST, HEADINGS, book, document, escape, guest_named, record, row, sheet, under_heading, value,
};
use crate::features::declarations::import::{Field, Limits, RowKind, read};

const XML: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xml");
const WORKBOOK: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xlsx");

/// Small limits keep the search fast and reach the refusals.
fn limits() -> Limits {
    Limits { unpacked_bytes: 1024 * 1024, rows: 50, cell_chars: 40, ..Limits::default() }
}

fn check(bytes: &[u8]) {
    let limits = limits();
    let Ok(file) = read(bytes, &limits) else {
        return;
    };
    assert!(file.rows.iter().any(|row| row.kind == RowKind::Guest));
    assert!(file.rows.len() <= limits.rows);
    assert!(file.columns.len() <= 64 + 15, "as many as are shown, and one for each field");
    for row in &file.rows {
        assert!(row.cells.len() <= file.columns.len());
        assert!(row.cells.last().is_none_or(|cell| !cell.is_empty()));
        assert!(row.reference.parse::<u32>().is_ok());
        for (field, text) in &row.original {
            assert!(text.chars().count() <= limits.cell_chars + 1);
            assert!(!text.is_empty() && !text.contains('\0'));
            assert!(!row.formulas.contains(field));
        }
    }
}

/// Some bytes overwritten, one piece cut out.
fn mutated(original: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let length = original.len();
    (prop::collection::vec((0..length, any::<u8>()), 0..12), 0..length, 0..40_usize).prop_map(
        move |(changes, from, cut)| {
            let mut bytes = original.to_vec();
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            let to = (from + cut).min(bytes.len());
            bytes.drain(from..to);
            bytes
        },
    )
}

/// Some characters overwritten with those that markup and references are made of.
fn mutated_text(original: String) -> impl Strategy<Value = String> {
    let letters: Vec<char> = original.chars().collect();
    let length = letters.len();
    prop::collection::vec((0..length, "[<>/&;\"0-9A-Zrcst\u{0}]"), 0..8).prop_map(move |changes| {
        let mut changed = letters.clone();
        for (at, replacement) in changes {
            changed[at] = replacement.chars().next().unwrap_or(' ');
        }
        changed.into_iter().collect()
    })
}

/// Pieces that XML and worksheets are made of, well or badly put together.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<KHAI_BAO_TAM_TRU>".to_owned()),
        Just("</KHAI_BAO_TAM_TRU>".to_owned()),
        Just("<THONG_TIN_KHACH>".to_owned()),
        Just("</THONG_TIN_KHACH>".to_owned()),
        Just("<ho_ten>".to_owned()),
        Just("</ho_ten>".to_owned()),
        Just("<ngay_den/>".to_owned()),
        Just("<row r=\"2\">".to_owned()),
        Just("</row>".to_owned()),
        Just("<c r=\"C2\" t=\"s\">".to_owned()),
        Just("<c s=\"1\">".to_owned()),
        Just("</c>".to_owned()),
        Just("<v>".to_owned()),
        Just("</v>".to_owned()),
        Just("<f t=\"array\" ref=\"A1:XFD1048576\">".to_owned()),
        Just("<![CDATA[".to_owned()),
        Just("]]>".to_owned()),
        Just("<!--".to_owned()),
        Just("-->".to_owned()),
        Just("<!DOCTYPE x [".to_owned()),
        Just("<?xml version=\"1.0\" encoding=\"windows-1258\"?>".to_owned()),
        Just("&".to_owned()),
        Just("&amp;".to_owned()),
        Just("&#x110000;".to_owned()),
        Just("1e308".to_owned()),
        "[<>&;\"'/=!?\\[\\]a-zÀ-ỹ0-9 \n]{0,12}",
        any::<f64>().prop_map(|number| number.to_string()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check(&bytes);
        check(&[b"<", bytes.as_slice()].concat());
        check(&[b"\xff\xfe<\0", bytes.as_slice()].concat());
        check(&[b"PK\x03\x04", bytes.as_slice()].concat());
    }

    #[test]
    fn mutated_xml_never_panics(bytes in mutated(XML)) {
        check(&bytes);
    }

    #[test]
    fn mutated_workbooks_never_panic(bytes in mutated(WORKBOOK)) {
        check(&bytes);
    }

    /// Mutating a package mostly breaks a checksum; mutating what is in it reaches the cell reader.
    #[test]
    fn mutated_worksheets_never_panic(bytes in mutated_text(sheet(&[&HEADINGS, &GUEST, &GUEST]))) {
        check(&book(&[("KBTT", &bytes)]));
    }

    #[test]
    fn xml_like_text_never_panics(text in pieces()) {
        check(text.as_bytes());
        check(document(&text).as_bytes());
        check(document(&record(&text)).as_bytes());
    }

    #[test]
    fn worksheet_like_text_never_panics(text in pieces()) {
        check(&book(&[("KBTT", &text)]));
        check(&book(&[("KBTT", &under_heading(&text))]));
        let cell = format!("<row r=\"2\"><c r=\"B2\">{text}</c></row>");
        check(&book(&[("KBTT", &under_heading(&cell))]));
    }

    #[test]
    fn any_number_in_any_common_format_is_shown(number in any::<f64>()) {
        let row = format!("<row r=\"2\"><c r=\"B2\"><v>{number}</v></c></row>");
        check(&book(&[("KBTT", &under_heading(&row))]));
    }

    #[test]
    fn escaped_names_come_back_as_written(name in "[A-Z][A-Z '&<>\"-]{0,30}") {
        let xml = guest_named(&escape(&name));
        let file = read(xml.as_bytes(), &limits()).expect("read");
        assert_eq!(value(&file, 0, Field::FullName), Some(name.as_str()));
        let mut guest = GUEST;
        guest[1] = &name;
        let workbook = book(&[("KBTT", &under_heading(&row(2, &guest)))]);
        let file = read(&workbook, &limits()).expect("read");
        assert_eq!(value(&file, 0, Field::FullName), Some(name.as_str()));
    }
}
