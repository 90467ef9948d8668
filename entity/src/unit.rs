//! An immigration office or a ward police.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// An immigration office or a ward police.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// First part of reference codes.
    #[sea_orm(column_type = "Text")]
    pub code: String,
    /// Which of the two.
    pub kind: Kind,
    /// Name in Vietnamese.
    #[sea_orm(column_type = "Text")]
    pub name_vi: String,
    /// Name in English.
    #[sea_orm(column_type = "Text")]
    pub name_en: String,
    /// Ward that a ward police answers for.
    #[sea_orm(column_type = "Text", nullable)]
    pub ward_code: Option<String>,
    /// Remote area (vùng sâu, vùng xa): longer deadlines.
    pub remote: bool,
    /// Declarations without warnings are confirmed at once.
    pub auto_confirm: bool,
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

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// `office`
    #[sea_orm(string_value = "office")]
    #[serde(rename = "office")]
    Office,
    /// `ward`
    #[sea_orm(string_value = "ward")]
    #[serde(rename = "ward")]
    Ward,
}
