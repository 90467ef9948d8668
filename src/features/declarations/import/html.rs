//! Reads guest tables in HTML, which hotel software sells as `.xls`.
//!
//! Tokens are streamed from a tokenizer that follows the HTML standard (entities, unclosed tags, comments,
//! scripts as text) and no tree is ever built: a table is rows of cells, so memory follows the widest row
//! and not the page. Nothing is executed and nothing is fetched.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use crate::features::declarations::import::heading::Templates;
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::model::GuestFile;
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::sheets::Sheets;
use crate::features::declarations::import::table::{Budget, Cell, Flow, SheetRow, Table};
use crate::features::declarations::import::text::{self, Collected};
use crate::features::declarations::import::typed;

/// Tables in tables. Pages are laid out with a few.
const MAX_DEPTH: usize = 16;

/// The largest span of rows of the HTML standard.
const MAX_ROW_SPAN: u32 = 65_534;

/// Reads decoded pages, expected to hold one table of guests among all their tables.
pub(super) fn read(pages: &[String], templates: &Templates, limits: &Limits) -> Result<GuestFile, FileRefusal> {
    let labels: Vec<String> = (1..=limits.sheets).map(|number| format!("table {number}")).collect();
    let mut reading = Reading {
        templates,
        limits,
        labels: &labels,
        opened: 0,
        sheets: Sheets::new(templates, limits),
        budget: Budget(limits.text_bytes),
        cells_left: limits.cells,
        open: Vec::new(),
        tag: Tag::default(),
        hidden: None,
    };
    for page in pages {
        if let Some(line) = text::forbidden_line(page) {
            return Err(FileRefusal::at(RefusalReason::NotWellFormed, line));
        }
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| reading.take(&event).err());
        emitter.naively_switch_states(true);
        // Only refusals come out of it, and the first one ends the reading.
        if let Some(Ok(refusal)) = Tokenizer::new_with_emitter(page.as_str(), emitter).next() {
            return Err(refusal);
        }
        reading.end_page()?;
    }
    let nothing_like_it = || FileRefusal::at(RefusalReason::UnknownFormat, "html");
    reading.sheets.choose().map_err(|refusal| match refusal {
        FileRefusal { reason: RefusalReason::WrongTemplate, location: None, advice: None } => nothing_like_it(),
        other => other,
    })
}

struct Reading<'t> {
    templates: &'t Templates,
    limits: &'t Limits,
    labels: &'t [String],
    /// Tables opened so far.
    opened: usize,
    sheets: Sheets<'t>,
    budget: Budget,
    cells_left: usize,
    /// Tables that are open, the innermost last.
    open: Vec<Grid<'t>>,
    tag: Tag,
    /// The element whose text is not shown.
    hidden: Option<String>,
}

/// A start tag while its attributes come in.
#[derive(Debug, Default)]
struct Tag {
    name: String,
    attribute: String,
    columns: u32,
    rows: u32,
    formula: bool,
}

/// A table while it is read.
struct Grid<'t> {
    table: Table<'t>,
    label: &'t str,
    /// Whether its rows are still wanted.
    wanted: bool,
    row: SheetRow,
    in_row: bool,
    column: u32,
    /// By column, the last row that a cell from above reaches down to.
    reached: Vec<u32>,
    cell: Option<Draft>,
}

/// A cell while it is read.
#[derive(Debug, Default)]
struct Draft {
    column: u32,
    text: Collected,
    formula: bool,
    /// Blanks and line breaks are shown once, and only between texts.
    gap: Option<char>,
}

