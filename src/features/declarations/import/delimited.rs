//! Reads guest tables in text files with delimiters: CSV and its relatives.
//!
//! Fields are streamed from the `csv` people's tokenizer, because their record reader keeps the ends of all
//! fields: ten megabytes of commas cost it two hundred. What the tokenizer is too lenient for is checked
//! here: a quote that is opened and not closed where its field ends swallows the guests that follow.

use std::collections::BTreeMap;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::features::declarations::import::heading::Templates;
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::model::GuestFile;
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::table::{Budget, Flow, Outcome, SheetRow, Table};
use crate::features::declarations::import::text::{self, Collected};
use crate::features::declarations::import::typed;

/// Delimiters in the order in which they are tried. The one that shows the heading is right.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The file in refusals.
const LABEL: &str = "csv";

/// Bytes taken from the tokenizer at once.
const PIECE_BYTES: usize = 4096;

/// Reads a decoded file, expected to be a table.
pub(super) fn read(content: &str, templates: &Templates, limits: &Limits) -> Result<GuestFile, FileRefusal> {
    if let Some(line) = text::forbidden_line(content) {
        return Err(FileRefusal::at(RefusalReason::NotWellFormed, line));
    }
    let (declared, body, first_line) = separator_line(content);
    let mut refusal: Option<FileRefusal> = None;
    let mut similar: Option<FileRefusal> = None;
    for delimiter in DELIMITERS.into_iter().filter(|delimiter| declared.is_none_or(|it| it == *delimiter)) {
        match read_with(delimiter, body, first_line, templates, limits) {
            Ok(Outcome::Guests(file)) => return Ok(file),
            Ok(Outcome::Similar(likeness)) => {
                similar.get_or_insert(likeness);
            }
            Ok(Outcome::Other) => {}
            // Found with a delimiter that may be the wrong one.
            Err(found) => {
                refusal.get_or_insert(found);
            }
        }
    }
    Err(match (similar, refusal) {
        (Some(likeness), _) => likeness,
        (None, Some(refusal)) => refusal,
        (None, None) => FileRefusal::at(RefusalReason::UnknownFormat, "text"),
    })
}

/// Takes off the line `sep=;`, by which Excel is told the delimiter: the delimiter, what follows, and the
/// line on which that begins.
fn separator_line(content: &str) -> (Option<u8>, &str, u32) {
    let (line, rest) = content.split_once('\n').unwrap_or((content, ""));
    let line = line.trim_end_matches('\r').trim_matches('"');
    let delimiter = line
        .get(..4)
        .filter(|key| key.eq_ignore_ascii_case("sep="))
        .and_then(|_| line.as_bytes().get(4))
        .filter(|delimiter| line.len() == 5 && DELIMITERS.contains(delimiter));
    match delimiter {
        Some(delimiter) => (Some(*delimiter), rest, 2),
        None => (None, content, 1),
    }
}

fn read_with(
    delimiter: u8,
    body: &str,
    first_line: u32,
    templates: &Templates,
    limits: &Limits,
) -> Result<Outcome, FileRefusal> {
    let mut table = Table::new(templates, limits, LABEL);
    let mut budget = Budget(limits.text_bytes);
    let mut records = Records::new(delimiter, body.as_bytes(), first_line, limits);
    while let Some(row) = records.next()? {
        if !row.cells.is_empty() && table.push(row, &mut budget)? == Flow::Enough {
            break;
        }
    }
    table.finish()
}

/// The records of a file.
struct Records<'t> {
    tokenizer: Reader,
    rest: &'t [u8],
    /// Line of the next byte.
    line: u32,
    limits: &'t Limits,
    cells_left: usize,
    text: Collected,
    piece: Box<[u8]>,
}

/// Where a field ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Field,
    Record,
    File,
}

impl<'t> Records<'t> {
    fn new(delimiter: u8, rest: &'t [u8], line: u32, limits: &'t Limits) -> Self {
        Self {
            tokenizer: ReaderBuilder::new().delimiter(delimiter).build(),
            rest,
            line,
            limits,
            cells_left: limits.cells,
            text: Collected::default(),
            piece: vec![0; PIECE_BYTES].into_boxed_slice(),
        }
    }

    /// The next record that is not an empty line, under the line on which it begins.
    fn next(&mut self) -> Result<Option<SheetRow>, FileRefusal> {
        let blank = self.rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(self.rest.len());
        self.take(blank);
        let number = self.line;
        let mut cells = BTreeMap::new();
        for column in 0_u32.. {
            let start = self.line;
            let before = self.rest;
            let end = self.field()?;
            let raw = &before[..before.len() - self.rest.len()];
            if end == End::File && column == 0 && raw.is_empty() {
                return Ok(None);
            }
            if !is_sound(raw, end) {
                return Err(FileRefusal::at(RefusalReason::NotWellFormed, format!("line {start}")));
            }
            if column < self.limits.columns
                && let Some(cell) = typed::cell(self.text.as_str(), self.limits.cell_chars)
            {
                self.cells_left = self
                    .cells_left
                    .checked_sub(1)
                    .ok_or_else(|| FileRefusal::at(RefusalReason::TooLarge, format!("line {start}")))?;
                cells.insert(column, cell);
            }
            if end != End::Field {
                break;
            }
        }
        Ok(Some(SheetRow { number, cells }))
    }

    /// Reads the next field into `text`.
    fn field(&mut self) -> Result<End, FileRefusal> {
        self.text.clear();
        let mut carried = 0;
        loop {
            let rest = self.rest;
            let (result, read, written) = self.tokenizer.read_field(rest, &mut self.piece[carried..]);
            let filled = carried + written;
            self.take(read);
            let decoded = self.piece[..filled].utf8_chunks().next().map_or("", |chunk| chunk.valid());
            self.text.push(decoded, self.limits.cell_chars);
            // A character may be cut in two between pieces.
            let used = decoded.len();
            self.piece.copy_within(used..filled, 0);
            carried = filled - used;
            match result {
                ReadFieldResult::Field { record_end: false } => return Ok(End::Field),
                ReadFieldResult::Field { record_end: true } if rest.is_empty() => return Ok(End::File),
                ReadFieldResult::Field { record_end: true } => return Ok(End::Record),
                ReadFieldResult::End => return Ok(End::File),
                // The tokenizer asks again with nothing left, and then ends.
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
            }
        }
    }

    fn take(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        let mut lines = 0_u32;
        for (at, byte) in taken.iter().enumerate() {
            let next = taken.get(at + 1).or(rest.first());
            if *byte == b'\n' || (*byte == b'\r' && next != Some(&b'\n')) {
                lines += 1;
            }
        }
        self.line = self.line.saturating_add(lines);
        self.rest = rest;
    }
}

/// Whether a field that begins with a quote ends with one, and has only doubled ones between.
fn is_sound(raw: &[u8], end: End) -> bool {
    // The delimiter or the line break belongs to what was read.
    let field = match (end, raw.split_last()) {
        (End::Field | End::Record, Some((_, field))) => field,
        (End::File, _) | (_, None) => raw,
    };
    let Some(quoted) = field.strip_prefix(b"\"") else {
        return true;
    };
    let Some(inner) = quoted.trim_ascii_end().strip_suffix(b"\"") else {
        return false;
    };
    let mut open = false;
    for byte in inner {
        match byte {
            b'"' => open = !open,
            _ if open => return false,
            _ => {}
        }
    }
    !open
}
