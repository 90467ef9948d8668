//! Finding the guest sheet and its heading.

use crate::features::declarations::import::tests::build::{
    FIELDS, GUEST, HEADINGS, SAMPLE, accepted, book, kinds, references, refusal, refused, row, sheet, value, worksheet,
};
use crate::features::declarations::import::{Field, Format, RefusalReason, RowKind};

const TITLE: &[&str] = &["DANH SÁCH KHÁCH NƯỚC NGOÀI\nKHAI BÁO TẠM TRÚ"];

fn one(rows: &[&[&str]]) -> Vec<u8> {
    book(&[("KBTT", &sheet(rows))])
}

fn with_heading(column: usize, heading: &'static str) -> [&'static str; 12] {
    let mut headings = HEADINGS;
    headings[column] = heading;
    headings
}

#[test]
fn every_column_has_its_field() {
    let mut guest = GUEST;
    guest[10] = "25/11/2026";
    let file = accepted(&one(&[TITLE, &HEADINGS, &guest]));
    assert_eq!(file.format, Format::KbttWorkbook12);
    assert_eq!(references(&file), ["3"]);
    for (field, text) in FIELDS.iter().zip(&guest[1..]) {
        assert_eq!(value(&file, 0, *field), Some(*text));
    }
    assert_eq!(file.rows[0].original.len(), 11);
}

#[test]
fn eleven_columns_are_the_older_version() {
    let mut headings = HEADINGS;
    headings[9] = "NGÀY ĐI DỰ KIẾN";
    let file = accepted(&one(&[TITLE, &headings[..11], &GUEST[..11]]));
    assert_eq!(file.format, Format::KbttWorkbook11);
    assert_eq!(value(&file, 0, Field::ExpectedDepartureOn), Some("26/11/2026"));
}

#[test]
fn headings_are_folded() {
    let cases = [
        (1, "Họ và tên (*)", Field::FullName),
        (1, "  họ   tên * ", Field::FullName),
        (1, "HỌ TÊN\nFULL NAME", Field::FullName),
        (1, "Họ tên / Full name", Field::FullName),
        (1, "ho_ten", Field::FullName),
        (1, "HO\u{323} TE\u{302}N", Field::FullName),
        (2, "NGÀY SINH (dd/MM/yyyy)", Field::DateOfBirth),
        (2, "Ngày, tháng, năm sinh", Field::DateOfBirth),
        (5, "Quốc tịch:", Field::Nationality),
        (8, "NGÀY ÐẾN", Field::ArrivedOn),
        (8, "NGÀY\nĐẾN", Field::ArrivedOn),
        (9, "NGÀY ÐI DỰ KIẾN", Field::ExpectedDepartureOn),
        (11, "Thời hạn tạm trú", Field::PermittedStayUntil),
    ];
    for (column, heading, field) in cases {
        let file = accepted(&one(&[&with_heading(column, heading), &GUEST]));
        assert_eq!(value(&file, 0, field), Some(GUEST[column]), "{heading}");
        assert_eq!(references(&file), ["2"], "{heading}");
    }
}

