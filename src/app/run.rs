//! Connect, migrate, serve, work, stop.

use std::{future::Future, net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::http::Extensions;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{health, router},
    features::{
        accounts,
        catalog::{self, CatalogSnapshot},
        declarations,
    },
    kernel::clock::{self, Clock},
    platform::{
        config::Config,
        db::Db,
        http::{
            idempotency,
            server::{self, Caps},
        },
        jobs,
        signing::{KeyRing, Vault},
        state::AppState,
    },
};

/// How often keys, catalogue, limits and old idempotency keys are looked after.
const HOUSEKEEPING: Duration = Duration::from_secs(600);

/// Jobs that one process runs at once.
const WORKERS: usize = 2;
/// How long the database may take to close its connections.
const CLOSING: Duration = Duration::from_secs(5);

/// Opens the database, brings it up to date and puts the state together.
///
/// Without a `vault` the secret file of the settings is opened.
pub async fn prepare(config: Config, vault: Option<Vault>, clock: Clock) -> anyhow::Result<AppState> {
    let now = clock.now();
    anyhow::ensure!(
        now > clock::end_of_day(chrono::NaiveDate::from_ymd_opt(2015, 1, 1).context("a date")?),
        "the clock shows {now}: set it right first"
    );
    let db =
        Db::connect(&config.database, config.database_connections).await.context("the database cannot be opened")?;
    db.check().await.context("the database cannot be used")?;
    let start = db.lock_start().await.context("the start of another instance does not end")?;
    db.migrate().await.context("the database cannot be brought up to date")?;
    let vault = match vault {
        Some(vault) => vault,
        None => Vault::open(&config.secret_file, &db).await?,
    };
    let keys = KeyRing::load(&db, vault, now).await.context("the keys cannot be loaded")?;
    let catalogue = catalog::load(&db, now).await.context("the reference data cannot be loaded")?;
    start.release().await?;
    let mut rooms = Extensions::new();
    rooms.insert(CatalogSnapshot::new(catalogue));
    accounts::install(&mut rooms);
    rooms.insert(declarations::Filings::default());
    rooms.insert(declarations::Imports::default());
    let state = AppState::new(db, clock, config, keys, rooms);
    accounts::prepare(&state).await.context("the accounts cannot be prepared")?;
    Ok(state)
}

/// Binds the address that the settings name.
pub async fn bind(config: &Config) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener =
        TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr().context("the address of the listener")?;
    Ok((listener, address))
}

/// Serves until `stop` is cancelled: first the requests are drained, then the workers, then the pools are closed.
pub async fn serve(state: AppState, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
    health::install_metrics();
    let stop_work = CancellationToken::new();
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(jobs::work(state.clone(), declarations::HANDLERS, stop_work.clone()));
    }
    workers.spawn(keep_house(state.clone(), stop_work.clone()));
    let (asked, stopping) = (stop.clone(), state.stopping.clone());
    tokio::spawn(async move {
        asked.cancelled().await;
        stopping.cancel();
    });
    let caps =
        Caps { connections: state.config.max_connections, per_address: state.config.max_connections_per_address };
    server::serve(listener, router::router(state.clone()), caps, stop).await;
    stop_work.cancel();
    while workers.join_next().await.is_some() {}
    match tokio::time::timeout(CLOSING, state.db.close()).await {
        Ok(closed) => closed.context("the database could not be closed")?,
        Err(_elapsed) => tracing::warn!("the database did not answer the good-bye"),
    }
    tracing::info!("stopped");
    Ok(())
}

async fn keep_house(state: AppState, stop: CancellationToken) {
    while stop.run_until_cancelled(tick()).await.is_some() {
        let now = state.clock.now();
        if let Err(error) = state.keys.refresh(&state.db, now).await {
            tracing::warn!(%error, "keys could not be refreshed");
        }
        match idempotency::purge(&state).await {
            Ok(gone) => tracing::debug!(gone, "old idempotency keys are forgotten"),
            Err(error) => tracing::warn!(%error, "old idempotency keys could not be removed"),
        }
        if let Err(error) = state.room::<CatalogSnapshot>().reload(&state.db, now).await {
            tracing::warn!(%error, "the reference data could not be read again");
        }
        if let Err(error) = accounts::purge(&state).await {
            tracing::warn!(%error, "ended sessions could not be removed");
        }
        state.limits.tidy();
        health::tidy_metrics();
    }
}

/// One turn of the housekeeping clock.
fn tick() -> impl Future<Output = ()> {
    let mut interval = tokio::time::interval_at(tokio::time::Instant::now() + HOUSEKEEPING, HOUSEKEEPING);
    async move {
        interval.tick().await;
    }
}

/// Cancelled on SIGTERM or SIGINT.
pub fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = CancellationToken::new();
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let cancelled = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        tracing::info!("stopping: requests under way are finished");
        cancelled.cancel();
    });
    Ok(stop)
}
