//! One row of a reference table, valid for a period.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, Date, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, Json,
    PrimaryKeyTrait, Uuid,
};

/// One row of a reference table, valid for a period.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "catalog_entry")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which reference table.
    #[sea_orm(column_type = "Text")]
    pub table_name: String,
    /// Stable key of the row inside its table.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Last day on which it holds; open if absent.
    pub valid_to: Option<Date>,
    /// Order inside the table.
    pub position: i32,
    /// The columns of the row.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
