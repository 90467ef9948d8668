//! Filed stays judged anew, after an outage was recorded, ended or withdrawn that their time from arrival to due touches.
//!
//! A job takes a page of touched stays and asks for the next page in the transaction in which it writes this one, so
//! that a crash repeats at most one page. What comes out depends on what is stored alone: the arrival, the rule that was
//! in force, the moment of filing and the outages that stand. Judging again changes nothing and writes nothing.

use std::collections::{BTreeSet, HashMap};

use ::entity::{declaration, outage, stay, stay_version::Change};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        catalog::{CatalogSnapshot, Catalogue},
        declarations::{
            rules::{
                Door, Moment, Place,
                lateness::{self, judge},
            },
            service::history::{Cause, keep_history, sum_up},
            store_life,
            store_outage::{self as store, Outages, Touched},
        },
    },
    kernel::finding::Finding,
    platform::{
        db::{Failure, Work},
        events::{Actor, Event},
        jobs::JobError,
        state::AppState,
    },
};

/// Kind of the job.
pub const REJUDGE_JOB: &str = "rejudge_stays";

/// Touched stays of one run.
const PAGE: u64 = 500;
/// After this long the touched stays are gone through once more: a filing that had read the outages before the change
/// was committed is on record by then. Longer than any request and any commit may take.
const SETTLED: Duration = Duration::minutes(2);
/// How far a filing may lie before the moment at which the clock of its stay starts: a day of which only the date is
/// known, and the clock of a hotel's computer.
const AHEAD: Duration = Duration::hours(25);

/// What a run has to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RejudgeJob {
    /// The outage that changed.
    outage_id: Uuid,
    /// Unit that was out; none for the whole system.
    unit_id: Option<Uuid>,
    /// First instant that may touch a stay.
    from: DateTime<Utc>,
    /// Last instant.
    to: Option<DateTime<Utc>>,
    /// Last stay of the page before.
    after: Option<Uuid>,
}

/// Asks for the stays to be judged anew that an outage touches or touched until `to`; in the transaction of its change.
pub async fn ask(work: &mut Work, row: &outage::Model, to: Option<DateTime<Utc>>) -> Result<(), Failure> {
    let job = RejudgeJob { outage_id: row.id, unit_id: row.unit_id, from: row.starts_at, to, after: None };
    let payload = serde_json::to_value(job).unwrap_or_default();
    work.enqueue(REJUDGE_JOB, lane(), payload.clone()).await?;
    let later = work.now() + SETTLED;
    work.enqueue_for(REJUDGE_JOB, lane(), payload, later).await?;
    Ok(())
}

/// Sweeps follow each other: two at once would only wait for each other's declarations.
fn lane() -> String {
    REJUDGE_JOB.to_owned()
}

/// Judges one page and asks for the next.
pub async fn rejudge_page(state: &AppState, job: RejudgeJob) -> Result<(), JobError> {
    let conn = state.db.read();
    let catalogue = state.room::<CatalogSnapshot>().current();
    let outages = store::all(conn).await.map_err(Failure::from)?;
    let touched = Touched {
        unit_id: job.unit_id,
        from: job.from,
        to: job.to,
        filed_since: job.from - catalogue.deadlines.longest() - outages.total_before(job.from) - AHEAD,
    };
    let page = store::touched(conn, &touched, job.after, PAGE).await.map_err(Failure::from)?;
    let Some((last, _)) = page.last().copied() else { return Ok(()) };
    let declarations: BTreeSet<Uuid> = page.iter().map(|(_, declaration)| *declaration).collect();
    let actor = Actor::system(format!("outage-{}", job.outage_id));
    let mut work = Work::begin(&state.db, &actor, state.clock.now()).await?;
    let changed = rejudge(&mut work, &actor, &catalogue, &declarations, job.outage_id).await?;
    let is_full = u64::try_from(page.len()).is_ok_and(|count| count == PAGE);
    if is_full {
        let next = RejudgeJob { after: Some(last), ..job.clone() };
        work.enqueue(REJUDGE_JOB, lane(), serde_json::to_value(next).unwrap_or_default()).await?;
    }
    work.commit().await?;
    if is_full {
        state.bell.ring();
    }
    tracing::info!(outage.id = %job.outage_id, stays.looked_at = page.len(), stays.changed = changed, "stays were judged anew");
    Ok(())
}

