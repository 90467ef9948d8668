//! One filing of one or more stays.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

use crate::by_kind::ByKind;

/// One filing of one or more stays.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "declaration")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people read: `<unit>-YYMMDD-NNNNNN`.
    #[sea_orm(column_type = "Text")]
    pub reference_code: String,
    /// Who declared.
    pub organization_id: Uuid,
    /// Where the guests stay.
    pub establishment_id: Uuid,
    /// Who received it.
    pub unit_id: Uuid,
    /// Ward of the establishment on the day of filing.
    #[sea_orm(column_type = "Text")]
    pub ward_code: String,
    /// How it came in.
    pub channel: Channel,
    /// The declarant's own number.
    #[sea_orm(column_type = "Text", nullable)]
    pub client_reference: Option<String>,
    /// Organization and its own number: one record at most. Empty once the declaration was returned or refused.
    #[sea_orm(column_type = "Text", nullable)]
    pub reference_key: Option<String>,
    /// SHA-256 over the examined stays, hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    /// Where the review stands.
    pub status: Status,
    /// When it was received.
    pub filed_at: DateTimeUtc,
    /// Earliest deadline of its stays.
    pub due_at: DateTimeUtc,
    /// Late if one stay is late.
    pub timeliness: Timeliness,
    /// Deadline rule in force for the earliest deadline.
    #[sea_orm(column_type = "Text")]
    pub deadline_rule: String,
    /// How many stays it holds.
    pub stay_count: i32,
    /// How many warnings the examination found.
    pub warning_count: i32,
    /// Rank in the queue: 0 with warnings, 1 without.
    pub urgency: i32,
    /// Sort of actor who filed.
    pub filed_by_kind: ByKind,
    /// The account or API client.
    pub filed_by: Option<Uuid>,
    /// The import that it came from.
    pub import_id: Option<Uuid>,
    /// Why returned, refused or to be rechecked.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_reason: Option<String>,
    /// Account of the officer.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTimeUtc>,
    /// Counts changes.
    pub version: i32,
    /// When last changed.
    pub updated_at: DateTimeUtc,
    /// Counts changes of its stays: the number of its present receipt.
    pub content_version: i32,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Channel {
    /// `electronic`
    #[sea_orm(string_value = "electronic")]
    #[serde(rename = "electronic")]
    Electronic,
    /// `paper`
    #[sea_orm(string_value = "paper")]
    #[serde(rename = "paper")]
    Paper,
}

/// Where the review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// `submitted`
    #[sea_orm(string_value = "submitted")]
    #[serde(rename = "submitted")]
    Submitted,
    /// `confirmed`
    #[sea_orm(string_value = "confirmed")]
    #[serde(rename = "confirmed")]
    Confirmed,
    /// `returned`
    #[sea_orm(string_value = "returned")]
    #[serde(rename = "returned")]
    Returned,
    /// `refused`
    #[sea_orm(string_value = "refused")]
    #[serde(rename = "refused")]
    Refused,
    /// `recheck`
    #[sea_orm(string_value = "recheck")]
    #[serde(rename = "recheck")]
    Recheck,
    /// `withdrawn`
    #[sea_orm(string_value = "withdrawn")]
    #[serde(rename = "withdrawn")]
    Withdrawn,
}

/// Late if one stay is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Timeliness {
    /// `on_time`
    #[sea_orm(string_value = "on_time")]
    #[serde(rename = "on_time")]
    OnTime,
    /// `late`
    #[sea_orm(string_value = "late")]
    #[serde(rename = "late")]
    Late,
}
