//! Shapes of declarations on the wire.

use ::entity::declaration;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    features::declarations::{dto_stay::StayOut, rules::StayInput},
    kernel::{
        clock::local,
        ids::{DeclarationId, EstablishmentId, UnitId},
    },
    platform::http::problem::FindingOut,
};

/// How a declaration comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelIn {
    /// By the electronic system.
    #[default]
    Electronic,
    /// By paper slip (NA17), keyed in later.
    Paper,
}

/// A declaration of one or more stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclarationIn {
    /// Where the guests stay.
    pub establishment_id: EstablishmentId,
    /// The declarant's own number; the same number again answers with the first record.
    #[validate(length(min = 1, max = 100, code = "too_long"))]
    #[schema(example = "PMS-20261122-17")]
    pub client_reference: Option<String>,
    /// How it comes in.
    #[serde(default)]
    pub channel: ChannelIn,
    /// The stays, 1 to 500.
    pub stays: Vec<StayIn>,
}

/// One stay. Every member is examined; what is wrong comes back as a finding with a pointer, all findings at once.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StayIn {
    /// As in the passport, family name first.
    #[schema(example = "KOWALCZYK ANNA MARIA")]
    pub full_name: Option<String>,
    /// `YYYY-MM-DD`, or `YYYY-MM` or `YYYY` where the passport has no more.
    #[schema(example = "1988-03-12")]
    pub date_of_birth: Option<String>,
    /// `M` or `F`.
    #[schema(example = "F")]
    pub sex: Option<String>,
    /// ICAO Doc 9303 code; a Vietnamese or English name is taken where it is unmistakable.
    #[schema(example = "POL")]
    pub nationality: Option<String>,
    /// Passport or other travel document.
    pub document: Option<DocumentIn>,
    /// Room; mandatory for types KS, KCN, CC.
    #[schema(example = "301")]
    pub room: Option<String>,
    /// RFC 3339 instant with offset, or a day where the hour is not known.
    #[schema(example = "2026-11-22T14:05:00+07:00")]
    pub arrived_at: Option<String>,
    /// Planned day of departure.
    #[schema(example = "2026-11-25")]
    pub expected_departure_on: Option<String>,
    /// Day of departure, if the guest has left.
    pub departed_on: Option<String>,
    /// Until when the person may be in the country.
    #[schema(example = "2026-12-30")]
    pub permitted_stay_until: Option<String>,
    /// Visa or card.
    pub visa: Option<VisaIn>,
    /// Purpose of the stay.
    #[schema(example = "tourism")]
    pub purpose: Option<String>,
    /// Machine-readable zone: two lines of 44, three of 30, two of 36. Fills what is absent, must agree with the rest.
    pub mrz: Option<String>,
}

/// A passport or other travel document.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentIn {
    /// `passport` or `travel_document`.
    #[schema(example = "passport")]
    pub r#type: Option<String>,
    /// Letters and digits.
    #[schema(example = "ZS0000101")]
    pub number: Option<String>,
    /// Last day.
    #[schema(example = "2031-05-01")]
    pub expires_on: Option<String>,
}

/// A visa or card.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisaIn {
    /// Symbol.
    #[schema(example = "DL")]
    pub symbol: Option<String>,
    /// Number.
    pub number: Option<String>,
}

impl From<StayIn> for StayInput {
    fn from(stay: StayIn) -> Self {
        let document = stay.document.unwrap_or_default();
        let visa = stay.visa.unwrap_or_default();
        Self {
            full_name: stay.full_name,
            date_of_birth: stay.date_of_birth,
            birth_precision: None,
            sex: stay.sex,
            nationality: stay.nationality,
            document_type: document.r#type,
            document_number: document.number,
            document_expires_on: document.expires_on,
            room: stay.room,
            arrival: stay.arrived_at,
            expected_departure: stay.expected_departure_on,
            departure: stay.departed_on,
            permitted_stay: stay.permitted_stay_until,
            visa_symbol: visa.symbol,
            visa_number: visa.number,
            purpose: stay.purpose,
            mrz: stay.mrz,
            formulas: Vec::new(),
        }
    }
}

/// What happens to good stays beside bad ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// All or none.
    #[default]
    Refuse,
    /// The good ones are filed, each stay is answered with its verdict.
    Skip,
}

/// How to file.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FilingOptions {
    /// `skip` files the good stays and answers each with its verdict; by default all are filed or none.
    #[serde(default)]
    #[param(inline)]
    pub on_error: OnError,
}

/// A dry run's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValidationOut {
    /// Whether the declaration would be filed.
    pub valid: bool,
    /// What was found.
    pub findings: Vec<FindingOut>,
}

