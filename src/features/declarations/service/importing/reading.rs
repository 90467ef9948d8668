//! The job that reads a file, judges its rows and, if that was asked for, compares them with what is declared.

use std::sync::Arc;

use ::entity::guest_import::{self, Mode, Status};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{
    features::declarations::{
        import::{self, FileRefusal, GuestFile, GuestRow, Limits},
        service::importing::{
            COMMIT_JOB, actor_of,
            comparing::{self, Found},
            event, job_destination, job_row,
            judging::{Counts, Judged, judge_file, new_row},
            lane, moved_on,
            progress::Progress,
            sums,
        },
        store_import as store,
    },
    kernel::ids::ImportId,
    platform::{
        db::{Failure, Work},
        jobs::JobError,
        state::AppState,
    },
};

/// Rows written in one transaction: others get their turn between two.
const ROWS: usize = 1_024;
/// Per cent of the step that are over when the file is taken apart, and when its rows are judged.
const PARSED: i32 = 20;
const JUDGED: i32 = 40;

/// Reads a file. May be run again at any point: rows are written over, and the state changes at the end.
pub async fn read_file(state: &AppState, id: ImportId) -> Result<(), JobError> {
    let mut row = job_row(state, id).await?;
    if !matches!(row.status, Status::Queued | Status::Reading) {
        return Ok(());
    }
    begin(state, &mut row).await?;
    let mut progress = Progress::new(state, &row);
    let file = match parse(state, id).await? {
        Ok(file) => file,
        Err(refusal) => return refuse(state, row, &refusal).await,
    };
    progress.tell(PARSED).await?;
    let now = state.clock.now();
    let destination = Arc::new(job_destination(state, &row).await?);
    let judged = judge_file(state, &destination, &file, now).await?;
    progress.tell(JUDGED).await?;
    let (judged, found) = match row.mode {
        Mode::Preview | Mode::Commit => (judged, None),
        Mode::Compare => {
            let judged = comparing::as_compared(judged);
            let found = comparing::differences(state, &row, &destination, &file, &judged).await?;
            (judged, Some(found))
        }
    };
    Counts::of(&judged).note(&mut row);
    row.format = Some(file.format.as_str().to_owned());
    row.columns = columns_of(&file);
    write_rows(state, &row, (file.rows, judged), &mut progress, now).await?;
    finish(state, row, found).await
}

async fn begin(state: &AppState, row: &mut guest_import::Model) -> Result<(), JobError> {
    if row.status == Status::Reading {
        return Ok(());
    }
    let seen = row.version;
    row.status = Status::Reading;
    row.progress = 0;
    row.version += 1;
    row.updated_at = state.clock.now();
    let tx = state.db.begin().await.map_err(Failure::from)?;
    let ours = store::update(&tx, row, seen).await.map_err(Failure::from)?;
    tx.commit().await.map_err(Failure::from)?;
    moved_on(ours)
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
    row.advice = refusal.advice.map(|advice| advice.as_str().to_owned());
    row.progress = 100;
    row.finished_at = Some(work.now());
    row.version += 1;
    row.updated_at = work.now();
    store::drop_file(work.tx(), ImportId(row.id)).await.map_err(Failure::from)?;
    moved_on(store::update(work.tx(), &row, seen).await.map_err(Failure::from)?)?;
    work.publish(event("import_refused", &row).with(json!({ "reason": row.reason })));
    work.commit().await?;
    Ok(())
}

/// Headings of the file and what each was taken for; none for a format without columns.
fn columns_of(file: &GuestFile) -> Option<Value> {
    (!file.columns.is_empty()).then(|| serde_json::to_value(&file.columns).unwrap_or_default())
}

/// Writes the verdicts, some rows at a time; nobody is shown them before the state changes. What is written is let go.
async fn write_rows(
    state: &AppState,
    import: &guest_import::Model,
    (rows, judged): (Vec<GuestRow>, Vec<Judged>),
    progress: &mut Progress<'_>,
    now: DateTime<Utc>,
) -> Result<(), JobError> {
    let all = rows.len();
    let mut both = rows.into_iter().zip(judged).enumerate();
    let mut written = 0;
    while written < all {
        let part = both.by_ref().take(ROWS);
        let rows: Vec<_> = part.map(|(position, (row, judged))| new_row(import, position, row, judged, now)).collect();
        let tx = state.db.begin().await.map_err(Failure::from)?;
        written += rows.len();
        // First of all, so that a worker that lost its claim writes nothing.
        progress.tell_within(&tx, JUDGED, 100, (written, all)).await?;
        store::put_rows(&tx, rows).await.map_err(Failure::from)?;
        tx.commit().await.map_err(Failure::from)?;
    }
    Ok(())
}

async fn finish(state: &AppState, mut row: guest_import::Model, found: Option<Found>) -> Result<(), JobError> {
    let mut work = Work::begin(&state.db, &actor_of(&row), state.clock.now()).await?;
    let seen = row.version;
    row.version += 1;
    row.updated_at = work.now();
    let commits = row.mode == Mode::Commit;
    row.status = if commits { Status::Committing } else { Status::Ready };
    row.progress = if commits { 0 } else { 100 };
    if let Some(found) = found {
        row.status = Status::Done;
        row.finished_at = Some(work.now());
        row.comparison = Some(found.sums);
        store::drop_file(work.tx(), ImportId(row.id)).await.map_err(Failure::from)?;
        store::replace_differences(work.tx(), ImportId(row.id), found.rows).await.map_err(Failure::from)?;
    }
    moved_on(store::update(work.tx(), &row, seen).await.map_err(Failure::from)?)?;
    if commits {
        work.enqueue(COMMIT_JOB, lane(&row), json!({ "import_id": row.id })).await?;
    }
    let action = if row.mode == Mode::Compare { "import_compared" } else { "import_read" };
    work.publish(event(action, &row).with(sums(&row)));
    work.commit().await?;
    state.bell.ring();
    Ok(())
}
