//! What cells of every kind are read as.

use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook};

use crate::features::declarations::import::tests::build::{
    Extras, GUEST, HEADINGS, SAMPLE, accepted, book, book_with, guest_with, refusal, refused, row, under_heading, value,
};
use crate::features::declarations::import::{Field, RefusalReason, RowKind};

const STYLES: &str = "<styleSheet><numFmts>\
    <numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\"/>\
    <numFmt numFmtId=\"165\" formatCode=\"mm/yyyy\"/>\
    <numFmt numFmtId=\"166\" formatCode=\"yyyy\"/>\
    <numFmt numFmtId=\"167\" formatCode=\"0000\"/>\
    <numFmt numFmtId=\"168\" formatCode=\"[$-42A]dd\\-mm\\-yyyy\\ hh:mm;@\"/>\
    <numFmt numFmtId=\"169\" formatCode=\"&quot;P. &quot;0\"/>\
    <numFmt numFmtId=\"171\" formatCode=\"[h]:mm\"/>\
    <numFmt numFmtId=\"170\" formatCode=\"[Red]General\"/>\
    </numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>\
    <xf numFmtId=\"0\"/><xf numFmtId=\"49\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/>\
    <xf numFmtId=\"165\"/><xf numFmtId=\"166\"/><xf numFmtId=\"167\"/><xf numFmtId=\"168\"/>\
    <xf numFmtId=\"17\"/><xf numFmtId=\"1\"/><xf numFmtId=\"11\"/><xf numFmtId=\"169\"/>\
    <xf numFmtId=\"170\"/><xf numFmtId=\"2\"/><xf numFmtId=\"20\"/><xf numFmtId=\"171\"/></cellXfs></styleSheet>";

/// The text that a cell in column C is read as.
fn shown(cell: &str, properties: &str) -> Option<String> {
    let sheet = under_heading(&guest_with(2, &[('C', cell)]));
    let extras = Extras {
        workbook_properties: properties,
        styles: Some(STYLES),
        shared_strings: Some(
            "<sst count=\"4000000000\" uniqueCount=\"4000000000\"><si><t>plain</t></si>\
             <si><r><t>NAKA</t></r><r><rPr/><t xml:space=\"preserve\">MURA </t></r>\
             <rPh><t>なかむら</t></rPh></si><si><t>a_x000D_b_x0000_c_x41_</t></si><si/></sst>",
        ),
    };
    let file = accepted(&book_with(&[("KBTT", &sheet)], &extras));
    value(&file, 0, Field::DateOfBirth).map(str::to_owned)
}

