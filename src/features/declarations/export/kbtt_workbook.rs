//! Workbook with the sheets `Lookup` and `KBTT`, laid out like the template of the national portal.
//!
//! Every cell is text, dates included, and has the format of text, so that nothing is calculated, rounded or swapped when
//! the file is opened, mended and saved. The template's sample row stays in row 3: whether the portal finds it by its text
//! or by its place is not known, and a file without it could lose its first guest.
//!
//! The workbook is put together in memory. The writer's frugal mode would lay the guests in a temporary file, and
//! passports must not lie on a disk that nobody clears; 10,000 guests take some 30 MB.

use chrono::{DateTime, Utc};
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, IgnoreError,
    Table, TableColumn, TableStyle, Workbook, Worksheet, XlsxError,
};

use crate::features::declarations::{
    export::{
        ExportError, ExportStay,
        kbtt::{Column, PRECISIONS, SEXES},
        xml_text,
    },
    import::Field,
};

/// Row of the headings, from 0.
const HEADING_ROW: u32 = 1;
/// Row of the template's sample, from 0.
const SAMPLE_ROW: u32 = 2;
/// Rows below the guests in which the lists can still be chosen from.
const SPARE_ROWS: u32 = 200;

/// The template's sample, invented.
const SAMPLE: [&str; 12] = [
    "1",
    "[TEST] SAMPLE",
    "01/01/1990",
    "D - Ngày",
    "M - Nam",
    "KOR - Korea (South)",
    "A1234567",
    "101",
    "27/12/2025",
    "29/12/2025",
    "28/12/2025",
    "30/01/2026",
];

/// Writes the file.
pub(super) fn write(
    stays: &[ExportStay],
    columns: &[Column],
    labels: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<u8>, ExportError> {
    let mut workbook = new_workbook(now)?;
    write_lookup(workbook.add_worksheet(), labels)?;
    write_guests(workbook.add_worksheet(), stays, columns, labels)?;
    Ok(workbook.save_to_buffer()?)
}

/// An empty workbook that names no person and no computer.
pub(super) fn new_workbook(now: DateTime<Utc>) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(now.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(workbook)
}

/// The built-in format `@` of text: what is typed into such a cell stays as typed.
pub(super) fn text_format() -> Format {
    Format::new().set_num_format_index(49)
}

/// The format of headings.
pub(super) fn heading_format() -> Format {
    text_format()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_background_color(Color::RGB(0x00DD_EBF7))
        .set_font_color(Color::RGB(0x001F_3864))
}

fn write_lookup(sheet: &mut Worksheet, labels: &[String]) -> Result<(), XlsxError> {
    sheet.set_name("Lookup")?;
    let text = text_format();
    for (row, label) in (0..).zip(labels) {
        sheet.write_string_with_format(row, 0, xml_text(label), &text)?;
    }
    for (row, label) in (0..).zip(SEXES) {
        sheet.write_string_with_format(row, 1, label, &text)?;
    }
    for (row, label) in (0..).zip(PRECISIONS) {
        sheet.write_string_with_format(row, 2, label, &text)?;
    }
    for (column, width) in [(0, 44.0), (1, 12.0), (2, 12.0)] {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

fn write_guests(
    sheet: &mut Worksheet,
    stays: &[ExportStay],
    columns: &[Column],
    labels: &[String],
) -> Result<(), XlsxError> {
    sheet.set_name("KBTT")?.set_active(true);
    let text = text_format();
    for (index, column) in (0..).zip(columns) {
        sheet.set_column_format(index, &text)?;
        sheet.set_column_width(index, width_of(column.field))?;
    }
    let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let last_row = SAMPLE_ROW + u32::try_from(stays.len()).unwrap_or(u32::MAX - SAMPLE_ROW - SPARE_ROWS);
    write_title(sheet, last_column)?;
    let headings: Vec<TableColumn> = columns
        .iter()
        .map(|column| TableColumn::new().set_header(column.heading).set_header_format(heading_format()))
        .collect();
    let table = Table::new().set_name("Table1").set_style(TableStyle::Light9).set_columns(&headings);
    sheet.add_table(HEADING_ROW, 0, last_row, last_column, &table)?;
    sheet.set_row_height(HEADING_ROW, 48)?;
    for (column, value) in (0..=last_column).zip(SAMPLE) {
        sheet.write_string_with_format(SAMPLE_ROW, column, value, &text)?;
    }
    for (index, stay) in stays.iter().enumerate() {
        let row = SAMPLE_ROW + 1 + u32::try_from(index).unwrap_or(u32::MAX);
        for (position, column) in (0..).zip(columns) {
            let value = xml_text(&(column.cell)(index + 1, stay));
            sheet.write_string_with_format(row, position, value, &text)?;
        }
    }
    sheet.ignore_error_range(SAMPLE_ROW, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
    offer_lists(sheet, columns, labels.len(), last_row + SPARE_ROWS)?;
    sheet.set_freeze_panes(HEADING_ROW + 1, 0)?;
    set_paper(sheet, HEADING_ROW)
}

/// A4 across, all columns on one page, the headings on each.
pub(super) fn set_paper(sheet: &mut Worksheet, heading_row: u32) -> Result<(), XlsxError> {
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(heading_row, heading_row)?;
    Ok(())
}

/// The title over all columns: two colours, two lines.
fn write_title(sheet: &mut Worksheet, last_column: u16) -> Result<(), XlsxError> {
    let whole = text_format().set_text_wrap().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
    let coloured = |color: u32| Format::new().set_bold().set_font_size(13).set_font_color(Color::RGB(color));
    let (upper, lower) = (coloured(0x00C0_0000), coloured(0x001F_3864));
    sheet.merge_range(0, 0, 0, last_column, "", &whole)?;
    let title = [(&upper, "DANH SÁCH KHÁCH NƯỚC NGOÀI\n"), (&lower, "KHAI BÁO TẠM TRÚ")];
    sheet.write_rich_string_with_format(0, 0, &title, &whole)?;
    sheet.set_row_height(0, 40)?;
    Ok(())
}

/// Lists to choose from, so that a guest added by hand has the portal's own words.
fn offer_lists(sheet: &mut Worksheet, columns: &[Column], labels: usize, last_row: u32) -> Result<(), XlsxError> {
    for (position, column) in (0..).zip(columns) {
        let range = match column.field {
            Some(Field::Nationality) if labels > 0 => format!("=Lookup!$A$1:$A${labels}"),
            Some(Field::Sex) => format!("=Lookup!$B$1:$B${}", SEXES.len()),
            Some(Field::BirthPrecision) => format!("=Lookup!$C$1:$C${}", PRECISIONS.len()),
            _ => continue,
        };
        let list = DataValidation::new().allow_list_formula(Formula::new(range));
        sheet.add_data_validation(SAMPLE_ROW, position, last_row, position, &list)?;
    }
    Ok(())
}

/// Width of a column, in characters.
pub(super) fn width_of(field: Option<Field>) -> f64 {
    match field {
        None => 6.0,
        Some(Field::FullName) => 32.0,
        Some(Field::Nationality) => 26.0,
        Some(Field::ExpectedDepartureOn | Field::PermittedStayUntil) => 20.0,
        Some(_) => 14.0,
    }
}
