//! Shapes of reports on the wire.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::kernel::ids::{EstablishmentId, OrganizationId};

/// Which open stays.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OpenStaysFilter {
    /// Where; all establishments in scope if absent.
    pub establishment_id: Option<EstablishmentId>,
    /// Stays that were to end before this day; today in Viet Nam if absent.
    pub as_of: Option<NaiveDate>,
    /// Establishments on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Establishments with stays that were to end and have no check-out.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenStaysOut {
    /// The stays counted were to end before this day.
    pub as_of: NaiveDate,
    /// The establishments, oldest first; those without such a stay are left out.
    pub establishments: Vec<OpenStaysAtOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// The open stays of one establishment.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenStaysAtOut {
    /// Which.
    pub establishment_id: EstablishmentId,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Its ward.
    #[schema(example = "20275")]
    pub ward_code: String,
    /// How many stays.
    pub count: i64,
    /// Planned departure of the longest overdue one.
    pub oldest_expected_departure_on: NaiveDate,
}
