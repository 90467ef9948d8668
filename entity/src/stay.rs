//! One foreigner at one establishment from arrival to departure.

use sea_orm::entity::prelude::{
    ActiveModelBehavior, Date, DateTimeUtc, DeriveActiveEnum, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, Json, PrimaryKeyTrait, Uuid,
};
use serde::{Deserialize, Serialize};

/// One foreigner at one establishment from arrival to departure.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "stay")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Filed with.
    pub declaration_id: Uuid,
    /// Place in the declaration, from 0.
    pub position: i32,
    /// Who declared.
    pub organization_id: Uuid,
    /// Where.
    pub establishment_id: Uuid,
    /// Ward of the establishment.
    #[sea_orm(column_type = "Text")]
    pub ward_code: String,
    /// Whether the guest is still here.
    pub status: Status,
    /// Establishment, nationality, document and day of arrival; empty once it no longer stands.
    #[sea_orm(column_type = "Text", nullable)]
    pub natural_key: Option<String>,
    /// Organization and document number: what an organization knows of a guest is found without touching others' rows.
    #[sea_orm(column_type = "Text")]
    pub guest_key: String,
    /// As in the passport, capitals.
    #[sea_orm(column_type = "Text")]
    pub full_name: String,
    /// Without diacritics, for searching.
    #[sea_orm(column_type = "Text")]
    pub full_name_folded: String,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[sea_orm(column_type = "Text")]
    pub date_of_birth: String,
    /// As the ministry's interface knows it.
    pub sex: Sex,
    /// ICAO Doc 9303 three-letter code.
    #[sea_orm(column_type = "Text")]
    pub nationality: String,
    /// Kind of document.
    pub document_type: DocumentType,
    /// Letters and digits.
    #[sea_orm(column_type = "Text")]
    pub document_number: String,
    /// Last day of the document.
    pub document_expires_on: Option<Date>,
    /// Room.
    #[sea_orm(column_type = "Text", nullable)]
    pub room: Option<String>,
    /// Local day of arrival.
    pub arrived_on: Date,
    /// Instant of arrival where it is known.
    pub arrived_at: Option<DateTimeUtc>,
    /// Planned day of departure.
    pub expected_departure_on: Date,
    /// Day of departure.
    pub departed_on: Option<Date>,
    /// Until when the person may be in the country.
    pub permitted_stay_until: Option<Date>,
    /// Symbol of the visa or card.
    #[sea_orm(column_type = "Text", nullable)]
    pub visa_symbol: Option<String>,
    /// Its number.
    #[sea_orm(column_type = "Text", nullable)]
    pub visa_number: Option<String>,
    /// Purpose of the stay.
    #[sea_orm(column_type = "Text", nullable)]
    pub purpose: Option<String>,
    /// Deadline of the declaration of this stay.
    pub due_at: DateTimeUtc,
    /// Against that deadline.
    pub timeliness: Timeliness,
    /// Rule in force on the day of arrival.
    #[sea_orm(column_type = "Text")]
    pub deadline_rule: String,
    /// What the examination found.
    #[sea_orm(column_type = "JsonBinary")]
    pub findings: Json,
    /// Counts changes.
    pub version: i32,
    /// When last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: rooms join by the columns that they own.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whether the guest is still here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Status {
    /// `staying`
    #[sea_orm(string_value = "staying")]
    #[serde(rename = "staying")]
    Staying,
    /// `departed`
    #[sea_orm(string_value = "departed")]
    #[serde(rename = "departed")]
    Departed,
    /// `withdrawn`
    #[sea_orm(string_value = "withdrawn")]
    #[serde(rename = "withdrawn")]
    Withdrawn,
}

/// As the ministry's interface knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Sex {
    /// `M`
    #[sea_orm(string_value = "M")]
    #[serde(rename = "M")]
    M,
    /// `F`
    #[sea_orm(string_value = "F")]
    #[serde(rename = "F")]
    F,
}

/// Kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DocumentType {
    /// `passport`
    #[sea_orm(string_value = "passport")]
    #[serde(rename = "passport")]
    Passport,
    /// `travel_document`
    #[sea_orm(string_value = "travel_document")]
    #[serde(rename = "travel_document")]
    TravelDocument,
}

/// Against that deadline.
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
