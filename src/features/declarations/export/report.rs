//! The marked copy of a refused file: the refused rows in the user's own columns, each wrong cell coloured and explained,
//! ready to be mended and handed in again.
//!
//! Values are the user's own, as text; nothing is corrected for him and no formula is kept. The two columns at the right
//! have headings that no reader knows, so they are passed over when the file comes back; those of an earlier report make
//! room for the new ones.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, IgnoreError, Note, Worksheet, XlsxError};

use crate::features::declarations::{
    export::{
        ExportError, kbtt,
        kbtt_workbook::{heading_format, new_workbook, set_paper, text_format, width_of},
        xml_text,
    },
    import::{Field, FileColumn},
    rules::place_of,
};

/// Headings of the two columns at the right, in both languages whoever asks.
const ERRORS: &str = "Lỗi / Errors";
const MENDING: &str = "Cách sửa / How to mend";
/// Name of the sheet where the user's own is not known or not a name that a sheet may have.
const SHEET: &str = "KBTT";
/// Longest text that a cell can hold, in characters.
const MOST_TEXT: usize = 32_000;
/// Notes in one workbook. Each costs memory here and time where it is opened; the rows beyond keep their colours and their
/// two columns of text.
const MOST_NOTES: usize = 2_000;
/// Width of a note and height of one of its lines, in pixels.
const NOTE_WIDTH: u32 = 320;
const NOTE_LINE: u32 = 18;
/// Width of the two columns at the right, in characters.
const WIDE: f64 = 60.0;
/// Height of a line in points, and the most lines that a row shows: a row can be 409 points high.
const LINE: u32 = 15;
const MOST_LINES: u32 = 27;

/// Something that is wrong with a row, in the reader's language.
#[derive(Clone, PartialEq, Eq)]
pub struct ReportFinding {
    /// Which value; none where it is not one value.
    pub field: Option<Field>,
    /// Whether it keeps the row from being filed.
    pub blocks: bool,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub suggestion: Option<String>,
}

/// A row that was refused.
#[derive(Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Where the user finds it in his file.
    pub reference: String,
    /// That place in words, the first line of the errors.
    pub place: String,
    /// Its cells in the order of the columns; empty where the format has no columns.
    pub cells: Vec<String>,
    /// Its values by what they were read as.
    pub original: BTreeMap<Field, String>,
    /// What is wrong with it.
    pub findings: Vec<ReportFinding>,
}

/// Writes the report. Without columns (XML and JSON have none) it has those of the portal's sheet, and its running number
/// is the row's own place.
///
/// # Errors
///
/// [`ExportError`] when a value cannot be held by a cell; no value that a reader lets in is of that kind.
pub fn write_report(
    sheet: Option<&str>,
    columns: &[FileColumn],
    rows: &[RefusedRow],
    now: DateTime<Utc>,
) -> Result<Vec<u8>, ExportError> {
    let layout = Layout::of(columns, rows);
    let mut workbook = new_workbook(now)?;
    let page = workbook.add_worksheet();
    if sheet.is_none_or(|name| page.set_name(name).is_err()) {
        page.set_name(SHEET)?;
    }
    write_headings(page, &layout)?;
    let formats = Formats::new();
    let mut notes_left = MOST_NOTES;
    for (row, refused) in (1..).zip(rows) {
        write_row(page, row, refused, &layout, &formats, &mut notes_left)?;
    }
    let last_row = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    page.ignore_error_range(0, 0, last_row, layout.mending(), IgnoreError::NumberStoredAsText)?;
    page.set_freeze_panes(1, 0)?;
    set_paper(page, 0)?;
    Ok(workbook.save_to_buffer()?)
}

/// A column of the report.
struct Place {
    heading: String,
    field: Option<Field>,
    /// Which of the row's cells; none where the value is looked up by its field.
    cell: Option<usize>,
    /// Whether it is the running number of a file without columns.
    is_number: bool,
}

/// The columns of the report but for the last two.
struct Layout {
    places: Vec<Place>,
}

impl Layout {
    fn of(columns: &[FileColumn], rows: &[RefusedRow]) -> Self {
        if columns.is_empty() {
            let places = kbtt::NEW
                .iter()
                .map(|column| Place {
                    heading: column.heading.to_owned(),
                    field: column.field,
                    cell: None,
                    is_number: column.field.is_none(),
                })
                .collect();
            return Self { places };
        }
        // A row may reach further than the heading does.
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or_default().max(columns.len());
        let places = (0..width)
            .map(|index| Place {
                heading: columns.get(index).map(|column| column.heading.clone()).unwrap_or_default(),
                field: columns.get(index).and_then(|column| column.field),
                cell: Some(index),
                is_number: false,
            })
            .filter(|place| ![ERRORS, MENDING].contains(&place.heading.trim()))
            .collect();
        Self { places }
    }

    /// The column of the errors.
    fn errors(&self) -> u16 {
        u16::try_from(self.places.len()).unwrap_or(u16::MAX - 1)
    }

    /// The column that says how to mend them.
    fn mending(&self) -> u16 {
        self.errors() + 1
    }
}

