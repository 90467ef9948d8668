//! Queries of this room.

pub(crate) mod accounts;
pub(crate) mod clients;
pub(crate) mod one_time;
mod scope;
pub(crate) mod sessions;
pub(crate) mod throttle;
pub(crate) mod units;
