//! How far the serial numbers of one prefix and day are given out.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter, PrimaryKeyTrait,
};

/// How far the serial numbers of one prefix and day are given out.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "serial_block")]
pub struct Model {
    /// Unit and day, such as `TT20275-261122`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub prefix: String,
    /// First number not yet reserved.
    pub next_serial: i64,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