impl Place {
    /// Whether a finding is about what stands in this column.
    fn is_concerned(&self, finding: &ReportFinding) -> bool {
        let place = |field: Option<Field>| field.map(place_of);
        self.field.is_some() && place(finding.field) == place(self.field)
    }

    fn value<'r>(&self, row: &'r RefusedRow) -> &'r str {
        let by_field = || self.field.and_then(|field| row.original.get(&field)).map_or("", String::as_str);
        match self.cell {
            _ if self.is_number => &row.reference,
            Some(index) if !row.cells.is_empty() => row.cells.get(index).map_or("", String::as_str),
            Some(_) | None => by_field(),
        }
    }
}

struct Formats {
    plain: Format,
    wrong: Format,
    doubtful: Format,
    explanation: Format,
}

impl Formats {
    fn new() -> Self {
        let coloured = |fill: u32, ink: u32| {
            text_format()
                .set_background_color(Color::RGB(fill))
                .set_font_color(Color::RGB(ink))
                .set_border(FormatBorder::Thin)
                .set_align(FormatAlign::Top)
        };
        Self {
            plain: text_format().set_align(FormatAlign::Top),
            wrong: coloured(0x00FF_C7CE, 0x009C_0006),
            doubtful: coloured(0x00FF_EB9C, 0x007F_6000),
            explanation: text_format().set_text_wrap().set_align(FormatAlign::Top),
        }
    }

    /// The gravest finding of a cell colours it.
    fn of(&self, findings: &[&ReportFinding]) -> &Format {
        if findings.iter().any(|finding| finding.blocks) {
            &self.wrong
        } else if findings.is_empty() {
            &self.plain
        } else {
            &self.doubtful
        }
    }
}

fn write_headings(page: &mut Worksheet, layout: &Layout) -> Result<(), XlsxError> {
    let (heading, text) = (heading_format(), text_format());
    for (column, place) in (0..).zip(&layout.places) {
        page.set_column_format(column, &text)?;
        let width = if place.field.is_none() && !place.is_number { 14.0 } else { width_of(place.field) };
        page.set_column_width(column, width)?;
        page.write_string_with_format(0, column, fitting(&place.heading), &heading)?;
    }
    let ours = heading.set_background_color(Color::RGB(0x00FC_E4D6)).set_font_color(Color::RGB(0x009C_0006));
    for (column, text) in [(layout.errors(), ERRORS), (layout.mending(), MENDING)] {
        page.set_column_width(column, WIDE)?;
        page.write_string_with_format(0, column, text, &ours)?;
    }
    page.set_row_height(0, 48)?;
    Ok(())
}

fn write_row(
    page: &mut Worksheet,
    row: u32,
    refused: &RefusedRow,
    layout: &Layout,
    formats: &Formats,
    notes_left: &mut usize,
) -> Result<(), XlsxError> {
    for (column, place) in (0..).zip(&layout.places) {
        let findings: Vec<&ReportFinding> =
            refused.findings.iter().filter(|finding| place.is_concerned(finding)).collect();
        let value = fitting(place.value(refused));
        page.write_string_with_format(row, column, value, formats.of(&findings))?;
        if !findings.is_empty() && *notes_left > 0 {
            *notes_left -= 1;
            page.insert_note(row, column, &note(&findings))?;
        }
    }
    let lines = |text: Vec<&str>| fitting(&text.join("\n"));
    let errors = lines([refused.place.as_str()].into_iter().chain(messages(&refused.findings)).collect());
    let mending = lines(refused.findings.iter().filter_map(|finding| finding.suggestion.as_deref()).collect());
    page.set_row_height(row, LINE * lines_of(&errors).max(lines_of(&mending)).min(MOST_LINES))?;
    page.write_string_with_format(row, layout.errors(), errors, &formats.explanation)?;
    page.write_string_with_format(row, layout.mending(), mending, &formats.explanation)?;
    Ok(())
}

/// How many lines a text takes in a column of [`WIDE`] characters. Spreadsheet programs do not all find out by themselves.
fn lines_of(text: &str) -> u32 {
    let lines: usize = text.lines().map(|line| line.chars().count() / 52 + 1).sum();
    u32::try_from(lines.max(1)).unwrap_or(MOST_LINES)
}

fn messages(findings: &[ReportFinding]) -> impl Iterator<Item = &str> {
    findings.iter().map(|finding| finding.message.as_str())
}

fn note(findings: &[&ReportFinding]) -> Note {
    let lines: Vec<&str> = findings
        .iter()
        .flat_map(|finding| [Some(finding.message.as_str()), finding.suggestion.as_deref()])
        .flatten()
        .collect();
    // A line of the note holds some forty characters.
    let height = lines.iter().map(|line| line.chars().count() / 40 + 1).sum::<usize>();
    let height = u32::try_from(height + 1).unwrap_or(u32::MAX).min(30) * NOTE_LINE;
    Note::new(fitting(&lines.join("\n")))
        .set_author("tamtru")
        .add_author_prefix(false)
        .set_width(NOTE_WIDTH)
        .set_height(height)
}

/// Text as a cell can hold it.
fn fitting(text: &str) -> String {
    xml_text(text).chars().take(MOST_TEXT).collect()
}
