//! Streams the cells of a worksheet, row by row.

use std::collections::BTreeMap;

use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::markup::{Element, Markup, Source, Token};
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::table::{Cell, Flow, SheetRow, cell_place};
use crate::features::declarations::import::text::{self, Collected};
use crate::features::declarations::import::workbook::parts::{RichText, unescape};
use crate::features::declarations::import::workbook::reference::{self, Area};
use crate::features::declarations::import::workbook::styles::{NumberFormat, Styles};
use crate::features::declarations::import::workbook::{display, part_refusal};

/// Array formulas of one sheet; a guest list has none, and each costs a comparison per cell.
const MAX_ARRAYS: usize = 64;

/// What cells need from the rest of the workbook, and what is left of the cell count.
pub(super) struct SheetContext<'w> {
    pub strings: &'w [Box<str>],
    pub styles: &'w Styles,
    pub base_1904: bool,
    pub limits: &'w Limits,
    pub cells_left: usize,
}

/// Streams the rows that are not blank into `sink` until it has enough.
///
/// The stored range of the sheet is not looked at: it is wrong in damaged files and false in hostile
/// ones. References must ascend by rows, must agree with their row, and may not repeat a cell.
pub(super) fn stream_rows<R: Source>(
    mut markup: Markup<R>,
    context: &mut SheetContext<'_>,
    label: &str,
    mut sink: impl FnMut(SheetRow) -> Result<Flow, FileRefusal>,
) -> Result<(), FileRefusal> {
    let mut sheet = SheetReader::new(context, label);
    loop {
        let token = match markup.next() {
            Ok(token) => token,
            Err(fault) => return Err(part_refusal(fault, &sheet.place())),
        };
        match token {
            Token::Open(element) => sheet.open(&element)?,
            Token::Text(piece) => sheet.text(&piece),
            Token::Close(name) => {
                if let Some(row) = sheet.close(&name)?
                    && sink(row)? == Flow::Enough
                {
                    return Ok(());
                }
            }
            Token::Other => {}
            Token::End => return Ok(()),
        }
    }
}

struct SheetReader<'c, 'w> {
    context: &'c mut SheetContext<'w>,
    label: &'c str,
    in_data: bool,
    row: Option<SheetRow>,
    last_row: u32,
    next_column: u32,
    cell: Option<Draft>,
    arrays: Vec<Area>,
}

/// A cell while it is read.
#[derive(Default)]
struct Draft {
    column: u32,
    kind: String,
    format: Option<NumberFormat>,
    value: Collected,
    inline: RichText,
    in_value: bool,
    has_value: bool,
    formula: bool,
}

impl<'c, 'w> SheetReader<'c, 'w> {
    fn new(context: &'c mut SheetContext<'w>, label: &'c str) -> Self {
        Self { context, label, in_data: false, row: None, last_row: 0, next_column: 0, cell: None, arrays: Vec::new() }
    }

    /// Where the reader is.
    fn place(&self) -> String {
        match (&self.row, &self.cell) {
            (Some(row), Some(cell)) => cell_place(self.label, row.number, cell.column),
            (Some(row), None) => cell_place(self.label, row.number, 0),
            (None, _) => self.label.to_owned(),
        }
    }

    fn corrupt(&self) -> FileRefusal {
        FileRefusal::at(RefusalReason::CorruptFile, self.place())
    }

    fn open(&mut self, element: &Element<'_>) -> Result<(), FileRefusal> {
        match element.name() {
            "sheetData" => self.in_data = true,
            "row" if self.in_data && self.row.is_none() => self.open_row(element)?,
            "c" if self.row.is_some() && self.cell.is_none() => self.open_cell(element)?,
            "v" => {
                if let Some(cell) = self.cell.as_mut() {
                    cell.in_value = true;
                    cell.has_value = true;
                }
            }
            "f" => self.open_formula(element)?,
            name => {
                if let Some(cell) = self.cell.as_mut() {
                    cell.inline.open(name);
                }
            }
        }
        Ok(())
    }

    fn open_row(&mut self, element: &Element<'_>) -> Result<(), FileRefusal> {
        let number = match element.attribute("r") {
            Some(number) => reference::row(&number),
            None => reference::row(&(self.last_row + 1).to_string()),
        };
        let number = number.filter(|number| *number > self.last_row).ok_or_else(|| self.corrupt())?;
        self.last_row = number;
        self.next_column = 0;
        self.row = Some(SheetRow { number, cells: BTreeMap::new() });
        Ok(())
    }

