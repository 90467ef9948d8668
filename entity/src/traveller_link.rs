//! What an officer said of two documents: that one person holds both, or that two persons do.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// What an officer said of two documents. The pair stands in one order, whichever document was named first.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "traveller_link")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Both documents in their order; empty once the link is withdrawn.
    #[sea_orm(column_type = "Text", nullable)]
    pub pair_key: Option<String>,
    /// ICAO code of the smaller document.
    #[sea_orm(column_type = "Text")]
    pub first_nationality: String,
    /// Its number.
    #[sea_orm(column_type = "Text")]
    pub first_number: String,
    /// ICAO code of the greater document.
    #[sea_orm(column_type = "Text")]
    pub second_nationality: String,
    /// Its number.
    #[sea_orm(column_type = "Text")]
    pub second_number: String,
    /// One person or two.
    pub verdict: Verdict,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    /// Unit of the officer.
    pub unit_id: Option<Uuid>,
    /// Account of the officer.
    pub made_by: Option<Uuid>,
    /// When.
    pub made_at: DateTimeUtc,
    /// Why it no longer stands.
    #[sea_orm(column_type = "Text", nullable)]
    pub withdrawn_reason: Option<String>,
    /// Account of the officer who withdrew it.
    pub withdrawn_by: Option<Uuid>,
    /// When.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Counts changes.
    pub version: i32,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One person or two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Verdict {
    /// `same`
    #[sea_orm(string_value = "same")]
    #[serde(rename = "same")]
    Same,
    /// `different`
    #[sea_orm(string_value = "different")]
    #[serde(rename = "different")]
    Different,
}
