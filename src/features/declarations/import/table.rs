//! From the rows of a sheet to guest rows: heading, fields, samples, totals.
//!
//! Rows are pushed one by one, so that no sheet is held in memory. Knows no file format.

use std::collections::BTreeMap;

use crate::features::declarations::import::formats::ELSEWHERE;
use crate::features::declarations::import::heading::{
    Columns, Known, Repetition, Search, Templates, Texts, elsewhere, own_columns, repetition, search,
};
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::model::{Field, FileColumn, GuestFile, GuestRow, RowKind};
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::row_kind::{Look, has_guest_facts, look};

/// The heading is looked for in this many rows from the top.
const HEADING_ROWS: u32 = 30;

/// What a cell shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Text as the user sees it, not blank.
    Text(String),
    /// A formula, whose result is not used.
    Formula,
}

impl Cell {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Formula => 0,
        }
    }
}

/// A row that is not blank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SheetRow {
    /// 1-based row number.
    pub number: u32,
    /// Cells by 0-based column.
    pub cells: BTreeMap<u32, Cell>,
}

impl SheetRow {
    fn texts(&self) -> Texts {
        self.cells
            .iter()
            .filter_map(|(column, cell)| match cell {
                Cell::Text(text) => Some((*column, text.clone())),
                Cell::Formula => None,
            })
            .collect()
    }
}

/// Whether more rows are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Go on.
    More,
    /// This sheet has no heading; the rest need not be read.
    Enough,
}

/// What a sheet turned out to be.
pub(super) enum Outcome {
    /// A sheet with the template's heading, and its rows.
    Guests(GuestFile),
    /// A sheet that resembles a template, or a list that is filed elsewhere: the refusal, if no other sheet
    /// has guests.
    Similar(FileRefusal),
    /// Another sheet.
    Other,
}

/// Bytes of text that may still be looked at, over all sheets of a workbook.
pub(super) struct Budget(pub usize);

/// Reader of one sheet.
pub(super) struct Table<'t> {
    templates: &'t Templates,
    limits: &'t Limits,
    label: &'t str,
    head: Vec<SheetRow>,
    body: Option<Body<'t>>,
    similar: Option<FileRefusal>,
}

struct Body<'t> {
    known: Known<'t>,
    columns: Columns,
    /// The user's own columns by number.
    own: Vec<(u32, FileColumn)>,
    rows: Vec<GuestRow>,
    above: Vec<String>,
    signed: bool,
}

impl<'t> Table<'t> {
    /// `label` names the sheet in refusals.
    pub(super) fn new(templates: &'t Templates, limits: &'t Limits, label: &'t str) -> Self {
        Self { templates, limits, label, head: Vec::new(), body: None, similar: None }
    }

    /// Takes the next row; rows come in ascending order.
    pub(super) fn push(&mut self, row: SheetRow, budget: &mut Budget) -> Result<Flow, FileRefusal> {
        let bytes: usize = row.cells.values().map(Cell::bytes).sum();
        budget.0 = budget.0.checked_sub(bytes).ok_or_else(|| {
            let place = cell_place(self.label, row.number, 0);
            FileRefusal::at(RefusalReason::TooLarge, place)
        })?;
        if self.body.is_none() && row.number <= HEADING_ROWS {
            self.head.push(row);
            return Ok(Flow::More);
        }
        self.settle_heading()?;
        let Some(body) = self.body.as_mut() else {
            return Ok(Flow::Enough);
        };
        body.take(row, self.label, self.limits)?;
        Ok(Flow::More)
    }

    /// Ends the sheet.
    pub(super) fn finish(mut self) -> Result<Outcome, FileRefusal> {
        self.settle_heading()?;
        Ok(match (self.body, self.similar) {
            (Some(body), _) => {
                let format = (body.known.template().format)(&body.columns.fields());
                let columns = body.own.into_iter().map(|(_, column)| column).collect();
                Outcome::Guests(GuestFile { format, columns, above: body.above, rows: body.rows })
            }
            (None, Some(refusal)) => Outcome::Similar(refusal),
            (None, None) => Outcome::Other,
        })
    }