    fn open_cell(&mut self, element: &Element<'_>) -> Result<(), FileRefusal> {
        self.context.cells_left = self
            .context
            .cells_left
            .checked_sub(1)
            .ok_or_else(|| FileRefusal::at(RefusalReason::TooLarge, self.place()))?;
        let column = match element.attribute("r") {
            Some(reference) => {
                reference::cell(&reference).filter(|cell| cell.row == self.last_row).map(|cell| cell.column)
            }
            None => Some(self.next_column).filter(|column| reference::is_column(*column)),
        };
        let column = column.ok_or_else(|| self.corrupt())?;
        self.next_column = column + 1;
        self.cell = Some(Draft {
            column,
            kind: element.attribute("t").unwrap_or_default(),
            format: Some(self.context.styles.of(element.attribute("s").as_deref())),
            ..Draft::default()
        });
        Ok(())
    }

    fn open_formula(&mut self, element: &Element<'_>) -> Result<(), FileRefusal> {
        let Some(cell) = self.cell.as_mut() else {
            return Ok(());
        };
        cell.formula = true;
        // The other cells of an array formula or a data table hold bare results.
        let spreads = element.attribute("t").is_some_and(|kind| kind == "array" || kind == "dataTable");
        if spreads && let Some(area) = element.attribute("ref") {
            let area = Area::parse(&area).ok_or_else(|| self.corrupt())?;
            if self.arrays.len() >= MAX_ARRAYS {
                return Err(FileRefusal::at(RefusalReason::TooLarge, self.place()));
            }
            self.arrays.push(area);
        }
        Ok(())
    }

    fn text(&mut self, piece: &str) {
        let limit = self.context.limits.cell_chars;
        if let Some(cell) = self.cell.as_mut() {
            if cell.in_value {
                cell.value.push(piece, limit);
            } else {
                cell.inline.text(piece, limit);
            }
        }
    }

    /// Returns a finished row that is not blank.
    fn close(&mut self, name: &str) -> Result<Option<SheetRow>, FileRefusal> {
        match name {
            "sheetData" => self.in_data = false,
            "row" if self.cell.is_none() => {
                return Ok(self.row.take().filter(|row| !row.cells.is_empty()));
            }
            "c" => self.close_cell()?,
            "v" => {
                if let Some(cell) = self.cell.as_mut() {
                    cell.in_value = false;
                }
            }
            name => {
                if let Some(cell) = self.cell.as_mut() {
                    cell.inline.close(name);
                }
            }
        }
        Ok(None)
    }

    fn close_cell(&mut self) -> Result<(), FileRefusal> {
        let shown = self.shown().map_err(|reason| FileRefusal::at(reason, self.place()))?;
        let (Some(cell), Some(row)) = (self.cell.take(), self.row.as_mut()) else {
            return Ok(());
        };
        let Some(shown) = shown.filter(|_| cell.column < self.context.limits.columns) else {
            return Ok(());
        };
        if row.cells.insert(cell.column, shown).is_some() {
            let place = cell_place(self.label, row.number, cell.column);
            return Err(FileRefusal::at(RefusalReason::CorruptFile, place));
        }
        Ok(())
    }

    /// What the cell shows; nothing when it is blank.
    fn shown(&mut self) -> Result<Option<Cell>, RefusalReason> {
        let row = self.last_row;
        let Some(cell) = self.cell.as_mut() else {
            return Ok(None);
        };
        let computed = cell.formula || self.arrays.iter().any(|area| area.contains(row, cell.column));
        if computed {
            // A stored empty result is what a formula filled down ahead of the guests shows.
            let shows_nothing =
                cell.kind == "str" && cell.has_value && !cell.value.is_full() && text::is_blank(cell.value.as_str());
            return Ok((!shows_nothing).then_some(Cell::Formula));
        }
        let limit = self.context.limits.cell_chars;
        let shown = match cell.kind.as_str() {
            "s" => {
                if !cell.has_value {
                    return Ok(None);
                }
                let string =
                    cell.value.as_str().trim().parse::<usize>().ok().and_then(|index| self.context.strings.get(index));
                match string {
                    Some(string) => text::keep(string, limit),
                    None => return Err(RefusalReason::CorruptFile),
                }
            }
            "inlineStr" => text::keep(&cell.inline.take(), limit),
            "str" => text::keep(&unescape(cell.value.as_str()), limit),
            "b" => match cell.value.as_str().trim() {
                "1" | "true" => Some("TRUE".to_owned()),
                "0" | "false" => Some("FALSE".to_owned()),
                other => text::keep(other, limit),
            },
            "d" => text::keep(&display::iso_date(cell.value.as_str()), limit),
            // An error's code is its text; a type that does not exist is read as it stands.
            "" | "n" => {
                let format = cell.format.unwrap_or(NumberFormat::General);
                let raw = text::keep(cell.value.as_str(), limit);
                raw.map(|raw| display::number(&raw, format, self.context.base_1904))
            }
            _ => text::keep(cell.value.as_str(), limit),
        };
        Ok(shown.map(Cell::Text))
    }
}
