//! Finds the heading of a sheet and maps its columns by name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// Number of the sheet formats.
pub(super) const TEMPLATES: usize = 7;

/// What a text means as a heading, by template.
type Meaning = [Option<Field>; TEMPLATES];

/// The sheet formats, with their headings by text: a cell is looked up once for all of them. Compared with every
/// heading of every format, a file of 200 kB made of words and strokes took 20 s.
pub(super) struct Templates {
    list: [&'static SheetTemplate; TEMPLATES],
    meanings: HashMap<&'static str, Meaning>,
}

impl Templates {
    pub(super) fn new(list: [&'static SheetTemplate; TEMPLATES]) -> Self {
        let mut meanings: HashMap<&'static str, Meaning> = HashMap::new();
        for (index, template) in list.iter().enumerate() {
            for (heading, field) in template.headings.iter().copied().flatten() {
                meanings.entry(heading).or_default()[index].get_or_insert(*field);
            }
        }
        Self { list, meanings }
    }

    /// Each of the formats, in the order in which they are tried.
    pub(super) fn each(&self) -> impl Iterator<Item = Known<'_>> {
        (0..TEMPLATES).map(|index| Known { templates: self, index })
    }

    /// The rows that may be headings, given as row number and texts.
    pub(super) fn head_rows(&self, rows: impl Iterator<Item = (u32, Texts)>) -> Vec<HeadRow> {
        let mut read: Vec<HeadRow> = Vec::new();
        for (number, texts) in rows {
            let mut cells: BTreeMap<u32, HeadCell> =
                texts.iter().map(|(column, text)| (*column, self.cell(text))).collect();
            if let Some(above) = read.last().filter(|above| above.number + 1 == number) {
                self.join(above, &mut cells);
            }
            read.push(HeadRow { number, texts, cells });
        }
        read
    }

    /// Reads cells together with the row above them.
    fn join(&self, above: &HeadRow, cells: &mut BTreeMap<u32, HeadCell>) {
        for (column, cell) in cells {
            // Under a merged cell of the row above, its text stands in the leftmost column only.
            if let Some((_, group)) = above.cells.range(..=*column).next_back() {
                // Joined texts must match exactly: with notes left out, a value under a heading would match.
                cell.joined = self.exact(&format!("{} {}", group.whole, cell.whole));
            }
        }
    }

    /// Reads a cell as a heading; all parts of it that mean something must mean the same.
    fn cell(&self, text: &str) -> HeadCell {
        const PARTS: [char; 7] = ['\n', '\r', '/', '|', '(', ')', '-'];
        if text.chars().nth(HEADING_CHARS).is_some() {
            return HeadCell::default();
        }
        let whole = fold(text);
        let mut meaning = self.exact(&whole);
        let without_note = text.split_once(['(', '[']).map(|(before, _)| fold(before));
        if let Some(without_note) = &without_note {
            meaning = or(meaning, self.exact(without_note));
        }
        if text.contains(PARTS) {
            meaning = or(meaning, agreed(text.split(PARTS).map(|part| self.exact(&fold(part)))));
        }
        HeadCell { whole, without_note, meaning, joined: Meaning::default() }
    }

    fn exact(&self, folded: &str) -> Meaning {
        self.meanings.get(folded).copied().unwrap_or_default()
    }
}

fn or(first: Meaning, second: Meaning) -> Meaning {
    std::array::from_fn(|index| first[index].or(second[index]))
}

/// The field that all parts mean that mean something.
fn agreed(parts: impl Iterator<Item = Meaning>) -> Meaning {
    let mut agreed = Meaning::default();
    let mut torn = [false; TEMPLATES];
    for part in parts {
        for ((agreed, torn), field) in agreed.iter_mut().zip(&mut torn).zip(part) {
            *torn |= agreed.is_some() && field.is_some() && *agreed != field;
            *agreed = agreed.or(field);
        }
    }
    std::array::from_fn(|index| agreed[index].filter(|_| !torn[index]))
}

/// One of the sheet formats.
#[derive(Clone, Copy)]
pub(super) struct Known<'t> {
    templates: &'t Templates,
    index: usize,
}

impl<'t> Known<'t> {
    pub(super) fn template(self) -> &'t SheetTemplate {
        self.templates.list[self.index]
    }

    fn field(self, cell: &HeadCell) -> Option<Field> {
        cell.meaning[self.index]
    }
}

/// The texts of one row by column, 0-based.
pub(super) type Texts = BTreeMap<u32, String>;

/// Longer texts are no headings, and are not worth folding.
const HEADING_CHARS: usize = 300;

/// A row that may be a heading, read once for all templates.
pub(super) struct HeadRow {
    /// 1-based row number.
    pub number: u32,
    texts: Texts,
    cells: BTreeMap<u32, HeadCell>,
}

