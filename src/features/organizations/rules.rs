//! What an organization may do in which state, and what is wrong with what people send. Pure.

mod examine;
mod fields;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) use examine::{
    EstablishmentChange, NewAdministrator, NewEstablishment, NewOrganization, OrganizationChange, PlaceFacts,
    RegistrationFacts, examine_establishment, examine_establishment_change, examine_organization_change,
    examine_refusal, examine_registration,
};
pub(super) use fields::{non_blank, one_spelling_of_email};

/// Sort of organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationKind {
    /// Employs foreigners; may house them.
    Company,
    /// Makes a business of lodging: hotel, guest house, household business.
    Lodging,
    /// A person who lets rooms.
    Landlord,
}

/// Where an organization's registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationStatus {
    /// Waits for an officer.
    Pending,
    /// Approved.
    Active,
    /// Refused.
    Refused,
    /// Approved once, and barred since.
    Suspended,
}

/// Type of establishment in the ministry's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum EstablishmentKind {
    /// Hotel or guest house.
    #[serde(rename = "KS")]
    Ks,
    /// Housing in an industrial or export zone.
    #[serde(rename = "KCN")]
    Kcn,
    /// Apartment, medical establishment or dormitory.
    #[serde(rename = "CC")]
    Cc,
    /// Private house, for business.
    #[serde(rename = "NDKD")]
    Ndkd,
    /// Private house, not for business.
    #[serde(rename = "VL")]
    Vl,
}

/// Whether guests may be declared at an establishment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstablishmentStatus {
    /// They may.
    Open,
    /// They may not; what was declared stays.
    Closed,
}

/// What an officer does with a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Decision {
    /// Lets the organization in.
    Approve,
    /// Turns it away.
    Refuse,
}

/// The thing is in a state in which this cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot be done while {current}")]
pub struct WrongState {
    /// The state.
    pub current: &'static str,
    /// What can be done instead.
    pub allowed: &'static [&'static str],
}

impl OrganizationStatus {
    /// All, in the order of their coming.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Active, Self::Refused, Self::Suspended];

    /// As in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Refused => "refused",
            Self::Suspended => "suspended",
        }
    }

    /// What can be done in this state, by name of the action.
    fn allowed(self) -> &'static [&'static str] {
        match self {
            Self::Pending => &["approve", "refuse"],
            Self::Active => &["update"],
            Self::Refused | Self::Suspended => &[],
        }
    }

    fn wrong(self) -> WrongState {
        WrongState { current: self.as_str(), allowed: self.allowed() }
    }

    /// Where a decision leads.
    pub(super) fn decide(self, decision: Decision) -> Result<Self, WrongState> {
        match (self, decision) {
            (Self::Pending, Decision::Approve) => Ok(Self::Active),
            (Self::Pending, Decision::Refuse) => Ok(Self::Refused),
            (Self::Active | Self::Refused | Self::Suspended, Decision::Approve | Decision::Refuse) => Err(self.wrong()),
        }
    }

    /// Whether the organization may change its data and its establishments.
    pub(super) fn may_change(self) -> Result<(), WrongState> {
        match self {
            Self::Active => Ok(()),
            Self::Pending | Self::Refused | Self::Suspended => Err(self.wrong()),
        }
    }
}

impl OrganizationKind {
    /// All.
    pub const ALL: [Self; 3] = [Self::Company, Self::Lodging, Self::Landlord];

    /// As in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Lodging => "lodging",
            Self::Landlord => "landlord",
        }
    }

    fn needs_tax_code(self) -> bool {
        match self {
            Self::Company | Self::Lodging => true,
            Self::Landlord => false,
        }
    }

    /// Household businesses and persons use their personal identification number (Circular 86/2024/TT-BTC).
    fn may_use_personal_number(self) -> bool {
        match self {
            Self::Company => false,
            Self::Lodging | Self::Landlord => true,
        }
    }
}

impl EstablishmentStatus {
    /// As in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, OrganizationKind, OrganizationStatus, WrongState};

    #[test]
    fn every_state_under_every_decision() {
        use OrganizationStatus::{Active, Pending, Refused, Suspended};
        let wrong = |current, allowed| Err(WrongState { current, allowed });
        let table = [
            (Pending, Decision::Approve, Ok(Active)),
            (Pending, Decision::Refuse, Ok(Refused)),
            (Active, Decision::Approve, wrong("active", &["update"] as &[_])),
            (Active, Decision::Refuse, wrong("active", &["update"])),
            (Refused, Decision::Approve, wrong("refused", &[])),
            (Refused, Decision::Refuse, wrong("refused", &[])),
            (Suspended, Decision::Approve, wrong("suspended", &[])),
            (Suspended, Decision::Refuse, wrong("suspended", &[])),
        ];
        assert_eq!(table.len(), OrganizationStatus::ALL.len() * 2, "every state under both decisions");
        for (from, decision, expected) in table {
            assert_eq!(from.decide(decision), expected, "{from:?} {decision:?}");
        }
    }

    #[test]
    fn only_an_active_organization_changes() {
        for (status, allowed) in [
            (OrganizationStatus::Pending, false),
            (OrganizationStatus::Active, true),
            (OrganizationStatus::Refused, false),
            (OrganizationStatus::Suspended, false),
        ] {
            assert_eq!(status.may_change().is_ok(), allowed, "{status:?}");
        }
    }

    /// The list of allowed actions that a refusal names is what the transitions allow.
    #[test]
    fn allowed_actions_agree_with_the_transitions() {
        for status in OrganizationStatus::ALL {
            let decisions = [(Decision::Approve, "approve"), (Decision::Refuse, "refuse")];
            for (decision, name) in decisions {
                assert_eq!(status.allowed().contains(&name), status.decide(decision).is_ok(), "{status:?} {name}");
            }
            assert_eq!(status.allowed().contains(&"update"), status.may_change().is_ok(), "{status:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_answers() {
        for status in OrganizationStatus::ALL {
            assert_eq!(serde_json::json!(status), status.as_str());
        }
        for kind in OrganizationKind::ALL {
            assert_eq!(serde_json::json!(kind), kind.as_str());
        }
    }
}
