//! The job that files the accepted rows: all of them in one transaction, or none.

use std::sync::Arc;

use ::entity::{
    guest_import::{self, Status},
    guest_import_row::{self, Verdict as RowVerdict},
};
use chrono::{DateTime, Utc};

use crate::{
    features::{
        catalog::Channel,
        declarations::{
            import::Format,
            rules::Examined,
            service::{
                filing::{
                    Destination, MAX_STAYS, next_code,
                    rows::{Filed, Head},
                },
                importing::{
                    actor_of, event, job_destination, job_row,
                    judging::{Judged, changed_row, count, judge_again},
                    progress::Progress,
                    sums,
                },
            },
            store as declaration_store, store_import as store,
        },
    },
    kernel::ids::{DeclarationId, ImportId},
    platform::{
        db::{Failure, Work},
        jobs::JobError,
        signing,
        state::AppState,
    },
};

/// How often rows are judged anew because somebody else filed one of the guests meanwhile.
const ATTEMPTS: usize = 4;
/// Per cent of the step that are over when the rows are judged again, and when the stays are written.
const JUDGED: i32 = 30;
const WRITTEN: i32 = 90;

/// Files the accepted rows. May be run again at any point: nothing is kept before the commit, and after it the state
/// says so.
pub async fn commit_file(state: &AppState, id: ImportId) -> Result<(), JobError> {
    for _ in 0..ATTEMPTS {
        let row = job_row(state, id).await?;
        if row.status != Status::Committing {
            return Ok(());
        }
        let mut progress = Progress::new(state, &row);
        let plan = Plan::make(state, &row).await?;
        progress.tell(JUDGED).await?;
        match plan.write(state, row, &mut progress).await {
            Ok(true) => return Ok(()),
            // Somebody else moved the import on, or filed one of the guests: look again.
            Ok(false) | Err(Failure::Conflict(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Err(JobError::Retry("others file the same guests".to_owned()))
}

/// What the file was read as.
fn format_of(import: &guest_import::Model) -> Result<Format, JobError> {
    let name = serde_json::Value::from(import.format.clone());
    serde_json::from_value(name).map_err(|error| JobError::GiveUp(format!("no known format: {error}")))
}

/// All that will be written, made before the transaction begins.
struct Plan {
    now: DateTime<Utc>,
    judged: Vec<Judged>,
    /// Rows that are judged otherwise than when the file was read.
    changed: Vec<guest_import_row::Model>,
    filed: Vec<Filed>,
    /// First and last position of the rows of each declaration.
    positions: Vec<(i32, i32)>,
}

impl Plan {
    async fn make(state: &AppState, import: &guest_import::Model) -> Result<Self, JobError> {
        let now = state.clock.now();
        let destination = Arc::new(job_destination(state, import).await?);
        let rows = store::all_rows(state.db.read(), ImportId(import.id)).await.map_err(Failure::from)?;
        let judged = judge_again(state, &destination, format_of(import)?, &rows, now).await?;
        let changed = rows.iter().zip(&judged).filter_map(|(row, judged)| changed_row(row, judged)).collect();
        let fresh: Vec<(i32, &Examined)> = rows
            .iter()
            .zip(&judged)
            .filter(|(_, judged)| judged.verdict == RowVerdict::Accepted)
            .filter_map(|(row, judged)| Some((row.position, judged.examined.as_ref()?)))
            .collect();
        let (mut filed, mut positions) = (Vec::new(), Vec::new());
        for chunk in fresh.chunks(MAX_STAYS) {
            filed.push(file_chunk(state, import, &destination, chunk, filed.len(), now).await?);
            positions.extend(chunk.first().zip(chunk.last()).map(|(first, last)| (first.0, last.0)));
        }
        Ok(Self { now, judged, changed, filed, positions })
    }

    /// Writes all in one transaction; tells whether the import was still where it was.
    async fn write(
        mut self,
        state: &AppState,
        mut row: guest_import::Model,
        progress: &mut Progress<'_>,
    ) -> Result<bool, Failure> {
        let id = ImportId(row.id);
        let mut work = Work::begin(&state.db, &actor_of(&row), self.now).await?;
        let declarations = self.filed.iter().map(|filed| filed.declaration.clone()).collect();
        let stays: Vec<_> = self.filed.iter_mut().flat_map(|filed| std::mem::take(&mut filed.stays)).collect();
        let (mut written, all) = (0, stays.len());
        declaration_store::insert_all(work.tx(), declarations, stays, |count| {
            written += count;
            progress.show(JUDGED, WRITTEN, (written, all));
        })
        .await?;
        store::put_rows(work.tx(), self.changed).await?;
        for (filed, (first, last)) in self.filed.iter().zip(self.positions) {
            store::set_declaration(work.tx(), id, first..=last, DeclarationId(filed.declaration.id)).await?;
        }
        for event in self.filed.iter().flat_map(Filed::events) {
            work.publish(event);
        }
        store::drop_file(work.tx(), id).await?;
        let seen = row.version;
        count(&mut row, &self.judged);
        row.status = Status::Done;
        row.progress = 100;
        row.finished_at = Some(self.now);
        row.version += 1;
        row.updated_at = self.now;
        if !store::update(work.tx(), &row, seen).await? {
            return Ok(false);
        }
        work.publish(event("import_committed", &row).with(sums(&row)));
        work.commit().await?;
        Ok(true)
    }
}

async fn file_chunk(
    state: &AppState,
    import: &guest_import::Model,
    destination: &Destination,
    chunk: &[(i32, &Examined)],
    number: usize,
    now: DateTime<Utc>,
) -> Result<Filed, Failure> {
    let head = Head {
        destination,
        channel: Channel::Electronic,
        client_reference: None,
        actor: &actor_of(import),
        import_id: Some(import.id),
        reference_code: next_code(state, &destination.unit, now).await?,
        content_hash: signing::sha256_hex(&[import.file_hash.as_bytes(), number.to_string().as_bytes()]),
    };
    let stays: Vec<&Examined> = chunk.iter().map(|(_, examined)| *examined).collect();
    Ok(Filed::build(head, &stays, now))
}
