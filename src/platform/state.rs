//! What every handler may reach.

use std::sync::Arc;

use axum::http::Extensions;
use tokio_util::sync::CancellationToken;

use crate::{
    kernel::clock::Clock,
    platform::{
        config::Config,
        db::Db,
        http::{rate_limit::RateLimits, slots::Slots},
        jobs::Bell,
        serials::Serials,
        signing::KeyRing,
    },
};

/// Uploads at once in all: each may hold its file in memory.
const UPLOADS: usize = 8;
/// Uploads at once of one caller.
const UPLOADS_EACH: usize = 2;
/// Files made at once in all: each is held in memory whole, with the rows that it is made from.
const EXPORTS: usize = 4;
/// Files made at once for one caller.
const EXPORTS_EACH: usize = 2;

/// Shared state; cheap to clone. Nothing in it is needed by another instance.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The settings.
    pub config: Arc<Config>,
    /// Keys that sign.
    pub keys: KeyRing,
    /// Limits per caller.
    pub limits: Arc<RateLimits>,
    /// Wakes the workers after a commit that asked for work.
    pub bell: Bell,
    /// Uploads under way.
    pub uploads: Slots,
    /// Files that are being made.
    pub exports: Slots,
    /// Hands out serial numbers.
    pub serials: Serials,
    /// Cancelled when the server stops: answers that go on and on end then.
    pub stopping: CancellationToken,
    rooms: Arc<Extensions>,
}

impl AppState {
    /// Puts the parts together; `rooms` holds what rooms keep in memory, one value per type.
    pub fn new(db: Db, clock: Clock, config: Config, keys: KeyRing, rooms: Extensions) -> Self {
        let limits = RateLimits::new(config.rate_limit, config.anonymous_rate_limit);
        Self {
            db,
            clock,
            config: Arc::new(config),
            keys,
            limits: Arc::new(limits),
            bell: Bell::default(),
            serials: Serials::default(),
            stopping: CancellationToken::new(),
            uploads: Slots::new(UPLOADS, UPLOADS_EACH),
            exports: Slots::new(EXPORTS, EXPORTS_EACH),
            rooms: Arc::new(rooms),
        }
    }

    /// What a room keeps in memory. The composition root puts every such value in before the first request.
    pub fn room<T: Clone + Send + Sync + 'static>(&self) -> &T {
        self.rooms.get::<T>().unwrap_or_else(|| unreachable!("the composition root fills every room"))
    }
}
