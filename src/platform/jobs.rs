//! Work after a commit: rows of `job`, claimed with a lease, done at least once by idempotent handlers.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use ::entity::job;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Query, SimpleExpr},
};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::platform::{db::Failure, state::AppState};

/// How long a claimed job is nobody else's unless its worker says that it is still at it: after a crash the job is taken
/// up again when this is over.
const LEASE: chrono::Duration = chrono::Duration::seconds(20);
/// How often a worker says so. Several may fail before the lease is over.
const RENEWAL: Duration = Duration::from_secs(5);
/// How often the table is looked at without a ring of the bell.
const POLL: Duration = Duration::from_secs(1);
/// Attempts before a job is given up.
const ATTEMPTS: i32 = 8;

/// Wakes the workers of this process; other instances poll.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// There is work.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// What a handler says of a failed attempt.
#[derive(Debug)]
pub enum JobError {
    /// Try again later.
    Retry(String),
    /// Trying again would not help.
    GiveUp(String),
}

impl From<Failure> for JobError {
    fn from(failure: Failure) -> Self {
        Self::Retry(failure.to_string())
    }
}

/// A handler of one kind of job.
pub type Handler = fn(AppState, Value) -> Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;

/// Which handler does which kind.
pub type Handlers = &'static [(&'static str, Handler)];

/// Runs jobs until `stop` is cancelled; a job under way is finished.
pub async fn work(state: AppState, handlers: Handlers, stop: CancellationToken) {
    loop {
        match run_one(&state, handlers).await {
            Ok(true) => {
                if stop.is_cancelled() {
                    return;
                }
                continue;
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "jobs could not be read"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = state.bell.0.notified() => {}
            _ = tokio::time::timeout(POLL, std::future::pending::<()>()) => {}
        }
    }
}

/// Claims and runs one job that is due; tells whether there was one.
pub async fn run_one(state: &AppState, handlers: Handlers) -> Result<bool, Failure> {
    let now = state.clock.now();
    let Some(claimed) = claim(state, now).await? else { return Ok(false) };
    let handler = handlers.iter().find(|(kind, _)| *kind == claimed.kind).map(|(_, handler)| handler);
    let outcome = match handler {
        Some(handler) => keep_claimed(state, &claimed, handler(state.clone(), claimed.payload.clone())).await,
        None => Err(JobError::GiveUp("nobody does this kind of job".to_owned())),
    };
    let mut row = job::ActiveModel { lease_until: Set(None), ..Default::default() };
    let now = state.clock.now();
    match outcome {
        Ok(()) => row.done_at = Set(Some(now)),
        Err(JobError::Retry(why)) if claimed.attempts < ATTEMPTS => {
            tracing::warn!(job.kind = claimed.kind, job.id = %claimed.id, why, "a job will be tried again");
            row.last_error = Set(Some(why));
            row.run_at = Set(now + chrono::Duration::seconds(2_i64.pow(claimed.attempts.clamp(0, 12).unsigned_abs())));
        }
        Err(JobError::Retry(why) | JobError::GiveUp(why)) => {
            tracing::error!(job.kind = claimed.kind, job.id = %claimed.id, why, "a job was given up");
            row.last_error = Set(Some(why));
            row.failed_at = Set(Some(now));
        }
    }
    let tx = state.db.begin().await?;
    job::Entity::update_many().set(row).filter(still_ours(&claimed)).exec(&tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// A worker that was too slow to keep its lease must not speak for the one that has the job now.
fn still_ours(claimed: &job::Model) -> Condition {
    Condition::all().add(job::Column::Id.eq(claimed.id)).add(job::Column::Attempts.eq(claimed.attempts))
}

/// Runs a handler and renews the lease meanwhile.
async fn keep_claimed<T>(state: &AppState, claimed: &job::Model, handler: impl Future<Output = T>) -> T {
    let mut handler = std::pin::pin!(handler);
    let mut renewal = tokio::time::interval_at(tokio::time::Instant::now() + RENEWAL, RENEWAL);
    let renewing = async {
        loop {
            renewal.tick().await;
            if let Err(error) = renew(state, claimed).await {
                tracing::warn!(job.kind = claimed.kind, job.id = %claimed.id, %error, "a lease could not be renewed");
            }
        }
    };
    tokio::select! {
        outcome = &mut handler => outcome,
        () = renewing => unreachable!("renewing does not end"),
    }
}

async fn renew(state: &AppState, claimed: &job::Model) -> Result<(), Failure> {
    let tx = state.db.begin().await?;
    job::Entity::update_many()
        .col_expr(job::Column::LeaseUntil, Expr::value(state.clock.now() + LEASE))
        .filter(still_ours(claimed))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// No job of the same lane is under way.
fn lane_is_free(now: DateTime<Utc>) -> SimpleExpr {
    let other = Alias::new("other");
    let of_other = |column: job::Column| Expr::col((other.clone(), column));
    let mut running = Query::select();
    running
        .expr(Expr::val(1))
        .from_as(job::Entity, other.clone())
        .and_where(of_other(job::Column::Lane).equals((job::Entity, job::Column::Lane)))
        .and_where(of_other(job::Column::LeaseUntil).gt(now))
        .and_where(of_other(job::Column::DoneAt).is_null())
        .and_where(of_other(job::Column::FailedAt).is_null());
    Expr::exists(running).not()
}

/// Takes the oldest job that is due and whose lane is free. On PostgreSQL rows that another instance is just taking are
/// skipped; two instances may then run jobs of one lane, which is unfair and nothing worse.
async fn claim(state: &AppState, now: DateTime<Utc>) -> Result<Option<job::Model>, Failure> {
    let due = Condition::all()
        .add(job::Column::RunAt.lte(now))
        .add(job::Column::DoneAt.is_null())
        .add(job::Column::FailedAt.is_null())
        .add(Condition::any().add(job::Column::LeaseUntil.is_null()).add(job::Column::LeaseUntil.lte(now)))
        .add(lane_is_free(now));
    // A look without a write first: an idle server must not keep writing.
    let waiting = job::Entity::find().select_only().column(job::Column::Id).filter(due.clone()).limit(1);
    if waiting.into_tuple::<uuid::Uuid>().one(state.db.read()).await?.is_none() {
        return Ok(None);
    }
    let mut oldest = Query::select();
    oldest
        .column(job::Column::Id)
        .from(job::Entity)
        .cond_where(due)
        .order_by(job::Column::RunAt, sea_orm::Order::Asc)
        .limit(1);
    if state.db.backend() == DbBackend::Postgres {
        oldest.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let tx = state.db.begin().await?;
    let mut claimed = job::Entity::update_many()
        .col_expr(job::Column::LeaseUntil, Expr::value(now + LEASE))
        .col_expr(job::Column::Attempts, Expr::col(job::Column::Attempts).add(1))
        .filter(job::Column::Id.in_subquery(oldest))
        .exec_with_returning(&tx)
        .await?;
    tx.commit().await?;
    Ok(claimed.pop())
}

/// How many jobs wait, and how many were given up; for the metrics.
pub async fn backlog(state: &AppState) -> Result<(u64, u64), Failure> {
    use sea_orm::PaginatorTrait;
    let open = job::Entity::find()
        .filter(job::Column::DoneAt.is_null())
        .filter(job::Column::FailedAt.is_null())
        .order_by_asc(job::Column::RunAt)
        .count(state.db.read())
        .await?;
    let failed = job::Entity::find().filter(job::Column::FailedAt.is_not_null()).count(state.db.read()).await?;
    Ok((open, failed))
}
