//! The life of a stay after its filing: what may be done to it, by which road, and what it is then.
//!
//! Until an officer has confirmed the declaration, the declarant amends and withdraws freely; afterwards the same wish is
//! a correction request that an officer accepts or refuses. A departure and a longer stay are no corrections: they tell
//! what happened after the filing, so the declarant tells them freely as long as the guest is here.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> staying: file_declaration
//!     staying --> staying: amend_stay, extend_stay
//!     staying --> departed: check_out_stay
//!     departed --> departed: amend_stay
//!     departed --> staying: amend_stay without a departure
//!     staying --> withdrawn: withdraw_stay, declaration returned or refused
//!     departed --> withdrawn: withdraw_stay, declaration returned or refused
//! ```
//!
//! A correction request: `open` → `accepted` · `refused` · `cancelled` (by the declarant, or because the stay no longer
//! stands).

use std::collections::BTreeMap;

use ::entity::{declaration, stay};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    features::declarations::rules::{Door, Place, StayInput, review},
    kernel::{clock, finding::Finding},
};

/// What a declarant may want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Change what was filed.
    Amend,
    /// Stay longer.
    Extend,
    /// Leave.
    CheckOut,
    /// Take the filing of this stay back: there never was such a stay.
    Withdraw,
}

/// How it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// At once.
    Free,
    /// By a request that an officer answers.
    Correction,
}

/// The stay is in a state in which this cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stay is {current}")]
pub struct WrongState {
    /// That state.
    pub current: &'static str,
    /// What can be done.
    pub allowed: Vec<&'static str>,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 4] = [Self::Amend, Self::Extend, Self::CheckOut, Self::Withdraw];

    /// As in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Amend => "amend",
            Self::Extend => "extend",
            Self::CheckOut => "check_out",
            Self::Withdraw => "withdraw",
        }
    }

    fn road_if_any(self, declaration: declaration::Status, stay: stay::Status) -> Option<Road> {
        use declaration::Status::{Confirmed, Recheck, Refused, Returned, Submitted, Withdrawn};
        let change = match declaration {
            Submitted => Road::Free,
            Confirmed | Recheck => Road::Correction,
            Returned | Refused | Withdrawn => return None,
        };
        match (stay, self) {
            (stay::Status::Withdrawn, _) | (stay::Status::Departed, Self::Extend | Self::CheckOut) => None,
            (stay::Status::Staying, Self::Extend | Self::CheckOut) => Some(Road::Free),
            (stay::Status::Staying | stay::Status::Departed, Self::Amend | Self::Withdraw) => Some(change),
        }
    }

    /// The road of this action.
    ///
    /// # Errors
    /// [`WrongState`] if there is none.
    pub fn road(self, declaration: declaration::Status, stay: stay::Status) -> Result<Road, WrongState> {
        self.road_if_any(declaration, stay).ok_or_else(|| WrongState {
            current: match stay {
                stay::Status::Staying => review::status_name(declaration),
                stay::Status::Departed => "departed",
                stay::Status::Withdrawn => "withdrawn",
            },
            allowed: allowed(declaration, stay),
        })
    }
}

/// What can be done to a stay, by either road.
pub fn allowed(declaration: declaration::Status, stay: stay::Status) -> Vec<&'static str> {
    let open = Action::ALL.into_iter().filter(|action| action.road_if_any(declaration, stay).is_some());
    open.map(Action::as_str).collect()
}

/// Members of a stay to be changed: text as sent, none to clear it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Patch(pub BTreeMap<Place, Option<String>>);

impl Patch {
    /// The stay as it would be filed with the changes.
    pub fn onto(&self, row: &stay::Model) -> StayInput {
        let mut input = as_input(row);
        for (place, text) in &self.0 {
            if let Some(member) = input.member_mut(*place) {
                member.clone_from(text);
            }
        }
        input
    }

    /// Each member that would change: where, what it was and what it would be.
    pub fn changes(&self, row: &stay::Model) -> Vec<(String, Option<String>, Option<String>)> {
        let mut input = as_input(row);
        let mut changes = Vec::new();
        for (place, after) in &self.0 {
            let before = input.member_mut(*place).and_then(|member| member.clone());
            let after = after.clone().filter(|text| !text.trim().is_empty());
            if before != after {
                changes.push((place.pointer(Door::Stay, 0), before, after));
            }
        }
        changes
    }

    /// The same change without members that say what the stay says already: accepted later, they would undo what has
    /// happened meanwhile.
    #[must_use]
    pub fn narrowed(&self, row: &stay::Model) -> Self {
        let changed: Vec<String> = self.changes(row).into_iter().map(|(pointer, ..)| pointer).collect();
        let changes = |place: &Place| changed.contains(&place.pointer(Door::Stay, 0));
        Self(self.0.iter().filter(|(place, _)| changes(place)).map(|(place, text)| (*place, text.clone())).collect())
    }