/// The readings of a cell as a heading. It may hold a note in brackets, several lines or several languages.
#[derive(Default)]
struct HeadCell {
    /// Folded.
    whole: String,
    /// Folded, where there is a note.
    without_note: Option<String>,
    meaning: Meaning,
    /// Together with the row directly above.
    joined: Meaning,
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

/// Searches the first rows of a sheet for a heading of one or two rows.
pub(super) fn search(known: Known<'_>, rows: &[HeadRow]) -> Search {
    let mut alone: Vec<Match> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let matched = match_row(known, &row.cells, Reading::Alone);
        if fits(known.template(), &matched) {
            return complete(known, rows, (index, index), matched);
        }
        alone.push(matched);
    }
    for index in 1..rows.len() {
        let (above, below) = (&rows[index - 1], &rows[index]);
        if below.number != above.number + 1 {
            continue;
        }
        let merged = merge(&alone[index - 1], &match_row(known, &below.cells, Reading::Joined));
        if fits(known.template(), &merged) {
            return complete(known, rows, (index - 1, index), merged);
        }
    }
    let best = alone
        .iter()
        .enumerate()
        .map(|(index, row)| (row.known, index))
        .filter(|(cells, _)| *cells >= 3)
        .max_by_key(|(cells, index)| (*cells, usize::MAX - index));
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

/// Whether a row below the heading is a heading again: at least half of its cells are known.
pub(super) fn repetition(known: Known<'_>, columns: &Columns, texts: &Texts) -> Repetition {
    // Most rows are guests, and are known for it before all their cells are read. Every heading has a letter.
    let has_letters = |text: &str| text.contains(char::is_alphabetic);
    let mut strange = texts.values().filter(|text| !has_letters(text)).count();
    let mut cells = BTreeMap::new();
    for (column, text) in texts.iter().filter(|(_, text)| has_letters(text)) {
        if strange * 2 > texts.len() {
            return Repetition::No;
        }
        let cell = known.templates.cell(text);
        let split_name = known.template().split_name.contains(&cell.whole.as_str());
        strange += usize::from(known.field(&cell).is_none() && !split_name);
        cells.insert(*column, cell);
    }
    let again = match_row(known, &cells, Reading::Alone);
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
fn complete(known: Known<'_>, rows: &[HeadRow], found: (usize, usize), matched: Match) -> Search {
    let (first, index) = found;
    let row = &rows[index];
    let mut heading = matched;
    let mut last = index;
    if first == index
        && let Some(next) = rows.get(index + 1)
        && next.number == row.number + 1
    {
        let second = match_row(known, &next.cells, Reading::Joined);
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

/// How the cells of a row are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// By themselves.
    Alone,
    /// First together with the row directly above.
    Joined,
}

fn match_row(known: Known<'_>, cells: &BTreeMap<u32, HeadCell>, reading: Reading) -> Match {
    let template = known.template();
    let mut row = Match::default();
    for (column, cell) in cells {
        let joined = cell.joined[known.index].filter(|_| reading == Reading::Joined);
        if let Some(field) = joined.or_else(|| known.field(cell)) {
            row.known += 1;
            if row.columns.by_column.values().any(|other| *other == field) {
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

/// The index of the row that is the heading of a list filed elsewhere, and what to do about it.
pub(super) fn elsewhere(lists: &[ElsewhereList], rows: &[HeadRow]) -> Option<(usize, Advice)> {
    rows.iter().enumerate().find_map(|(index, row)| {
        let is = |cell: &HeadCell, heading: &str| {
            cell.whole == heading || cell.without_note.as_deref().is_some_and(|text| text == heading)
        };
        let has = |heading: &&str| row.cells.values().any(|cell| is(cell, heading));
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
pub(super) fn own_columns(known: Known<'_>, rows: &[HeadRow], heading: &Heading) -> Vec<(u32, FileColumn)> {
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
        let heading = joined(known, upper, lower.and_then(|lower| lower.get(column)), *column, field);
        own.push((*column, FileColumn { heading, field }));
    }
    own
}

fn joined(known: Known<'_>, upper: &Texts, lower: Option<&String>, column: u32, field: Option<Field>) -> String {
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
    let field_of = |text: &str| known.field(&known.templates.cell(text));
    if field_of(&first) == field {
        return first;
    }
    options.find(|text| field_of(text) == field).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use crate::features::declarations::import::formats::SHEETS;
    use crate::features::declarations::import::heading::agreed;
    use crate::features::declarations::import::model::Field;

    /// Rows below the heading are told from headings by cells without letters.
    #[test]
    fn every_heading_has_a_letter() {
        let known: Vec<&str> = SHEETS.each().flat_map(|known| known.template().split_name).copied().collect();
        for heading in SHEETS.meanings.keys().chain(&known) {
            assert!(heading.contains(char::is_alphabetic), "{heading}");
        }
    }

    #[test]
    fn parts_that_mean_something_mean_the_same() {
        let (room, sex) = (Some(Field::Room), Some(Field::Sex));
        let cases = [
            (vec![], None),
            (vec![None, room, None, room], room),
            (vec![room, None, sex], None),
            (vec![room, sex, room], None),
        ];
        for (parts, expected) in cases {
            assert_eq!(agreed(parts.iter().map(|field| [*field; 7])), [expected; 7], "{parts:?}");
        }
    }
}
