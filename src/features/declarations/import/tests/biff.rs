//! Old `.xls` workbooks.

use crate::features::declarations::import::tests::build::{
    GUEST, HEADINGS, accepted, kinds, references, refusal, refused, value,
};
use crate::features::declarations::import::tests::build_biff::{
    BIRTH, BOF, BOOL_ERR, BOUND_SHEET, CODE_PAGE, CONTINUE, DATE_1904, EOF, FILE_PASS, FORMAT, FORMULA, LABEL,
    LABEL_SST, MUL_RK, NUMBER, RK, SST, STRING, XF, at, cell, compound, guest_with_birth, label, labels, record,
    stream, stream_5, text, xls,
};
use crate::features::declarations::import::{Field, Format, Limits, RefusalReason, RowKind, read};

const WORKBOOK: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xls");
const NEW_WORKBOOK: &[u8] = include_bytes!("../../../../../tests/fixtures/guests.xlsx");

/// Cell formats by number format: 0 general, 1 text, 2 a date, 3 a defined date, 4 month, 5 padded.
fn formats() -> Vec<u8> {
    let defined = |id: u16, code: &str| record(FORMAT, &[&id.to_le_bytes()[..], &text(code)].concat());
    let cell_format = |id: u16| record(XF, &[&[0, 0], &id.to_le_bytes()[..], &[0; 16]].concat());
    [
        defined(164, "dd/mm/yyyy"),
        defined(165, "0000"),
        [0, 49, 14, 164, 17, 165].into_iter().flat_map(cell_format).collect(),
    ]
    .concat()
}

fn shown_with(globals: &[u8], birth: &[u8]) -> Option<String> {
    let file = accepted(&xls(&[&formats(), globals].concat(), guest_with_birth(birth)));
    value(&file, 0, Field::DateOfBirth).map(str::to_owned)
}

fn number(value: f64, format: u16) -> Vec<u8> {
    cell(NUMBER, 1, BIRTH, format, &value.to_le_bytes())
}

fn formula(result: [u8; 8]) -> Vec<u8> {
    cell(FORMULA, 1, BIRTH, 0, &[&result[..], &[0; 8]].concat())
}

#[test]
fn a_workbook_of_another_program_is_read_like_the_new_one() {
    let (old, new) = (accepted(WORKBOOK), accepted(NEW_WORKBOOK));
    assert_eq!(old.format, Format::KbttWorkbook12);
    assert_eq!(old, new);
}

#[test]
fn cells_show_what_the_user_sees() {
    let packed = |value: u32| value.to_le_bytes();
    let cases = [
        (label(1, BIRTH, " 14/02/1991 "), Some(" 14/02/1991 ")),
        (label(1, BIRTH, "Nguyễn Đình 😀"), Some("Nguyễn Đình 😀")),
        (label(1, BIRTH, " "), None),
        (number(33_283.0, 2), Some("14/02/1991")),
        (number(33_283.75, 3), Some("14/02/1991")),
        (number(28_915.0, 4), Some("03/1979")),
        (number(60.0, 2), Some("29/02/1900")),
        (number(33_283.0, 0), Some("33283")),
        (number(33_283.0, 999), Some("33283")),
        (number(807.0, 5), Some("0807")),
        (number(123_456_789_012.0, 0), Some("1.23457E+11")),
        (number(0.1 + 0.2, 1), Some("0.3")),
        (cell(RK, 1, BIRTH, 2, &packed((33_283 << 2) | 2)), Some("14/02/1991")),
        (cell(RK, 1, BIRTH, 0, &packed((12_345 << 2) | 3)), Some("123.45")),
        (cell(RK, 1, BIRTH, 0, &packed((-5_i32 << 2).cast_unsigned() | 2)), Some("-5")),
        (cell(RK, 1, BIRTH, 0, &packed(u32::try_from(1.5_f64.to_bits() >> 32).expect("half"))), Some("1.5")),
        (cell(BOOL_ERR, 1, BIRTH, 0, &[1, 0]), Some("TRUE")),
        (cell(BOOL_ERR, 1, BIRTH, 0, &[0, 0]), Some("FALSE")),
        (cell(BOOL_ERR, 1, BIRTH, 0, &[0x2a, 1]), Some("#N/A")),
        (cell(BOOL_ERR, 1, BIRTH, 0, &[0x07, 1]), Some("#DIV/0!")),
        // A row of packed numbers, of which two lie in other columns.
        (
            record(
                MUL_RK,
                &[&[1, 0, 2, 0][..], &[2, 0], &packed((33_283 << 2) | 2), &[0, 0], &packed(2), &[3, 0]].concat(),
            ),
            None,
        ),
    ];
    for (records, expected) in &cases[..cases.len() - 1] {
        assert_eq!(shown_with(&[], records).as_deref(), *expected, "{records:?}");
    }
    assert_eq!(shown_with(&record(DATE_1904, &[1, 0]), &number(31_821.0, 2)).as_deref(), Some("14/02/1991"));
}

