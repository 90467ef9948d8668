//! Guest files: handed in, read, shown with a verdict per row, filed in one transaction.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> queued: create_import
//!     queued --> reading
//!     reading --> refused: the file cannot be read
//!     reading --> ready: mode preview
//!     reading --> committing: mode commit
//!     ready --> committing: commit_import
//!     committing --> done
//! ```
//!
//! Each step is a job that may run again: reading replaces its rows, committing files nothing twice. A crash in the
//! middle leaves the state before the step, and the job is taken up again when its lease is over.

use ::entity::{
    audit_entry::ActorKind,
    guest_import::{self, CreatedByKind, Mode, Status},
    guest_import_row::{self, Verdict as RowVerdict},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{
    features::{
        accounts::{Caller, Scope},
        catalog::Channel,
        declarations::{
            dto_import::{ImportFilter, ImportOut, ImportPage, ImportRowFilter, ImportRowOut, ImportRowPage},
            import::{self, FileRefusal, GuestFile, GuestRow, Limits, RowKind},
            rules::{Door, Examined, Place, StayInput, stay_input},
            service::filing::{
                Destination, MAX_STAYS, examine_now, next_code,
                rows::{Filed, Head},
            },
            store as declaration_store, store_import as store,
        },
    },
    kernel::{
        finding::Finding,
        ids::{self, EstablishmentId, ImportId, OrganizationId},
        page::PageRequest,
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
    /// Whether it is filed without a further word.
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
        created_by_kind: match actor.kind {
            ActorKind::Account => CreatedByKind::Account,
            ActorKind::Client => CreatedByKind::Client,
            ActorKind::System | ActorKind::Public => CreatedByKind::System,
        },
        created_by: actor.id,
        created_at: now,
        finished_at: None,
        version: 1,
        updated_at: now,
    };
    let mut work = Work::begin(&state.db, actor, now).await?;
    store::insert(work.tx(), &row, upload.bytes).await?;
    work.enqueue(READ_JOB, json!({ "import_id": row.id })).await?;
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
    let row = get_row(state, scope, id).await?;
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
    let after = match page.after.as_deref().map(str::parse::<i32>) {
        None => None,
        Some(Ok(position)) => Some(position),
        Some(Err(_)) => return Err(crate::kernel::page::PageError::Cursor.into()),
    };
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    work.publish(event("import_rows_read", &row));
    work.commit().await?;
    let rows = store::list_rows(state.db.read(), id, filter.verdict, &page, after).await?;
    let page = rows.map(|row| ImportRowOut::new(&row, lang));
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
        Status::Ready => {
            let seen = row.version;
            row.status = Status::Committing;
            row.progress = 0;
            row.version += 1;
            row.updated_at = work.now();
            if !store::update(work.tx(), &row, seen).await? {
                return Err(Problem::new(ProblemKind::StaleVersion));
            }
            work.enqueue(COMMIT_JOB, json!({ "import_id": row.id })).await?;
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

/// The job that reads a file and judges its rows.
pub async fn read_file(state: &AppState, id: ImportId) -> Result<(), JobError> {
    let Some(mut row) = store::find(state.db.read(), &Scope::Everything, id).await.map_err(Failure::from)? else {
        return Err(JobError::GiveUp("the import is gone".to_owned()));
    };
    if !matches!(row.status, Status::Queued | Status::Reading) {
        return Ok(());
    }
    set_progress(state, &mut row, Status::Reading, 10).await?;
    let file = match parse(state, id).await? {
        Ok(file) => file,
        Err(refusal) => return refuse(state, row, &refusal).await,
    };
    let judged = judge(state, &row, &file, state.clock.now()).await?;
    set_progress(state, &mut row, Status::Reading, 60).await?;

    let actor = actor_of(&row);
    let mut work = Work::begin(&state.db, &actor, state.clock.now()).await?;
    let rows = judged.iter().enumerate().map(|(position, judged)| judged.row(&row, position, work.now())).collect();
    store::replace_rows(work.tx(), id, rows).await.map_err(Failure::from)?;
    let seen = row.version;
    count(&mut row, &judged);
    row.format = Some(file.format.as_str().to_owned());
    row.status = if row.mode == Mode::Commit { Status::Committing } else { Status::Ready };
    row.progress = if row.mode == Mode::Commit { 0 } else { 100 };
    row.version += 1;
    row.updated_at = work.now();
    if !store::update(work.tx(), &row, seen).await.map_err(Failure::from)? {
        return Err(JobError::Retry("the import changed meanwhile".to_owned()));
    }
    if row.mode == Mode::Commit {
        work.enqueue(COMMIT_JOB, json!({ "import_id": row.id })).await?;
    }
    work.publish(event("import_read", &row).with(sums(&row)));
    work.commit().await?;
    state.bell.ring();
    Ok(())
}

/// The job that files the accepted rows: all of them in one transaction.
pub async fn commit_file(state: &AppState, id: ImportId) -> Result<(), JobError> {
    let Some(mut row) = store::find(state.db.read(), &Scope::Everything, id).await.map_err(Failure::from)? else {
        return Err(JobError::GiveUp("the import is gone".to_owned()));
    };
    if row.status != Status::Committing {
        return Ok(());
    }
    let Ok(file) = parse(state, id).await? else {
        return Err(JobError::GiveUp("a file that was read before cannot be read now".to_owned()));
    };
    let now = state.clock.now();
    let mut judged = judge(state, &row, &file, now).await?;
    set_progress(state, &mut row, Status::Committing, 50).await?;

    let actor = actor_of(&row);
    let destination = destination(state, &row).await?;
    let fresh: Vec<&Examined> = judged
        .iter()
        .filter(|judged| judged.verdict == RowVerdict::Accepted)
        .filter_map(|j| j.examined.as_ref())
        .collect();
    let mut filed = Vec::new();
    for chunk in fresh.chunks(MAX_STAYS) {
        let head = Head {
            destination: &destination,
            channel: Channel::Electronic,
            client_reference: None,
            actor: &actor,
            import_id: Some(row.id),
            reference_code: next_code(state, &destination.unit, now).await?,
            content_hash: signing::sha256_hex(&[row.file_hash.as_bytes(), filed.len().to_string().as_bytes()]),
        };
        filed.push(Filed::build(head, chunk, now));
    }
    let mut places: std::collections::VecDeque<uuid::Uuid> = std::collections::VecDeque::new();
    for filed in &filed {
        places.extend(filed.stays.iter().map(|stay| stay.declaration_id));
    }
    for judged in judged.iter_mut().filter(|judged| judged.verdict == RowVerdict::Accepted) {
        judged.declaration = places.pop_front();
    }

    let mut work = Work::begin(&state.db, &actor, now).await?;
    let declarations = filed.iter().map(|filed| filed.declaration.clone()).collect();
    let stays = filed.iter().flat_map(|filed| filed.stays.iter().cloned()).collect();
    declaration_store::insert_all(work.tx(), declarations, stays).await.map_err(Failure::from)?;
    for event in filed.iter().flat_map(Filed::events) {
        work.publish(event);
    }
    let rows = judged.iter().enumerate().map(|(position, judged)| judged.row(&row, position, now)).collect();
    store::replace_rows(work.tx(), id, rows).await.map_err(Failure::from)?;
    store::drop_file(work.tx(), id).await.map_err(Failure::from)?;
    let seen = row.version;
    count(&mut row, &judged);
    row.status = Status::Done;
    row.progress = 100;
    row.finished_at = Some(now);
    row.version += 1;
    row.updated_at = now;
    if !store::update(work.tx(), &row, seen).await.map_err(Failure::from)? {
        return Err(JobError::Retry("the import changed meanwhile".to_owned()));
    }
    work.publish(event("import_committed", &row).with(sums(&row)));
    work.commit().await?;
    Ok(())
}

fn sums(row: &guest_import::Model) -> Value {
    json!({ "rows_read": row.rows_read, "accepted": row.accepted, "rejected": row.rejected, "ignored": row.ignored })
}

fn actor_of(row: &guest_import::Model) -> Actor {
    let kind = match row.created_by_kind {
        CreatedByKind::Account => ActorKind::Account,
        CreatedByKind::Client => ActorKind::Client,
        CreatedByKind::System => ActorKind::System,
    };
    Actor { kind, id: row.created_by, request_id: format!("import-{}", row.id) }
}

async fn destination(state: &AppState, row: &guest_import::Model) -> Result<Destination, JobError> {
    let scope = Scope::Organization(OrganizationId(row.organization_id));
    Destination::load(state.db.read(), &scope, EstablishmentId(row.establishment_id))
        .await
        .map_err(|error| JobError::Retry(error.to_string()))
}

/// Progress is told in a transaction of its own, so that others see it.
async fn set_progress(
    state: &AppState,
    row: &mut guest_import::Model,
    status: Status,
    progress: i32,
) -> Result<(), JobError> {
    let seen = row.version;
    row.status = status;
    row.progress = progress;
    row.version += 1;
    row.updated_at = state.clock.now();
    let tx = state.db.begin().await.map_err(Failure::from)?;
    let ours = store::update(&tx, row, seen).await.map_err(Failure::from)?;
    tx.commit().await.map_err(Failure::from)?;
    if ours { Ok(()) } else { Err(JobError::Retry("the import changed meanwhile".to_owned())) }
}

async fn parse(state: &AppState, id: ImportId) -> Result<Result<GuestFile, FileRefusal>, JobError> {
    let bytes = store::file_of(state.db.read(), id).await.map_err(Failure::from)?;
    let bytes = bytes.ok_or_else(|| JobError::GiveUp("the file is gone".to_owned()))?;
    let read = tokio::task::spawn_blocking(move || import::read(&bytes, &Limits::default())).await;
    // A reader that panics is a fault of ours, yet the user must not wait for ever.
    Ok(read.unwrap_or(Err(FileRefusal { reason: import::RefusalReason::CorruptFile, location: None, advice: None })))
}

async fn refuse(state: &AppState, mut row: guest_import::Model, refusal: &FileRefusal) -> Result<(), JobError> {
    let mut work = Work::begin(&state.db, &actor_of(&row), state.clock.now()).await?;
    let seen = row.version;
    row.status = Status::Refused;
    row.reason = Some(refusal.reason.as_str().to_owned());
    row.location.clone_from(&refusal.location);
    row.progress = 100;
    row.finished_at = Some(work.now());
    row.version += 1;
    row.updated_at = work.now();
    store::drop_file(work.tx(), ImportId(row.id)).await.map_err(Failure::from)?;
    if !store::update(work.tx(), &row, seen).await.map_err(Failure::from)? {
        return Err(JobError::Retry("the import changed meanwhile".to_owned()));
    }
    work.publish(event("import_refused", &row).with(json!({ "reason": row.reason })));
    work.commit().await?;
    Ok(())
}

/// A row with what becomes of it.
struct Judged {
    reference: String,
    original: Value,
    verdict: RowVerdict,
    findings: Vec<Finding>,
    examined: Option<Examined>,
    declaration: Option<uuid::Uuid>,
}

impl Judged {
    fn row(&self, import: &guest_import::Model, position: usize, now: DateTime<Utc>) -> guest_import_row::Model {
        let understood = self.examined.as_ref().map(|examined| &examined.record);
        let record: serde_json::Map<String, Value> = RECORD
            .iter()
            .map(|place| {
                let name = place.record_name();
                (name.to_owned(), understood.and_then(|record| record.get(name)).cloned().unwrap_or(Value::Null))
            })
            .collect();
        guest_import_row::Model {
            id: ids::fresh(now),
            import_id: import.id,
            position: i32::try_from(position).unwrap_or(i32::MAX),
            reference: self.reference.clone(),
            verdict: self.verdict,
            record: Value::Object(record),
            original: self.original.clone(),
            findings: serde_json::to_value(&self.findings).unwrap_or_default(),
            declaration_id: self.declaration,
        }
    }
}

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

async fn judge(
    state: &AppState,
    row: &guest_import::Model,
    file: &GuestFile,
    now: DateTime<Utc>,
) -> Result<Vec<Judged>, JobError> {
    let destination = destination(state, row).await?;
    let inputs: Vec<StayInput> =
        file.rows.iter().filter(|row| row.kind == RowKind::Guest).map(|row| stay_input(file.format, row)).collect();
    let verdict =
        examine_now(state, state.db.read(), &destination, Channel::Electronic, (Door::File, &inputs), now).await?;
    let mut examined = verdict.stays.into_iter();
    Ok(file.rows.iter().map(|row| judge_row(row, &mut examined)).collect())
}

fn judge_row(row: &GuestRow, examined: &mut impl Iterator<Item = Examined>) -> Judged {
    let original = serde_json::to_value(&row.original).unwrap_or_default();
    let ignored = |rule: &str| Judged {
        reference: row.reference.clone(),
        original: original.clone(),
        verdict: RowVerdict::Ignored,
        findings: vec![Finding::info(rule, "")],
        examined: None,
        declaration: None,
    };
    match row.kind {
        RowKind::Sample => ignored("sample_row"),
        RowKind::Total => ignored("total_row"),
        RowKind::Guest => {
            let Some(examined) = examined.next() else { return ignored("total_row") };
            let mut findings = examined.findings.clone();
            let verdict = match (&examined.stay, examined.already) {
                (None, _) => RowVerdict::Rejected,
                (Some(_), Some(_)) => {
                    findings.push(Finding::info("already_declared", ""));
                    RowVerdict::Ignored
                }
                (Some(_), None) => RowVerdict::Accepted,
            };
            let declaration = examined.already;
            Judged {
                reference: row.reference.clone(),
                original,
                verdict,
                findings,
                examined: Some(examined),
                declaration,
            }
        }
    }
}

fn count(row: &mut guest_import::Model, judged: &[Judged]) {
    let of =
        |verdict| i32::try_from(judged.iter().filter(|judged| judged.verdict == verdict).count()).unwrap_or(i32::MAX);
    row.accepted = of(RowVerdict::Accepted);
    row.rejected = of(RowVerdict::Rejected);
    row.ignored = of(RowVerdict::Ignored);
    row.rows_read = row.accepted + row.rejected + row.ignored;
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
