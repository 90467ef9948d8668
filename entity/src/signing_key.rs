//! Keys that sign access tokens and receipts, sealed with the server's secret.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// Keys that sign access tokens and receipts, sealed with the server's secret.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Key id in JWT headers and in the JWKS.
    #[sea_orm(column_type = "Text")]
    pub kid: String,
    /// What the key may sign.
    pub purpose: Purpose,
    /// The private key under AES-256-GCM.
    pub sealed: Vec<u8>,
    /// Raw Ed25519 public key; empty for a receipt key.
    pub public_key: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// It signs until then.
    pub signs_until: DateTimeUtc,
    /// It is honoured and published until then.
    pub verifies_until: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What the key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Purpose {
    /// `access_token`
    #[sea_orm(string_value = "access_token")]
    #[serde(rename = "access_token")]
    AccessToken,
    /// `receipt`
    #[sea_orm(string_value = "receipt")]
    #[serde(rename = "receipt")]
    Receipt,
}
