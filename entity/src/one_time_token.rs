//! A token that sets a password once: first administrator, invitation.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// A token that sets a password once: first administrator, invitation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_token")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is good for.
    pub purpose: Purpose,
    /// Invited account; none for the set-up.
    pub account_id: Option<Uuid>,
    /// SHA-256, hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    /// When made.
    pub created_at: DateTimeUtc,
    /// Good until.
    pub expires_at: DateTimeUtc,
    /// When used.
    pub used_at: Option<DateTimeUtc>,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What it is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Purpose {
    /// `setup`
    #[sea_orm(string_value = "setup")]
    #[serde(rename = "setup")]
    Setup,
    /// `invitation`
    #[sea_orm(string_value = "invitation")]
    #[serde(rename = "invitation")]
    Invitation,
}
