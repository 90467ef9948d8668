//! Finds the heading of a sheet and maps its columns by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::features::declarations::import::model::{Field, Format};
use crate::features::declarations::import::text::fold;

/// A sheet format as data. All headings are folded.
pub(super) struct SheetTemplate {
    /// The sheet that the portal itself reads, and that therefore wins over copies beside it.
    pub sheet: &'static str,
    /// Headings and what they mean.
    pub headings: &'static [(&'static str, Field)],
    /// Fields without whose headings a row is not the heading.
    pub required: &'static [Field],
    /// Headings that show another list, whatever else is there.
    pub foreign: &'static [&'static str],
    /// Headings of a name cut in two columns; reading one of them would file half a name.
    pub split_name: &'static [&'static str],
    /// The version of the format, by the fields that have a column.
    pub format: fn(&BTreeSet<Field>) -> Format,
}

/// The texts of one row by column, 0-based.
pub(super) type Texts = BTreeMap<u32, String>;

/// Which column holds which field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub by_column: BTreeMap<u32, Field>,
}

impl Columns {
    pub(super) fn fields(&self) -> BTreeSet<Field> {
        self.by_column.values().copied().collect()
    }
}

/// The heading of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub columns: Columns,
    /// Index, among the rows searched, of the last row that belongs to the heading.
    pub last: usize,
}

/// Outcome of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// A heading that can be used.
    Found(Heading),
    /// The template, but with a column that makes it ambiguous: row index and column.
    Ambiguous(usize, u32),
    /// A row that resembles the heading but is not: its index.
    Similar(usize),
    /// Nothing like it.
    Nothing,
}

/// One row, matched against the headings.
#[derive(Clone, Debug, Default)]
struct Match {
    columns: Columns,
    /// Cells with a known heading, split names and repetitions included.
    known: usize,
    ambiguous: Option<u32>,
    foreign: bool,
}

/// Searches the first rows of a sheet, given as row number and texts, for a heading of one or two rows.
pub(super) fn search(template: &SheetTemplate, rows: &[(u32, Texts)]) -> Search {
    for index in 0..rows.len() {
        let first = match_row(template, &rows[index].1, None);
        if fits(template, &first) {
            return complete(template, rows, index, first);
        }
    }
    for index in 1..rows.len() {
        let (above, below) = (&rows[index - 1], &rows[index]);
        if below.0 != above.0 + 1 {
            continue;
        }
        let first = match_row(template, &above.1, None);
        let second = match_row(template, &below.1, Some(&above.1));
        let merged = merge(&first, &second);
        if fits(template, &merged) {
            return complete(template, rows, index, merged);
        }
    }
    let best = rows
        .iter()
        .enumerate()
        .map(|(index, row)| (match_row(template, &row.1, None).known, index))
        .filter(|(known, _)| *known >= 3)
        .max_by_key(|(known, index)| (*known, usize::MAX - index));
    best.map_or(Search::Nothing, |(_, index)| Search::Similar(index))
}

/// What a row below the heading is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repetition {
    /// Not a heading.
    No,
    /// The same heading once more, as on a new page.
    Same,
    /// Another order of columns begins here, at this column.
    Different(u32),
}

/// Whether a row below the heading is a heading again.
pub(super) fn repetition(template: &SheetTemplate, columns: &Columns, texts: &Texts) -> Repetition {
    let again = match_row(template, texts, None);
    if again.known < 3 || again.known * 2 < texts.len() {
        return Repetition::No;
    }
    again
        .columns
        .by_column
        .iter()
        .find(|(column, field)| columns.by_column.get(column) != Some(field))
        .map_or(Repetition::Same, |(column, _)| Repetition::Different(*column))
}

/// Takes in the row after the heading when it is a second heading row: the other half of a two-row
/// heading, or the same in English.
fn complete(template: &SheetTemplate, rows: &[(u32, Texts)], index: usize, first: Match) -> Search {
    let (number, texts) = &rows[index];
    let mut heading = first;
    let mut last = index;
    if let Some((next_number, next)) = rows.get(index + 1)
        && *next_number == number + 1
    {
        let second = match_row(template, next, Some(texts));
        let is_heading = second.known >= 2 || (second.known > 0 && second.known == next.len());
        if is_heading {
            heading = merge(&heading, &second);
            last = index + 1;
        }
    }
    if let Some(column) = heading.ambiguous {
        return Search::Ambiguous(last, column);
    }
    Search::Found(Heading { columns: heading.columns, last })
}

fn fits(template: &SheetTemplate, row: &Match) -> bool {
    let fields = row.columns.fields();
    !row.foreign && template.required.iter().all(|field| fields.contains(field))
}

fn match_row(template: &SheetTemplate, texts: &Texts, above: Option<&Texts>) -> Match {
    let mut row = Match::default();
    for (column, text) in texts {
        // Under a merged cell of the row above, its text stands in the leftmost column only.
        let group = above.and_then(|above| above.range(..=*column).next_back());
        // Joined texts must match exactly: with notes left out, a value under a heading would match.
        let joined = group.and_then(|(_, group)| exact(template, &format!("{group} {text}")));
        if let Some(field) = joined.or_else(|| field_of(template, text)) {
            row.known += 1;
            if row.columns.by_column.values().any(|known| *known == field) {
                row.ambiguous.get_or_insert(*column);
            } else {
                row.columns.by_column.insert(*column, field);
            }
            continue;
        }
        let folded = fold(text);
        if template.split_name.contains(&folded.as_str()) {
            row.known += 1;
            row.ambiguous.get_or_insert(*column);
        }
        row.foreign |= template.foreign.contains(&folded.as_str());
    }
    row
}

/// Adds to a heading row what the row below it names. Where both name a column, the lower row is the
/// more precise one; a field that the upper row has elsewhere stays there.
fn merge(upper: &Match, lower: &Match) -> Match {
    let mut merged = upper.clone();
    merged.known += lower.known;
    merged.foreign |= lower.foreign;
    merged.ambiguous = merged.ambiguous.or(lower.ambiguous);
    let mut fields = upper.columns.fields();
    for (column, field) in &lower.columns.by_column {
        match upper.columns.by_column.get(column) {
            Some(same) if same == field => {}
            // An upper "NGÀY" over "ĐẾN" and "ĐI" names nothing by itself; an upper heading that does
            // is overruled only by a field that has no column yet.
            Some(other) if !fields.contains(field) => {
                fields.remove(other);
                fields.insert(*field);
                merged.columns.by_column.insert(*column, *field);
            }
            None if !fields.contains(field) => {
                fields.insert(*field);
                merged.columns.by_column.insert(*column, *field);
            }
            Some(_) | None => merged.ambiguous = merged.ambiguous.or(Some(*column)),
        }
    }
    merged
}

/// The field of a heading cell. A cell may hold a note in brackets, several lines or several languages;
/// all parts that mean something must mean the same.
fn field_of(template: &SheetTemplate, text: &str) -> Option<Field> {
    if let Some(field) = exact(template, text) {
        return Some(field);
    }
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let without_note = flat.split(['(', '[']).next().unwrap_or_default();
    if let Some(field) = exact(template, without_note) {
        return Some(field);
    }
    let mut fields = text.split(['\n', '\r', '/', '|', '(', ')', '-']).filter_map(|part| exact(template, part));
    let first = fields.next()?;
    fields.all(|field| field == first).then_some(first)
}

fn exact(template: &SheetTemplate, text: &str) -> Option<Field> {
    let folded = fold(text);
    template.headings.iter().find(|(heading, _)| *heading == folded).map(|(_, field)| *field)
}
