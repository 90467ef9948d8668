//! Rows of a file and what becomes of each.
//!
//! Judged twice: when the file is read, and again when its rows are filed, because meanwhile guests may have been
//! declared and deadlines passed. The second time the rows come from the database; what they say is what the file said.

use std::{collections::BTreeMap, sync::Arc};

use ::entity::{
    guest_import,
    guest_import_row::{self, Verdict as RowVerdict},
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use serde_json::Value;

use crate::{
    features::declarations::{
        import::{Field, Format, GuestFile, GuestRow, RowKind},
        rules::{Examined, Place, Record, StayInput, stay_input, stored_input},
        service::filing::{Destination, examine_file},
        store_import as store,
    },
    kernel::{
        finding::Finding,
        ids::{self, ImportId},
    },
    platform::{db::Failure, jobs::JobError, signing, state::AppState},
};

/// Members of a row's record, in the order of the contract.
const RECORD: [Place; 11] = [
    Place::FullName,
    Place::Sex,
    Place::Nationality,
    Place::DateOfBirth,
    Place::BirthPrecision,
    Place::DocumentNumber,
    Place::Room,
    Place::Arrival,
    Place::ExpectedDeparture,
    Place::Departure,
    Place::PermittedStay,
];

/// Stored rows read at once.
const PAGE: u64 = 1_000;

/// Findings of rows that are no guests.
const SAMPLE: &str = "sample_row";
const TOTAL: &str = "total_row";

/// A row with what becomes of it.
pub(super) struct Judged {
    /// Where it stands in the file.
    pub reference: String,
    pub verdict: RowVerdict,
    pub findings: Vec<Finding>,
    /// None if it is no guest.
    pub examined: Option<Examined>,
    /// The declaration in which the guest is filed already.
    pub already: Option<uuid::Uuid>,
}

impl Judged {
    fn no_guest(reference: String, rule: &str) -> Self {
        Self {
            reference,
            verdict: RowVerdict::Ignored,
            findings: vec![Finding::info(rule, "")],
            examined: None,
            already: None,
        }
    }

    fn guest(reference: String, examined: Examined) -> Self {
        let mut findings = examined.findings.clone();
        let verdict = match (&examined.stay, examined.already) {
            (None, _) => RowVerdict::Rejected,
            (Some(_), Some(_)) => {
                findings.push(Finding::info("already_declared", ""));
                RowVerdict::Ignored
            }
            (Some(_), None) => RowVerdict::Accepted,
        };
        Self { reference, verdict, findings, already: examined.already, examined: Some(examined) }
    }

    /// What was understood, every member of the contract.
    pub(super) fn record(&self) -> Value {
        let understood = self.examined.as_ref().map(|examined| &examined.record);
        let value = |name: &str| understood.and_then(|record: &Record| record.get(name)).cloned();
        let members = RECORD.iter().map(|place| place.record_name());
        Value::Object(members.map(|name| (name.to_owned(), value(name).unwrap_or(Value::Null))).collect())
    }

    fn findings_json(&self) -> Value {
        Finding::to_store(&self.findings)
    }
}

/// Judges the rows of a file that was just read.
pub(super) async fn judge_file(
    state: &AppState,
    destination: &Arc<Destination>,
    file: &GuestFile,
    now: DateTime<Utc>,
) -> Result<Vec<Judged>, Failure> {
    let inputs =
        file.rows.iter().filter(|row| row.kind == RowKind::Guest).map(|row| stay_input(file.format, row)).collect();
    let examined = examine_file(state, destination, inputs, now).await?.stays;
    let no_guest = |kind: RowKind| match kind {
        RowKind::Sample => Some(SAMPLE),
        RowKind::Total => Some(TOTAL),
        RowKind::Guest => None,
    };
    put_together(file.rows.iter().map(|row| (row.reference.as_str(), no_guest(row.kind))), examined)
}

/// A stored row that is to be judged again: little enough that a large file fits into memory.
struct Kept {
    position: i32,
    reference: String,
    /// None for a guest.
    no_guest: Option<&'static str>,
    /// Of what was said of it.
    said: String,
}

impl Kept {
    fn of(row: guest_import_row::Model, format: Format) -> (Self, Option<StayInput>) {
        let findings = Finding::stored(&row.findings);
        let first = findings.first().map(|finding| finding.rule.as_str());
        let no_guest = [SAMPLE, TOTAL].into_iter().find(|rule| first == Some(*rule));
        let input = no_guest.is_none().then(|| kept_input(format, &row, &findings));
        let said = digest(row.verdict, row.declaration_id, &row.findings, &row.record);
        (Self { position: row.position, reference: row.reference, no_guest, said }, input)
    }
}

/// Equal where what is said of a row is equal.
fn digest(verdict: RowVerdict, already: Option<uuid::Uuid>, findings: &Value, record: &Value) -> String {
    let text = serde_json::json!([verdict, already, findings, record]).to_string();
    signing::sha256_hex(&[text.as_bytes()])
}

/// What the second judgement came to.
pub(super) struct JudgedAgain {
    /// Guests to be filed, with their places in the file.
    pub accepted: Vec<(i32, Examined)>,
    /// Rows that are judged otherwise than when the file was read.
    pub changed: Vec<(i32, Judged)>,
    /// How many rows have which verdict.
    pub counts: Counts,
}

/// Judges rows that were stored when the file was read.
pub(super) async fn judge_again(
    state: &AppState,
    destination: &Arc<Destination>,
    import: &guest_import::Model,
    now: DateTime<Utc>,
) -> Result<JudgedAgain, JobError> {
    let format = format_of(import)?;
    let (mut kept, mut inputs, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let rows = store::rows_after(state.db.read(), ImportId(import.id), after, PAGE).await.map_err(Failure::from)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.position);
        for row in rows {
            let (row, input) = Kept::of(row, format);
            kept.push(row);
            inputs.extend(input);
        }
    }
    let mut examined = examine_file(state, destination, inputs, now).await?.stays.into_iter();
    let mut again = JudgedAgain { accepted: Vec::new(), changed: Vec::new(), counts: Counts::default() };
    for row in kept {
        let mut judged = judge(row.reference, row.no_guest, &mut examined)?;
        again.counts.add(judged.verdict);
        let changed = digest(judged.verdict, judged.already, &judged.findings_json(), &judged.record()) != row.said;
        if judged.verdict == RowVerdict::Accepted {
            // What a changed row will say is still needed there.
            let guest = if changed { judged.examined.clone() } else { judged.examined.take() };
            again.accepted.extend(guest.map(|guest| (row.position, Examined { record: Record::new(), ..guest })));
        }
        if changed {
            again.changed.push((row.position, judged));
        }
    }
    Ok(again)
}

