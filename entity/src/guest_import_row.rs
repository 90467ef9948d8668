//! One row of the file with its verdict.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    Json, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// One row of the file with its verdict.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "guest_import_row")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose row.
    pub import_id: Uuid,
    /// Order in the file, from 0.
    pub position: i32,
    /// Where the user finds it.
    #[sea_orm(column_type = "Text")]
    pub reference: String,
    /// What becomes of it.
    pub verdict: Verdict,
    /// What was understood.
    #[sea_orm(column_type = "JsonBinary")]
    pub record: Json,
    /// What stands in the file.
    #[sea_orm(column_type = "JsonBinary")]
    pub original: Json,
    /// Why.
    #[sea_orm(column_type = "JsonBinary")]
    pub findings: Json,
    /// All cells of a refused row, in the order of the file's columns.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub cells: Option<Json>,
    /// Where it was filed.
    pub declaration_id: Option<Uuid>,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Verdict {
    /// `accepted`
    #[sea_orm(string_value = "accepted")]
    #[serde(rename = "accepted")]
    Accepted,
    /// `rejected`
    #[sea_orm(string_value = "rejected")]
    #[serde(rename = "rejected")]
    Rejected,
    /// `ignored`
    #[sea_orm(string_value = "ignored")]
    #[serde(rename = "ignored")]
    Ignored,
}
