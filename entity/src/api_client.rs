//! Software that files for an organization.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// Software that files for an organization.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_client")]
pub struct Model {
    /// UUIDv7; the OAuth `client_id`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// For whom.
    pub organization_id: Uuid,
    /// Which software.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Granted scopes, separated by blanks.
    #[sea_orm(column_type = "Text")]
    pub scopes: String,
    /// Whether it may ask for tokens.
    pub status: Status,
    /// Counts changes.
    pub version: i32,
    /// When made.
    pub created_at: DateTimeUtc,
    /// When last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whether it may ask for tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// `active`
    #[sea_orm(string_value = "active")]
    #[serde(rename = "active")]
    Active,
    /// `revoked`
    #[sea_orm(string_value = "revoked")]
    #[serde(rename = "revoked")]
    Revoked,
}
