//! Shapes of what happens to a stay after its filing.

use std::collections::BTreeMap;

use ::entity::{by_kind::ByKind, correction_request, declaration, stay_version};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::{
    features::declarations::{
        dto_stay::{StayOut, StoredStayOut},
        rules::{Place, life::Patch},
    },
    kernel::ids::{CorrectionId, DeclarationId, StayId},
};

/// Tells `null` (clear it) from absence (leave it).
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Members of a stay to be changed; `null` clears one, an absent one stays as it is.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StayPatchIn {
    /// Why: stands in the history of the stay.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
    /// As in the passport, family name first.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    full_name: Option<Option<String>>,
    /// `YYYY-MM-DD`, or `YYYY-MM` or `YYYY`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    date_of_birth: Option<Option<String>>,
    /// `M` or `F`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    sex: Option<Option<String>>,
    /// ICAO Doc 9303 code.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    nationality: Option<Option<String>>,
    /// Document.
    document: Option<DocumentPatchIn>,
    /// Room.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    room: Option<Option<String>>,
    /// RFC 3339 instant with offset, or a day.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    arrived_at: Option<Option<String>>,
    /// Planned day of departure.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    expected_departure_on: Option<Option<String>>,
    /// Day of departure; `null` takes a check-out back.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    departed_on: Option<Option<String>>,
    /// Until when the person may be in the country.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    permitted_stay_until: Option<Option<String>>,
    /// Visa or card.
    visa: Option<VisaPatchIn>,
    /// Purpose of the stay.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    purpose: Option<Option<String>>,
}

/// Members of a document to be changed.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentPatchIn {
    /// `passport` or `travel_document`.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    r#type: Option<Option<String>>,
    /// Letters and digits.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    number: Option<Option<String>>,
    /// Last day.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    expires_on: Option<Option<String>>,
}

/// Members of a visa or card to be changed.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VisaPatchIn {
    /// Symbol.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    symbol: Option<Option<String>>,
    /// Number.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    number: Option<Option<String>>,
}

impl StayPatchIn {
    /// The reason and the members given.
    pub fn split(self) -> (Option<String>, Patch) {
        let document = self.document.unwrap_or_default();
        let visa = self.visa.unwrap_or_default();
        let members = [
            (Place::FullName, self.full_name),
            (Place::DateOfBirth, self.date_of_birth),
            (Place::Sex, self.sex),
            (Place::Nationality, self.nationality),
            (Place::DocumentType, document.r#type),
            (Place::DocumentNumber, document.number),
            (Place::DocumentExpiresOn, document.expires_on),
            (Place::Room, self.room),
            (Place::Arrival, self.arrived_at),
            (Place::ExpectedDeparture, self.expected_departure_on),
            (Place::Departure, self.departed_on),
            (Place::PermittedStay, self.permitted_stay_until),
            (Place::VisaSymbol, visa.symbol),
            (Place::VisaNumber, visa.number),
            (Place::Purpose, self.purpose),
        ];
        let given = members.into_iter().filter_map(|(place, text)| Some((place, text?)));
        (self.reason, Patch(given.collect::<BTreeMap<_, _>>()))
    }
}

/// A departure.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CheckOutIn {
    /// Day of departure; today if absent.
    pub departed_on: Option<NaiveDate>,
    /// Anything worth noting.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
}

/// A longer stay.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendIn {
    /// New planned day of departure, later than before.
    pub expected_departure_on: NaiveDate,
    /// Anything worth noting.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
}

/// A filing taken back.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WithdrawIn {
    /// Why; mandatory.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
}

/// Departures of many guests at once.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkCheckOutIn {
    /// 1 to 200 departures.
    #[validate(length(min = 1, max = 200, code = "too_long"))]
    pub items: Vec<BulkCheckOutItemIn>,
}

/// One of many departures.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkCheckOutItemIn {
    /// Which stay.
    pub id: StayId,
    /// The version seen.
    pub version: i32,
    /// Day of departure; today if absent.
    pub departed_on: Option<NaiveDate>,
}

/// What became of each departure.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkCheckOutOut {
    /// In the order of the request.
    pub items: Vec<BulkCheckOutItemOut>,
    /// How many were done.
    pub done: usize,
    /// How many were not.
    pub refused: usize,
}

