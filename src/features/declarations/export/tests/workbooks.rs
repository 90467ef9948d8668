//! The workbook: its layout, its cells, and what our reader makes of it.

use crate::features::declarations::{
    export::{
        FileFormat,
        tests::build::{anke, anna, labels, now, part, sean},
        write,
    },
    import::{Field, Format, Limits, RowKind, read},
};

fn book(format: FileFormat) -> Vec<u8> {
    write(format, &[anna(), sean(), anke()], &labels(), now()).expect("a workbook")
}

#[test]
fn sheets_title_headings_and_table_are_the_templates() {
    for (format, columns, last, heading) in [
        (FileFormat::Workbook12, 12, 'L', "THỜI GIAN DỰ KIẾN TẠM TRÚ TẠI CSLT"),
        (FileFormat::Workbook11, 11, 'K', "NGÀY ĐI DỰ KIẾN"),
    ] {
        let book = book(format);
        let names = part(&book, "xl/workbook.xml");
        assert!(names.find("name=\"Lookup\"") < names.find("name=\"KBTT\""), "{names}");
        let sheet = part(&book, "xl/worksheets/sheet2.xml");
        assert!(sheet.contains(&format!("<mergeCell ref=\"A1:{last}1\"/>")), "{sheet}");
        let table = part(&book, "xl/tables/table1.xml");
        assert!(table.contains("displayName=\"Table1\"") && table.contains(&format!("ref=\"A2:{last}6\"")), "{table}");
        assert_eq!(table.matches("<tableColumn ").count(), columns);
        for text in ["name=\"HỌ TÊN \"", "name=\"NGÀY ĐẾN \"", heading] {
            assert!(table.contains(text), "{text} in {table}");
        }
        let strings = part(&book, "xl/sharedStrings.xml");
        assert!(strings.contains("DANH SÁCH KHÁCH NƯỚC NGOÀI\n"), "{strings}");
        assert!(!part(&book, "docProps/core.xml").contains("root"));
    }
}

#[test]
fn every_cell_is_text_and_none_is_a_formula() {
    for format in [FileFormat::Workbook12, FileFormat::Workbook11] {
        let book = book(format);
        let styles = part(&book, "xl/styles.xml");
        let formats = styles.split("<cellXfs").nth(1).expect("cell formats");
        let formats: Vec<&str> = formats.split("</cellXfs>").next().expect("an end").split("<xf ").skip(1).collect();
        for sheet in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
            let cells = part(&book, sheet);
            assert!(!cells.contains("<f>") && !cells.contains("<f "), "{sheet} holds a formula");
            for cell in cells.split("<c r=\"").skip(1) {
                let head = cell.split('>').next().expect("a tag");
                let style = head.split("s=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("0");
                let style = formats[style.parse::<usize>().expect("a number")];
                assert!(style.starts_with("numFmtId=\"49\""), "{sheet} {head}: {style}");
                assert!(!cell.contains("<v>") || head.contains("t=\"s\""), "{sheet} {head} is no text");
            }
        }
    }
}

#[test]
fn our_reader_finds_the_guests_and_passes_over_the_sample() {
    for (format, expected) in
        [(FileFormat::Workbook12, Format::KbttWorkbook12), (FileFormat::Workbook11, Format::KbttWorkbook11)]
    {
        let file = read(&book(format), &Limits::default()).expect("a guest file");
        assert_eq!(file.format, expected);
        let kinds: Vec<RowKind> = file.rows.iter().map(|row| row.kind).collect();
        assert_eq!(kinds, [RowKind::Sample, RowKind::Guest, RowKind::Guest, RowKind::Guest]);
        let of = |row: usize, field| file.rows[row].original.get(&field).map(String::as_str);
        assert_eq!(of(1, Field::Room), Some("007"));
        assert_eq!(of(1, Field::DocumentNumber), Some("12E45678"));
        assert_eq!(of(1, Field::Nationality), Some("POL - Poland"));
        assert_eq!(of(1, Field::DepartedOn), None, "the plan is not copied into the check-out");
        assert_eq!(of(2, Field::Room), Some("=1+\"2\""));
        assert_eq!(of(2, Field::Nationality), Some("HKG"), "a label is never made up");
        assert_eq!(of(2, Field::DateOfBirth), Some("03/1979"));
        assert_eq!(of(3, Field::BirthPrecision), Some("Y - Năm"));
        assert!(file.rows.iter().all(|row| row.formulas.is_empty()));
    }
}

#[test]
fn the_lists_to_choose_from_cover_the_guests() {
    let sheet = part(&book(FileFormat::Workbook12), "xl/worksheets/sheet2.xml");
    for (range, list) in
        [("F3:F206", "Lookup!$A$1:$A$3"), ("E3:E206", "Lookup!$B$1:$B$2"), ("D3:D206", "Lookup!$C$1:$C$3")]
    {
        assert!(sheet.contains(range) && sheet.contains(list), "{range} {list}: {sheet}");
    }
}

#[test]
fn the_same_stays_make_the_same_bytes() {
    assert_eq!(book(FileFormat::Workbook12), book(FileFormat::Workbook12));
}
