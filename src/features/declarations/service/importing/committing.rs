//! The job that files the accepted rows: all of them in one transaction, or none.

use std::sync::Arc;

use ::entity::{
    guest_import::{self, Status},
    guest_import_row,
};
use chrono::{DateTime, Utc};

use crate::{
    features::{
        catalog::Channel,
        declarations::{
            rules::Examined,
            service::{
                filing::{
                    Destination, MAX_STAYS, next_code,
                    rows::{Filed, Head},
                },
                importing::{
                    actor_of, event, job_destination, job_row,
                    judging::{Counts, Judged, JudgedAgain, changed_row, judge_again},
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
/// Changed rows written at once.
const ROWS: usize = 512;
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

/// All that will be written, made before the transaction begins.
struct Plan {
    now: DateTime<Utc>,
    counts: Counts,
    /// Rows that are judged otherwise than when the file was read, with their places in the file.
    changed: Vec<(i32, Judged)>,
    filed: Vec<Filed>,
    /// First and last position of the rows of each declaration.
    positions: Vec<(i32, i32)>,
}

impl Plan {
    async fn make(state: &AppState, import: &guest_import::Model) -> Result<Self, JobError> {
        let now = state.clock.now();
        let destination = Arc::new(job_destination(state, import).await?);
        let JudgedAgain { mut accepted, changed, counts } = judge_again(state, &destination, import, now).await?;
        let (mut filed, mut positions) = (Vec::new(), Vec::new());
        // What has become rows is let go, chunk by chunk.
        while !accepted.is_empty() {
            let rest = accepted.split_off(accepted.len().min(MAX_STAYS));
            filed.push(file_chunk(state, import, &destination, &accepted, filed.len(), now).await?);
            positions.extend(accepted.first().zip(accepted.last()).map(|(first, last)| (first.0, last.0)));
            accepted = rest;
        }
        Ok(Self { now, counts, changed, filed, positions })
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
        put_changed(&work, id, &self.changed).await?;
        for (filed, (first, last)) in self.filed.iter().zip(self.positions) {
            store::set_declaration(work.tx(), id, first..=last, DeclarationId(filed.declaration.id)).await?;
        }
        for event in self.filed.iter().flat_map(Filed::events) {
            work.publish(event);
        }
        store::drop_file(work.tx(), id).await?;
        let seen = row.version;
        self.counts.note(&mut row);
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

/// Writes the rows that are judged otherwise now; what they say of the file stays.
async fn put_changed(work: &Work, id: ImportId, changed: &[(i32, Judged)]) -> Result<(), Failure> {
    for part in changed.chunks(ROWS) {
        let positions = part.iter().map(|(position, _)| *position);
        let stored = store::rows_at(work.tx(), id, positions).await?;
        let now = |row: guest_import_row::Model| {
            let place = part.binary_search_by_key(&row.position, |(position, _)| *position).ok()?;
            Some(changed_row(row, &part[place].1))
        };
        store::put_rows(work.tx(), stored.into_iter().filter_map(now).collect()).await?;
    }
    Ok(())
}

async fn file_chunk(
    state: &AppState,
    import: &guest_import::Model,
    destination: &Destination,
    chunk: &[(i32, Examined)],
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
    let stays: Vec<&Examined> = chunk.iter().map(|(_, examined)| examined).collect();
    Ok(Filed::build(head, &stays, now))
}
