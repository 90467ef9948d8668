//! One difference between a guest file and what is declared.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    Json, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// One difference between a guest file and what is declared.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "guest_import_difference")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose difference.
    pub import_id: Uuid,
    /// Order, from 0: by rows of the file, then what is not in it.
    pub position: i32,
    /// What differs.
    pub kind: Kind,
    /// Where in the file.
    #[sea_orm(column_type = "Text", nullable)]
    pub reference: Option<String>,
    /// The declared stay.
    pub stay_id: Option<Uuid>,
    /// What is declared.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub declared: Option<Json>,
    /// What stands in the file.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub in_file: Option<Json>,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What differs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// `missing`: in the file, not declared.
    #[sea_orm(string_value = "missing")]
    #[serde(rename = "missing")]
    Missing,
    /// `surplus`: declared and staying, not in the file.
    #[sea_orm(string_value = "surplus")]
    #[serde(rename = "surplus")]
    Surplus,
    /// `different_room`
    #[sea_orm(string_value = "different_room")]
    #[serde(rename = "different_room")]
    DifferentRoom,
    /// `different_departure`
    #[sea_orm(string_value = "different_departure")]
    #[serde(rename = "different_departure")]
    DifferentDeparture,
    /// `permitted_stay_ending`: soon, or before the departure.
    #[sea_orm(string_value = "permitted_stay_ending")]
    #[serde(rename = "permitted_stay_ending")]
    PermittedStayEnding,
    /// `different_person`: the same document with another name or date of birth.
    #[sea_orm(string_value = "different_person")]
    #[serde(rename = "different_person")]
    DifferentPerson,
}
