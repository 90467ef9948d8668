//! Guest files: handed in, read, shown with a verdict per row, filed in one transaction.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> queued: create_import
//!     queued --> reading
//!     reading --> refused: the file cannot be read
//!     reading --> ready: mode preview
//!     reading --> committing: mode commit
//!     reading --> done: mode compare
//!     ready --> committing: commit_import
//!     committing --> done
//! ```
//!
//! Each step is a job that may run again: reading writes its rows over, committing files nothing twice. A crash in the
//! middle leaves the state before the step, and the job is taken up again when its lease is over.

mod committing;
mod comparing;
mod judging;
mod progress;
mod reading;
mod receipting;

use ::entity::{
    guest_import::{self, Mode, Status},
    guest_import_row::Verdict as RowVerdict,
};
use serde_json::{Value, json};

use crate::{
    features::{
        accounts::{Caller, Scope},
        declarations::{
            dto_import::{ImportFilter, ImportOut, ImportPage, ImportRowFilter, ImportRowOut, ImportRowPage},
            service::{filing::Destination, reading::record},
            store_import as store,
        },
    },
    kernel::{
        ids::{self, EstablishmentId, ImportId, OrganizationId},
        page::{PageError, PageRequest},
    },
    platform::{
        db::{Answer, Failure, Work},
        events::{Actor, Event},
        http::{
            Problem, ProblemKind,
            idempotency::{Idempotency, settle},
        },
        jobs::JobError,
        lang::Lang,
        signing,
        state::AppState,
    },
};

pub use committing::commit_file;
pub use comparing::list_differences;
pub use progress::{Imports, heartbeat, watch};
pub use reading::read_file;
pub use receipting::receipt_pdf;

/// Kind of the job that reads a file.
pub const READ_JOB: &str = "read_import";
/// Kind of the job that files its rows.
pub const COMMIT_JOB: &str = "commit_import";

/// Files of one organization that wait or are being read: one organization's files must not hold up all others.
const MOST_OPEN: u64 = 10;

/// A file as handed in.
pub struct Upload {
    /// Where the guests stay.
    pub establishment_id: EstablishmentId,
    /// What is to become of it.
    pub mode: Mode,
    /// As handed in; shown only.
    pub file_name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Takes a file in. It is read by a job; ask for the import to see how far it is.
pub async fn create(
    state: &AppState,
    actor: &Actor,
    scope: &Scope,
    upload: Upload,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let destination = Destination::load(state.db.read(), scope, upload.establishment_id).await?;
    if store::count_open(state.db.read(), destination.establishment.organization_id).await? >= MOST_OPEN {
        return Err(Problem::new(ProblemKind::TooManyRequests).retry_after(5));
    }
    let now = state.clock.now();
    let row = guest_import::Model {
        id: ids::fresh(now),
        organization_id: destination.establishment.organization_id,
        establishment_id: destination.establishment.id,
        mode: upload.mode,
        status: Status::Queued,
        format: None,
        file_name: upload.file_name,
        file_hash: signing::sha256_hex(&[&upload.bytes]),
        file_size: i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX),
        rows_read: 0,
        accepted: 0,
        rejected: 0,
        ignored: 0,
        progress: 0,
        reason: None,
        location: None,
        advice: None,
        columns: None,
        comparison: None,
        created_by_kind: actor.by_kind(),
        created_by: actor.id,
        created_at: now,
        finished_at: None,
        version: 1,
        updated_at: now,
    };
    let mut work = Work::begin(&state.db, actor, now).await?;
    store::insert(work.tx(), &row, upload.bytes).await?;
    work.enqueue(READ_JOB, lane(&row), json!({ "import_id": row.id })).await?;
    work.publish(event("import_created", &row).with(json!({ "file_hash": row.file_hash, "file_size": row.file_size })));
    let answer =
        Answer::accepted(format!("/api/v1/imports/{}", row.id), &ImportOut::new(&row, &[])).version(row.version);
    let answer = work.answer(idempotency, answer).await?;
    state.bell.ring();
    Ok(answer)
}

fn event(action: &'static str, row: &guest_import::Model) -> Event {
    Event::about(action, "guest_import", row.id).of_organization(row.organization_id)
}