/// What the file was read as.
fn format_of(import: &guest_import::Model) -> Result<Format, JobError> {
    let name = Value::from(import.format.clone());
    serde_json::from_value(name).map_err(|error| JobError::GiveUp(format!("no known format: {error}")))
}

/// All rows in their order: those that are no guests by the rule that says so, the guests as they were examined.
fn put_together<'r>(
    rows: impl Iterator<Item = (&'r str, Option<&'static str>)>,
    examined: Vec<Examined>,
) -> Result<Vec<Judged>, Failure> {
    let mut examined = examined.into_iter();
    rows.map(|(reference, no_guest)| judge(reference.to_owned(), no_guest, &mut examined)).collect()
}

/// The next row.
fn judge(
    reference: String,
    no_guest: Option<&'static str>,
    examined: &mut impl Iterator<Item = Examined>,
) -> Result<Judged, Failure> {
    match no_guest {
        Some(rule) => Ok(Judged::no_guest(reference, rule)),
        None => {
            let guest = examined.next().map(|examined| Judged::guest(reference, examined));
            guest.ok_or_else(|| Failure::Fault(DbErr::Custom("a guest was not examined".to_owned())))
        }
    }
}

/// A row that is stored for the first time.
pub(super) fn new_row(
    import: &guest_import::Model,
    position: usize,
    row: GuestRow,
    judged: Judged,
    now: DateTime<Utc>,
) -> guest_import_row::Model {
    guest_import_row::Model {
        id: ids::fresh(now),
        import_id: import.id,
        position: i32::try_from(position).unwrap_or(i32::MAX),
        verdict: judged.verdict,
        record: judged.record(),
        original: serde_json::to_value(&row.original).unwrap_or_default(),
        findings: judged.findings_json(),
        cells: cells_of(&row).filter(|_| judged.verdict == RowVerdict::Rejected),
        reference: row.reference,
        declaration_id: judged.already,
    }
}

/// The stored row as it is judged now.
pub(super) fn changed_row(stored: guest_import_row::Model, judged: &Judged) -> guest_import_row::Model {
    guest_import_row::Model {
        verdict: judged.verdict,
        record: judged.record(),
        findings: judged.findings_json(),
        declaration_id: judged.already,
        ..stored
    }
}

/// How many rows have which verdict. A row is read if it is accepted, rejected or ignored: nothing is left out.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    accepted: i32,
    rejected: i32,
    ignored: i32,
}

impl Counts {
    /// Of a whole file.
    pub(super) fn of(judged: &[Judged]) -> Self {
        let mut counts = Self::default();
        judged.iter().for_each(|judged| counts.add(judged.verdict));
        counts
    }

    fn add(&mut self, verdict: RowVerdict) {
        match verdict {
            RowVerdict::Accepted => self.accepted += 1,
            RowVerdict::Rejected => self.rejected += 1,
            RowVerdict::Ignored => self.ignored += 1,
        }
    }

    /// Notes them.
    pub(super) fn note(self, import: &mut guest_import::Model) {
        import.accepted = self.accepted;
        import.rejected = self.rejected;
        import.ignored = self.ignored;
        import.rows_read = self.accepted + self.rejected + self.ignored;
    }
}

/// All cells of a row, for the marked copy of the refused rows; none for a format without columns.
fn cells_of(row: &GuestRow) -> Option<Value> {
    (!row.cells.is_empty()).then(|| Value::from(row.cells.clone()))
}

/// What a stored row said when it was read. A formula has no text, and left a finding.
fn kept_input(format: Format, row: &guest_import_row::Model, findings: &[Finding]) -> StayInput {
    let original: BTreeMap<Field, String> = serde_json::from_value(row.original.clone()).unwrap_or_default();
    let formula = |finding: &Finding| {
        let name = finding.pointer.strip_prefix('/').filter(|_| finding.rule == "formula_cell")?;
        RECORD.into_iter().find(|place| place.record_name() == name)
    };
    stored_input(format, &original, findings.iter().filter_map(formula).collect())
}