/// What became of one departure.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkCheckOutItemOut {
    /// Which stay.
    pub id: StayId,
    /// `done` or `refused`.
    pub outcome: &'static str,
    /// Version after it.
    pub version: Option<i32>,
    /// Code of the problem, or rule of the finding, that kept it from being done.
    pub code: Option<String>,
    /// That in words.
    pub message: Option<String>,
}

/// A stay with what can be done to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StayDetailOut {
    /// The stay.
    #[serde(flatten)]
    pub stay: StayOut,
    /// Code of its declaration.
    pub reference_code: String,
    /// Where the review of its declaration stands.
    #[schema(value_type = String, example = "submitted")]
    pub declaration_status: declaration::Status,
    /// Number of the declaration's present receipt; each change of a stay makes a new one.
    pub receipt_version: i32,
    /// What the declarant can do: `amend`, `extend`, `check_out`, `withdraw`. After a confirmation, `amend` and
    /// `withdraw` make a correction request.
    pub allowed_actions: Vec<&'static str>,
    /// A correction that waits for an officer.
    pub open_correction: Option<CorrectionId>,
}

/// The history of a stay.
#[derive(Debug, Serialize, ToSchema)]
pub struct StayVersionsOut {
    /// Oldest first; the last one is what the stay is now.
    pub items: Vec<StayVersionOut>,
}

/// A stay as it stood for a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct StayVersionOut {
    /// From 1.
    pub version: i32,
    /// `filed`, `amended`, `extended`, `checked_out`, `withdrawn`, `corrected` (an officer accepted it), `released`
    /// (the declaration was returned or refused) or `rejudged` (an outage that was recorded, ended or withdrawn moved its
    /// deadline).
    #[schema(value_type = String, example = "amended")]
    pub change: stay_version::Change,
    /// Why.
    pub reason: Option<String>,
    /// The correction request that it comes from.
    pub correction_id: Option<CorrectionId>,
    /// Number of the receipt that shows it first.
    pub receipt_version: i32,
    /// Pointers to the members that differ from the version before.
    pub changed: Vec<String>,
    /// `account`, `client` or `system`.
    #[schema(value_type = String, example = "account")]
    pub made_by_kind: ByKind,
    /// Account or API client.
    pub made_by: Option<Uuid>,
    /// When.
    pub made_at: DateTime<FixedOffset>,
    /// The stay as it stood.
    pub stay: StoredStayOut,
}

/// A change of a confirmed stay that an officer accepts or refuses.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionOut {
    /// Id.
    pub id: CorrectionId,
    /// Which stay.
    pub stay_id: StayId,
    /// Its declaration.
    pub declaration_id: DeclarationId,
    /// `amend` or `withdraw`.
    #[schema(value_type = String, example = "amend")]
    pub action: correction_request::Action,
    /// `open`, `accepted`, `refused` or `cancelled`.
    #[schema(value_type = String, example = "open")]
    pub status: correction_request::Status,
    /// The declarant's reason.
    pub reason: String,
    /// What would change, beside what the stay says now. Empty once it is accepted, refused or cancelled: see the stay's
    /// versions.
    pub changes: Vec<CorrectionChangeOut>,
    /// When it was asked for.
    pub requested_at: DateTime<FixedOffset>,
    /// When it was accepted, refused or cancelled.
    pub decided_at: Option<DateTime<FixedOffset>>,
    /// Why it was accepted, refused or cancelled, where a reason was given.
    pub decision_reason: Option<String>,
    /// Counts changes; also the `ETag`.
    pub version: i32,
}

/// One member that would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionChangeOut {
    /// Which member of the stay.
    #[schema(example = "/room")]
    pub pointer: String,
    /// What it says now.
    pub before: Option<String>,
    /// What it would say.
    pub after: Option<String>,
}

/// A page of corrections.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionPage {
    /// The corrections, oldest first.
    pub items: Vec<CorrectionOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Which corrections.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CorrectionFilter {
    /// Where they stand.
    #[param(value_type = Option<String>)]
    pub status: Option<correction_request::Status>,
    /// Of which stay.
    pub stay_id: Option<StayId>,
    /// Rows on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// An answer to a correction request.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CorrectionAnswerIn {
    /// Why; mandatory for a refusal.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
}
