//! The answer given under an `Idempotency-Key`, kept so that a retry gets it again.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, Json,
    PrimaryKeyTrait, Uuid,
};

/// The answer given under an `Idempotency-Key`, kept so that a retry gets it again.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who sent the key: `account:…`, `client:…` or `public`.
    #[sea_orm(column_type = "Text")]
    pub caller: String,
    /// Method and route pattern.
    #[sea_orm(column_type = "Text")]
    pub route: String,
    /// The key as sent.
    #[sea_orm(column_type = "Text")]
    pub key_text: String,
    /// SHA-256 of path and body, hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub request_hash: String,
    /// HTTP status of the answer.
    pub status: i32,
    /// `Location` of the answer.
    #[sea_orm(column_type = "Text", nullable)]
    pub location: Option<String>,
    /// `ETag` of the answer.
    #[sea_orm(column_type = "Text", nullable)]
    pub etag: Option<String>,
    /// Body of the answer.
    #[sea_orm(column_type = "JsonBinary")]
    pub body: Json,
    /// When it was answered.
    pub created_at: DateTimeUtc,
    /// When the key is forgotten (7 days).
    pub expires_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