#[test]
fn packed_numbers_fill_their_columns() {
    let packed = |value: i32| ((value << 2).cast_unsigned() | 2).to_le_bytes();
    let mut guest = GUEST;
    (guest[6], guest[7]) = ("", "");
    let numbers =
        record(MUL_RK, &[&[1, 0, 6, 0][..], &[0, 0], &packed(7_654_321), &[5, 0], &packed(807), &[7, 0]].concat());
    let file = accepted(&xls(&formats(), [labels(0, &HEADINGS), labels(1, &guest), numbers].concat()));
    assert_eq!(value(&file, 0, Field::DocumentNumber), Some("7654321"));
    assert_eq!(value(&file, 0, Field::Room), Some("0807"));
}

#[test]
fn formulas_are_listed_and_their_results_not_used() {
    let text_follows = formula([0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    let cases = [
        (formula(33_283.0_f64.to_le_bytes()), true),
        ([text_follows.clone(), record(STRING, &text("14/02/1991"))].concat(), true),
        ([text_follows.clone(), record(STRING, &text("  "))].concat(), false),
        (text_follows, true),
        (formula([1, 0, 1, 0, 0, 0, 0xff, 0xff]), true),
        (formula([3, 0, 0, 0, 0, 0, 0xff, 0xff]), false),
    ];
    for (records, listed) in cases {
        let file = accepted(&xls(&formats(), guest_with_birth(&records)));
        assert_eq!(value(&file, 0, Field::DateOfBirth), None);
        assert_eq!(file.rows[0].formulas.contains(&Field::DateOfBirth), listed, "{records:?}");
    }
}

#[test]
fn shared_strings_go_on_in_other_records() {
    let shared = cell(LABEL_SST, 1, BIRTH, 0, &1_u32.to_le_bytes());
    let head = |count: u32| [count.to_le_bytes(), count.to_le_bytes()].concat();
    let narrow = |units: u16, options: u8, rest: &[u8]| [&units.to_le_bytes()[..], &[options], rest].concat();
    let first = narrow(1, 0, b"x");
    let wide: Vec<u8> = "ẠẢ".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (record(SST, &[head(2), first.clone(), narrow(3, 0, b"ABC")].concat()), "ABC"),
        // Claimed far beyond what is there is refused elsewhere; claimed runs and guides are passed over.
        (record(SST, &[head(2), first.clone(), narrow(2, 8, &[1, 0, b'A', b'B', 9, 9, 9, 9])].concat()), "AB"),
        (record(SST, &[head(2), first.clone(), narrow(2, 4, &[3, 0, 0, 0, b'A', b'B', 7, 7, 7])].concat()), "AB"),
        // Cut between two strings.
        ([record(SST, &[head(2), first.clone()].concat()), record(CONTINUE, &narrow(2, 0, b"AB"))].concat(), "AB"),
        // Cut within the characters: narrow to wide, wide to narrow.
        (
            [
                record(SST, &[head(2), first.clone(), narrow(4, 0, b"AB")].concat()),
                record(CONTINUE, &[&[1], &wide[..]].concat()),
            ]
            .concat(),
            "ABẠẢ",
        ),
        (
            [
                record(SST, &[head(2), first.clone(), narrow(4, 1, &wide)].concat()),
                record(CONTINUE, &[0, b'A']),
                record(CONTINUE, &[0, b'B']),
            ]
            .concat(),
            "ẠẢAB",
        ),
        // Cut within the runs.
        (
            [
                record(SST, &[head(2), narrow(1, 8, &[1, 0, b'x', 9])].concat()),
                record(CONTINUE, &[&[9, 9, 9][..], &narrow(2, 0, b"AB")].concat()),
            ]
            .concat(),
            "AB",
        ),
    ];
    for (strings, expected) in cases {
        assert_eq!(shown_with(&strings, &shared).as_deref(), Some(expected), "{strings:?}");
    }
}

#[test]
fn long_texts_are_cut_to_one_character_too_many() {
    let long = "ạ".repeat(3_000);
    assert_eq!(shown_with(&[], &label(1, BIRTH, &long)).map(|it| it.chars().count()), Some(501));
    let emoji = "😀".repeat(4_000);
    assert_eq!(shown_with(&[], &label(1, BIRTH, &emoji)).map(|it| it.chars().count()), Some(501));
}

#[test]
fn cells_in_any_order_make_rows() {
    let columns: Vec<u8> = (0..12_u16)
        .rev()
        .flat_map(|column| {
            let at = usize::from(column);
            [label(5, column, GUEST[at]), label(4, column, GUEST[at]), label(2, column, HEADINGS[at])].concat()
        })
        .collect();
    let file = accepted(&xls(&[], columns));
    assert_eq!(references(&file), ["5", "6"]);
    assert_eq!(value(&file, 1, Field::PermittedStayUntil), Some("20/12/2026"));
}

#[test]
fn hidden_sheets_and_charts_are_passed_over() {
    let guests = [labels(0, &HEADINGS), labels(1, &GUEST)].concat();
    let mut other = GUEST;
    other[1] = "HIDDEN GUEST";
    let hidden = [labels(0, &HEADINGS), labels(1, &other)].concat();
    let chart = [record(BOF, &[0, 6, 0x20, 0]), label(1, 1, "IN A CHART"), record(EOF, &[])].concat();
    let visible = [labels(0, &HEADINGS), chart, labels(1, &GUEST)].concat();
    let bytes = compound(&[("Workbook", &stream(&[], &[("KBTT", 1, hidden.clone()), ("Sheet2", 0, visible)]))]);
    let file = accepted(&bytes);
    assert_eq!(value(&file, 0, Field::FullName), Some("NAKAMURA YUI"));
    let two = compound(&[("Workbook", &stream(&[], &[("a", 0, guests.clone()), ("b", 0, hidden)]))]);
    assert_eq!(refused(&two), refusal(RefusalReason::WrongTemplate, "sheet 2!A1"));
    let vietnamese = stream(&[], &[("DS_KHACH_VIET_NAM_LUU_TRU", 0, Vec::new())]);
    assert_eq!(
        refused(&compound(&[("Workbook", &vietnamese)])),
        refusal(RefusalReason::WrongTemplate, "DS_KHACH_VIET_NAM_LUU_TRU")
    );
}

#[test]
fn the_older_generation_is_read_in_its_code_page() {
    let bytes_of = |text: &[u8]| [&u16::try_from(text.len()).expect("short").to_le_bytes()[..], text].concat();
    let row = |row: u16, texts: &[&[u8]]| -> Vec<u8> {
        (0..).zip(texts).flat_map(|(column, text)| cell(LABEL, row, column, 0, &bytes_of(text))).collect()
    };
    let headings: [&[u8]; 6] = [b"Full name", b"DOB", b"Nationality", b"Passport", b"Arrival", b"Room"];
    // In Windows-1258, tone marks follow their letters.
    let guest: [&[u8]; 6] = [b"L\xea\xcc \xd0ao", b"14/02/1991", b"JPN", b"TR1234567", b"22/11/2026", b"0807"];
    let sheet = [row(0, &headings), row(1, &guest)].concat();
    let with_page = |page: u16, sheet: &[u8]| {
        compound(&[("Book", &stream_5(&record(CODE_PAGE, &page.to_le_bytes()), &[("KBTT", 0, sheet.to_vec())]))])
    };
    let file = accepted(&with_page(1258, &sheet));
    assert_eq!(value(&file, 0, Field::FullName), Some("L\u{ea}\u{300} Đao".replace("\u{ea}\u{300}", "ề").as_str()));
    let unassigned = [row(0, &headings), row(1, &[b"A\x81"])].concat();
    assert_eq!(refused(&with_page(1258, &unassigned)), refusal(RefusalReason::BadEncoding, "KBTT!A2"));
    // The same bytes are other letters there: Ren\xe9 would be RenΘ in 437 and RenÚ in 850.
    for page in [7, 437, 850, 10_000] {
        assert_eq!(refused(&with_page(page, &sheet)), refusal(RefusalReason::BadEncoding, "workbook"), "{page}");
    }
    let plain = [row(0, &headings), row(1, &[&b"REN"[..], guest[1], guest[2], guest[3], guest[4], guest[5]])].concat();
    let unnamed = |sheet: &[u8]| compound(&[("Book", &stream_5(&[], &[("KBTT", 0, sheet.to_vec())]))]);
    for (bytes, letters) in [(with_page(367, &plain), with_page(367, &sheet)), (unnamed(&plain), unnamed(&sheet))] {
        assert_eq!(value(&accepted(&bytes), 0, Field::FullName), Some("REN"));
        assert_eq!(refused(&letters), refusal(RefusalReason::BadEncoding, "KBTT!A2"));
    }
}

#[test]
fn numbers_do_not_go_on_beyond_the_last_column() {
    let guests = [labels(0, &HEADINGS), labels(1, &GUEST)].concat();
    let numbers = |first: u16, count: usize| {
        let place = [2_u16.to_le_bytes(), first.to_le_bytes()].concat();
        record(MUL_RK, &[place, [0, 0, 2, 0, 0, 0].repeat(count), u16::MAX.to_le_bytes().to_vec()].concat())
    };
    let with = |numbers: Vec<u8>| xls(&[], [guests.clone(), numbers].concat());
    assert_eq!(kinds(&accepted(&with(numbers(u16::MAX, 1)))), [RowKind::Guest]);
    assert_eq!(refused(&with(numbers(u16::MAX, 2))), refusal(RefusalReason::CorruptFile, "KBTT!CRXP3"));
    assert_eq!(refused(&with(numbers(60_000, 6_000))).0, RefusalReason::CorruptFile);
}

#[test]
fn a_stream_without_a_compound_file_is_read() {
    let guests = [labels(0, &HEADINGS), labels(1, &GUEST)].concat();
    assert_eq!(kinds(&accepted(&stream(&[], &[("KBTT", 0, guests)]))), [RowKind::Guest]);
}

#[test]
fn what_is_not_a_workbook_or_locked_is_named() {
    let guests = || [labels(0, &HEADINGS), labels(1, &GUEST)].concat();
    let cases = [
        (compound(&[("EncryptedPackage", b"x"), ("EncryptionInfo", b"x")]), "encrypted"),
        (xls(&record(FILE_PASS, &[0; 6]), guests()), "encrypted"),
        (compound(&[("WordDocument", b"x")]), "doc"),
        (compound(&[("PowerPoint Document", b"x")]), "ppt"),
        (compound(&[("Contents", b"x")]), "ole"),
        (b"\x09\x02\x06\x00\x00\x00\x10\x00\x00\x00".to_vec(), "xls"),
    ];
    for (bytes, what) in cases {
        assert_eq!(refused(&bytes), refusal(RefusalReason::UnknownFormat, what));
    }
}

#[test]
fn damaged_workbooks_are_corrupt_and_located() {
    let guests = [labels(0, &HEADINGS), labels(1, &GUEST)].concat();
    let good = xls(&[], guests.clone());
    accepted(&good);
    let shared = |index: u32| [guests.clone(), cell(LABEL_SST, 2, 1, 0, &index.to_le_bytes())].concat();
    let sst =
        |claimed: u32, rest: &[u8]| record(SST, &[&claimed.to_le_bytes()[..], &claimed.to_le_bytes(), rest].concat());
    let cases = [
        (xls(&[], shared(0)), Some("KBTT!B3")),
        (xls(&sst(4_000_000_000, b"\x01\0\0x"), shared(0)), Some("shared strings")),
        (xls(&sst(1, b"\xff\xff\0x"), shared(0)), Some("shared strings")),
        (xls(&sst(1, b"\x01\0\x08\xff\xffx"), shared(0)), Some("shared strings")),
        (xls(&sst(1, b"\x01\0\x04\xff\xff\xff\xffx"), shared(0)), Some("shared strings")),
        (xls(&sst(1, b"\x01\0\x01\0\xd8"), shared(0)), Some("shared strings")),
        (xls(&sst(1, b"\x01\0\0\0"), shared(0)), Some("KBTT!B3")),
        (xls(&[], [guests.clone(), label(1, 1, "ANOTHER NAME")].concat()), Some("KBTT!B2")),
        (xls(&[], [guests.clone(), cell(NUMBER, 2, 1, 0, &f64::NAN.to_le_bytes())].concat()), Some("KBTT!B3")),
        (xls(&[], [guests.clone(), record(NUMBER, &at(2, 1, 0))].concat()), Some("KBTT!B3")),
        (xls(&[], [guests.clone(), record(NUMBER, &[1])].concat()), Some("KBTT")),
        (xls(&[], [guests.clone(), record(BOF, &[])].concat()), Some("KBTT")),
        (compound(&[("Workbook", b"")]), Some("workbook")),
        (compound(&[("Workbook", b"\x09\x08\x10\x00")]), Some("workbook")),
        (compound(&[("Workbook", &stream(&[], &[])[..20])]), Some("workbook")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest".to_vec(), None),
        (good[..good.len() / 2].to_vec(), None),
    ];
    for (index, (bytes, place)) in cases.into_iter().enumerate() {
        assert_eq!(refused(&bytes), (RefusalReason::CorruptFile, place.map(str::to_owned)), "case {index}");
    }
    // A repeated cell that says the same twice is no damage.
    accepted(&xls(&[], [guests.clone(), label(1, 1, GUEST[1])].concat()));
}

#[test]
fn sheets_cannot_share_their_records() {
    let guests = [labels(0, &HEADINGS), labels(1, &GUEST)].concat();
    // The first sheet does not end where the second begins: it would be read twice.
    let nested = [guests.clone(), record(BOF, &[0, 6, 0x10, 0])].concat();
    let bytes = compound(&[("Workbook", &stream(&[], &[("a", 0, nested), ("b", 0, guests.clone())]))]);
    assert_eq!(refused(&bytes).0, RefusalReason::CorruptFile);
    let mut twice = stream(&[], &[("a", 0, guests.clone()), ("b", 0, guests)]);
    let bound: Vec<usize> =
        twice.windows(2).enumerate().filter(|(_, it)| **it == BOUND_SHEET.to_le_bytes()).map(|it| it.0).collect();
    twice.copy_within(bound[0] + 4..bound[0] + 8, bound[1] + 4);
    assert_eq!(refused(&compound(&[("Workbook", &twice)])), refusal(RefusalReason::CorruptFile, "workbook"));
}

#[test]
fn loops_of_sectors_are_corrupt() {
    // The file allocation table, whose sector numbers are made to point at each other.
    let guests = [labels(0, &HEADINGS), labels(1, &GUEST), label(9, 9, &"x".repeat(4_000))].concat();
    let good = xls(&[], guests);
    let table =
        4096 + usize::try_from(u32::from_le_bytes([good[76], good[77], good[78], good[79]])).expect("small") * 4096;
    let mut loops = 0;
    for entry in 0..12 {
        for to in [0_u32, 1, 2, 3] {
            let mut bytes = good.clone();
            let place = table + entry * 4;
            bytes[place..place + 4].copy_from_slice(&to.to_le_bytes());
            if let Err(refusal) = read(&bytes, &Limits::default()) {
                assert!(matches!(refusal.reason, RefusalReason::CorruptFile | RefusalReason::UnknownFormat));
                loops += 1;
            }
        }
    }
    assert!(loops > 10, "{loops}");
}

#[test]
fn sheets_cells_and_strings_are_limited() {
    let guests = [labels(0, &HEADINGS), labels(1, &GUEST)].concat();
    let two = compound(&[("Workbook", &stream(&[], &[("KBTT", 0, guests.clone()), ("b", 0, Vec::new())]))]);
    let cases = [
        (two, Limits { sheets: 1, ..Limits::default() }, "workbook"),
        (xls(&[], guests.clone()), Limits { cells: 20, ..Limits::default() }, "KBTT"),
        (
            xls(&record(SST, b"\x03\0\0\0\x03\0\0\0\x01\0\0x\x01\0\0x\x01\0\0x"), guests.clone()),
            Limits { cells: 2, ..Limits::default() },
            "shared strings",
        ),
        (
            xls(&[], [guests, labels(2, &GUEST), labels(3, &GUEST)].concat()),
            Limits { rows: 2, ..Limits::default() },
            "KBTT!A4",
        ),
    ];
    for (bytes, limits, place) in cases {
        let refusal = read(&bytes, &limits).expect_err("refused");
        assert_eq!((refusal.reason, refusal.location.as_deref()), (RefusalReason::TooLarge, Some(place)));
    }
}
