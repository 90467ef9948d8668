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
use serde_json::Value;

use crate::{
    features::declarations::{
        import::{Field, Format, GuestFile, GuestRow, RowKind},
        rules::{Examined, Place, Record, StayInput, stay_input, stored_input},
        service::filing::{Destination, examine_file},
    },
    kernel::{finding::Finding, ids},
    platform::{db::Failure, state::AppState},
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

/// Findings of rows that are no guests.
const NO_GUEST: [&str; 2] = ["sample_row", "total_row"];

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
        serde_json::to_value(&self.findings).unwrap_or_default()
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
    let mut examined = examine_file(state, destination, inputs, now).await?.stays.into_iter();
    let judge = |row: &GuestRow| match row.kind {
        RowKind::Sample => Judged::no_guest(row.reference.clone(), "sample_row"),
        RowKind::Total => Judged::no_guest(row.reference.clone(), "total_row"),
        RowKind::Guest => match examined.next() {
            Some(examined) => Judged::guest(row.reference.clone(), examined),
            None => unreachable!("each guest is examined"),
        },
    };
    Ok(file.rows.iter().map(judge).collect())
}

/// Judges rows that were stored when the file was read.
pub(super) async fn judge_again(
    state: &AppState,
    destination: &Arc<Destination>,
    format: Format,
    rows: &[guest_import_row::Model],
    now: DateTime<Utc>,
) -> Result<Vec<Judged>, Failure> {
    let seen: Vec<Vec<Finding>> =
        rows.iter().map(|row| serde_json::from_value(row.findings.clone()).unwrap_or_default()).collect();
    let no_guest = |findings: &[Finding]| {
        let rule = findings.first().map(|finding| finding.rule.clone())?;
        NO_GUEST.contains(&rule.as_str()).then_some(rule)
    };
    let guests = rows.iter().zip(&seen).filter(|(_, findings)| no_guest(findings).is_none());
    let inputs = guests.map(|(row, findings)| kept_input(format, row, findings)).collect();
    let mut examined = examine_file(state, destination, inputs, now).await?.stays.into_iter();
    let judge = |(row, findings): (&guest_import_row::Model, &Vec<Finding>)| match no_guest(findings) {
        Some(rule) => Judged::no_guest(row.reference.clone(), &rule),
        None => match examined.next() {
            Some(examined) => Judged::guest(row.reference.clone(), examined),
            None => unreachable!("each guest is examined"),
        },
    };
    Ok(rows.iter().zip(&seen).map(judge).collect())
}

/// A row that is stored for the first time.
pub(super) fn new_row(
    import: &guest_import::Model,
    position: usize,
    row: &GuestRow,
    judged: &Judged,
    now: DateTime<Utc>,
) -> guest_import_row::Model {
    guest_import_row::Model {
        id: ids::fresh(now),
        import_id: import.id,
        position: i32::try_from(position).unwrap_or(i32::MAX),
        reference: row.reference.clone(),
        verdict: judged.verdict,
        record: judged.record(),
        original: serde_json::to_value(&row.original).unwrap_or_default(),
        findings: judged.findings_json(),
        cells: if judged.verdict == RowVerdict::Rejected { cells_of(row) } else { None },
        declaration_id: judged.already,
    }
}

/// The stored row as it is judged now; none if nothing changed.
pub(super) fn changed_row(stored: &guest_import_row::Model, judged: &Judged) -> Option<guest_import_row::Model> {
    let (record, findings) = (judged.record(), judged.findings_json());
    let same = stored.verdict == judged.verdict
        && stored.declaration_id == judged.already
        && stored.findings == findings
        && stored.record == record;
    (!same).then(|| guest_import_row::Model {
        verdict: judged.verdict,
        record,
        findings,
        declaration_id: judged.already,
        ..stored.clone()
    })
}

/// Counts the verdicts. A row is read if it is accepted, rejected or ignored: nothing is left out.
pub(super) fn count(import: &mut guest_import::Model, judged: &[Judged]) {
    let of =
        |verdict| i32::try_from(judged.iter().filter(|judged| judged.verdict == verdict).count()).unwrap_or(i32::MAX);
    import.accepted = of(RowVerdict::Accepted);
    import.rejected = of(RowVerdict::Rejected);
    import.ignored = of(RowVerdict::Ignored);
    import.rows_read = import.accepted + import.rejected + import.ignored;
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