#[test]
fn cells_show_what_the_user_sees() {
    let cases = [
        // Text of every kind.
        (" t=\"s\"><v>0</v></c>", Some("plain")),
        (" t=\"s\"><v>1</v></c>", Some("NAKAMURA ")),
        (" t=\"s\"><v>2</v></c>", Some("a\rb_x0000_c_x41_")),
        (" t=\"s\"><v>3</v></c>", None),
        (" t=\"s\"/>", None),
        (" t=\"inlineStr\"><is><r><t>A</t></r><r><t> B</t></r><rPh><t>x</t></rPh></is></c>", Some("A B")),
        (" t=\"inlineStr\"><is><t> =1+1 </t></is></c>", Some(" =1+1 ")),
        (" t=\"inlineStr\"><is><t>x &amp; &#x3C;y&gt;</t></is></c>", Some("x & <y>")),
        (" t=\"inlineStr\"/>", None),
        (" t=\"str\"><v>text</v></c>", Some("text")),
        (" t=\"e\"><v>#N/A</v></c>", Some("#N/A")),
        (" t=\"b\"><v>1</v></c>", Some("TRUE")),
        (" t=\"d\"><v>2026-11-22T00:00:00</v></c>", Some("22/11/2026")),
        (" t=\"d\"><v>2026-11-22</v></c>", Some("22/11/2026")),
        (" t=\"d\"><v>soon</v></c>", Some("soon")),
        (" t=\"unheard\"><v>7</v></c>", Some("7")),
        ("><v></v></c>", None),
        ("/>", None),
        // Numbers.
        ("><v>12345678</v></c>", Some("12345678")),
        ("><v>301.0</v></c>", Some("301")),
        ("><v>0</v></c>", Some("0")),
        ("><v>-3</v></c>", Some("-3")),
        ("><v>0807</v></c>", Some("807")),
        ("><v>301.5</v></c>", Some("301.5")),
        ("><v>0.1</v></c>", Some("0.1")),
        ("><v>0.30000000000000004</v></c>", Some("0.3")),
        ("><v>12345678901</v></c>", Some("12345678901")),
        ("><v>123456789012</v></c>", Some("1.23457E+11")),
        ("><v>1.23456789012E11</v></c>", Some("1.23457E+11")),
        ("><v>1E+20</v></c>", Some("1E+20")),
        ("><v>0.00001</v></c>", Some("0.00001")),
        ("><v>0.0000123456789</v></c>", Some("1.23457E-05")),
        ("><v>1e999</v></c>", Some("1e999")),
        ("><v>NaN</v></c>", Some("NaN")),
        ("><v>abc</v></c>", Some("abc")),
        (" s=\"1\"><v>46348</v></c>", Some("46348")),
        (" s=\"6\"><v>807</v></c>", Some("0807")),
        (" s=\"9\"><v>123456789012</v></c>", Some("123456789012")),
        (" s=\"9\"><v>301.7</v></c>", Some("302")),
        (" s=\"10\"><v>123456789012</v></c>", Some("1.23E+11")),
        (" s=\"11\"><v>301</v></c>", Some("301")),
        (" s=\"12\"><v>301</v></c>", Some("301")),
        (" s=\"13\"><v>301</v></c>", Some("301")),
        (" s=\"999\"><v>301</v></c>", Some("301")),
        (" s=\"-1\"><v>301</v></c>", Some("301")),
        // Dates.
        (" s=\"2\"><v>46348</v></c>", Some("22/11/2026")),
        (" s=\"3\"><v>46348.75</v></c>", Some("22/11/2026")),
        (" s=\"7\"><v>46348.75</v></c>", Some("22/11/2026")),
        (" s=\"3\"><v>1</v></c>", Some("01/01/1900")),
        (" s=\"3\"><v>59</v></c>", Some("28/02/1900")),
        (" s=\"3\"><v>60</v></c>", Some("29/02/1900")),
        (" s=\"3\"><v>61</v></c>", Some("01/03/1900")),
        (" s=\"3\"><v>2958465</v></c>", Some("31/12/9999")),
        (" s=\"3\"><v>2958466</v></c>", Some("2958466")),
        (" s=\"3\"><v>0</v></c>", Some("0")),
        (" s=\"3\"><v>-5</v></c>", Some("-5")),
        (" s=\"3\"><v>22/11/2026</v></c>", Some("22/11/2026")),
        (" s=\"4\"><v>28915</v></c>", Some("03/1979")),
        (" s=\"8\"><v>28915</v></c>", Some("03/1979")),
        (" s=\"5\"><v>24108</v></c>", Some("1966")),
        (" s=\"14\"><v>0.5</v></c>", Some("0.5")),
        (" s=\"15\"><v>46348</v></c>", Some("46348")),
    ];
    for (cell, expected) in cases {
        assert_eq!(shown(cell, "").as_deref(), expected, "{cell}");
    }
}

#[test]
fn the_1904_base_is_honoured() {
    let properties = "<workbookPr date1904=\"1\"/>";
    let cases = [
        (" s=\"3\"><v>44886</v></c>", "22/11/2026"),
        (" s=\"3\"><v>0</v></c>", "01/01/1904"),
        (" s=\"3\"><v>60</v></c>", "01/03/1904"),
        ("><v>44886</v></c>", "44886"),
    ];
    for (cell, expected) in cases {
        assert_eq!(shown(cell, properties).as_deref(), Some(expected), "{cell}");
    }
}

#[test]
fn formulas_are_listed_and_their_results_not_used() {
    let formula = "><f>TODAY()</f><v>46348</v></c>";
    let text = " t=\"str\"><f>UPPER(\"x\")</f><v>X</v></c>";
    let error = " t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>";
    let sheet = under_heading(&guest_with(2, &[('I', formula), ('B', text), ('H', error), ('A', formula)]));
    let file = accepted(&book(&[("KBTT", &sheet)]));
    assert_eq!(file.rows[0].formulas, [Field::FullName, Field::Room, Field::ArrivedOn]);
    assert_eq!(file.rows[0].original.len(), 7);
    assert_eq!(value(&file, 0, Field::Room), None);
}

#[test]
fn results_of_array_formulas_are_formulas() {
    let rows = guest_with(2, &[('G', "><f t=\"array\" ref=\"G2:H3\">N2:O3</f><v>1</v></c>")])
        + &guest_with(3, &[])
        + &guest_with(4, &[('K', "><f t=\"shared\" si=\"4294967295\"/><v>1</v></c>")]);
    let file = accepted(&book(&[("KBTT", &under_heading(&rows))]));
    assert_eq!(file.rows[0].formulas, [Field::DocumentNumber, Field::Room]);
    assert_eq!(file.rows[1].formulas, [Field::DocumentNumber, Field::Room]);
    assert_eq!(file.rows[2].formulas, [Field::DepartedOn]);
}

#[test]
fn long_cells_are_cut_to_one_character_too_many() {
    let long = "ạ".repeat(40_000);
    let mut guest = GUEST;
    guest[1] = &long;
    let rows = row(2, &guest);
    let file = accepted(&book(&[("KBTT", &under_heading(&rows))]));
    assert_eq!(file.rows[0].original[&Field::FullName].chars().count(), 501);
}

