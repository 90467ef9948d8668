//! Reads guest sheets of `.xlsx` workbooks.
//!
//! The parts of the package are streamed here, cell by cell, and not through a spreadsheet library: a
//! dense range asks for 512 GiB for one cell in the far corner, shared formula indices and declared
//! counts are trusted there for allocation, and what the user sees (rounded exponents, padded zeros,
//! month-only dates, results spilled by an array formula) is lost in a plain float. Nothing is ever
//! allocated by a declared size, and no formula result is used.

mod cells;
pub(super) mod display;
mod package;
mod parts;
mod reference;
pub(super) mod styles;

use crate::features::declarations::import::heading::Templates;
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::markup::Fault;
use crate::features::declarations::import::model::GuestFile;
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::sheets::Sheets;
use crate::features::declarations::import::workbook::cells::{SheetContext, stream_rows};
use crate::features::declarations::import::workbook::package::Package;
use crate::features::declarations::import::workbook::parts::workbook;
use crate::features::declarations::import::workbook::styles::styles;

/// Reads a ZIP file, expected to be a workbook.
///
/// The guest sheet is found by its heading. Of several such sheets with guests the visible ones count,
/// of these the one with the template's own name, which is the one that the portal reads; if that does
/// not settle it, the file is refused, because leaving a sheet out would lose guests silently.
pub(super) fn read(bytes: &[u8], templates: &Templates, limits: &Limits) -> Result<GuestFile, FileRefusal> {
    let mut package = Package::open(bytes, limits)?;
    let workbook = workbook(&mut package, limits)?;
    let styles = styles(&mut package, workbook.styles.as_deref())?;
    let strings = parts::shared_strings(&mut package, workbook.shared_strings.as_deref(), limits)?;
    let mut context = SheetContext {
        strings: &strings,
        styles: &styles,
        base_1904: workbook.base_1904,
        limits,
        cells_left: limits.cells,
    };
    let mut sheets = Sheets::new(templates, limits);
    for sheet in &workbook.sheets {
        let label = sheets.label(&sheet.name);
        let markup =
            package.part(&sheet.part)?.ok_or_else(|| FileRefusal::at(RefusalReason::CorruptFile, label.as_str()))?;
        sheets.read(&sheet.name, sheet.visible, |sink| stream_rows(markup, &mut context, &label, sink))?;
    }
    sheets.choose()
}

/// What a fault in a part of the package means for the file.
fn part_refusal(fault: Fault, place: &str) -> FileRefusal {
    let reason = match fault {
        Fault::Dtd => RefusalReason::DtdForbidden,
        Fault::NotWellFormed => RefusalReason::CorruptFile,
        Fault::TooDeep => RefusalReason::TooLarge,
    };
    FileRefusal::at(reason, place)
}
