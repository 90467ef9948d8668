//! The marked copy: the user's columns, the marks, and what our reader makes of it when it comes back.

use std::collections::BTreeMap;

use crate::{
    features::declarations::{
        export::{
            RefusedRow, ReportFinding,
            tests::build::{now, part},
            write_report,
        },
        import::{Field, FileColumn, Limits, RowKind, read},
        rules::catalogue::RULES,
    },
    kernel::finding::Finding,
    platform::lang::Lang,
};

fn finding(field: Option<Field>, blocks: bool, message: &str) -> ReportFinding {
    ReportFinding { field, blocks, message: message.to_owned(), suggestion: Some(format!("mend: {message}")) }
}

fn original(values: &[(Field, &str)]) -> BTreeMap<Field, String> {
    values.iter().map(|(field, value)| (*field, (*value).to_owned())).collect()
}

fn guest() -> BTreeMap<Field, String> {
    original(&[
        (Field::FullName, "KOWALCZYK ANNA"),
        (Field::DateOfBirth, "31/02/1988"),
        (Field::Sex, "F"),
        (Field::Nationality, "POL"),
        (Field::DocumentNumber, "0012E4567"),
        (Field::Room, "=HYPERLINK(\"x\")"),
        (Field::ArrivedOn, "22/11/2026"),
        (Field::ExpectedDepartureOn, "25/11/2026"),
    ])
}

fn refused(reference: &str, cells: &[&str], original: BTreeMap<Field, String>) -> RefusedRow {
    RefusedRow {
        reference: reference.to_owned(),
        place: format!("Row {reference}"),
        cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        original,
        findings: vec![
            finding(Some(Field::DateOfBirth), true, "no such day"),
            finding(Some(Field::PermittedStayUntil), false, "nobody said until when"),
            finding(None, true, "all of it"),
        ],
    }
}

fn column(heading: &str, field: Option<Field>) -> FileColumn {
    FileColumn { heading: heading.to_owned(), field }
}

/// An in-house list with columns of its own, in an order of its own.
fn own_columns() -> Vec<FileColumn> {
    vec![
        column("Booking", None),
        column("Passport No", Some(Field::DocumentNumber)),
        column("Guest name", Some(Field::FullName)),
        column("Lỗi / Errors", None),
        column("DOB", Some(Field::DateOfBirth)),
        column("Nationality", Some(Field::Nationality)),
        column("Arrival", Some(Field::ArrivedOn)),
    ]
}

const OWN_CELLS: [&str; 8] =
    ["=cmd|x", "0012E4567", "KOWALCZYK ANNA", "an old error", "31/02/1988", "POL", "22/11/2026", "beyond"];

#[test]
fn the_users_columns_stay_as_they_were() {
    let rows = [refused("7", &OWN_CELLS, guest())];
    let book = write_report(Some("Khách"), &own_columns(), &rows, now()).expect("a workbook");
    assert!(part(&book, "xl/workbook.xml").contains("name=\"Khách\""));
    let sheet = part(&book, "xl/worksheets/sheet1.xml");
    let strings = part(&book, "xl/sharedStrings.xml");
    assert!(!sheet.contains("<f>"), "no formula");
    assert!(strings.contains("=cmd|x") && strings.contains("beyond"));
    assert!(!strings.contains("an old error"), "marks of an earlier report make room");
    assert_eq!(strings.matches("Lỗi / Errors").count(), 1);
    assert!(strings.contains("Row 7\nno such day\nnobody said until when\nall of it"), "{strings}");
    // Columns A to G are the user's, H and I are ours.
    assert!(sheet.contains("r=\"I2\"") && !sheet.contains("r=\"J2\""), "{sheet}");
    let notes = part(&book, "xl/comments1.xml");
    assert!(notes.contains("ref=\"D2\"") && notes.contains("no such day\nmend: no such day"), "{notes}");
    assert_eq!(notes.matches("<comment ").count(), 1, "a value without a column has no cell to mark");

    let file = read(&book, &Limits::default()).expect("a guest file");
    assert_eq!(file.rows.len(), 1);
    assert_eq!((file.rows[0].kind, file.rows[0].reference.as_str()), (RowKind::Guest, "2"));
    assert_eq!(
        file.rows[0].original,
        original(&[
            (Field::FullName, "KOWALCZYK ANNA"),
            (Field::DateOfBirth, "31/02/1988"),
            (Field::Nationality, "POL"),
            (Field::DocumentNumber, "0012E4567"),
            (Field::ArrivedOn, "22/11/2026"),
        ])
    );
}

