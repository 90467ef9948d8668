//! The place where guests stay.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// The place where guests stay.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "establishment")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it is.
    pub organization_id: Uuid,
    /// Type in the ministry's list.
    pub kind: Kind,
    /// Whether guests may be declared here.
    pub status: Status,
    /// Name on the door.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Street address.
    #[sea_orm(column_type = "Text")]
    pub address: String,
    /// Ward where it stands.
    #[sea_orm(column_type = "Text")]
    pub ward_code: String,
    /// Phone for questions.
    #[sea_orm(column_type = "Text", nullable)]
    pub phone: Option<String>,
    /// Unit that receives its declarations.
    pub unit_id: Uuid,
    /// Counts changes.
    pub version: i32,
    /// When it was entered.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Type in the ministry's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// `KS`
    #[sea_orm(string_value = "KS")]
    #[serde(rename = "KS")]
    Ks,
    /// `KCN`
    #[sea_orm(string_value = "KCN")]
    #[serde(rename = "KCN")]
    Kcn,
    /// `CC`
    #[sea_orm(string_value = "CC")]
    #[serde(rename = "CC")]
    Cc,
    /// `NDKD`
    #[sea_orm(string_value = "NDKD")]
    #[serde(rename = "NDKD")]
    Ndkd,
    /// `VL`
    #[sea_orm(string_value = "VL")]
    #[serde(rename = "VL")]
    Vl,
}

/// Whether guests may be declared here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// `open`
    #[sea_orm(string_value = "open")]
    #[serde(rename = "open")]
    Open,
    /// `closed`
    #[sea_orm(string_value = "closed")]
    #[serde(rename = "closed")]
    Closed,
}
