//! A guest file handed in.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, Json, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

use crate::by_kind::ByKind;

/// A guest file handed in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "guest_import")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who handed it in.
    pub organization_id: Uuid,
    /// Where the guests stay.
    pub establishment_id: Uuid,
    /// What is to become of it.
    pub mode: Mode,
    /// How far it is.
    pub status: Status,
    /// What the file turned out to be.
    #[sea_orm(column_type = "Text", nullable)]
    pub format: Option<String>,
    /// As handed in; shown, never used as a path.
    #[sea_orm(column_type = "Text")]
    pub file_name: String,
    /// SHA-256, hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub file_hash: String,
    /// Bytes.
    pub file_size: i64,
    /// Accepted, rejected and ignored together.
    pub rows_read: i32,
    /// Rows that are or will be filed.
    pub accepted: i32,
    /// Rows with a blocking finding.
    pub rejected: i32,
    /// Sample rows, totals and guests already declared.
    pub ignored: i32,
    /// Per cent of the running step.
    pub progress: i32,
    /// Why the file was refused.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Where in the file.
    #[sea_orm(column_type = "Text", nullable)]
    pub location: Option<String>,
    /// How to mend a refused file.
    #[sea_orm(column_type = "Text", nullable)]
    pub advice: Option<String>,
    /// Headings of the file and what each was taken for.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub columns: Option<Json>,
    /// How many differences of each kind a comparison found.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub comparison: Option<Json>,
    /// Sort of actor.
    pub created_by_kind: ByKind,
    /// The account or API client.
    pub created_by: Option<Uuid>,
    /// When handed in.
    pub created_at: DateTimeUtc,
    /// When filed or refused.
    pub finished_at: Option<DateTimeUtc>,
    /// Counts changes.
    pub version: i32,
    /// When last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is to become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Mode {
    /// `preview`
    #[sea_orm(string_value = "preview")]
    #[serde(rename = "preview")]
    Preview,
    /// `commit`
    #[sea_orm(string_value = "commit")]
    #[serde(rename = "commit")]
    Commit,
    /// `compare`
    #[sea_orm(string_value = "compare")]
    #[serde(rename = "compare")]
    Compare,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// `queued`
    #[sea_orm(string_value = "queued")]
    #[serde(rename = "queued")]
    Queued,
    /// `reading`
    #[sea_orm(string_value = "reading")]
    #[serde(rename = "reading")]
    Reading,
    /// `ready`
    #[sea_orm(string_value = "ready")]
    #[serde(rename = "ready")]
    Ready,
    /// `committing`
    #[sea_orm(string_value = "committing")]
    #[serde(rename = "committing")]
    Committing,
    /// `done`
    #[sea_orm(string_value = "done")]
    #[serde(rename = "done")]
    Done,
    /// `refused`
    #[sea_orm(string_value = "refused")]
    #[serde(rename = "refused")]
    Refused,
}
