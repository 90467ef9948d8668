//! A stay as it stood after one of its changes.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, Json, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

use crate::by_kind::ByKind;

/// A stay as it stood after one of its changes. A stay that never changed has no row here.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "stay_version")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose version.
    pub stay_id: Uuid,
    /// Declaration of the stay.
    pub declaration_id: Uuid,
    /// The stay's version, from 1.
    pub version: i32,
    /// The receipt that shows it first.
    pub content_version: i32,
    /// What made it.
    pub change: Change,
    /// Why.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// The correction that an officer accepted.
    pub correction_id: Option<Uuid>,
    /// All columns of the stay.
    #[sea_orm(column_type = "JsonBinary")]
    pub snapshot: Json,
    /// Sort of actor.
    pub made_by_kind: ByKind,
    /// The account or API client.
    pub made_by: Option<Uuid>,
    /// When.
    pub made_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What made a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// `filed`
    #[sea_orm(string_value = "filed")]
    Filed,
    /// `amended`
    #[sea_orm(string_value = "amended")]
    Amended,
    /// `extended`
    #[sea_orm(string_value = "extended")]
    Extended,
    /// `checked_out`
    #[sea_orm(string_value = "checked_out")]
    CheckedOut,
    /// `withdrawn`
    #[sea_orm(string_value = "withdrawn")]
    Withdrawn,
    /// `corrected`
    #[sea_orm(string_value = "corrected")]
    Corrected,
    /// `released`
    #[sea_orm(string_value = "released")]
    Released,
    /// `rejudged`
    #[sea_orm(string_value = "rejudged")]
    Rejudged,
}
