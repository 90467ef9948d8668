//! The cells of one sheet of a BIFF workbook.

use std::collections::BTreeMap;

use crate::features::declarations::import::biff::globals::{Globals, UNITS_A_CHARACTER, Version};
use crate::features::declarations::import::biff::records::{Fault, Record, is_clean, kind};
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::sheets::Sink;
use crate::features::declarations::import::table::{Cell, Flow, SheetRow, cell_place};
use crate::features::declarations::import::text;
use crate::features::declarations::import::workbook::display;

/// What is left of what a workbook may cost, over all its sheets.
pub(super) struct Left {
    /// Cells that are not blank.
    pub cells: usize,
    /// Bytes of the stream. Sheets that do not overlap have no more together.
    pub bytes: usize,
}

/// A cell as it is stored.
#[derive(Clone, Debug, PartialEq)]
enum Stored {
    Shared(u32),
    Text(Box<str>),
    Number(f64, u16),
    Truth(bool),
    Fault(u8),
    Formula,
}

/// The cells by row and column, both 0-based. Some programs write them in the order in which they were made.
struct Sheet<'g> {
    globals: &'g Globals,
    limits: &'g Limits,
    label: &'g str,
    cells: BTreeMap<(u16, u16), Stored>,
    /// The formula whose text the next record holds.
    open_formula: Option<(u16, u16)>,
}

/// Reads the sheet that begins the stream, and gives its rows to the sink.
pub(super) fn read_sheet(
    stream: &[u8],
    globals: &Globals,
    limits: &Limits,
    label: &str,
    left: &mut Left,
    sink: Sink<'_>,
) -> Result<(), FileRefusal> {
    let mut sheet = Sheet { globals, limits, label, cells: BTreeMap::new(), open_formula: None };
    sheet.read(stream, left)?;
    sheet.give(sink)
}

