//! Identifiers: UUIDv7 (RFC 9562 section 5.7) newtypes that sort by time on both databases.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A fresh UUIDv7 for this instant; ids made by one process at one instant still sort in the order of their making.
pub fn fresh(now: DateTime<Utc>) -> Uuid {
    let context = CONTEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos()))
}

/// The lowest id that could have been made at this instant: no id made then or later sorts before it.
pub fn lowest(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id for this instant.
            pub fn fresh(now: DateTime<Utc>) -> Self {
                Self(fresh(now))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

id! {
    /// An organization.
    OrganizationId,
    /// An establishment.
    EstablishmentId,
    /// An office or ward police.
    UnitId,
    /// A person's account.
    AccountId,
    /// An API client of an organization.
    ApiClientId,
    /// A declaration.
    DeclarationId,
    /// A stay.
    StayId,
    /// A request to correct a confirmed stay.
    CorrectionId,
    /// An import of a guest file.
    ImportId,
    /// A time in which declarations could not be made.
    OutageId,
    /// What an officer said of two documents.
    TravellerLinkId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_instant_sort_in_the_order_of_their_making() {
        let now = DateTime::<Utc>::from_timestamp(1_795_000_000, 123_456_000).expect("valid");
        let made: Vec<Uuid> = (0..2_000).map(|_| fresh(now)).collect();
        let mut sorted = made.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(made, sorted);
    }

    /// A process whose clock was set back goes on from its last id, so an id may be later than its instant, never earlier.
    #[test]
    fn the_lowest_id_of_an_instant_is_a_bound() {
        let now = DateTime::<Utc>::from_timestamp(1_795_000_000, 123_456_000).expect("valid");
        let later = now + chrono::Duration::milliseconds(1);
        assert!(lowest(now) <= fresh(now) && lowest(later) <= fresh(later) && lowest(now) <= fresh(later));
        assert!(lowest(now) < lowest(later));
    }
}
