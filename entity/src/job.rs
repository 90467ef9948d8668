//! Work to be done after a commit, claimed with a lease.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, Json,
    PrimaryKeyTrait, Uuid,
};

/// Work to be done after a commit, claimed with a lease.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which handler does it.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// What the handler needs: ids only.
    #[sea_orm(column_type = "JsonBinary")]
    pub payload: Json,
    /// Jobs of one lane are done one after the other; empty where that does not matter.
    #[sea_orm(column_type = "Text", nullable)]
    pub lane: Option<String>,
    /// Not before.
    pub run_at: DateTimeUtc,
    /// Claimed until then.
    pub lease_until: Option<DateTimeUtc>,
    /// How often it was claimed.
    pub attempts: i32,
    /// When it succeeded.
    pub done_at: Option<DateTimeUtc>,
    /// When it was given up.
    pub failed_at: Option<DateTimeUtc>,
    /// Why the last attempt failed, without personal data.
    #[sea_orm(column_type = "Text", nullable)]
    pub last_error: Option<String>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