/// Judges all stays of these declarations; tells how many came out otherwise than before.
async fn rejudge(
    work: &mut Work,
    actor: &Actor,
    catalogue: &Catalogue,
    declarations: &BTreeSet<Uuid>,
    outage_id: Uuid,
) -> Result<usize, JobError> {
    let declarations = store::lock_declarations(work.tx(), declarations).await.map_err(Failure::from)?;
    let ids: BTreeSet<Uuid> = declarations.iter().map(|row| row.id).collect();
    let mut stays: HashMap<Uuid, Vec<stay::Model>> = HashMap::new();
    for row in store::stays_of_all(work.tx(), &ids).await.map_err(Failure::from)? {
        stays.entry(row.declaration_id).or_default().push(row);
    }
    // Read behind the lock: the change that asked for this run is committed, and so is every one before it.
    let outages = store::all(work.tx()).await.map_err(Failure::from)?;
    let mut changed = 0;
    for declaration in declarations {
        let mut rows = stays.remove(&declaration.id).unwrap_or_default();
        let before = changed;
        for row in &mut rows {
            let Some(after) = judged_anew(row, &declaration, catalogue, &outages) else { continue };
            keep_stay(work, actor, row, &after, &declaration, outage_id).await?;
            *row = after;
            changed += 1;
        }
        if changed > before {
            keep_declaration(work, &declaration, &rows, outage_id).await?;
        }
    }
    Ok(changed)
}

/// The stay as it is judged now; none if nothing changes. A stay that does not stand keeps the judgement that it had: it
/// counts for nothing, and a returned or refused declaration needs no new receipt.
fn judged_anew(
    row: &stay::Model,
    declaration: &declaration::Model,
    catalogue: &Catalogue,
    outages: &Outages,
) -> Option<stay::Model> {
    if row.status == stay::Status::Withdrawn {
        return None;
    }
    let Some(rule) = catalogue.deadlines.get(&row.deadline_rule) else {
        tracing::error!(stay.id = %row.id, rule = row.deadline_rule, "the deadline rule of a stay is not in the catalogue");
        return None;
    };
    let findings = Finding::stored(&row.findings);
    let door = if declaration.import_id.is_some() { Door::File } else { Door::Json };
    let position = usize::try_from(row.position).unwrap_or_default();
    let pointer =
        lateness::pointer(&findings).map_or_else(|| Place::Arrival.pointer(door, position), ToOwned::to_owned);
    let arrival = Moment { on: row.arrived_on, at: row.arrived_at };
    let judgement = judge(arrival, rule, &outages.of_unit(declaration.unit_id), declaration.filed_at, &pointer);
    let timeliness = if judgement.late { stay::Timeliness::Late } else { stay::Timeliness::OnTime };
    let replaced = lateness::replace(&findings, &judgement);
    let same = row.due_at == judgement.due_at && row.timeliness == timeliness && findings == replaced;
    (!same).then(|| stay::Model {
        due_at: judgement.due_at,
        timeliness,
        findings: Finding::to_store(&replaced),
        version: row.version + 1,
        ..row.clone()
    })
}

/// The one place where a new judgement becomes the next version of a stay.
async fn keep_stay(
    work: &mut Work,
    actor: &Actor,
    before: &stay::Model,
    after: &stay::Model,
    declaration: &declaration::Model,
    outage_id: Uuid,
) -> Result<(), JobError> {
    let after = stay::Model { updated_at: work.now(), ..after.clone() };
    unless_changed(store_life::update_stay(work.tx(), &after, before.version).await)?;
    let cause = Cause::of(Change::Rejudged, None);
    keep_history(work, actor, declaration, &[(before, &after)], &cause, declaration.content_version + 1).await?;
    work.publish(
        Event::about("stay_rejudged", "stay", after.id)
            .of_organization(after.organization_id)
            .of_unit(Some(declaration.unit_id))
            .with(json!({
                "outage_id": outage_id,
                "deadline_rule": after.deadline_rule,
                "due_at": [before.due_at, after.due_at],
                "timeliness": [before.timeliness, after.timeliness],
                "version": after.version,
            })),
    );
    Ok(())
}

/// A declaration is due with its earliest stay, late with any, and as urgent as its warnings. An answer that an officer
/// or a rule has given stands.
async fn keep_declaration(
    work: &mut Work,
    before: &declaration::Model,
    stays: &[stay::Model],
    outage_id: Uuid,
) -> Result<(), JobError> {
    let mut after = declaration::Model {
        version: before.version + 1,
        content_version: before.content_version + 1,
        updated_at: work.now(),
        ..before.clone()
    };
    sum_up(&mut after, stays);
    unless_changed(store_life::update_declaration(work.tx(), &after, before.version).await)?;
    work.publish(
        Event::about("declaration_rejudged", "declaration", after.id)
            .of_organization(after.organization_id)
            .of_unit(Some(after.unit_id))
            .with(json!({
                "outage_id": outage_id,
                "due_at": [before.due_at, after.due_at],
                "timeliness": [before.timeliness, after.timeliness],
                "warnings": [before.warning_count, after.warning_count],
                "version": after.version,
            })),
    );
    Ok(())
}

/// Somebody else's change in between is no fault: the page is judged again.
fn unless_changed(saved: Result<bool, sea_orm::DbErr>) -> Result<(), JobError> {
    match saved.map_err(Failure::from)? {
        true => Ok(()),
        false => Err(JobError::Retry("a stay or its declaration was changed meanwhile".to_owned())),
    }
}
