//! Establishments as they are sent and answered.

use ::entity::{establishment, unit};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    features::organizations::{
        dto::{clearable, never_null},
        rules::{EstablishmentKind, EstablishmentStatus},
    },
    kernel::clock::local,
};

/// An establishment as it is entered.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EstablishmentIn)]
pub struct EstablishmentIn {
    /// Name on the door.
    #[schema(min_length = 2, max_length = 200, example = "Khách sạn Sông Hàn")]
    pub name: String,
    /// Type in the ministry's list; it does not change.
    #[serde(rename = "type")]
    pub kind: EstablishmentKind,
    /// Street address.
    #[schema(min_length = 3, max_length = 300, example = "1 Bạch Đằng")]
    pub address: String,
    /// Ward where it stands: a code of the table `admin_units`. It decides which unit receives its declarations.
    #[schema(example = "20242")]
    pub ward_code: String,
    /// Phone for questions: 8 to 15 digits.
    #[schema(max_length = 30)]
    pub phone: Option<String>,
}

/// What is to change of an establishment. What is left out stays; `null` clears the phone.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EstablishmentPatch)]
pub struct EstablishmentPatch {
    /// Name on the door.
    #[serde(default, deserialize_with = "never_null")]
    #[schema(value_type = String, required = false, min_length = 2, max_length = 200)]
    pub name: Option<String>,
    /// Street address.
    #[serde(default, deserialize_with = "never_null")]
    #[schema(value_type = String, required = false, min_length = 3, max_length = 300)]
    pub address: Option<String>,
    /// Ward where it stands. It decides anew which unit receives its declarations.
    #[serde(default, deserialize_with = "never_null")]
    #[schema(value_type = String, required = false)]
    pub ward_code: Option<String>,
    /// Phone for questions: 8 to 15 digits.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, max_length = 30)]
    pub phone: Option<Option<String>>,
    /// `closed`: no guest is declared here from now on. `open`: again.
    #[serde(default, deserialize_with = "never_null")]
    #[schema(value_type = EstablishmentStatus, required = false)]
    pub status: Option<EstablishmentStatus>,
}

/// Which establishments are asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EstablishmentFilter {
    /// Whether guests may be declared there; all if left out.
    pub status: Option<EstablishmentStatus>,
    /// Those of one organization.
    pub organization_id: Option<Uuid>,
    /// Items on the page, 1 to 200; 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// An establishment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Establishment)]
pub struct EstablishmentOut {
    /// Id.
    pub id: Uuid,
    /// Whose it is.
    pub organization_id: Uuid,
    /// Name on the door.
    pub name: String,
    /// Type in the ministry's list.
    #[serde(rename = "type")]
    pub kind: EstablishmentKind,
    /// Whether guests may be declared here.
    pub status: EstablishmentStatus,
    /// Street address.
    pub address: String,
    /// Ward where it stands.
    pub ward_code: String,
    /// Phone for questions.
    pub phone: Option<String>,
    /// Who receives its declarations.
    pub receiving_unit: ReceivingUnitOut,
    /// Counts changes.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<FixedOffset>,
    /// When it was last changed.
    pub updated_at: DateTime<FixedOffset>,
}

/// The unit that receives an establishment's declarations.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceivingUnit)]
pub struct ReceivingUnitOut {
    /// Id.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
}

/// A page of establishments, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EstablishmentList)]
pub struct EstablishmentListOut {
    /// The establishments.
    pub items: Vec<EstablishmentOut>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

impl EstablishmentOut {
    /// The establishment with the unit that receives its declarations.
    pub fn new(row: establishment::Model, unit: &unit::Model) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            kind: row.kind.into(),
            status: row.status.into(),
            address: row.address,
            ward_code: row.ward_code,
            phone: row.phone,
            receiving_unit: ReceivingUnitOut {
                id: unit.id,
                code: unit.code.clone(),
                name_vi: unit.name_vi.clone(),
                name_en: unit.name_en.clone(),
            },
            version: row.version,
            created_at: local(row.created_at),
            updated_at: local(row.updated_at),
        }
    }
}
