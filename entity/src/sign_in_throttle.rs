//! Failed sign-ins for one name, whether it exists or not.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EntityTrait, EnumIter,
    PrimaryKeyTrait,
};

/// Failed sign-ins for one name, whether it exists or not.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_throttle")]
pub struct Model {
    /// SHA-256 of the name, hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_hash: String,
    /// Failures in a row.
    pub failures: i32,
    /// The latest.
    pub last_failure_at: DateTimeUtc,
    /// No attempt counts before then.
    pub locked_until: Option<DateTimeUtc>,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
