//! Registrations and organizations as they are sent and answered.

use ::entity::organization;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    features::organizations::{
        dto::{clearable, never_null},
        rules::{OrganizationKind, OrganizationStatus},
    },
    kernel::clock::local,
};

/// A password as typed. It is never shown, logged or kept.
#[derive(Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = Password, min_length = 12, max_length = 128)]
pub struct Password(String);

impl Password {
    /// The password itself, for the two that may see it: the rule on passwords and the hash.
    pub(in crate::features::organizations) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// A registration: an organization and its first administrator.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegistrationIn)]
pub struct RegistrationIn {
    /// The organization.
    pub organization: NewOrganizationIn,
    /// The person who will run its account.
    pub administrator: NewAdministratorIn,
}

/// The organization that registers.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOrganization)]
pub struct NewOrganizationIn {
    /// Name as on its licence; a landlord's own name. It is fixed once the registration is approved.
    #[schema(min_length = 2, max_length = 200, example = "Khách sạn Sông Hàn")]
    pub name: String,
    /// Which of the three; fixed once the registration is approved.
    pub kind: OrganizationKind,
    /// Ten digits, ten and three for a dependent unit, or for a household business the twelve digits of the owner's
    /// personal number. A landlord may leave it out. Fixed once the registration is approved.
    #[schema(max_length = 20, example = "0401234567")]
    pub tax_code: Option<String>,
    /// Phone for questions: 8 to 15 digits.
    #[schema(max_length = 30, example = "0236 355 5001")]
    pub phone: Option<String>,
    /// E-mail address for questions.
    #[schema(max_length = 254, format = Email)]
    pub email: Option<String>,
    /// Street address of its seat.
    #[schema(min_length = 3, max_length = 300, example = "1 Bạch Đằng")]
    pub address: String,
    /// Ward of its seat: a code of the table `admin_units`.
    #[schema(example = "20242")]
    pub ward_code: String,
    /// Industrial or high-tech park: a code of the table `zones`.
    #[schema(example = "HTP-DN")]
    pub zone_code: Option<String>,
}

/// The person who will run the organization's account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAdministrator)]
pub struct NewAdministratorIn {
    /// Name shown to colleagues and to the officer.
    #[schema(min_length = 2, max_length = 200)]
    pub full_name: String,
    /// Address to sign in with.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    /// At least 12 characters.
    pub password: Password,
    /// Kept as the organization's phone if that names none.
    #[schema(max_length = 30)]
    pub phone: Option<String>,
}

/// Which registrations are asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegistrationFilter {
    /// Where they stand; all if left out.
    pub status: Option<OrganizationStatus>,
    /// Items on the page, 1 to 200; 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// An approval says nothing further.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalIn)]
pub struct ApprovalIn {}

/// Why a registration is refused.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefusalIn)]
pub struct RefusalIn {
    /// What the applicant must know.
    #[schema(min_length = 3, max_length = 1000)]
    pub reason: String,
}

/// What is to change of an organization. What is left out stays; `null` clears.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganizationPatch)]
pub struct OrganizationPatch {
    /// Phone for questions: 8 to 15 digits.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, max_length = 30)]
    pub phone: Option<Option<String>>,
    /// E-mail address for questions.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, max_length = 254)]
    pub email: Option<Option<String>>,
    /// Street address of its seat.
    #[serde(default, deserialize_with = "never_null")]
    #[schema(value_type = String, required = false, min_length = 3, max_length = 300)]
    pub address: Option<String>,
    /// Ward of its seat.
    #[serde(default, deserialize_with = "never_null")]
    #[schema(value_type = String, required = false)]
    pub ward_code: Option<String>,
    /// Industrial or high-tech park.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>)]
    pub zone_code: Option<Option<String>>,
}

/// A registration. It is the organization itself, under the same id.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Registration)]
pub struct RegistrationOut {
    /// Id of the registration and of the organization.
    pub id: Uuid,
    /// Where it stands: `active` once it is approved.
    pub status: OrganizationStatus,
    /// Which of the three.
    pub kind: OrganizationKind,
    /// Name as on its licence.
    pub name: String,
    /// Tax code.
    pub tax_code: Option<String>,
    /// Phone for questions.
    pub phone: Option<String>,
    /// E-mail address for questions.
    pub email: Option<String>,
    /// Street address of its seat.
    pub address: String,
    /// Ward of its seat.
    pub ward_code: String,
    /// Industrial or high-tech park.
    pub zone_code: Option<String>,
    /// Why it was refused.
    pub decision_reason: Option<String>,
    /// When it was decided.
    pub decided_at: Option<DateTime<FixedOffset>>,
    /// Who will run the account; shown where a single registration is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administrator: Option<AdministratorOut>,
    /// Counts changes.
    pub version: i32,
    /// When it was sent.
    pub created_at: DateTime<FixedOffset>,
    /// When it was last changed.
    pub updated_at: DateTime<FixedOffset>,
}

/// The first administrator of an organization.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RegistrationAdministrator)]
pub struct AdministratorOut {
    /// Name.
    pub full_name: String,
    /// Address to sign in with.
    pub email: String,
}

/// A page of registrations, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistrationList)]
pub struct RegistrationListOut {
    /// The registrations.
    pub items: Vec<RegistrationOut>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

/// An organization.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Organization)]
pub struct OrganizationOut {
    /// Id.
    pub id: Uuid,
    /// Where its registration stands.
    pub status: OrganizationStatus,
    /// Which of the three.
    pub kind: OrganizationKind,
    /// Name as on its licence.
    pub name: String,
    /// Tax code.
    pub tax_code: Option<String>,
    /// Phone for questions.
    pub phone: Option<String>,
    /// E-mail address for questions.
    pub email: Option<String>,
    /// Street address of its seat.
    pub address: String,
    /// Ward of its seat.
    pub ward_code: String,
    /// Industrial or high-tech park.
    pub zone_code: Option<String>,
    /// Counts changes.
    pub version: i32,
    /// When it registered.
    pub created_at: DateTime<FixedOffset>,
    /// When it was last changed.
    pub updated_at: DateTime<FixedOffset>,
}

impl From<organization::Model> for RegistrationOut {
    fn from(row: organization::Model) -> Self {
        Self {
            id: row.id,
            status: row.status.into(),
            kind: row.kind.into(),
            name: row.name,
            tax_code: row.tax_code,
            phone: row.phone,
            email: row.email,
            address: row.address,
            ward_code: row.ward_code,
            zone_code: row.zone_code,
            decision_reason: row.decision_reason,
            decided_at: row.decided_at.map(local),
            administrator: None,
            version: row.version,
            created_at: local(row.created_at),
            updated_at: local(row.updated_at),
        }
    }
}

impl From<organization::Model> for OrganizationOut {
    fn from(row: organization::Model) -> Self {
        Self {
            id: row.id,
            status: row.status.into(),
            kind: row.kind.into(),
            name: row.name,
            tax_code: row.tax_code,
            phone: row.phone,
            email: row.email,
            address: row.address,
            ward_code: row.ward_code,
            zone_code: row.zone_code,
            version: row.version,
            created_at: local(row.created_at),
            updated_at: local(row.updated_at),
        }
    }
}