    /// Looks for the heading among the rows collected so far, once.
    fn settle_heading(&mut self) -> Result<(), FileRefusal> {
        if self.body.is_some() || self.head.is_empty() {
            return Ok(());
        }
        let head = std::mem::take(&mut self.head);
        let rows = self.templates.head_rows(head.iter().map(|row| (row.number, row.texts())));
        for known in self.templates.each() {
            match search(known, &rows) {
                Search::Found(heading) => {
                    let own = own_columns(known, &rows, &heading);
                    let above = head[..heading.last].iter().flat_map(|row| row.texts().into_values()).collect();
                    let (columns, rows) = (heading.columns, Vec::new());
                    let mut body = Body { known, columns, own, rows, above, signed: false };
                    for row in head.into_iter().skip(heading.last + 1) {
                        body.take(row, self.label, self.limits)?;
                    }
                    self.body = Some(body);
                    return Ok(());
                }
                Search::Ambiguous(index, column) => {
                    let place = cell_place(self.label, rows[index].number, column);
                    return Err(FileRefusal::at(RefusalReason::WrongTemplate, place));
                }
                Search::Similar(index) => {
                    let place = cell_place(self.label, rows[index].number, 0);
                    self.similar.get_or_insert(FileRefusal::at(RefusalReason::WrongTemplate, place));
                }
                Search::Nothing => {}
            }
        }
        if let Some((index, advice)) = elsewhere(ELSEWHERE, &rows) {
            self.similar = Some(FileRefusal::elsewhere(advice, cell_place(self.label, rows[index].number, 0)));
        }
        Ok(())
    }
}

impl Body<'_> {
    fn take(&mut self, mut row: SheetRow, label: &str, limits: &Limits) -> Result<(), FileRefusal> {
        row.cells.retain(|column, _| !self.columns.of_report.contains(column));
        let texts = row.texts();
        let mut original: BTreeMap<Field, String> = BTreeMap::new();
        let mut formulas = Vec::new();
        for (column, field) in &self.columns.by_column {
            match row.cells.get(column) {
                Some(Cell::Text(text)) => {
                    original.insert(*field, text.clone());
                }
                Some(Cell::Formula) => formulas.push(*field),
                None => {}
            }
        }
        let kind = match repetition(self.known, &self.columns, &texts) {
            Repetition::Same => RowKind::Total,
            Repetition::Different(column) => {
                let place = cell_place(label, row.number, column);
                return Err(FileRefusal::at(RefusalReason::WrongTemplate, place));
            }
            Repetition::No => match self.kind(&texts, &original, &formulas) {
                Some(kind) => kind,
                None => return Ok(()),
            },
        };
        if self.rows.len() >= limits.rows {
            let place = cell_place(label, row.number, 0);
            return Err(FileRefusal::at(RefusalReason::TooLarge, place));
        }
        formulas.sort_unstable();
        let cells = self.own_cells(&row);
        self.rows.push(GuestRow { reference: row.number.to_string(), kind, original, formulas, cells });
        Ok(())
    }

    /// The cells under the user's own columns, empty ones at the end left out.
    fn own_cells(&self, row: &SheetRow) -> Vec<String> {
        let text = |column: &u32| match row.cells.get(column) {
            Some(Cell::Text(text)) => text.clone(),
            Some(Cell::Formula) | None => String::new(),
        };
        let filled = self.own.iter().rposition(|(column, _)| matches!(row.cells.get(column), Some(Cell::Text(_))));
        self.own[..filled.map_or(0, |last| last + 1)].iter().map(|(column, _)| text(column)).collect()
    }

    /// The kind of a row; none when it is blank as far as guests go: a running number alone, text in
    /// extra columns, or a formula filled down ahead of the guests in a column that names nobody.
    fn kind(&mut self, texts: &Texts, original: &BTreeMap<Field, String>, formulas: &[Field]) -> Option<RowKind> {
        match look(texts.values().map(String::as_str), original) {
            Look::Sample => return Some(RowKind::Sample),
            Look::Total => return Some(RowKind::Total),
            Look::Signature => {
                self.signed = true;
                return Some(RowKind::Total);
            }
            Look::Guest => {}
        }
        let names_somebody = formulas.iter().any(|field| {
            matches!(field, Field::FullName | Field::FamilyName | Field::GivenNames | Field::DocumentNumber)
        });
        if original.is_empty() && !names_somebody {
            return None;
        }
        if self.signed && !names_somebody && !has_guest_facts(original) {
            return Some(RowKind::Total);
        }
        Some(RowKind::Guest)
    }
}

/// A cell as the user knows it, for instance `KBTT!C4`. `column` is 0-based.
pub(super) fn cell_place(label: &str, row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{label}!{letters}{row}")
}