impl Reading<'_> {
    fn take(&mut self, event: &CallbackEvent<'_>) -> Result<(), FileRefusal> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Tag { name: lower(name), columns: 1, rows: 1, ..Tag::default() };
            }
            CallbackEvent::AttributeName { name } => {
                self.tag.attribute = lower(name);
                // Excel keeps the formula beside the result that it shows.
                self.tag.formula |= self.tag.attribute == "x:fmla";
            }
            CallbackEvent::AttributeValue { value } => match self.tag.attribute.as_str() {
                "colspan" => self.tag.columns = span(value, self.limits.columns).max(1),
                "rowspan" => self.tag.rows = span(value, MAX_ROW_SPAN),
                _ => {}
            },
            CallbackEvent::CloseStartTag { self_closing } => self.start(*self_closing)?,
            CallbackEvent::EndTag { name } => self.end(&lower(name))?,
            CallbackEvent::String { value } => self.text(value),
            CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, self_closing: bool) -> Result<(), FileRefusal> {
        if self.hidden.is_some() {
            return Ok(());
        }
        match self.tag.name.as_str() {
            "script" | "style" | "title" | "textarea" | "xml" if !self_closing => {
                self.hidden = Some(self.tag.name.clone());
            }
            "table" => self.open_table()?,
            "thead" | "tbody" | "tfoot" => self.end_group()?,
            "tr" => {
                if self.open.is_empty() {
                    self.open_table()?;
                }
                self.end_row()?;
                if let Some(grid) = self.open.last_mut() {
                    grid.begin_row();
                }
            }
            "td" | "th" => self.open_cell()?,
            "br" | "p" | "div" | "li" => self.gap('\n'),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), FileRefusal> {
        if let Some(hidden) = &self.hidden {
            if hidden == name {
                self.hidden = None;
            }
            return Ok(());
        }
        match name {
            "table" => self.end_table(),
            "thead" | "tbody" | "tfoot" => self.end_group(),
            "tr" => self.end_row(),
            "td" | "th" => {
                self.gap('\n');
                self.end_cell()
            }
            // A line break, too, by the standard.
            "br" | "p" | "div" | "li" => {
                self.gap('\n');
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, value: &[u8]) {
        if self.hidden.is_some() {
            return;
        }
        // Text in a nested table is part of the cells around it, too: nothing shown may be lost.
        for cell in self.open.iter_mut().filter_map(|grid| grid.cell.as_mut()) {
            cell.text(value, self.limits.cell_chars);
        }
    }

    fn gap(&mut self, gap: char) {
        for cell in self.open.iter_mut().filter_map(|grid| grid.cell.as_mut()) {
            cell.gap = Some(gap);
        }
    }

    fn open_table(&mut self) -> Result<(), FileRefusal> {
        let label = self.labels.get(self.opened).filter(|_| self.open.len() < MAX_DEPTH);
        let label = label.ok_or_else(|| FileRefusal::at(RefusalReason::TooLarge, "html"))?;
        self.opened += 1;
        self.open.push(Grid {
            table: Table::new(self.templates, self.limits, label),
            label,
            wanted: true,
            row: SheetRow::default(),
            in_row: false,
            column: 0,
            reached: vec![0; usize::try_from(self.limits.columns).unwrap_or(usize::MAX)],
            cell: None,
        });
        Ok(())
    }

    fn open_cell(&mut self) -> Result<(), FileRefusal> {
        self.end_cell()?;
        let Some(grid) = self.open.last_mut() else {
            return Ok(());
        };
        if !grid.in_row {
            grid.begin_row();
        }
        grid.open_cell(&self.tag);
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), FileRefusal> {
        let Some(grid) = self.open.last_mut() else {
            return Ok(());
        };
        let Some(draft) = grid.cell.take() else {
            return Ok(());
        };
        let shown = if draft.formula {
            (!text::is_blank(draft.text.as_str())).then_some(Cell::Formula)
        } else {
            typed::cell(draft.text.as_str(), self.limits.cell_chars)
        };
        let Some(shown) = shown.filter(|_| draft.column < self.limits.columns) else {
            return Ok(());
        };
        self.cells_left =
            self.cells_left.checked_sub(1).ok_or_else(|| FileRefusal::at(RefusalReason::TooLarge, grid.label))?;
        grid.row.cells.insert(draft.column, shown);
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), FileRefusal> {
        self.end_cell()?;
        let Some(grid) = self.open.last_mut() else {
            return Ok(());
        };
        grid.in_row = false;
        let row = SheetRow { number: grid.row.number, cells: std::mem::take(&mut grid.row.cells) };
        if grid.wanted && !row.cells.is_empty() {
            grid.wanted = grid.table.push(row, &mut self.budget)? == Flow::More;
        }
        Ok(())
    }

    /// No cell reaches from one group of rows into the next.
    fn end_group(&mut self) -> Result<(), FileRefusal> {
        self.end_row()?;
        if let Some(grid) = self.open.last_mut() {
            grid.reached.fill(0);
        }
        Ok(())
    }

    fn end_table(&mut self) -> Result<(), FileRefusal> {
        self.end_row()?;
        let Some(grid) = self.open.pop() else {
            return Ok(());
        };
        let outcome = grid.table.finish()?;
        self.sheets.add(grid.label.to_owned(), "", true, outcome)
    }

    /// A page that ends inside a table was cut off, and guests may be missing.
    fn end_page(&mut self) -> Result<(), FileRefusal> {
        match self.open.pop() {
            Some(grid) => Err(FileRefusal::at(RefusalReason::NotWellFormed, grid.label)),
            None => Ok(()),
        }
    }
}

impl Grid<'_> {
    fn begin_row(&mut self) {
        self.row.number = self.row.number.saturating_add(1);
        self.in_row = true;
        self.column = 0;
    }

    fn open_cell(&mut self, tag: &Tag) {
        let row = self.row.number;
        let index = |column: u32| usize::try_from(column).unwrap_or(usize::MAX);
        while self.reached.get(index(self.column)).is_some_and(|reached| *reached >= row) {
            self.column += 1;
        }
        let column = self.column;
        self.column = column.saturating_add(tag.columns);
        if tag.rows != 1 {
            // None means down to the end of the group.
            let down = if tag.rows == 0 { MAX_ROW_SPAN } else { tag.rows };
            let to = index(self.column).min(self.reached.len());
            if let Some(covered) = self.reached.get_mut(index(column)..to) {
                covered.fill(row.saturating_add(down - 1));
            }
        }
        self.cell = Some(Draft { column, formula: tag.formula, ..Draft::default() });
    }
}

impl Draft {
    /// Adds text with blanks as a browser shows them.
    fn text(&mut self, value: &[u8], limit: usize) {
        if self.text.is_full() {
            return;
        }
        for chunk in value.utf8_chunks() {
            let mut rest = chunk.valid();
            while !rest.is_empty() {
                let word = rest.find(|character: char| character.is_ascii_whitespace()).unwrap_or(rest.len());
                if word == 0 {
                    self.gap.get_or_insert(' ');
                    rest = rest.trim_ascii_start();
                    continue;
                }
                if self.text.is_full() {
                    return;
                }
                if let Some(gap) = self.gap.take().filter(|_| !self.text.as_str().is_empty()) {
                    self.text.push(gap.encode_utf8(&mut [0; 4]), limit);
                }
                self.text.push(&rest[..word], limit);
                rest = &rest[word..];
            }
        }
    }
}

fn lower(name: &[u8]) -> String {
    /// No name that means something here is longer.
    const NAME_BYTES: usize = 16;
    String::from_utf8_lossy(&name[..name.len().min(NAME_BYTES)]).to_ascii_lowercase()
}

/// A span, cut to the most that makes a difference.
fn span(value: &[u8], most: u32) -> u32 {
    let digits: Vec<u8> = value.trim_ascii().iter().copied().take_while(u8::is_ascii_digit).collect();
    let text = std::str::from_utf8(&digits).unwrap_or_default();
    if text.is_empty() { 1 } else { text.parse().unwrap_or(most).min(most) }
}
