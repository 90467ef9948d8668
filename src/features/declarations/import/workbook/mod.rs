//! Reads guest sheets of `.xlsx` workbooks.
//!
//! The parts of the package are streamed here, cell by cell, and not through a spreadsheet library: a
//! dense range asks for 512 GiB for one cell in the far corner, shared formula indices and declared
//! counts are trusted there for allocation, and what the user sees (rounded exponents, padded zeros,
//! month-only dates, results spilled by an array formula) is lost in a plain float. Nothing is ever
//! allocated by a declared size, and no formula result is used.

mod cells;
mod display;
mod package;
mod parts;
mod reference;
mod styles;

use crate::features::declarations::import::heading::SheetTemplate;
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::markup::Fault;
use crate::features::declarations::import::model::{GuestFile, RowKind};
use crate::features::declarations::import::refusal::{Advice, FileRefusal, RefusalReason};
use crate::features::declarations::import::table::{Budget, Outcome, Table};
use crate::features::declarations::import::text::fold;
use crate::features::declarations::import::workbook::cells::{SheetContext, stream_rows};
use crate::features::declarations::import::workbook::package::Package;
use crate::features::declarations::import::workbook::parts::{Sheet, workbook};
use crate::features::declarations::import::workbook::styles::styles;

/// Sheets of lists of Vietnamese guests, which are filed elsewhere.
const VIETNAMESE_GUESTS: [&str; 2] = ["DS_KHACH_VIET_NAM_LUU_TRU", "extracted"];

/// Sheet names that come from templates and spreadsheet programs and hence hold no guest's name.
const HARMLESS_NAMES: [&str; 8] =
    ["KBTT", "Lookup", "Sheet", "DS_KHACH_VIET_NAM_LUU_TRU", "extracted", "TINH_THANH", "PHUONG_XA", "DANH_MUC"];

/// Reads a ZIP file, expected to be a workbook.
///
/// The guest sheet is found by its heading. Of several such sheets with guests the visible ones count,
/// of these the one with the template's own name, which is the one that the portal reads; if that does
/// not settle it, the file is refused, because leaving a sheet out would lose guests silently.
pub(super) fn read(bytes: &[u8], templates: &[&SheetTemplate], limits: &Limits) -> Result<GuestFile, FileRefusal> {
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
    let mut budget = Budget(limits.text_bytes);
    let mut found: Vec<Candidate<'_>> = Vec::new();
    let mut similar = None;
    for (index, sheet) in workbook.sheets.iter().enumerate() {
        let label = label(index, &sheet.name);
        let mut table = Table::new(templates, limits, &label);
        let markup =
            package.part(&sheet.part)?.ok_or_else(|| FileRefusal::at(RefusalReason::CorruptFile, label.as_str()))?;
        stream_rows(markup, &mut context, &label, |row| table.push(row, &mut budget))?;
        match table.finish()? {
            Outcome::Guests(file) => found.push(Candidate { sheet, index, file }),
            Outcome::Similar(refusal) => {
                // A list that is filed elsewhere says more than a likeness.
                if similar.as_ref().is_none_or(|known: &FileRefusal| known.advice.is_none() && refusal.advice.is_some())
                {
                    similar = Some(refusal);
                }
            }
            Outcome::Other => {}
        }
    }
    if found.is_empty() {
        return Err(no_guest_sheet(&workbook.sheets, similar));
    }
    choose(found, templates)
}

struct Candidate<'s> {
    sheet: &'s Sheet,
    index: usize,
    file: GuestFile,
}

fn choose(found: Vec<Candidate<'_>>, templates: &[&SheetTemplate]) -> Result<GuestFile, FileRefusal> {
    let any_visible = found.iter().any(|it| it.sheet.visible && has_guests(&it.file));
    let mut with_guests: Vec<Candidate<'_>> =
        found.into_iter().filter(|it| has_guests(&it.file) && (it.sheet.visible || !any_visible)).collect();
    if with_guests.len() > 1 {
        let own_name = |it: &Candidate<'_>| {
            templates
                .iter()
                .filter(|template| !template.sheet.is_empty())
                .any(|template| it.sheet.name.trim().eq_ignore_ascii_case(template.sheet))
        };
        let Some(position) = with_guests.iter().position(own_name) else {
            let second = &with_guests[1];
            return Err(FileRefusal::at(
                RefusalReason::WrongTemplate,
                format!("{}!A1", label(second.index, &second.sheet.name)),
            ));
        };
        with_guests.swap(0, position);
    }
    with_guests.into_iter().next().map(|it| it.file).ok_or_else(|| FileRefusal::new(RefusalReason::NoGuestRows))
}

fn has_guests(file: &GuestFile) -> bool {
    file.rows.iter().any(|row| row.kind == RowKind::Guest)
}

fn no_guest_sheet(sheets: &[Sheet], similar: Option<FileRefusal>) -> FileRefusal {
    let vietnamese = sheets
        .iter()
        .find_map(|sheet| VIETNAMESE_GUESTS.iter().find(|name| sheet.name.trim().eq_ignore_ascii_case(name)));
    match vietnamese {
        Some(name) => FileRefusal::elsewhere(Advice::VietnameseGuests, *name),
        None => similar.unwrap_or_else(|| FileRefusal::new(RefusalReason::WrongTemplate)),
    }
}

/// The sheet's name in refusals: its own if that is a template's or a default, else its position.
fn label(index: usize, name: &str) -> String {
    let own = HARMLESS_NAMES.iter().find(|known| known.eq_ignore_ascii_case(name.trim()));
    if let Some(known) = own {
        return (*known).to_owned();
    }
    let folded = fold(name);
    let numbered = folded
        .strip_prefix("sheet")
        .or_else(|| folded.strip_prefix("trang tinh"))
        .is_some_and(|rest| rest.len() <= 4 && rest.trim_start().parse::<u16>().is_ok());
    if numbered { name.trim().to_owned() } else { format!("sheet {}", index + 1) }
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
