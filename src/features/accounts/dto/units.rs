//! Units of the police.

use ::entity::unit;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    features::accounts::service::units::UnitChange,
    kernel::{clock::local, page::Page},
};

/// Kind of unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// The immigration office.
    Office,
    /// Police of a ward, commune or special zone.
    Ward,
}

impl From<UnitKind> for unit::Kind {
    fn from(kind: UnitKind) -> Self {
        match kind {
            UnitKind::Office => Self::Office,
            UnitKind::Ward => Self::Ward,
        }
    }
}

/// Which units, and which page.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitFilter {
    /// Rows on the page, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Only those of this kind.
    #[param(inline)]
    pub kind: Option<UnitKind>,
}

/// A change of a unit; what is absent stays.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitPatch {
    /// Declarations without warnings are confirmed at once.
    pub auto_confirm: Option<bool>,
    /// Remote area (vùng sâu, vùng xa): longer deadlines.
    pub remote: Option<bool>,
}

impl From<UnitPatch> for UnitChange {
    fn from(patch: UnitPatch) -> Self {
        Self { auto_confirm: patch.auto_confirm, remote: patch.remote }
    }
}

/// A unit of the police.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Unit)]
pub struct UnitOut {
    /// Id.
    pub id: Uuid,
    /// First part of its reference codes.
    #[schema(example = "TT20275")]
    pub code: String,
    /// Kind of unit.
    pub kind: UnitKind,
    /// Name in Vietnamese.
    pub name_vi: String,
    /// Name in English.
    pub name_en: String,
    /// Ward that it answers for; none for the immigration office.
    pub ward_code: Option<String>,
    /// Remote area (vùng sâu, vùng xa): longer deadlines.
    pub remote: bool,
    /// Declarations without warnings are confirmed at once.
    pub auto_confirm: bool,
    /// Counts changes; also the `ETag`.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTime<FixedOffset>,
    /// When it was last changed.
    pub updated_at: DateTime<FixedOffset>,
}

impl From<unit::Model> for UnitOut {
    fn from(unit: unit::Model) -> Self {
        Self {
            id: unit.id,
            code: unit.code,
            kind: match unit.kind {
                unit::Kind::Office => UnitKind::Office,
                unit::Kind::Ward => UnitKind::Ward,
            },
            name_vi: unit.name_vi,
            name_en: unit.name_en,
            ward_code: unit.ward_code,
            remote: unit.remote,
            auto_confirm: unit.auto_confirm,
            version: unit.version,
            created_at: local(unit.created_at),
            updated_at: local(unit.updated_at),
        }
    }
}

/// Units of the police.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitList {
    /// The units.
    pub items: Vec<UnitOut>,
    /// For the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl From<Page<unit::Model>> for UnitList {
    fn from(page: Page<unit::Model>) -> Self {
        let page = page.map(Into::into);
        Self { items: page.items, next_cursor: page.next_cursor }
    }
}
