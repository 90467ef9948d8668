//! Which rows are guests.

use crate::features::declarations::import::tests::build::{
    GUEST, HEADINGS, SAMPLE, accepted, book, kinds, references, refused, sheet, under_heading, worksheet,
};
use crate::features::declarations::import::{RefusalReason, RowKind};

fn one(rows: &[&[&str]]) -> Vec<u8> {
    book(&[("KBTT", &sheet(rows))])
}

#[test]
fn samples_are_found_by_their_text_in_any_row() {
    let marked = |column: usize, text: &'static str| {
        let mut row = GUEST;
        row[column] = text;
        row
    };
    for sample in [
        SAMPLE,
        marked(1, " [Example] KIM MIN JI"),
        marked(0, "Mẫu dữ liệu"),
        marked(1, "MẪU DỮ LIỆU: NGUYEN VAN A"),
        marked(2, "dd/mm/yyyy"),
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)", "(12)"],
    ] {
        let file = accepted(&one(&[&HEADINGS, &GUEST, &sample, &GUEST]));
        let expected = [RowKind::Guest, RowKind::Sample, RowKind::Guest];
        assert_eq!(kinds(&file), expected, "{sample:?}");
    }
}

#[test]
fn a_guest_with_a_telling_name_is_a_guest() {
    for name in ["TEST MARIA", "TONG CONG MING", "CONG", "TOTAL", "GIAM DOC", "EXAMPLE JOHN", "NOTE ANNA"] {
        let mut guest = GUEST;
        guest[1] = name;
        let file = accepted(&one(&[&HEADINGS, &guest]));
        assert_eq!(kinds(&file), [RowKind::Guest], "{name}");
    }
    let only_a_name = accepted(&one(&[&HEADINGS, &GUEST, &["", "TONG WEI"]]));
    assert_eq!(kinds(&only_a_name), [RowKind::Guest, RowKind::Guest]);
}

#[test]
fn totals_and_signatures_are_counted_as_such() {
    let rows: [&[&str]; 10] = [
        &["Tổng cộng: 5 khách"],
        &["", "TỔNG CỘNG", "", "", "", "", "5"],
        &["Tổng", "", "", "", "", "", "", "12"],
        &["", "Ghi chú: khách đoàn"],
        &["", "", "", "", "", "", "Người lập biểu"],
        &["", "", "", "", "", "", "", "", "Đà Nẵng, ngày 22 tháng 11 năm 2026"],
        &["", "", "", "", "", "", "GIÁM ĐỐC", "", "", "Người khai"],
        &["", "(Ký, ghi rõ họ tên)"],
        &["Total", "", "", "", "", "", "", "3"],
        &["", "", "", "", "", "", "", "", "", "", "", "", "Kỳ", "Lễ tân"],
    ];
    for total in rows {
        let file = accepted(&one(&[&HEADINGS, &GUEST, total]));
        assert_eq!(kinds(&file), [RowKind::Guest, RowKind::Total], "{total:?}");
    }
}

#[test]
fn the_name_under_a_signature_belongs_to_it_and_later_guests_do_not() {
    let file = accepted(&one(&[
        &HEADINGS,
        &GUEST,
        &["", "Người lập", "", "", "", "", "", "", "Giám đốc"],
        &[],
        &["", "Nguyễn Văn A"],
        &GUEST,
    ]));
    assert_eq!(kinds(&file), [RowKind::Guest, RowKind::Total, RowKind::Total, RowKind::Guest]);
    assert_eq!(references(&file), ["2", "3", "5", "6"]);
}

#[test]
fn blank_rows_are_not_rows() {
    let numbered = ["7"];
    let spaced = ["", " ", "\u{a0}", "\t", "\u{200b}"];
    let mut noted = vec![""; 12];
    noted.push("Hotel X");
    let file = accepted(&one(&[&HEADINGS, &numbered, &spaced, &noted, &GUEST, &numbered]));
    assert_eq!(references(&file), ["5"]);
}

#[test]
fn no_guests_is_a_refusal() {
    for rows in [&[&HEADINGS[..]][..], &[&HEADINGS, &SAMPLE], &[&HEADINGS, &["Tổng cộng", "", "0"]]] {
        assert_eq!(refused(&one(rows)), (RefusalReason::NoGuestRows, None));
    }
    assert_eq!(refused(&book(&[("KBTT", &worksheet(""))])), (RefusalReason::WrongTemplate, None));
}

#[test]
fn formulas_filled_down_ahead_of_the_guests_are_not_rows() {
    let ahead = "<row r=\"3\"><c r=\"K3\"><f>J3</f><v>0</v></c></row>\
                 <row r=\"4\"><c r=\"B4\" t=\"str\"><f>UPPER(N4)</f><v></v></c></row>\
                 <row r=\"5\"><c r=\"B5\"><f>UPPER(N5)</f></c></row>";
    let rows = crate::features::declarations::import::tests::build::row(2, &GUEST) + ahead;
    let file = accepted(&book(&[("KBTT", &under_heading(&rows))]));
    assert_eq!(references(&file), ["2", "5"]);
}
