//! A change of a confirmed stay that an officer accepts or refuses.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, Json, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

use crate::by_kind::ByKind;

/// A change of a confirmed stay that an officer accepts or refuses.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "correction_request")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which stay.
    pub stay_id: Uuid,
    /// Its declaration.
    pub declaration_id: Uuid,
    /// Who asks.
    pub organization_id: Uuid,
    /// Unit that received the declaration.
    pub unit_id: Uuid,
    /// Ward of the establishment.
    #[sea_orm(column_type = "Text")]
    pub ward_code: String,
    /// What is asked.
    pub action: Action,
    /// The members to change, as in the request.
    #[sea_orm(column_type = "JsonBinary")]
    pub patch: Json,
    /// The same members as they were when it was asked for.
    #[sea_orm(column_type = "JsonBinary")]
    pub before: Json,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Where it stands.
    pub status: Status,
    /// Version of the stay that the declarant had seen.
    pub stay_version: i32,
    /// Sort of actor.
    pub requested_by_kind: ByKind,
    /// The account or API client.
    pub requested_by: Option<Uuid>,
    /// When.
    pub requested_at: DateTimeUtc,
    /// Account or API client that accepted, refused or cancelled it.
    pub decided_by: Option<Uuid>,
    /// When accepted, refused or cancelled.
    pub decided_at: Option<DateTimeUtc>,
    /// Why, where a reason was given.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
    /// Counts changes.
    pub version: i32,
    /// When last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// `amend`
    #[sea_orm(string_value = "amend")]
    Amend,
    /// `withdraw`
    #[sea_orm(string_value = "withdraw")]
    Withdraw,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// `open`
    #[sea_orm(string_value = "open")]
    Open,
    /// `accepted`
    #[sea_orm(string_value = "accepted")]
    Accepted,
    /// `refused`
    #[sea_orm(string_value = "refused")]
    Refused,
    /// `cancelled`
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}
