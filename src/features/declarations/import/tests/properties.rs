//! Nothing makes the readers panic, and what is read obeys the promises of the types.

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

use crate::features::declarations::import::tests::build::{
    GUEST, HEADINGS, book, document, escape, guest_named, record, row, sheet, under_heading, value,
};
use crate::features::declarations::import::tests::build_biff::{
    BOOL_ERR, CODE_PAGE, CONTINUE, FORMAT, FORMULA, LABEL, LABEL_SST, MUL_RK, NUMBER, RK, SST, STRING, XF, labels,
    record as record_of, stream, stream_5,
};
use crate::features::declarations::import::{Field, Limits, RowKind, read};

const XML: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xml");
const WORKBOOK: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xlsx");

const OLD_WORKBOOK: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xls");

/// Kinds of records of old workbooks, with those that continue others.
const KINDS: [u16; 14] =
    [LABEL, LABEL_SST, NUMBER, RK, MUL_RK, FORMULA, STRING, BOOL_ERR, SST, CONTINUE, CONTINUE, FORMAT, XF, CODE_PAGE];

const PAGE: [&str; 16] = [
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<td rowspan=3 colspan=4>",
    "<th rowspan=0>",
    "<br>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "&nbsp;",
    "<td x:fmla=\"=1\">",
    "</table></table></table>",
];

const JSON: [&str; 10] = ["\"hoTen\":", "\"soPhong\":", "\"A\"", "},{", "}]", "null", "1e5", "\"\\ud800\"", "[[", ","];

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
        check(&[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes.as_slice()].concat());
        check(&[b"\x09\x08\x10\x00\x00\x06\x05\x00", bytes.as_slice()].concat());
        check(&[b"<table>", bytes.as_slice()].concat());
        check(&[b"MIME-Version: 1.0\n", bytes.as_slice()].concat());
        check(&[b"[{", bytes.as_slice()].concat());
        check(&[b"HO TEN,", bytes.as_slice()].concat());
    }

    #[test]
    fn mutated_old_workbooks_never_panic(bytes in mutated(OLD_WORKBOOK)) {
        check(&bytes);
    }

    /// Records well formed and cut or continued anywhere.
    #[test]
    fn old_records_never_panic(records in prop::collection::vec(
        (prop::sample::select(KINDS.to_vec()), prop::collection::vec(any::<u8>(), 0..24)), 0..24)) {
        let records: Vec<u8> = records.iter().flat_map(|(kind, data)| record_of(*kind, data)).collect();
        check(&stream(&records, &[("KBTT", 0, Vec::new())]));
        check(&stream(&[], &[("KBTT", 0, [labels(0, &HEADINGS), records.clone(), labels(9, &GUEST)].concat())]));
        check(&stream_5(&records, &[("KBTT", 0, records.clone())]));
    }

    #[test]
    fn tables_of_text_never_panic(text in pieces(), delimiter in "[,;\t|]") {
        let heading = HEADINGS.join(&delimiter);
        check(format!("{heading}\n{text}").as_bytes());
        check(format!("sep={delimiter}\n{heading}\n{}\n{text}", GUEST.join(&delimiter)).as_bytes());
    }

    #[test]
    fn pages_never_panic(pieces in prop::collection::vec(prop_oneof![
        prop::sample::select(PAGE.to_vec()).prop_map(str::to_owned), "[<>&;\"'/=!a-zÀ-ỹ0-9 \n]{0,12}"], 0..40)) {
        let (heading, guest) = (HEADINGS.join("<td>"), GUEST.join("<td>"));
        check(format!("<table><tr><td>{heading}<tr><td>{guest}{}", pieces.concat()).as_bytes());
        check(format!("<html>{}", pieces.concat()).as_bytes());
    }

    #[test]
    fn json_never_panics(pieces in prop::collection::vec(prop_oneof![
        prop::sample::select(JSON.to_vec()).prop_map(str::to_owned), "[\\[\\]{}:,\"a-z0-9\\\\ ]{0,8}"], 0..24)) {
        check(format!("[{{{}", pieces.concat()).as_bytes());
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
