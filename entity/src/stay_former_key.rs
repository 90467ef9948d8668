//! The guest as whom an amended stay was filed before.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

/// The guest as whom an amended stay was filed before: the same file sent again must still find it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stay_former_key")]
pub struct Model {
    /// Establishment, nationality, document and day of arrival as they were.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub natural_key: String,
    /// The stay.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stay_id: Uuid,
    /// Name as it was.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub full_name: String,
    /// Date of birth as it was.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub date_of_birth: String,
    /// Organization and document number as they were.
    #[sea_orm(column_type = "Text")]
    pub guest_key: String,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