    /// What the stay says now of the members to be changed.
    #[must_use]
    pub fn before(&self, row: &stay::Model) -> Self {
        let mut input = as_input(row);
        let now = |place: &Place| (*place, input.member_mut(*place).and_then(|member| member.clone()));
        Self(self.0.keys().map(now).collect())
    }

    /// Refuses a change that changes nothing.
    pub fn check(&self, row: &stay::Model) -> Result<(), Finding> {
        if self.changes(row).is_empty() { Err(Finding::block("nothing_to_change", "")) } else { Ok(()) }
    }
}

/// Every member of a stay on record, as a change.
pub fn as_patch(row: &stay::Model) -> Patch {
    let mut input = as_input(row);
    let places = [
        Place::FullName,
        Place::DateOfBirth,
        Place::Sex,
        Place::Nationality,
        Place::DocumentType,
        Place::DocumentNumber,
        Place::DocumentExpiresOn,
        Place::Room,
        Place::Arrival,
        Place::ExpectedDeparture,
        Place::Departure,
        Place::PermittedStay,
        Place::VisaSymbol,
        Place::VisaNumber,
        Place::Purpose,
    ];
    let members = places.into_iter().filter_map(|place| Some((place, input.member_mut(place)?.clone())));
    Patch(members.collect())
}

/// A stay on record as it would be sent.
fn as_input(row: &stay::Model) -> StayInput {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    StayInput {
        full_name: Some(row.full_name.clone()),
        date_of_birth: Some(row.date_of_birth.clone()),
        sex: Some(match row.sex {
            stay::Sex::M => "M".to_owned(),
            stay::Sex::F => "F".to_owned(),
        }),
        nationality: Some(row.nationality.clone()),
        document_type: Some(match row.document_type {
            stay::DocumentType::Passport => "passport".to_owned(),
            stay::DocumentType::TravelDocument => "travel_document".to_owned(),
        }),
        document_number: Some(row.document_number.clone()),
        document_expires_on: day(row.document_expires_on),
        room: row.room.clone(),
        arrival: Some(row.arrived_at.map_or_else(|| row.arrived_on.to_string(), |at| clock::local(at).to_rfc3339())),
        expected_departure: day(Some(row.expected_departure_on)),
        departure: day(row.departed_on),
        permitted_stay: day(row.permitted_stay_until),
        visa_symbol: row.visa_symbol.clone(),
        visa_number: row.visa_number.clone(),
        purpose: row.purpose.clone(),
        ..StayInput::default()
    }
}

/// A departure as told at check-out: not before the arrival, not in the future.
pub fn check_out(row: &stay::Model, departed_on: NaiveDate, today: NaiveDate) -> Result<(), Finding> {
    if departed_on < row.arrived_on {
        return Err(Finding::block("checkout_before_arrival", "/departed_on"));
    }
    if departed_on > today {
        return Err(Finding::block("departure_in_future", "/departed_on"));
    }
    Ok(())
}

/// Most days that a stay can last, ten years; beyond them the date is a slip.
const LONGEST: i64 = 10 * 366;

