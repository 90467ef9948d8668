//! Reads guest sheets of `.xls` workbooks, as Excel wrote them until 2007 and hotel software still does.
//!
//! The stream is walked record by record and not read through a spreadsheet library, for the reasons given
//! for `.xlsx`: dense ranges, trusted counts, and values instead of what the user sees. Counts that the file
//! claims are never believed; all work is bounded by the bytes that are there.

mod cells;
mod globals;
mod records;

use std::io::{Cursor, Read};

use cfb::CompoundFile;

use crate::features::declarations::import::biff::cells::{Left, read_sheet};
use crate::features::declarations::import::biff::globals::Globals;
use crate::features::declarations::import::heading::Templates;
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::model::GuestFile;
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::sheets::Sheets;

/// Reads a compound file, expected to be a workbook.
pub(super) fn read(bytes: &[u8], templates: &Templates, limits: &Limits) -> Result<GuestFile, FileRefusal> {
    read_stream(&workbook_stream(bytes)?, templates, limits)
}

/// Reads the stream of a workbook, which some programs write without a compound file around it.
pub(super) fn read_stream(stream: &[u8], templates: &Templates, limits: &Limits) -> Result<GuestFile, FileRefusal> {
    let globals = Globals::read(stream, limits)?;
    let mut left = Left { cells: limits.cells, bytes: stream.len() };
    let mut sheets = Sheets::new(templates, limits);
    for sheet in &globals.sheets {
        let label = sheets.label(&sheet.name);
        let from = stream.get(sheet.at..).ok_or_else(|| FileRefusal::at(RefusalReason::CorruptFile, label.as_str()))?;
        sheets.read(&sheet.name, sheet.visible, |sink| read_sheet(from, &globals, limits, &label, &mut left, sink))?;
    }
    sheets.choose()
}

/// Takes the stream of the workbook out of the compound file, or says what else that is.
fn workbook_stream(bytes: &[u8]) -> Result<Vec<u8>, FileRefusal> {
    let corrupt = || FileRefusal::new(RefusalReason::CorruptFile);
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(|_| corrupt())?;
    let Some(name) = ["Workbook", "Book"].into_iter().find(|name| file.is_stream(name)) else {
        return Err(FileRefusal::at(RefusalReason::UnknownFormat, other(&file)));
    };
    let stream = file.open_stream(name).map_err(|_| corrupt())?;
    let claimed = stream.len();
    let mut content = Vec::new();
    // A stream cannot be longer than its file; what the directory claims is not believed.
    let most = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    stream.take(most).read_to_end(&mut content).map_err(|_| corrupt())?;
    if u64::try_from(content.len()).is_ok_and(|length| length < claimed) {
        return Err(corrupt());
    }
    Ok(content)
}

/// What a compound file is that holds no workbook.
fn other(file: &CompoundFile<Cursor<&[u8]>>) -> &'static str {
    const KNOWN: [(&str, &str); 3] =
        [("EncryptedPackage", "encrypted"), ("WordDocument", "doc"), ("PowerPoint Document", "ppt")];
    KNOWN.into_iter().find(|(stream, _)| file.is_stream(stream)).map_or("ole", |(_, name)| name)
}
