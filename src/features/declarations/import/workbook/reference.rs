//! Cell references such as `C4` and ranges such as `A1:C4`.

/// Rows and columns of a worksheet (ECMA-376 part 1, and what spreadsheet programs open).
const MAX_ROW: u32 = 1_048_576;
const MAX_COLUMN: u32 = 16_384;

/// A cell: 1-based row, 0-based column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CellRef {
    pub row: u32,
    pub column: u32,
}

/// A rectangle of cells, both corners included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    from: CellRef,
    to: CellRef,
}

impl Area {
    /// Parses `A1` or `A1:C4`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once(':').unwrap_or((text, text));
        Some(Self { from: cell(from)?, to: cell(to)? })
    }

    pub(super) fn contains(&self, row: u32, column: u32) -> bool {
        (self.from.row..=self.to.row).contains(&row) && (self.from.column..=self.to.column).contains(&column)
    }
}

/// Parses a cell reference; none beyond the bounds of a worksheet.
pub(super) fn cell(text: &str) -> Option<CellRef> {
    let digits_at = text.find(|character: char| !character.is_ascii_alphabetic())?;
    let (letters, digits) = text.split_at(digits_at);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column =
        letters.bytes().fold(0_u32, |column, letter| column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    if column > MAX_COLUMN {
        return None;
    }
    Some(CellRef { row: row(digits)?, column: column - 1 })
}

/// Parses a row number; none beyond the bounds of a worksheet.
pub(super) fn row(digits: &str) -> Option<u32> {
    if digits.is_empty() || digits.len() > 7 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let row: u32 = digits.parse().ok()?;
    (1..=MAX_ROW).contains(&row).then_some(row)
}

/// Whether the column exists on a worksheet.
pub(super) fn is_column(column: u32) -> bool {
    column < MAX_COLUMN
}
