//! Whether the session or API client behind a token is still welcome, remembered for at most three seconds.
//!
//! A token alone cannot tell that its owner has signed out. The row can, but reading it for every request would cost
//! more than the request; so what was read is kept for a moment. On this instance changes bite at once, because the use
//! cases [`forget`](Liveness::forget) what they change; on others after three seconds.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ::entity::{account, api_client};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    features::accounts::{rules, store},
    platform::{db::Failure, state::AppState},
};

/// How long a row is believed.
const FRESH: Duration = Duration::from_secs(3);
/// Most that is remembered: some 4 MiB.
const CAPACITY: usize = 20_000;

/// Who is behind a token, as of a moment ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Live {
    /// A person's session.
    Person(LivePerson),
    /// An API client.
    Client {
        /// For whom.
        organization_id: Uuid,
        /// What it was granted.
        scopes: Vec<String>,
    },
    /// Signed out, disabled, revoked, or never there.
    Gone,
}

/// A person who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LivePerson {
    pub account_id: Uuid,
    pub role: account::Role,
    pub organization_id: Option<Uuid>,
    pub unit_id: Option<Uuid>,
    pub ward_code: Option<String>,
    pub must_enrol: bool,
    pub ends_at: DateTime<Utc>,
}

/// What is remembered. The composition root puts `Liveness::default()` among the rooms' values.
#[derive(Clone, Debug, Default)]
pub struct Liveness(Arc<Mutex<HashMap<Uuid, (Instant, Live)>>>);

impl Liveness {
    /// The session (by its id) or API client (by its id) behind a token.
    pub(crate) async fn look(&self, state: &AppState, id: Uuid, is_client: bool) -> Result<Live, Failure> {
        if let Some(live) = self.recall(id, Instant::now()) {
            return Ok(live);
        }
        // Taken before the reading: what was read is never believed for longer than the promise.
        let asked = Instant::now();
        let live = if is_client { read_client(state, id).await? } else { read_person(state, id).await? };
        self.remember(id, asked, live.clone());
        Ok(live)
    }

    /// Reads the session or client anew next time.
    pub(crate) fn forget(&self, id: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Reads all sessions of an account anew next time.
    pub(crate) fn forget_account(&self, account_id: Uuid) {
        let other = |live: &Live| !matches!(live, Live::Person(person) if person.account_id == account_id);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (_, live)| other(live));
    }

    fn recall(&self, id: Uuid, now: Instant) -> Option<Live> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&id).filter(|(asked, _)| now.duration_since(*asked) < FRESH).map(|(_, live)| live.clone())
    }

    fn remember(&self, id: Uuid, asked: Instant, live: Live) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CAPACITY {
            known.retain(|_, (other, _)| asked.duration_since(*other) < FRESH);
            if known.len() >= CAPACITY {
                known.clear();
            }
        }
        known.insert(id, (asked, live));
    }
}

async fn read_person(state: &AppState, session_id: Uuid) -> Result<Live, Failure> {
    let db = state.db.read();
    let Some(session) = store::sessions::find(db, session_id).await?.filter(|s| s.revoked_at.is_none()) else {
        return Ok(Live::Gone);
    };
    let Some(account) = store::accounts::find_by_id(db, session.account_id).await? else { return Ok(Live::Gone) };
    if account.status != account::Status::Active {
        return Ok(Live::Gone);
    }
    let ward_code = match account.unit_id {
        Some(unit_id) => store::units::find(db, unit_id).await?.and_then(|unit| unit.ward_code),
        None => None,
    };
    Ok(Live::Person(LivePerson {
        account_id: account.id,
        role: account.role,
        organization_id: account.organization_id,
        unit_id: account.unit_id,
        ward_code,
        must_enrol: must_enrol(&account),
        ends_at: session.expires_at,
    }))
}

/// Staff without a second factor may do nothing but set it up.
pub(crate) fn must_enrol(account: &account::Model) -> bool {
    rules::is_staff(account.role) && !account.totp_confirmed && !account.second_factor_waived
}

async fn read_client(state: &AppState, id: Uuid) -> Result<Live, Failure> {
    let client = store::clients::find_by_id(state.db.read(), id).await?;
    Ok(match client.filter(|client| client.status == api_client::Status::Active) {
        Some(client) => Live::Client {
            organization_id: client.organization_id,
            scopes: client.scopes.split_whitespace().map(ToOwned::to_owned).collect(),
        },
        None => Live::Gone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_for_three_seconds_and_not_without_bound() {
        let liveness = Liveness::default();
        let (start, id) = (Instant::now(), Uuid::from_u128(7));
        liveness.remember(id, start, Live::Gone);
        assert_eq!(liveness.recall(id, start + Duration::from_millis(2_999)), Some(Live::Gone));
        assert_eq!(liveness.recall(id, start + FRESH), None);
        liveness.forget(id);
        assert_eq!(liveness.recall(id, start), None);
        for n in 0..(CAPACITY as u128 + 10) {
            liveness.remember(Uuid::from_u128(n), start, Live::Gone);
        }
        assert!(liveness.0.lock().expect("no panic").len() <= CAPACITY);
    }
}
