//! The bytes of the file, apart so that lists stay light.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
    Uuid,
};

/// The bytes of the file, apart so that lists stay light.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guest_import_file")]
pub struct Model {
    /// Whose bytes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// As handed in.
    pub bytes: Vec<u8>,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
