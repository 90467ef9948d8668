//! A company, lodging business or landlord.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// A company, lodging business or landlord.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which of the three.
    pub kind: Kind,
    /// Where its registration stands.
    pub status: Status,
    /// Name as on its licence.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Tax code; a landlord may have none.
    #[sea_orm(column_type = "Text", nullable)]
    pub tax_code: Option<String>,
    /// Phone for questions.
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    /// Mail for questions.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// Street address.
    #[sea_orm(column_type = "Text")]
    pub address: String,
    /// Ward of its seat.
    #[sea_orm(column_type = "Text")]
    pub ward_code: String,
    /// Industrial or high-tech park.
    #[sea_orm(column_type = "Text", nullable)]
    pub zone_code: Option<String>,
    /// Why the registration was refused.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
    /// Account of the officer who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTimeUtc>,
    /// Counts changes.
    pub version: i32,
    /// When it registered.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// `company`
    #[sea_orm(string_value = "company")]
    #[serde(rename = "company")]
    Company,
    /// `lodging`
    #[sea_orm(string_value = "lodging")]
    #[serde(rename = "lodging")]
    Lodging,
    /// `landlord`
    #[sea_orm(string_value = "landlord")]
    #[serde(rename = "landlord")]
    Landlord,
}

/// Where its registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// `pending`
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    /// `active`
    #[sea_orm(string_value = "active")]
    #[serde(rename = "active")]
    Active,
    /// `refused`
    #[sea_orm(string_value = "refused")]
    #[serde(rename = "refused")]
    Refused,
    /// `suspended`
    #[sea_orm(string_value = "suspended")]
    #[serde(rename = "suspended")]
    Suspended,
}
