//! How far a step is, for those who watch it.
//!
//! Between transactions it is written into the import's row, where every process sees it. While the one transaction of a
//! commit is under way nothing else can be written on SQLite, so meanwhile it is kept in the memory of the process that
//! does the work, and shown by that process only.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ::entity::guest_import::{self, Status};
use axum::response::sse;
use futures::{Stream, StreamExt, stream};
use sea_orm::DatabaseTransaction;
use tokio::{sync::watch, time::MissedTickBehavior};
use uuid::Uuid;

use crate::{
    features::{
        accounts::Scope,
        declarations::{
            service::importing::{self, moved_on},
            store_import as store,
        },
    },
    kernel::ids::ImportId,
    platform::{
        db::Failure,
        http::{
            Problem, ProblemKind,
            slots::{Slot, Slots},
        },
        jobs::JobError,
        state::AppState,
    },
};

/// How often a watched import is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// How long an import is watched for one listener; he comes again if he wants to go on.
const WATCH: Duration = Duration::from_secs(300);
/// How soon he may.
const COME_AGAIN: Duration = Duration::from_secs(2);
/// A line without meaning now and then, so that nobody between us takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Listeners in all; each holds a connection.
const LISTENERS: usize = 256;
/// Listeners of one caller.
const LISTENERS_EACH: usize = 4;

/// What this process knows of imports beside the database: how far its own workers are, and who listens.
#[derive(Clone, Debug)]
pub struct Imports {
    running: Arc<Mutex<HashMap<Uuid, i32>>>,
    watched: Arc<Mutex<HashMap<Uuid, watch::Receiver<Option<Seen>>>>>,
    listeners: Slots,
}

/// An import as a listener is told of it.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    is_final: bool,
    body: String,
}

impl Default for Imports {
    fn default() -> Self {
        Self { running: Arc::default(), watched: Arc::default(), listeners: Slots::new(LISTENERS, LISTENERS_EACH) }
    }
}

impl Imports {
    /// How far the worker of this process is with a step, in per cent.
    pub(super) fn running(&self, id: Uuid) -> Option<i32> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }

    fn note(&self, id: Uuid, progress: i32) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, progress);
    }

    fn forget(&self, id: Uuid) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// The news of an import; one look serves all who listen to it.
    fn listen(&self, state: &AppState, id: ImportId) -> watch::Receiver<Option<Seen>> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|_, news| news.has_changed().is_ok());
        if let Some(news) = watched.get(&id.0) {
            return news.clone();
        }
        let (tell, news) = watch::channel(None);
        watched.insert(id.0, news.clone());
        tokio::spawn(look_until_final(state.clone(), id, tell));
        news
    }
}

/// Looks at an import as long as somebody listens and something can still come. The entry of the listeners' book counts
/// as nobody: it goes with the sender.
async fn look_until_final(state: AppState, id: ImportId, tell: watch::Sender<Option<Seen>>) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match importing::get(&state, &Scope::Everything, id).await {
            Ok(import) => {
                let seen = Seen {
                    is_final: is_final(import.status),
                    body: serde_json::to_string(&import).unwrap_or_default(),
                };
                let done = seen.is_final;
                tell.send_if_modified(|last| {
                    let news = last.as_ref() != Some(&seen);
                    *last = Some(seen);
                    news
                });
                if done {
                    return;
                }
            }
            Err(problem) => tracing::warn!(code = problem.kind().code(), "a watched import could not be read"),
        }
        if tell.receiver_count() <= 1 || state.stopping.is_cancelled() {
            return;
        }
    }
}

/// Nothing more happens without somebody's word.
fn is_final(status: Status) -> bool {
    match status {
        Status::Ready | Status::Done | Status::Refused => true,
        Status::Queued | Status::Reading | Status::Committing => false,
    }
}

