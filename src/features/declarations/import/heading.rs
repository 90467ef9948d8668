//! Finds the heading of a sheet and maps its columns by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::features::declarations::import::model::{Field, FileColumn, Format};
use crate::features::declarations::import::refusal::Advice;
use crate::features::declarations::import::text::fold;

/// Folded headings and what they mean.
pub(super) type Headings = &'static [(&'static str, Field)];

/// A sheet format as data. All headings are folded.
pub(super) struct SheetTemplate {
    /// The sheet that the portal itself reads, and that therefore wins over copies beside it; blank where
    /// no portal reads the format.
    pub sheet: &'static str,
    /// Headings and what they mean.
    pub headings: &'static [Headings],
    /// Fields without whose headings a row is not the heading: one of each group.
    pub required: &'static [&'static [Field]],
    /// Headings that show another list, whatever else is there.
    pub foreign: &'static [&'static str],
    /// Headings of a name cut in pieces that this format does not have; reading one of them would file
    /// part of a name.
    pub split_name: &'static [&'static str],
    /// The version of the format, by the fields that have a column.
    pub format: fn(&BTreeSet<Field>) -> Format,
}

/// A list that is filed elsewhere, known by headings that stand in one row. All headings are folded.
pub(super) struct ElsewhereList {
    /// One heading of each group is there.
    pub marks: &'static [&'static [&'static str]],
    /// None of these is.
    pub absent: &'static [&'static str],
    /// What to do instead.
    pub advice: Advice,
}

/// Headings of the columns that a report of faults adds at the right of the user's own. They hold sentences
/// about the guest and no facts, and are not looked at when the mended report comes back.
const REPORT: [&str; 6] = ["loi", "loi errors", "errors", "cach sua", "cach sua how to mend", "how to mend"];

/// The texts of one row by column, 0-based.
pub(super) type Texts = BTreeMap<u32, String>;

/// Longer texts are no headings, and are not worth folding.
const HEADING_CHARS: usize = 300;

/// A row that may be a heading, folded once for all templates.
pub(super) struct HeadRow {
    /// 1-based row number.
    pub number: u32,
    texts: Texts,
    cells: BTreeMap<u32, HeadCell>,
}

impl HeadRow {
    pub(super) fn new(number: u32, texts: Texts) -> Self {
        let cells = texts.iter().map(|(column, text)| (*column, HeadCell::of(text))).collect();
        Self { number, texts, cells }
    }
}

/// The readings of a cell as a heading, folded. It may hold a note in brackets, several lines or several
/// languages.
#[derive(Default)]
struct HeadCell {
    whole: String,
    without_note: String,
    parts: Vec<String>,
}

impl HeadCell {
    fn of(text: &str) -> Self {
        if text.chars().nth(HEADING_CHARS).is_some() {
            return Self::default();
        }
        let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            whole: fold(text),
            without_note: fold(flat.split(['(', '[']).next().unwrap_or_default()),
            parts: text.split(['\n', '\r', '/', '|', '(', ')', '-']).map(fold).collect(),
        }
    }
}

