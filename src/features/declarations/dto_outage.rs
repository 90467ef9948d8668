//! Shapes of outages on the wire.

use ::entity::outage;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    features::declarations::rules::outages::State,
    kernel::{
        clock::local,
        ids::{OutageId, UnitId},
        page::Page,
    },
};

/// An outage that has happened, or that goes on.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutageIn {
    /// Unit that received nothing; the whole system if absent.
    pub unit_id: Option<UnitId>,
    /// First instant, not in the future.
    #[schema(example = "2026-11-22T18:00:00+07:00")]
    pub starts_at: DateTime<FixedOffset>,
    /// When it was over; absent while it goes on.
    pub ends_at: Option<DateTime<FixedOffset>>,
    /// What had happened, for everybody to read: no personal data.
    #[validate(length(min = 1, max = 2000, code = "too_long"))]
    pub reason: String,
}

/// The end of an outage.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutageEndIn {
    /// When it was over; now if absent.
    pub ends_at: Option<DateTime<FixedOffset>>,
}

/// The withdrawal of an outage that was recorded wrongly.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutageWithdrawalIn {
    /// Why, for everybody to read: no personal data.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: String,
}

/// Which outages.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OutageFilter {
    /// Rows on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A time in which declarations could not be made: the clock of their deadlines stands still.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Outage)]
pub struct OutageOut {
    /// Id.
    pub id: OutageId,
    /// `open`, `ended` or `withdrawn`.
    #[schema(example = "ended")]
    pub status: &'static str,
    /// Unit that received nothing; null when the whole system was out.
    pub unit_id: Option<UnitId>,
    /// First instant.
    pub starts_at: DateTime<FixedOffset>,
    /// When it was over; null while it goes on.
    pub ends_at: Option<DateTime<FixedOffset>>,
    /// What had happened.
    pub reason: String,
    /// When it was recorded.
    pub recorded_at: DateTime<FixedOffset>,
    /// When it was withdrawn; from then on it counts for nothing.
    pub withdrawn_at: Option<DateTime<FixedOffset>>,
    /// Why it was withdrawn.
    pub withdrawn_reason: Option<String>,
    /// Counts changes; also the `ETag`.
    pub version: i32,
}

impl From<outage::Model> for OutageOut {
    fn from(row: outage::Model) -> Self {
        Self {
            id: OutageId(row.id),
            status: State::of(row.ends_at.is_some(), row.withdrawn_at.is_some()).as_str(),
            unit_id: row.unit_id.map(UnitId),
            starts_at: local(row.starts_at),
            ends_at: row.ends_at.map(local),
            reason: row.reason,
            recorded_at: local(row.recorded_at),
            withdrawn_at: row.withdrawn_at.map(local),
            withdrawn_reason: row.withdrawn_reason,
            version: row.version,
        }
    }
}

/// A page of outages.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutagePage {
    /// The outages, newest record first.
    pub items: Vec<OutageOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

impl From<Page<outage::Model>> for OutagePage {
    fn from(page: Page<outage::Model>) -> Self {
        let page = page.map(OutageOut::from);
        Self { items: page.items, next_cursor: page.next_cursor }
    }
}