#[test]
fn without_columns_it_has_those_of_the_portal() {
    for sheet in [None, Some("a/b"), Some("")] {
        let book = write_report(sheet, &[], &[refused("4", &[], guest())], now()).expect("a workbook");
        assert!(part(&book, "xl/workbook.xml").contains("name=\"KBTT\""));
        let file = read(&book, &Limits::default()).expect("a guest file");
        assert_eq!(file.rows.len(), 1);
        assert_eq!(file.rows[0].original, guest(), "every value as the user wrote it");
        assert!(file.rows[0].formulas.is_empty());
        let notes = part(&book, "xl/comments1.xml");
        assert!(notes.contains("ref=\"C2\"") && notes.contains("ref=\"L2\""), "{notes}");
    }
}

#[test]
fn wrong_cells_are_coloured_by_the_gravest_finding() {
    let mut row = refused("4", &[], guest());
    row.findings.push(finding(Some(Field::DateOfBirth), false, "and odd"));
    let book = write_report(None, &[], &[row], now()).expect("a workbook");
    let sheet = part(&book, "xl/worksheets/sheet1.xml");
    let style = |cell: &str| -> String {
        let rest = sheet.split(&format!("<c r=\"{cell}\" s=\"")).nth(1).expect("a cell");
        rest.split('"').next().expect("a style").to_owned()
    };
    assert_eq!(style("B2"), style("D2"));
    assert!(style("C2") != style("B2") && style("L2") != style("B2") && style("C2") != style("L2"));
    assert!(part(&book, "xl/styles.xml").contains("FFFFC7CE"));
}

#[test]
fn notes_are_bounded_and_the_text_beside_goes_on() {
    let mut row = refused("4", &[], guest());
    row.findings.truncate(1);
    let rows = vec![row; 2_100];
    let book = write_report(None, &[], &rows, now()).expect("a workbook");
    assert_eq!(part(&book, "xl/comments1.xml").matches("<comment ").count(), 2_000);
    let sheet = part(&book, "xl/worksheets/sheet1.xml");
    let styles = |row: usize| -> Vec<String> {
        let cells = sheet.split(&format!("<row r=\"{row}\"")).nth(1).and_then(|rest| rest.split("</row>").next());
        let cells = cells.expect("a row").split(" s=\"").skip(1);
        cells.map(|rest| rest.split('"').next().expect("a style").to_owned()).collect()
    };
    assert_eq!(styles(2_101), styles(2), "rows without notes are coloured and explained all the same");
}

/// The reader tells guests from totals and signatures by their words; ours must not be taken for such.
#[test]
fn no_explanation_makes_a_guest_look_like_a_total() {
    for lang in [Lang::Vi, Lang::En] {
        let findings: Vec<ReportFinding> = RULES
            .iter()
            .map(|rule| {
                let (message, suggestion) = lang.finding(&Finding::block(rule.id, ""));
                ReportFinding { field: None, blocks: true, message, suggestion }
            })
            .collect();
        let alone = |findings: Vec<ReportFinding>| RefusedRow {
            reference: "9".to_owned(),
            place: lang.text("report.row", &BTreeMap::from([("row".to_owned(), "9".to_owned())])),
            cells: Vec::new(),
            original: original(&[(Field::FullName, "KOWALCZYK ANNA"), (Field::Room, "301")]),
            findings,
        };
        let mut rows: Vec<RefusedRow> = findings.iter().map(|finding| alone(vec![finding.clone()])).collect();
        rows.push(alone(findings));
        let book = write_report(None, &[], &rows, now()).expect("a workbook");
        let file = read(&book, &Limits::default()).expect("a guest file");
        let wrong: Vec<usize> = (0..rows.len())
            .filter(|index| file.rows.get(*index).is_none_or(|row| row.kind != RowKind::Guest))
            .collect();
        assert_eq!((file.rows.len(), wrong), (rows.len(), Vec::new()), "{lang:?}");
    }
}
