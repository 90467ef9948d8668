//! Which of several sheets or tables of one file holds the guests.

use crate::features::declarations::import::heading::Templates;
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::model::{GuestFile, RowKind};
use crate::features::declarations::import::refusal::{Advice, FileRefusal, RefusalReason};
use crate::features::declarations::import::table::{Budget, Flow, Outcome, SheetRow, Table};
use crate::features::declarations::import::text::fold;

/// Sheets of lists of Vietnamese guests, which are filed elsewhere.
const VIETNAMESE_GUESTS: [&str; 2] = ["DS_KHACH_VIET_NAM_LUU_TRU", "extracted"];

/// Sheet names that come from templates and spreadsheet programs and hence hold no guest's name.
const HARMLESS_NAMES: [&str; 8] =
    ["KBTT", "Lookup", "Sheet", "DS_KHACH_VIET_NAM_LUU_TRU", "extracted", "TINH_THANH", "PHUONG_XA", "DANH_MUC"];

/// What takes the rows of a sheet.
pub(super) type Sink<'s> = &'s mut dyn FnMut(SheetRow) -> Result<Flow, FileRefusal>;

/// The sheets of a workbook, read one after the other.
pub(super) struct Sheets<'t> {
    templates: &'t Templates,
    limits: &'t Limits,
    budget: Budget,
    read: usize,
    found: Vec<Candidate>,
    similar: Option<FileRefusal>,
    vietnamese: Option<&'static str>,
}

/// A sheet with the heading of a guest list.
struct Candidate {
    label: String,
    own_name: bool,
    visible: bool,
    file: GuestFile,
}

impl<'t> Sheets<'t> {
    pub(super) fn new(templates: &'t Templates, limits: &'t Limits) -> Self {
        let budget = Budget(limits.text_bytes);
        Self { templates, limits, budget, read: 0, found: Vec::new(), similar: None, vietnamese: None }
    }

    /// The next sheet's name in refusals: its own if that is a template's or a default, else its position.
    pub(super) fn label(&self, name: &str) -> String {
        label(self.read, name)
    }

    /// Reads the next sheet. `fill` gives its rows to the sink until that has enough.
    pub(super) fn read(
        &mut self,
        name: &str,
        visible: bool,
        fill: impl FnOnce(Sink<'_>) -> Result<(), FileRefusal>,
    ) -> Result<(), FileRefusal> {
        let label = self.label(name);
        let mut table = Table::new(self.templates, self.limits, &label);
        let budget = &mut self.budget;
        fill(&mut |row| table.push(row, budget))?;
        let outcome = table.finish()?;
        self.add(label, name, visible, outcome)
    }

    /// Notes what the next sheet turned out to be.
    pub(super) fn add(
        &mut self,
        label: String,
        name: &str,
        visible: bool,
        outcome: Outcome,
    ) -> Result<(), FileRefusal> {
        self.read += 1;
        let name = name.trim();
        if let Some(known) = VIETNAMESE_GUESTS.iter().find(|known| name.eq_ignore_ascii_case(known)) {
            self.vietnamese.get_or_insert(known);
        }
        match outcome {
            Outcome::Guests(file) => {
                let names = self.templates.each().map(|known| known.template().sheet).filter(|sheet| !sheet.is_empty());
                let own_name = names.into_iter().any(|sheet| name.eq_ignore_ascii_case(sheet));
                let rows: usize = self.found.iter().map(|it| it.file.rows.len()).sum();
                // Rows are limited over all sheets, because all that are found are held until one is chosen.
                if rows + file.rows.len() > self.limits.rows {
                    return Err(FileRefusal::at(RefusalReason::TooLarge, label));
                }
                self.found.push(Candidate { label, own_name, visible, file });
            }
            Outcome::Similar(refusal) => {
                // A list that is filed elsewhere says more than a likeness.
                let says_more = |known: &FileRefusal| known.advice.is_none() && refusal.advice.is_some();
                if self.similar.as_ref().is_none_or(says_more) {
                    self.similar = Some(refusal);
                }
            }
            Outcome::Other => {}
        }
        Ok(())
    }

    /// The sheet with the guests.
    ///
    /// Of several such sheets with guests the visible ones count, of these the one with the template's own
    /// name, which is the one that the portal reads; if that does not settle it, the file is refused,
    /// because leaving a sheet out would lose guests silently.
    pub(super) fn choose(self) -> Result<GuestFile, FileRefusal> {
        if self.found.is_empty() {
            return Err(match self.vietnamese {
                Some(name) => FileRefusal::elsewhere(Advice::VietnameseGuests, name),
                None => self.similar.unwrap_or_else(|| FileRefusal::new(RefusalReason::WrongTemplate)),
            });
        }
        let any_visible = self.found.iter().any(|it| it.visible && has_guests(&it.file));
        let mut with_guests: Vec<Candidate> =
            self.found.into_iter().filter(|it| has_guests(&it.file) && (it.visible || !any_visible)).collect();
        if with_guests.len() > 1 {
            let Some(position) = with_guests.iter().position(|it| it.own_name) else {
                let place = format!("{}!A1", with_guests[1].label);
                return Err(FileRefusal::at(RefusalReason::WrongTemplate, place));
            };
            with_guests.swap(0, position);
        }
        with_guests.into_iter().next().map(|it| it.file).ok_or_else(|| FileRefusal::new(RefusalReason::NoGuestRows))
    }
}

fn has_guests(file: &GuestFile) -> bool {
    file.rows.iter().any(|row| row.kind == RowKind::Guest)
}

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
