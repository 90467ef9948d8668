//! One thing that happened, written in the transaction in which it happened; never changed.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, Json, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// One thing that happened, written in the transaction in which it happened; never changed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// UUIDv7, so the record reads in order of time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When, by the server's clock.
    pub occurred_at: DateTimeUtc,
    /// What happened, past tense, such as `declaration_filed`.
    #[sea_orm(column_type = "Text")]
    pub action: String,
    /// What sort of actor did it.
    pub actor_kind: ActorKind,
    /// The account or API client.
    pub actor_id: Option<Uuid>,
    /// The table of the thing concerned.
    #[sea_orm(column_type = "Text")]
    pub subject_kind: String,
    /// The thing concerned.
    pub subject_id: Option<Uuid>,
    /// The organization concerned.
    pub organization_id: Option<Uuid>,
    /// The office or ward police concerned.
    pub unit_id: Option<Uuid>,
    /// Joins the entry with the log lines of the request.
    #[sea_orm(column_type = "Text")]
    pub request_id: String,
    /// What changed, without names and document numbers.
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Json,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What sort of actor did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ActorKind {
    /// `account`
    #[sea_orm(string_value = "account")]
    #[serde(rename = "account")]
    Account,
    /// `client`
    #[sea_orm(string_value = "client")]
    #[serde(rename = "client")]
    Client,
    /// `system`
    #[sea_orm(string_value = "system")]
    #[serde(rename = "system")]
    System,
    /// `public`
    #[sea_orm(string_value = "public")]
    #[serde(rename = "public")]
    Public,
}