#[test]
fn moved_and_extra_columns_are_followed() {
    let order = [6, 1, 11, 0, 2, 3, 4, 5, 7, 8, 9, 10];
    let moved = |row: &[&'static str; 12]| order.map(|column| row[column]);
    let mut headings = moved(&HEADINGS).to_vec();
    let mut guest = moved(&GUEST).to_vec();
    headings.insert(4, "GHI CHÚ");
    guest.insert(4, "VIP");
    let file = accepted(&one(&[&headings, &guest]));
    for (field, text) in FIELDS.iter().zip(&GUEST[1..]) {
        assert_eq!(value(&file, 0, *field).unwrap_or_default(), *text);
    }
}

#[test]
fn the_heading_may_stand_as_low_as_row_30() {
    let at = |number: usize| {
        let rows = row(number, &HEADINGS) + &row(number + 1, &GUEST);
        book(&[("KBTT", &worksheet(&rows))])
    };
    assert_eq!(references(&accepted(&at(30))), ["31"]);
    assert_eq!(refused(&at(31)), (RefusalReason::WrongTemplate, None));
}

#[test]
fn two_heading_rows_are_merged() {
    let group = ["STT", "KHÁCH", "", "", "", "", "", "SỐ PHÒNG", "NGÀY", "", "NGÀY", "THỜI HẠN"];
    let below = [
        "",
        "HỌ TÊN",
        "NGÀY SINH",
        "ĐÚNG ĐẾN",
        "GIỚI TÍNH",
        "QUỐC TỊCH",
        "SỐ HỘ CHIẾU",
        "",
        "ĐẾN",
        "ĐI DỰ KIẾN",
        "TRẢ PHÒNG",
        "TẠM TRÚ",
    ];
    let file = accepted(&one(&[TITLE, &group, &below, &GUEST]));
    assert_eq!(references(&file), ["4"]);
    for (field, text) in FIELDS.iter().zip(&GUEST[1..]) {
        assert_eq!(value(&file, 0, *field).unwrap_or_default(), *text, "{field:?}");
    }
    let mut upper = HEADINGS;
    upper[11] = "THỜI HẠN ĐƯỢC PHÉP";
    let mut lower = [""; 12];
    lower[11] = "TẠM TRÚ TẠI VIỆT NAM";
    let file = accepted(&one(&[&upper, &lower, &GUEST]));
    assert_eq!(references(&file), ["3"]);
    assert_eq!(value(&file, 0, Field::PermittedStayUntil), Some("20/12/2026"));
}

#[test]
fn an_english_line_under_the_heading_is_not_a_guest() {
    let english = [
        "No.",
        "Full name",
        "Date of birth",
        "Birth precision",
        "Sex",
        "Nationality",
        "Passport No.",
        "Room",
        "Arrival date",
        "Expected departure",
        "Check-out",
        "Note",
    ];
    let file = accepted(&one(&[&HEADINGS, &english, &GUEST]));
    assert_eq!(references(&file), ["3"]);
}

#[test]
fn a_guest_right_below_a_noted_heading_stays_a_guest() {
    let mut headings = with_heading(2, "NGÀY SINH (dd/MM/yyyy)");
    headings[8] = "NGÀY ĐẾN (dd/MM/yyyy)";
    assert_eq!(references(&accepted(&one(&[&headings, &GUEST]))), ["2"]);
}

#[test]
fn a_repeated_heading_is_passed_over_and_another_one_refused() {
    let file = accepted(&one(&[&HEADINGS, &GUEST, &HEADINGS, &GUEST]));
    assert_eq!(kinds(&file), [RowKind::Guest, RowKind::Total, RowKind::Guest]);
    let mut swapped = HEADINGS;
    swapped.swap(8, 9);
    assert_eq!(refused(&one(&[&HEADINGS, &GUEST, &swapped, &GUEST])), refusal(RefusalReason::WrongTemplate, "KBTT!I3"));
}

#[test]
fn ambiguous_headings_are_refused_at_their_cell() {
    let twice = with_heading(10, "SỐ PHÒNG");
    assert_eq!(refused(&one(&[TITLE, &twice, &GUEST])), refusal(RefusalReason::WrongTemplate, "KBTT!K2"));
    let mut split = HEADINGS.to_vec();
    split.insert(2, "TÊN");
    assert_eq!(refused(&one(&[&split, &GUEST])), refusal(RefusalReason::WrongTemplate, "KBTT!C1"));
    let mut under = [""; 12];
    under[1] = "HỌ";
    under[2] = "TÊN";
    assert_eq!(refused(&one(&[&HEADINGS, &under, &GUEST])), refusal(RefusalReason::WrongTemplate, "KBTT!B2"));
}

#[test]
fn other_lists_are_refused_where_they_resemble() {
    let mut vietnamese = HEADINGS;
    vietnamese[11] = "Số giấy tờ (*)";
    assert_eq!(refused(&one(&[&vietnamese, &GUEST])), refusal(RefusalReason::WrongTemplate, "KBTT!A1"));
    let no_birth = with_heading(2, "GHI CHÚ");
    let named = book(&[("NGUYEN VAN A", &sheet(&[TITLE, &no_birth, &GUEST]))]);
    assert_eq!(refused(&named), refusal(RefusalReason::WrongTemplate, "sheet 1!A2"));
    assert_eq!(refused(&one(&[&["JPN - Japan"], &["KOR - Korea (South)"]])), (RefusalReason::WrongTemplate, None));
}

#[test]
fn the_guest_sheet_is_found_by_its_heading() {
    let guests = sheet(&[TITLE, &HEADINGS, &SAMPLE, &GUEST]);
    let lookup = sheet(&[&["JPN - Japan", "M - Nam", "D - Ngày"]]);
    let layouts: [&[(&str, &str)]; 5] = [
        &[("Lookup", &lookup), ("KBTT", &guests)],
        &[("KBTT", &guests), ("Lookup", &lookup)],
        &[("KBTT", &lookup), ("Khách", &guests)],
        &[("Sheet1", &guests)],
        &[("extracted", &lookup), ("KBTT", &guests)],
    ];
    for sheets in layouts {
        let file = accepted(&book(sheets));
        assert_eq!(kinds(&file), [RowKind::Sample, RowKind::Guest], "{sheets:?}");
    }
}

#[test]
fn of_several_guest_sheets_only_a_sure_one_is_taken() {
    let guests = sheet(&[&HEADINGS, &GUEST]);
    let more = sheet(&[&HEADINGS, &GUEST, &GUEST]);
    let empty = sheet(&[&HEADINGS, &SAMPLE]);
    let own = book(&[("Thang 11", &guests), ("kbtt", &more)]);
    assert_eq!(accepted(&own).rows.len(), 2);
    let filled = book(&[("KBTT", &empty), ("Thang 11", &more)]);
    assert_eq!(accepted(&filled).rows.len(), 2);
    let hidden = book(&[("old\" state=\"hidden", &guests), ("Thang 11", &more)]);
    assert_eq!(accepted(&hidden).rows.len(), 2);
    let unsure = book(&[("Thang 10", &guests), ("Thang 11", &more)]);
    assert_eq!(refused(&unsure), refusal(RefusalReason::WrongTemplate, "sheet 2!A1"));
    let none = book(&[("KBTT", &empty), ("Sheet2", &empty)]);
    assert_eq!(refused(&none), (RefusalReason::NoGuestRows, None));
}
