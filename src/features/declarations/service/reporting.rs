//! The marked copy of a file whose rows were refused: made from the rows on record, so it stays available after the file
//! itself is forgotten.

use std::collections::BTreeMap;

use ::entity::{
    guest_import::{self, Status},
    guest_import_row::{self, Verdict},
};
use serde_json::{Value, json};

use crate::{
    features::{
        accounts::Caller,
        declarations::{
            export::{RefusedRow, ReportFinding, WORKBOOK_TYPE, write_report},
            import::{Field, FileColumn},
            service::{
                exporting::{Download, stamp, take_slot},
                importing::status_name,
                making::make_apart,
                reading::record,
            },
            store_import as store,
        },
    },
    kernel::{
        finding::{Finding, Severity},
        ids::ImportId,
        page::PageRequest,
    },
    platform::{
        events::Event,
        http::{Problem, ProblemKind},
        lang::Lang,
        signing,
        state::AppState,
    },
};

/// Rows read at once.
const PAGE: u64 = 1_000;

/// The refused rows of an import as a workbook to mend and hand in again. It is on the record before it is handed out.
pub async fn report(state: &AppState, caller: &Caller, id: ImportId, lang: Lang) -> Result<Download, Problem> {
    let scope = caller.scope()?;
    let import = store::find(state.db.read(), &scope, id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    match import.status {
        Status::Ready | Status::Committing | Status::Done => {}
        Status::Queued | Status::Reading | Status::Refused => {
            return Err(Problem::wrong_state(status_name(import.status), &[]));
        }
    }
    let _slot = take_slot(state, caller)?;
    let rows = refused_rows(state, id, lang).await?;
    if rows.is_empty() {
        return Err(Problem::finding(Finding::block("empty_export", "")));
    }
    let (columns, now, count) = (columns_of(&import), state.clock.now(), rows.len());
    let bytes = make_apart("import report", move || write_report(None, &columns, &rows, now)).await?;
    let event = Event::about("import_report_made", "guest_import", import.id).of_organization(import.organization_id);
    record(state, caller, event.with(json!({ "count": count, "sha256": signing::sha256_hex(&[&bytes]) }))).await?;
    let name = format!("BAO_LOI_{}.xlsx", stamp(import.created_at));
    Ok(Download { name, media_type: WORKBOOK_TYPE, bytes, count, attention: None })
}

/// The columns of the file as it was handed in; none for a format without columns, and the report then has the portal's.
fn columns_of(import: &guest_import::Model) -> Vec<FileColumn> {
    import.columns.clone().and_then(|columns| serde_json::from_value(columns).ok()).unwrap_or_default()
}

/// The cells of a row as it was handed in, in the order of [`columns_of`]; none for a format without columns.
fn cells_of(row: &guest_import_row::Model) -> Vec<String> {
    row.cells.clone().and_then(|cells| serde_json::from_value(cells).ok()).unwrap_or_default()
}

async fn refused_rows(state: &AppState, id: ImportId, lang: Lang) -> Result<Vec<RefusedRow>, Problem> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = PageRequest { limit: PAGE, after: None };
        let found = store::list_rows(state.db.read(), id, Some(Verdict::Rejected), &page, after).await?;
        after = found.items.last().map(|row| row.position);
        rows.extend(found.items.iter().map(|row| refused_row(row, lang)));
        if found.next_cursor.is_none() {
            return Ok(rows);
        }
    }
}

fn refused_row(row: &guest_import_row::Model, lang: Lang) -> RefusedRow {
    let original: BTreeMap<Field, String> = serde_json::from_value(row.original.clone()).unwrap_or_default();
    let findings = Finding::stored(&row.findings);
    let params = BTreeMap::from([("row".to_owned(), row.reference.clone())]);
    RefusedRow {
        reference: row.reference.clone(),
        place: lang.text("report.row", &params),
        cells: cells_of(row),
        original,
        findings: findings
            .iter()
            .filter(|finding| finding.severity > Severity::Info)
            .map(|finding| report_finding(finding, lang))
            .collect(),
    }
}

fn report_finding(finding: &Finding, lang: Lang) -> ReportFinding {
    let (message, suggestion) = lang.finding(finding);
    ReportFinding { field: field_at(&finding.pointer), blocks: finding.blocks(), message, suggestion }
}

/// The field that a pointer into a row's record names.
fn field_at(pointer: &str) -> Option<Field> {
    let name = pointer.strip_prefix('/')?;
    serde_json::from_value(Value::String(name.to_owned())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::declarations::rules::{Door, Place};

    #[test]
    fn pointers_into_a_record_name_fields() {
        for (place, expected) in [
            (Place::FullName, Some(Field::FullName)),
            (Place::DateOfBirth, Some(Field::DateOfBirth)),
            (Place::BirthPrecision, Some(Field::BirthPrecision)),
            (Place::Sex, Some(Field::Sex)),
            (Place::Nationality, Some(Field::Nationality)),
            (Place::DocumentNumber, Some(Field::DocumentNumber)),
            (Place::Room, Some(Field::Room)),
            (Place::Arrival, Some(Field::ArrivedOn)),
            (Place::ExpectedDeparture, Some(Field::ExpectedDepartureOn)),
            (Place::Departure, Some(Field::DepartedOn)),
            (Place::PermittedStay, Some(Field::PermittedStayUntil)),
            (Place::Mrz, None),
        ] {
            assert_eq!(field_at(&place.pointer(Door::File, 0)), expected, "{place:?}");
        }
        assert_eq!(field_at(""), None);
    }
}
