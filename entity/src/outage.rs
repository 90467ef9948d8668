//! A time in which declarations could not be made: the clock of their deadlines stands still.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait, Uuid,
};

/// A time in which declarations could not be made: the clock of their deadlines stands still.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outage")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unit that received nothing; empty when the whole system was out.
    pub unit_id: Option<Uuid>,
    /// First instant.
    pub starts_at: DateTimeUtc,
    /// When it was over; empty while it goes on.
    pub ends_at: Option<DateTimeUtc>,
    /// What had happened.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Who recorded it.
    pub recorded_by: Uuid,
    /// When it was recorded.
    pub recorded_at: DateTimeUtc,
    /// When it was found to be wrong; it then counts for nothing.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Who withdrew it.
    pub withdrawn_by: Option<Uuid>,
    /// Why.
    #[sea_orm(column_type = "Text", nullable)]
    pub withdrawn_reason: Option<String>,
    /// Counts changes.
    pub version: i32,
    /// When last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