async fn get_row(state: &AppState, scope: &Scope, id: ImportId) -> Result<guest_import::Model, Problem> {
    store::find(state.db.read(), scope, id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// How far an import is.
pub async fn get(state: &AppState, scope: &Scope, id: ImportId) -> Result<ImportOut, Problem> {
    let mut row = get_row(state, scope, id).await?;
    if matches!(row.status, Status::Reading | Status::Committing) {
        row.progress = state.room::<Imports>().running(row.id).unwrap_or(0).max(row.progress);
    }
    let declarations = store::declarations_of(state.db.read(), id).await?;
    Ok(ImportOut::new(&row, &declarations))
}

/// Imports of an organization, newest first.
pub async fn list(state: &AppState, scope: &Scope, filter: &ImportFilter) -> Result<ImportPage, Problem> {
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    let rows = store::list(state.db.read(), scope, &page, page.after_id()?).await?;
    let page = rows.map(|row| ImportOut::new(&row, &[]));
    Ok(ImportPage { items: page.items, next_cursor: page.next_cursor })
}

/// Rows with their verdicts, in the order of the file.
pub async fn rows(
    state: &AppState,
    caller: &Caller,
    id: ImportId,
    filter: &ImportRowFilter,
    lang: Lang,
) -> Result<ImportRowPage, Problem> {
    let row = get_row(state, &caller.scope()?, id).await?;
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    let after = position(&page)?;
    record(state, caller, event("import_rows_read", &row)).await?;
    if matches!(row.status, Status::Queued | Status::Reading) {
        // What stands there may be half of it.
        return Ok(ImportRowPage { items: Vec::new(), next_cursor: None });
    }
    let rows = store::list_rows(state.db.read(), id, filter.verdict, &page, after).await?;
    let own = caller.organization_id.is_some();
    let page = rows.map(|row| {
        let out = ImportRowOut::new(&row, lang);
        if own { out } else { out.masked() }
    });
    Ok(ImportRowPage { items: page.items, next_cursor: page.next_cursor })
}

/// Asks for the filing of an import that was looked at. Asking again is harmless, at the same time too.
pub async fn commit(
    state: &AppState,
    actor: &Actor,
    scope: &Scope,
    id: ImportId,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let mut outcome = commit_once(state, actor, scope, id, idempotency).await;
    if outcome.as_ref().is_err_and(|problem| problem.kind() == ProblemKind::StaleVersion) {
        outcome = commit_once(state, actor, scope, id, idempotency).await;
    }
    settle(state, idempotency, outcome).await
}

async fn commit_once(
    state: &AppState,
    actor: &Actor,
    scope: &Scope,
    id: ImportId,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let mut row = store::find(work.tx(), scope, id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    match row.status {
        _ if row.mode == Mode::Compare => return Err(Problem::wrong_state(status_name(row.status), &[])),
        Status::Ready => {
            let seen = row.version;
            row.status = Status::Committing;
            row.progress = 0;
            row.version += 1;
            row.updated_at = work.now();
            if !store::update(work.tx(), &row, seen).await? {
                return Err(Problem::new(ProblemKind::StaleVersion));
            }
            work.enqueue(COMMIT_JOB, lane(&row), json!({ "import_id": row.id })).await?;
            work.publish(event("import_commit_ordered", &row));
        }
        Status::Committing | Status::Done => {}
        Status::Queued | Status::Reading | Status::Refused => {
            return Err(Problem::wrong_state(status_name(row.status), &[]));
        }
    }
    let answer =
        Answer::accepted(format!("/api/v1/imports/{}", row.id), &ImportOut::new(&row, &[])).version(row.version);
    let answer = work.answer(idempotency, answer).await?;
    state.bell.ring();
    Ok(answer)
}

/// As in answers.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Reading => "reading",
        Status::Ready => "ready",
        Status::Committing => "committing",
        Status::Done => "done",
        Status::Refused => "refused",
    }
}

/// The import of a job.
async fn job_row(state: &AppState, id: ImportId) -> Result<guest_import::Model, JobError> {
    let row = store::find(state.db.read(), &Scope::Everything, id).await.map_err(Failure::from)?;
    row.ok_or_else(|| JobError::GiveUp("the import is gone".to_owned()))
}

/// A worker that another one has overtaken stops where it is.
fn moved_on(ours: bool) -> Result<(), JobError> {
    if ours { Ok(()) } else { Err(JobError::Retry("the import changed meanwhile".to_owned())) }
}

/// Files of one organization are read one after the other, so that they leave a worker for everybody else's.
fn lane(row: &guest_import::Model) -> String {
    format!("imports of {}", row.organization_id)
}

fn sums(row: &guest_import::Model) -> Value {
    json!({ "rows_read": row.rows_read, "accepted": row.accepted, "rejected": row.rejected, "ignored": row.ignored })
}

fn actor_of(row: &guest_import::Model) -> Actor {
    Actor::who_made(row.created_by_kind, row.created_by, format!("import-{}", row.id))
}

async fn job_destination(state: &AppState, row: &guest_import::Model) -> Result<Destination, JobError> {
    let scope = Scope::Organization(OrganizationId(row.organization_id));
    Destination::load(state.db.read(), &scope, EstablishmentId(row.establishment_id))
        .await
        .map_err(|error| JobError::Retry(error.to_string()))
}

/// Where a page of numbered rows begins.
fn position(page: &PageRequest) -> Result<Option<i32>, PageError> {
    page.after.as_deref().map(|text| text.parse().map_err(|_| PageError::Cursor)).transpose()
}

/// Rejected rows for the command line, which has no caller whose reading could be recorded beside its own run.
pub async fn rejected_rows(state: &AppState, id: ImportId, lang: Lang) -> Result<Vec<ImportRowOut>, Failure> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let page = PageRequest { limit: 200, after: None };
        let found = store::list_rows(state.db.read(), id, Some(RowVerdict::Rejected), &page, after).await?;
        after = found.items.last().map(|row| row.position);
        rows.extend(found.items.iter().map(|row| ImportRowOut::new(row, lang)));
        if found.next_cursor.is_none() {
            return Ok(rows);
        }
    }
}