#[test]
fn cells_without_references_follow_each_other() {
    let cells: String = GUEST.iter().map(|text| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")).collect();
    let rows = format!("<row>{cells}</row><row/><row>{cells}</row>");
    let file = accepted(&book(&[("KBTT", &under_heading(&rows))]));
    assert_eq!(file.rows[0].reference, "2");
    assert_eq!(file.rows[1].reference, "4");
    assert_eq!(value(&file, 1, Field::PermittedStayUntil), Some("20/12/2026"));
}

#[test]
fn false_references_are_corrupt_and_located() {
    let cases = [
        ("<row r=\"2\"><c r=\"B3\"/></row>", "KBTT!A2"),
        ("<row r=\"2\"><c r=\"B\"/></row>", "KBTT!A2"),
        ("<row r=\"2\"><c r=\"XFE2\"/></row>", "KBTT!A2"),
        ("<row r=\"2\"><c r=\"ZZZZZZZ2\"/></row>", "KBTT!A2"),
        ("<row r=\"1048577\"/>", "KBTT"),
        ("<row r=\"99999999999999999999\"/>", "KBTT"),
        ("<row r=\"-1\"/>", "KBTT"),
        ("<row r=\"3\"/><row r=\"2\"/>", "KBTT"),
        ("<row r=\"1\"/>", "KBTT"),
        ("<row r=\"2\"><c r=\"B2\"><v>1</v></c><c r=\"B2\"><v>2</v></c></row>", "KBTT!B2"),
        ("<row r=\"2\"><c r=\"C2\" t=\"s\"><v>0</v></c></row>", "KBTT!C2"),
        ("<row r=\"2\"><c r=\"C2\" t=\"s\"><v>-1</v></c></row>", "KBTT!C2"),
        ("<row r=\"2\"><c r=\"C2\"><v>&#0;</v></c></row>", "KBTT!C2"),
        ("<row r=\"2\"><c r=\"C2\"><v>A & B</v></c></row>", "KBTT!C2"),
        ("<row r=\"2\"><c r=\"C2\"><f t=\"array\" ref=\"?\"/></c></row>", "KBTT!C2"),
        ("<row r=\"2\"><c r=\"C2\"><v>1</c></row>", "KBTT!C2"),
    ];
    for (rows, place) in cases {
        let bytes = book(&[("KBTT", &under_heading(rows))]);
        assert_eq!(refused(&bytes), refusal(RefusalReason::CorruptFile, place), "{rows}");
    }
}

#[test]
fn workbooks_of_a_spreadsheet_program_are_read() {
    let mut workbook = Workbook::new();
    let lookup = workbook.add_worksheet();
    lookup.set_name("Lookup").expect("name");
    lookup.write(0, 0, "JPN - Japan").expect("cell");
    let sheet = workbook.add_worksheet();
    sheet.set_name("KBTT").expect("name");
    let bold = CellFormat::new().set_bold();
    sheet.merge_range(0, 0, 0, 11, "", &bold).expect("merged title");
    sheet.write_rich_string(0, 0, &[(&bold, "DANH SÁCH\n"), (&CellFormat::new(), "KHÁCH")]).expect("rich title");
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write(1, column, heading).expect("heading");
        sheet.write(2, column, SAMPLE[usize::from(column)]).expect("sample");
        sheet.write(3, column, GUEST[usize::from(column)]).expect("guest");
    }
    let date = CellFormat::new().set_num_format("dd/mm/yyyy");
    let birth = ExcelDateTime::from_ymd(1991, 2, 14).expect("date");
    sheet.write_with_format(3, 2, &birth, &date).expect("date");
    sheet.write(3, 7, 807.0).expect("room");
    sheet.write(3, 6, 123_456_789_012_f64).expect("passport");
    sheet.write_formula(3, 10, Formula::new("=J4").set_result("26/11/2026")).expect("formula");
    sheet.write(5, 0, "Tổng cộng: 1").expect("total");
    let bytes = workbook.save_to_buffer().expect("workbook");

    let file = accepted(&bytes);
    let kinds: Vec<RowKind> = file.rows.iter().map(|row| row.kind).collect();
    assert_eq!(kinds, [RowKind::Sample, RowKind::Guest, RowKind::Total]);
    assert_eq!(value(&file, 1, Field::DateOfBirth), Some("14/02/1991"));
    assert_eq!(value(&file, 1, Field::Room), Some("807"));
    assert_eq!(value(&file, 1, Field::DocumentNumber), Some("1.23457E+11"));
    assert_eq!(value(&file, 1, Field::DepartedOn), None);
    assert_eq!(file.rows[1].formulas, [Field::DepartedOn]);
}