/// A longer stay: later than planned so far.
pub fn extend(row: &stay::Model, until: NaiveDate) -> Result<(), Finding> {
    if until <= row.expected_departure_on {
        return Err(Finding::block("not_an_extension", "/expected_departure_on"));
    }
    if (until - row.arrived_on).num_days() > LONGEST {
        return Err(Finding::block("invalid_date", "/expected_departure_on"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Declaration × stay × action: free, by correction, or not at all.
    #[test]
    fn roads() {
        use declaration::Status::{Confirmed, Recheck, Refused, Returned, Submitted, Withdrawn};
        use stay::Status::{Departed, Staying};
        let (free, ask) = (Some(Road::Free), Some(Road::Correction));
        for (declaration, stay, amend, extend, check_out, withdraw) in [
            (Submitted, Staying, free, free, free, free),
            (Submitted, Departed, free, None, None, free),
            (Submitted, stay::Status::Withdrawn, None, None, None, None),
            (Confirmed, Staying, ask, free, free, ask),
            (Confirmed, Departed, ask, None, None, ask),
            (Confirmed, stay::Status::Withdrawn, None, None, None, None),
            (Recheck, Staying, ask, free, free, ask),
            (Recheck, Departed, ask, None, None, ask),
            (Recheck, stay::Status::Withdrawn, None, None, None, None),
            (Returned, Staying, None, None, None, None),
            (Returned, Departed, None, None, None, None),
            (Returned, stay::Status::Withdrawn, None, None, None, None),
            (Refused, Staying, None, None, None, None),
            (Refused, Departed, None, None, None, None),
            (Refused, stay::Status::Withdrawn, None, None, None, None),
            (Withdrawn, Staying, None, None, None, None),
            (Withdrawn, Departed, None, None, None, None),
            (Withdrawn, stay::Status::Withdrawn, None, None, None, None),
        ] {
            let expected = [amend, extend, check_out, withdraw];
            for (action, expected) in Action::ALL.into_iter().zip(expected) {
                assert_eq!(action.road(declaration, stay).ok(), expected, "{declaration:?} {stay:?} {action:?}");
                let listed = allowed(declaration, stay).contains(&action.as_str());
                assert_eq!(listed, expected.is_some(), "{declaration:?} {stay:?} {action:?}");
            }
        }
    }

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).expect("valid")
    }

    fn stay() -> stay::Model {
        let now = chrono::DateTime::<chrono::Utc>::from_timestamp(1_795_332_000, 0).expect("valid");
        stay::Model {
            id: uuid::Uuid::from_u128(1),
            declaration_id: uuid::Uuid::from_u128(2),
            position: 0,
            organization_id: uuid::Uuid::from_u128(3),
            establishment_id: uuid::Uuid::from_u128(4),
            ward_code: "20242".to_owned(),
            status: stay::Status::Staying,
            natural_key: None,
            guest_key: String::new(),
            full_name: "KOWALCZYK ANNA MARIA".to_owned(),
            full_name_folded: "kowalczyk anna maria".to_owned(),
            date_of_birth: "1988-03".to_owned(),
            sex: stay::Sex::F,
            nationality: "POL".to_owned(),
            document_type: stay::DocumentType::Passport,
            document_number: "ZS0000101".to_owned(),
            document_expires_on: None,
            room: Some("301".to_owned()),
            arrived_on: day(11, 22),
            arrived_at: None,
            expected_departure_on: day(11, 25),
            departed_on: None,
            permitted_stay_until: Some(day(12, 30)),
            visa_symbol: None,
            visa_number: None,
            purpose: None,
            due_at: now,
            timeliness: stay::Timeliness::OnTime,
            deadline_rule: "D2".to_owned(),
            findings: serde_json::Value::Null,
            version: 1,
            updated_at: now,
        }
    }

    #[test]
    fn departures() {
        for (departed, expected) in [
            (day(11, 21), Some("checkout_before_arrival")),
            (day(11, 22), None),
            (day(11, 24), None),
            (day(11, 25), Some("departure_in_future")),
        ] {
            let seen = check_out(&stay(), departed, day(11, 24)).err().map(|finding| finding.rule);
            assert_eq!(seen.as_deref(), expected, "{departed}");
        }
    }

    #[test]
    fn extensions() {
        for (until, expected) in [
            (day(11, 24), Some("not_an_extension")),
            (day(11, 25), Some("not_an_extension")),
            (day(11, 26), None),
            (NaiveDate::from_ymd_opt(2099, 1, 1).expect("valid"), Some("invalid_date")),
        ] {
            assert_eq!(extend(&stay(), until).err().map(|finding| finding.rule).as_deref(), expected, "{until}");
        }
    }

    #[test]
    fn patches_name_what_they_change() {
        let some = |text: &str| Some(text.to_owned());
        let patch = Patch(BTreeMap::from([
            (Place::Room, some("302")),
            (Place::FullName, some("KOWALCZYK ANNA MARIA")),
            (Place::PermittedStay, None),
        ]));
        let changes = patch.changes(&stay());
        assert_eq!(
            changes,
            [
                ("/room".to_owned(), some("301"), some("302")),
                ("/permitted_stay_until".to_owned(), some("2026-12-30"), None)
            ]
        );
        let input = patch.onto(&stay());
        assert_eq!((input.room, input.permitted_stay), (some("302"), None));
        assert_eq!(input.date_of_birth, some("1988-03"));
        let same = Patch(BTreeMap::from([(Place::Room, some("301"))]));
        assert_eq!(same.check(&stay()).err().map(|finding| finding.rule), some("nothing_to_change"));
        let narrowed = patch.narrowed(&stay());
        assert_eq!(narrowed.0.keys().collect::<Vec<_>>(), [&Place::Room, &Place::PermittedStay]);
        assert_eq!(
            narrowed.before(&stay()).0,
            [(Place::Room, some("301")), (Place::PermittedStay, some("2026-12-30"))].into()
        );
        let stored = serde_json::to_value(&patch).expect("json");
        assert_eq!(serde_json::from_value::<Patch>(stored).ok().map(|patch| patch.0.len()), Some(3));
    }
}
