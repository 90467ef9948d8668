//! A secret of an API client; two live ones while rotating.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Uuid,
};

/// A secret of an API client; two live ones while rotating.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_client_secret")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose.
    pub api_client_id: Uuid,
    /// SHA-256 of 256 random bits, hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub secret_hash: String,
    /// When given out.
    pub created_at: DateTimeUtc,
    /// Good until; open if absent.
    pub expires_at: Option<DateTimeUtc>,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
