//! A person who signs in.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folded to lower case.
    #[sea_orm(column_type = "Text")]
    pub email: String,
    /// Name shown to colleagues.
    #[sea_orm(column_type = "Text")]
    pub full_name: String,
    /// What the account may do.
    pub role: Role,
    /// Whether it may sign in.
    pub status: Status,
    /// Organization of a declarant, HR clerk or its administrator.
    pub organization_id: Option<Uuid>,
    /// Unit of an officer or supervisor.
    pub unit_id: Option<Uuid>,
    /// Argon2id in PHC form.
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    /// Secret of the second factor under AES-256-GCM.
    pub totp_sealed: Option<Vec<u8>>,
    /// Whether the second factor has been proven once.
    pub totp_confirmed: bool,
    /// Last accepted time step; a code works once.
    pub totp_last_step: Option<i64>,
    /// Only in the demo world.
    pub second_factor_waived: bool,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What the account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Role {
    /// `declarant`
    #[sea_orm(string_value = "declarant")]
    #[serde(rename = "declarant")]
    Declarant,
    /// `hr`
    #[sea_orm(string_value = "hr")]
    #[serde(rename = "hr")]
    Hr,
    /// `org_admin`
    #[sea_orm(string_value = "org_admin")]
    #[serde(rename = "org_admin")]
    OrgAdmin,
    /// `officer`
    #[sea_orm(string_value = "officer")]
    #[serde(rename = "officer")]
    Officer,
    /// `supervisor`
    #[sea_orm(string_value = "supervisor")]
    #[serde(rename = "supervisor")]
    Supervisor,
    /// `admin`
    #[sea_orm(string_value = "admin")]
    #[serde(rename = "admin")]
    Admin,
    /// `auditor`
    #[sea_orm(string_value = "auditor")]
    #[serde(rename = "auditor")]
    Auditor,
}

/// Whether it may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// `pending`
    #[sea_orm(string_value = "pending")]
    #[serde(rename = "pending")]
    Pending,
    /// `invited`
    #[sea_orm(string_value = "invited")]
    #[serde(rename = "invited")]
    Invited,
    /// `active`
    #[sea_orm(string_value = "active")]
    #[serde(rename = "active")]
    Active,
    /// `disabled`
    #[sea_orm(string_value = "disabled")]
    #[serde(rename = "disabled")]
    Disabled,
}