/// A declaration without its guests.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeclarationSummaryOut {
    /// Id.
    pub id: DeclarationId,
    /// What people read.
    #[schema(example = "TT20275-261122-000017")]
    pub reference_code: String,
    /// Where the review stands.
    #[schema(value_type = String, example = "submitted")]
    pub status: declaration::Status,
    /// How it came in.
    #[schema(value_type = String, example = "electronic")]
    pub channel: declaration::Channel,
    /// Where the guests stay.
    pub establishment_id: EstablishmentId,
    /// Who received it.
    pub unit_id: UnitId,
    /// The declarant's own number.
    pub client_reference: Option<String>,
    /// When it was received.
    pub filed_at: DateTime<FixedOffset>,
    /// After that it is late; the earliest of its stays.
    pub due_at: DateTime<FixedOffset>,
    /// On time or late.
    #[schema(value_type = String, example = "on_time")]
    pub timeliness: declaration::Timeliness,
    /// How many stays.
    pub stay_count: i32,
    /// How many warnings the examination found.
    pub warning_count: i32,
    /// The officer's reason.
    pub decision_reason: Option<String>,
    /// When the officer answered.
    pub decided_at: Option<DateTime<FixedOffset>>,
    /// Counts changes; also the `ETag`.
    pub version: i32,
    /// What proves the filing: the present receipt.
    pub receipt: ReceiptOut,
}

/// What proves a filing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptOut {
    /// Counts changes of the stays: each makes a new receipt, which replaces the one before.
    pub version: i32,
    /// The receipt as PDF.
    pub pdf: String,
    /// Where anybody can check it; stands as QR on the receipt.
    pub verify_url: String,
}

impl DeclarationSummaryOut {
    /// From a row; `verify_url` is made by the key ring.
    pub fn new(row: &declaration::Model, public_url: &str, verify_url: String) -> Self {
        Self {
            id: DeclarationId(row.id),
            reference_code: row.reference_code.clone(),
            status: row.status,
            channel: row.channel,
            establishment_id: EstablishmentId(row.establishment_id),
            unit_id: UnitId(row.unit_id),
            client_reference: row.client_reference.clone(),
            filed_at: local(row.filed_at),
            due_at: local(row.due_at),
            timeliness: row.timeliness,
            stay_count: row.stay_count,
            warning_count: row.warning_count,
            decision_reason: row.decision_reason.clone(),
            decided_at: row.decided_at.map(local),
            version: row.version,
            receipt: ReceiptOut {
                version: row.content_version,
                pdf: format!("{public_url}/api/v1/declarations/{}/receipt.pdf", row.id),
                verify_url,
            },
        }
    }
}

/// A declaration with its stays.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeclarationOut {
    /// The declaration.
    #[serde(flatten)]
    pub declaration: DeclarationSummaryOut,
    /// Its stays. After a filing with `on_error=skip` the refused ones stand among them, without an `id`.
    pub stays: Vec<StayOut>,
}

/// A page of declarations.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeclarationPage {
    /// The declarations, newest first.
    pub items: Vec<DeclarationSummaryOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Which declarations.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeclarationFilter {
    /// Where the review stands.
    #[param(value_type = Option<String>)]
    pub status: Option<declaration::Status>,
    /// Where the guests stay.
    pub establishment_id: Option<EstablishmentId>,
    /// Filed on this day or later.
    pub from: Option<NaiveDate>,
    /// Filed on this day or earlier.
    pub to: Option<NaiveDate>,
    /// Reference code, document number, or part of a name without regard to diacritics.
    pub q: Option<String>,
    /// ICAO code of a guest.
    pub nationality: Option<String>,
    /// On time or late.
    #[param(value_type = Option<String>)]
    pub timeliness: Option<declaration::Timeliness>,
    /// The declarant's own number.
    pub client_reference: Option<String>,
    /// Rows on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Which receipt.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReceiptQuery {
    /// Number of an earlier receipt; the present one if absent.
    pub version: Option<i32>,
}

/// What the public may know of a receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationOut {
    /// Code on the receipt.
    pub reference_code: String,
    /// Whether the signature in the address is ours; none if the address holds no signature.
    pub authentic: Option<bool>,
    /// Number of the receipt that is checked; none if the address holds no signature.
    pub receipt_version: Option<i32>,
    /// Number of the receipt that took its place, if one did.
    pub replaced_by: Option<i32>,
    /// Where the review stands.
    #[schema(value_type = String)]
    pub status: declaration::Status,
    /// Day on which it was received.
    pub filed_on: NaiveDate,
    /// How many guests it holds.
    pub stay_count: i32,
    /// Its present version.
    pub version: i32,
}
