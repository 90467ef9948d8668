//! One refresh token of a session; used once.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Uuid,
};

/// One refresh token of a session; used once.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its family.
    pub session_id: Uuid,
    /// SHA-256, hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub token_hash: String,
    /// When given out.
    pub created_at: DateTimeUtc,
    /// Idle end.
    pub expires_at: DateTimeUtc,
    /// When exchanged.
    pub used_at: Option<DateTimeUtc>,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