/// News of an import as they come: `progress` with each change, `done` with the state that stays. Ends then, after five
/// minutes, or when the server stops.
pub async fn watch(
    state: &AppState,
    scope: &Scope,
    holder: &str,
    id: ImportId,
) -> Result<impl Stream<Item = Result<sse::Event, axum::Error>> + use<>, Problem> {
    importing::get(state, scope, id).await?;
    let imports = state.room::<Imports>();
    let slot = imports
        .listeners
        .take(holder)
        .ok_or_else(|| Problem::new(ProblemKind::TooManyRequests).retry_after(COME_AGAIN.as_secs()))?;
    let news = imports.listen(state, id);
    let stopping = state.stopping.clone().cancelled_owned();
    let end = async move {
        let _stopped_or_over = tokio::time::timeout(WATCH, stopping).await;
    };
    let listening = Listening { news, told: false, _slot: slot };
    Ok(stream::unfold(Some(listening), next_event).take_until(Box::pin(end)))
}

struct Listening {
    news: watch::Receiver<Option<Seen>>,
    /// Whether the listener has heard anything yet.
    told: bool,
    _slot: Slot,
}

async fn next_event(listening: Option<Listening>) -> Option<(Result<sse::Event, axum::Error>, Option<Listening>)> {
    let mut listening = listening?;
    if listening.told {
        listening.news.changed().await.ok()?;
    }
    let seen = listening.news.wait_for(Option::is_some).await.ok()?.clone()?;
    listening.told = true;
    let event = sse::Event::default().event(if seen.is_final { "done" } else { "progress" }).retry(COME_AGAIN);
    let rest = if seen.is_final { None } else { Some(listening) };
    Some((Ok(event.data(seen.body)), rest))
}

/// The heartbeat of a stream.
pub fn heartbeat() -> sse::KeepAlive {
    sse::KeepAlive::new().interval(HEARTBEAT)
}

/// How far one run of a step is.
pub(super) struct Progress<'a> {
    state: &'a AppState,
    row: guest_import::Model,
}

impl<'a> Progress<'a> {
    /// Of the step that the import is in.
    pub(super) fn new(state: &'a AppState, row: &guest_import::Model) -> Self {
        Self { state, row: row.clone() }
    }

    /// Tells everybody, in a transaction of its own.
    pub(super) async fn tell(&mut self, progress: i32) -> Result<(), JobError> {
        let tx = self.state.db.begin().await.map_err(Failure::from)?;
        self.write(&tx, progress).await?;
        tx.commit().await.map_err(Failure::from)?;
        self.note(progress);
        Ok(())
    }

    /// Tells everybody with the transaction, as which part of the way from one figure to the next is done.
    pub(super) async fn tell_within(
        &mut self,
        tx: &DatabaseTransaction,
        from: i32,
        to: i32,
        done: (usize, usize),
    ) -> Result<(), JobError> {
        let progress = between(from, to, done);
        self.write(tx, progress).await?;
        self.note(progress);
        Ok(())
    }

    /// Shows it to those who ask this process.
    pub(super) fn show(&mut self, from: i32, to: i32, done: (usize, usize)) {
        self.note(between(from, to, done));
    }

    async fn write(&self, tx: &DatabaseTransaction, progress: i32) -> Result<(), JobError> {
        moved_on(store::tell(tx, &self.row, self.row.status, progress).await.map_err(Failure::from)?)
    }

    fn note(&self, progress: i32) {
        self.state.room::<Imports>().note(self.row.id, progress);
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.state.room::<Imports>().forget(self.row.id);
    }
}

/// Never the last figure before all is done.
fn between(from: i32, to: i32, (done, all): (usize, usize)) -> i32 {
    let share = i32::try_from(done.min(all) * 100 / all.max(1)).unwrap_or(100);
    (from + (to - from) * share / 100).min(99)
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn figures_grow_and_end_below_a_hundred() {
        for (from, to, done, expected) in [
            (40, 100, (0, 10), 40),
            (40, 100, (5, 10), 70),
            (40, 100, (10, 10), 99),
            (30, 90, (1, 3), 49),
            (30, 90, (3, 3), 90),
            (30, 90, (0, 0), 30),
        ] {
            assert_eq!(between(from, to, done), expected, "{from} {to} {done:?}");
        }
    }
}