impl Sheet<'_> {
    fn refused(&self, fault: Fault) -> FileRefusal {
        FileRefusal::at(fault.reason(), self.label)
    }

    fn read(&mut self, stream: &[u8], left: &mut Left) -> Result<(), FileRefusal> {
        let mut record =
            Record::first(stream).map_err(|fault| self.refused(fault))?.ok_or_else(|| self.refused(Fault::Damaged))?;
        if record.kind != kind::BOF {
            return Err(self.refused(Fault::Damaged));
        }
        let mut depth = 1_usize;
        let mut at = record.rest();
        left.take(stream.len() - at.len()).ok_or_else(|| self.refused(Fault::Damaged))?;
        while depth > 0 {
            record =
                Record::first(at).map_err(|fault| self.refused(fault))?.ok_or_else(|| self.refused(Fault::Damaged))?;
            match record.kind {
                // Charts in a sheet are sheets in it.
                kind::BOF => depth += 1,
                kind::EOF => depth -= 1,
                _ if depth == 1 => {
                    let before = self.cells.len();
                    self.take(&mut record)?;
                    let more = self.cells.len().saturating_sub(before);
                    left.cells = left
                        .cells
                        .checked_sub(more)
                        .ok_or_else(|| FileRefusal::at(RefusalReason::TooLarge, self.label))?;
                }
                _ => {}
            }
            left.take(at.len() - record.rest().len()).ok_or_else(|| self.refused(Fault::Damaged))?;
            at = record.rest();
        }
        Ok(())
    }

    fn take(&mut self, record: &mut Record<'_>) -> Result<(), FileRefusal> {
        match record.kind {
            kind::MUL_RK => self.many_numbers(record),
            kind::STRING => self.formula_text(record),
            kind::LABEL_SST
            | kind::LABEL
            | kind::RICH_STRING
            | kind::NUMBER
            | kind::RK
            | kind::BOOL_ERR
            | kind::FORMULA => self.one(record),
            _ => Ok(()),
        }
    }

    fn one(&mut self, record: &mut Record<'_>) -> Result<(), FileRefusal> {
        let label = self.label;
        let damaged = |fault: Fault| FileRefusal::at(fault.reason(), label);
        let row = record.short().map_err(damaged)?;
        let column = record.short().map_err(damaged)?;
        let stored = self.stored(record, (row, column)).map_err(|fault| self.refused_at(fault, row, column))?;
        match stored {
            Some(stored) => self.put(row, column, stored),
            None => Ok(()),
        }
    }

    fn refused_at(&self, fault: Fault, row: u16, column: u16) -> FileRefusal {
        let place = cell_place(self.label, u32::from(row) + 1, u32::from(column));
        FileRefusal::at(fault.reason(), place)
    }

    /// What a record of one cell stores, after its place.
    fn stored(&mut self, record: &mut Record<'_>, place: (u16, u16)) -> Result<Option<Stored>, Fault> {
        let format = record.short()?;
        Ok(Some(match record.kind {
            kind::LABEL_SST => Stored::Shared(record.long()?),
            kind::NUMBER => Stored::Number(record.double()?, format),
            kind::RK => Stored::Number(rk(record.long()?), format),
            kind::BOOL_ERR => {
                let value = record.byte()?;
                if record.byte()? == 0 { Stored::Truth(value != 0) } else { Stored::Fault(value) }
            }
            kind::FORMULA => return self.formula(record, place),
            _ => Stored::Text(self.text(record)?.into_boxed_str()),
        }))
    }

    /// A formula, unless its result is an empty text: what one filled down ahead of the guests shows.
    fn formula(&mut self, record: &mut Record<'_>, place: (u16, u16)) -> Result<Option<Stored>, Fault> {
        const TEXT: u8 = 0;
        const NO_TEXT: u8 = 3;
        let result = record.slice(8)?;
        let is_number = result[6..] != [0xff, 0xff];
        self.open_formula = (!is_number && result[0] == TEXT).then_some(place);
        Ok((is_number || result[0] != NO_TEXT).then_some(Stored::Formula))
    }

    fn formula_text(&mut self, record: &mut Record<'_>) -> Result<(), FileRefusal> {
        let Some(place) = self.open_formula.take() else {
            return Ok(());
        };
        let text = self.text(record).map_err(|fault| self.refused_at(fault, place.0, place.1))?;
        if text::is_blank(&text) {
            self.cells.remove(&place);
        }
        Ok(())
    }

    fn many_numbers(&mut self, record: &mut Record<'_>) -> Result<(), FileRefusal> {
        let label = self.label;
        let damaged = |fault: Fault| FileRefusal::at(fault.reason(), label);
        let row = record.short().map_err(damaged)?;
        let first = record.short().map_err(damaged)?;
        // The last two bytes repeat the last column.
        let count = record.left().saturating_sub(2) / 6;
        // Beyond the last column there is none, and counting on would begin at the first again.
        let columns = first..=u16::MAX;
        if count > columns.len() {
            return Err(self.refused_at(Fault::Damaged, row, first));
        }
        for column in columns.take(count) {
            let format = record.short().map_err(damaged)?;
            let number = rk(record.long().map_err(damaged)?);
            self.put(row, column, Stored::Number(number, format))?;
        }
        Ok(())
    }

    /// The text of a cell, of any length that a record may hold.
    fn text(&self, record: &mut Record<'_>) -> Result<String, Fault> {
        let units = usize::from(record.short()?);
        let most = (self.limits.cell_chars + 1).saturating_mul(UNITS_A_CHARACTER);
        let text = match self.globals.version {
            Version::Eight => record.unicode(units, most)?,
            Version::Five => self.globals.code_page_text(record.slice(units)?)?,
        };
        Ok(text::cut(&text, self.limits.cell_chars))
    }

    fn put(&mut self, row: u16, column: u16, stored: Stored) -> Result<(), FileRefusal> {
        if u32::from(column) >= self.limits.columns {
            return Ok(());
        }
        match self.cells.insert((row, column), stored.clone()) {
            // Two different cells in one place: which one is meant cannot be known.
            Some(earlier) if earlier != stored => Err(self.refused_at(Fault::Damaged, row, column)),
            Some(_) | None => Ok(()),
        }
    }

    fn give(self, sink: Sink<'_>) -> Result<(), FileRefusal> {
        let mut row = SheetRow::default();
        for ((at, column), stored) in &self.cells {
            let number = u32::from(*at) + 1;
            let shown = self.shown(stored).map_err(|fault| self.refused_at(fault, *at, *column))?;
            let Some(shown) = shown else {
                continue;
            };
            if row.number != number {
                let full = std::mem::replace(&mut row, SheetRow { number, cells: BTreeMap::new() });
                if !full.cells.is_empty() && sink(full)? == Flow::Enough {
                    return Ok(());
                }
            }
            row.cells.insert(u32::from(*column), shown);
        }
        if !row.cells.is_empty() {
            sink(row)?;
        }
        Ok(())
    }

    /// What a cell shows; nothing when it is blank.
    fn shown(&self, stored: &Stored) -> Result<Option<Cell>, Fault> {
        let text = match stored {
            Stored::Formula => return Ok(Some(Cell::Formula)),
            Stored::Shared(index) => {
                let index = usize::try_from(*index).map_err(|_| Fault::Damaged)?;
                let string = self.globals.strings.get(index).ok_or(Fault::Damaged)?;
                text::keep(string, self.limits.cell_chars)
            }
            Stored::Text(text) => text::keep(text, self.limits.cell_chars),
            Stored::Number(number, _) if !number.is_finite() => return Err(Fault::Damaged),
            Stored::Number(number, format) => {
                Some(display::finite(*number, self.globals.format(*format), self.globals.base_1904))
            }
            Stored::Truth(truth) => Some(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
            Stored::Fault(code) => Some(fault(*code).to_owned()),
        };
        match text {
            Some(text) if !is_clean(&text) => Err(Fault::Damaged),
            text => Ok(text.map(Cell::Text)),
        }
    }
}

impl Left {
    fn take(&mut self, bytes: usize) -> Option<()> {
        self.bytes = self.bytes.checked_sub(bytes)?;
        Some(())
    }
}

/// A number packed in four bytes: an integer or the upper half of a float, perhaps in hundredths.
fn rk(packed: u32) -> f64 {
    const HUNDREDTHS: u32 = 1;
    const INTEGER: u32 = 2;
    let number = if packed & INTEGER == 0 {
        f64::from_bits(u64::from(packed & !3) << 32)
    } else {
        f64::from(packed.cast_signed() >> 2)
    };
    if packed & HUNDREDTHS == 0 { number } else { number / 100.0 }
}

/// An error as the cell shows it.
fn fault(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    }
}