/// Which column holds which field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub by_column: BTreeMap<u32, Field>,
    /// Columns that a report of faults has added.
    pub of_report: BTreeSet<u32>,
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
    /// Index, among the rows searched, of the first row that belongs to the heading.
    pub first: usize,
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
pub(super) fn search(template: &SheetTemplate, rows: &[HeadRow]) -> Search {
    for index in 0..rows.len() {
        let first = match_row(template, &rows[index].cells, None);
        if fits(template, &first) {
            return complete(template, rows, (index, index), first);
        }
    }
    for index in 1..rows.len() {
        let (above, below) = (&rows[index - 1], &rows[index]);
        if below.number != above.number + 1 {
            continue;
        }
        let first = match_row(template, &above.cells, None);
        let second = match_row(template, &below.cells, Some(&above.cells));
        let merged = merge(&first, &second);
        if fits(template, &merged) {
            return complete(template, rows, (index - 1, index), merged);
        }
    }
    let best = rows
        .iter()
        .enumerate()
        .map(|(index, row)| (match_row(template, &row.cells, None).known, index))
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
    let cells = texts.iter().map(|(column, text)| (*column, HeadCell::of(text))).collect();
    let again = match_row(template, &cells, None);
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
fn complete(template: &SheetTemplate, rows: &[HeadRow], found: (usize, usize), matched: Match) -> Search {
    let (first, index) = found;
    let row = &rows[index];
    let mut heading = matched;
    let mut last = index;
    if first == index
        && let Some(next) = rows.get(index + 1)
        && next.number == row.number + 1
    {
        let second = match_row(template, &next.cells, Some(&row.cells));
        let is_heading = second.known >= 2 || (second.known > 0 && second.known == next.cells.len());
        if is_heading {
            heading = merge(&heading, &second);
            last = index + 1;
        }
    }
    if let Some(column) = heading.ambiguous.or_else(|| piece_beside_whole_name(&heading.columns)) {
        return Search::Ambiguous(last, column);
    }
    Search::Found(Heading { columns: heading.columns, first, last })
}

/// The column of a piece of the name in a list that has the whole name, too: which one counts cannot be known.
fn piece_beside_whole_name(columns: &Columns) -> Option<u32> {
    let column_of =
        |wanted: Field| columns.by_column.iter().find(|(_, field)| **field == wanted).map(|(column, _)| *column);
    column_of(Field::FullName)?;
    column_of(Field::FamilyName).or_else(|| column_of(Field::GivenNames))
}

fn fits(template: &SheetTemplate, row: &Match) -> bool {
    let fields = row.columns.fields();
    !row.foreign && template.required.iter().all(|group| group.iter().any(|field| fields.contains(field)))
}

fn match_row(
    template: &SheetTemplate,
    cells: &BTreeMap<u32, HeadCell>,
    above: Option<&BTreeMap<u32, HeadCell>>,
) -> Match {
    let mut row = Match::default();
    for (column, cell) in cells {
        // Under a merged cell of the row above, its text stands in the leftmost column only.
        let group = above.and_then(|above| above.range(..=*column).next_back());
        // Joined texts must match exactly: with notes left out, a value under a heading would match.
        let joined = group.and_then(|(_, group)| exact(template, &format!("{} {}", group.whole, cell.whole)));
        if let Some(field) = joined.or_else(|| field_of(template, cell)) {
            row.known += 1;
            if row.columns.by_column.values().any(|known| *known == field) {
                row.ambiguous.get_or_insert(*column);
            } else {
                row.columns.by_column.insert(*column, field);
            }
            continue;
        }
        let folded = cell.whole.as_str();
        if REPORT.contains(&folded) {
            row.columns.of_report.insert(*column);
            continue;
        }
        if template.split_name.contains(&folded) {
            row.known += 1;
            row.ambiguous.get_or_insert(*column);
        }
        row.foreign |= template.foreign.contains(&folded);
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
    merged.columns.of_report.extend(&lower.columns.of_report);
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

/// The field of a heading cell; all parts that mean something must mean the same.
fn field_of(template: &SheetTemplate, cell: &HeadCell) -> Option<Field> {
    exact(template, &cell.whole).or_else(|| exact(template, &cell.without_note)).or_else(|| {
        let mut fields = cell.parts.iter().filter_map(|part| exact(template, part));
        let first = fields.next()?;
        fields.all(|field| field == first).then_some(first)
    })
}

fn exact(template: &SheetTemplate, folded: &str) -> Option<Field> {
    template.headings.iter().copied().flatten().find(|(heading, _)| *heading == folded).map(|(_, field)| *field)
}

/// The index of the row that is the heading of a list filed elsewhere, and what to do about it.
pub(super) fn elsewhere(lists: &[ElsewhereList], rows: &[HeadRow]) -> Option<(usize, Advice)> {
    rows.iter().enumerate().find_map(|(index, row)| {
        let has =
            |heading: &&str| row.cells.values().any(|cell| cell.whole == **heading || cell.without_note == **heading);
        let list = lists
            .iter()
            .find(|list| list.marks.iter().all(|group| group.iter().any(has)) && !list.absent.iter().any(has))?;
        Some((index, list.advice))
    })
}

/// Columns of a table that are shown again to the user; a list has at most this many that say something.
const MOST_COLUMNS: usize = 64;

/// The user's own columns by number, those of a report of faults left out. A heading that takes two rows
/// becomes one text that is understood the same way.
pub(super) fn own_columns(template: &SheetTemplate, rows: &[HeadRow], heading: &Heading) -> Vec<(u32, FileColumn)> {
    let upper = &rows[heading.first].texts;
    let lower = (heading.last > heading.first).then(|| &rows[heading.last].texts);
    let columns: BTreeSet<u32> = upper.keys().chain(lower.into_iter().flat_map(BTreeMap::keys)).copied().collect();
    let mut others = MOST_COLUMNS.saturating_sub(heading.columns.by_column.len());
    let mut own = Vec::new();
    for column in columns.difference(&heading.columns.of_report) {
        let field = heading.columns.by_column.get(column).copied();
        if field.is_none() {
            let Some(left) = others.checked_sub(1) else { continue };
            others = left;
        }
        let heading = joined(template, upper, lower.and_then(|lower| lower.get(column)), *column, field);
        own.push((*column, FileColumn { heading, field }));
    }
    own
}

fn joined(
    template: &SheetTemplate,
    upper: &Texts,
    lower: Option<&String>,
    column: u32,
    field: Option<Field>,
) -> String {
    let own = upper.get(&column);
    let group = upper.range(..=column).next_back().map(|(_, text)| text);
    let options = [
        own.zip(lower).map(|(own, lower)| format!("{own} / {lower}")),
        own.zip(lower).map(|(own, lower)| format!("{own} {lower}")),
        lower.cloned(),
        own.cloned(),
        group.zip(lower).map(|(group, lower)| format!("{group} {lower}")),
    ];
    let mut options = options.into_iter().flatten().map(|text| text.trim().to_owned());
    let first = options.next().unwrap_or_default();
    if field_of(template, &HeadCell::of(&first)) == field {
        return first;
    }
    options.find(|text| field_of(template, &HeadCell::of(text)) == field).unwrap_or(first)
}
