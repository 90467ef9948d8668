//! Stays as a file: what an organization has declared, in the formats that it hands in elsewhere.
//!
//! Only for the organization's own people and software. The police sees document numbers of a list by their end only, and
//! a file of a whole ward's passports would undo that; an officer reads the declarations one by one.

use ::entity::stay;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        accounts::{Caller, Scope},
        catalog::CatalogSnapshot,
        declarations::{
            dto_stay::ExportFilter,
            export::{self, Attention, ExportStay},
            service::{
                making::make_apart,
                reading::{record, sensible},
            },
            store,
        },
    },
    kernel::{clock, finding::Finding},
    platform::{
        events::Event,
        http::{Problem, ProblemKind, slots::Slot},
        signing,
        state::AppState,
    },
};

/// Stays in one file.
pub const MAX_EXPORT: usize = 10_000;
/// Stays read at once.
const PAGE: u64 = 1_000;

/// A file to be handed out.
pub struct Download {
    /// Its name, of plain letters only.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// How many guests.
    pub count: usize,
    /// What to look at before sending it on.
    pub attention: Option<String>,
}

/// The stays that the filter names, as a file. It is on the record, with the hash of its bytes, before it is handed out.
pub async fn export(state: &AppState, caller: &Caller, filter: &ExportFilter) -> Result<Download, Problem> {
    let scope = caller.scope()?;
    let _slot = take_slot(state, caller)?;
    let rows = load(state, &scope, filter).await?;
    let catalogue = state.room::<CatalogSnapshot>().current();
    let stays: Option<Vec<ExportStay>> = rows.iter().map(|row| ExportStay::of(row, &catalogue.nationalities)).collect();
    let stays = stays.ok_or_else(|| {
        tracing::error!("a stay on record has a date of birth that no rule lets in");
        Problem::new(ProblemKind::Internal)
    })?;
    let (format, now, count) = (filter.format, state.clock.now(), stays.len());
    let attention = Attention::of(format, &stays).to_field();
    let labels: Vec<String> = catalogue.nationalities.portal_labels().map(ToOwned::to_owned).collect();
    let bytes = make_apart("export", move || export::write(format, &stays, &labels, now)).await?;
    let event = Event::about_many("stays_exported", "stay").of_organization(caller.organization()?.0);
    let facts = json!({ "filter": filter, "count": count, "sha256": signing::sha256_hex(&[&bytes]) });
    record(state, caller, event.with(facts)).await?;
    let name = format!("KHAI_BAO_TAM_TRU_{}.{}", stamp(now), format.extension());
    Ok(Download { name, media_type: format.media_type(), bytes, count, attention })
}

/// The minute in Viet Nam, for names of files.
pub(super) fn stamp(now: DateTime<Utc>) -> String {
    clock::local(now).format("%Y%m%d_%H%M").to_string()
}

/// A place among the files that are being made: each is held in memory whole.
pub(super) fn take_slot(state: &AppState, caller: &Caller) -> Result<Slot, Problem> {
    let holder = caller.actor.id.map(|id| id.to_string()).unwrap_or_default();
    state.exports.take(&holder).ok_or_else(|| Problem::new(ProblemKind::TooManyRequests).retry_after(2))
}

async fn load(state: &AppState, scope: &Scope, filter: &ExportFilter) -> Result<Vec<stay::Model>, Problem> {
    let days = [
        (filter.arrived_from, "/arrived_from"),
        (filter.arrived_to, "/arrived_to"),
        (filter.present_on, "/present_on"),
    ];
    for (day, pointer) in days {
        sensible(day, pointer)?;
    }
    let conn = state.db.read();
    let fitting = store::count_to_export(conn, scope, filter).await?;
    let most = u64::try_from(MAX_EXPORT).unwrap_or(u64::MAX);
    if fitting > most {
        return Err(too_many(fitting));
    }
    let mut rows: Vec<stay::Model> = Vec::new();
    loop {
        let after: Option<(NaiveDate, Uuid)> = rows.last().map(|row| (row.arrived_on, row.id));
        let page = store::list_to_export(conn, scope, filter, after, PAGE).await?;
        let is_last = u64::try_from(page.len()).unwrap_or(u64::MAX) < PAGE;
        rows.extend(page);
        // Guests may have been declared since they were counted.
        if rows.len() > MAX_EXPORT {
            return Err(too_many(store::count_to_export(conn, scope, filter).await?));
        }
        if is_last {
            break;
        }
    }
    if rows.is_empty() {
        // A file without guests can be handed in elsewhere and taken for a filing.
        return Err(Problem::finding(Finding::block("empty_export", "")));
    }
    Ok(rows)
}

fn too_many(count: u64) -> Problem {
    let finding = Finding::block("too_many_to_export", "").with("count", count.to_string());
    Problem::finding(finding.with("max", MAX_EXPORT.to_string())).extension("count", count.into())
}

#[cfg(test)]
mod tests;
