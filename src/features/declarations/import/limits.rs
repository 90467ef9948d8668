//! Bounds on what a file may cost.

/// Bounds on what reading one file may cost. Each is measured while reading; what a file declares about
/// itself is never trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as uploaded.
    pub file_bytes: usize,
    /// Bytes of all entries of a packed file together, counted while inflating.
    pub unpacked_bytes: u64,
    /// Entries of a packed file. A template has about 15.
    pub entries: usize,
    /// Sheets of a workbook. Leaves room for one a day of a year.
    pub sheets: usize,
    /// Cells of all sheets together, empty formatted ones included.
    pub cells: usize,
    /// Columns of a sheet that are looked at; cells further right are passed over.
    pub columns: u32,
    /// Rows that are not blank: each costs some 6 kB while it is judged, and a process should need less than 200 MB.
    pub rows: usize,
    /// Bytes of text of all rows of a workbook that are looked at, together. Needed because a short
    /// file can repeat one long shared string in every cell.
    pub text_bytes: usize,
    /// Characters of a cell or element; longer text is cut to one character more.
    pub cell_chars: usize,
    /// Depth of nested elements in a guest XML. The format has 3.
    pub xml_depth: usize,
    /// Depth of nested elements in a part of a workbook.
    pub part_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 10 * 1024 * 1024,
            unpacked_bytes: 48 * 1024 * 1024,
            entries: 2_000,
            sheets: 400,
            cells: 500_000,
            columns: 256,
            rows: 10_500,
            text_bytes: 16 * 1024 * 1024,
            cell_chars: 500,
            xml_depth: 8,
            part_depth: 64,
        }
    }
}
