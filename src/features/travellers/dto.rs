//! Shapes of travellers, their timelines and links on the wire.

use ::entity::{declaration, stay, traveller_link};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    features::travellers::rules::asking::Asked,
    kernel::ids::{DeclarationId, EstablishmentId, StayId, TravellerLinkId},
    platform::http::problem::FindingOut,
};

/// Whom to look for, and what for. All conditions hold of one stay; `q` or `document_number` is mandatory.
#[derive(Clone, Debug, Default, Deserialize, Validate, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TravellerSearch {
    /// What the look-up is for, such as the number of a case, 1 to 200 characters; it stands on the record. Mandatory;
    /// it may not hold a name or a document number.
    #[param(max_length = 200, example = "Vụ 12/2026")]
    #[schema(max_length = 200, example = "Vụ 12/2026")]
    pub purpose: Option<String>,
    /// Words of the name in any order, with or without diacritics, capitals or not. Words of one or two letters must be
    /// whole words of the name. At most 8 words and 100 characters.
    #[param(max_length = 100)]
    #[schema(max_length = 100, example = "anna kowalczyk")]
    pub q: Option<String>,
    /// The document number or a part of it, at least 4 letters and digits.
    #[param(min_length = 4, max_length = 40)]
    #[schema(min_length = 4, max_length = 40)]
    pub document_number: Option<String>,
    /// ICAO Doc 9303 code.
    #[param(max_length = 3, example = "POL")]
    #[schema(max_length = 3, example = "POL")]
    pub nationality: Option<String>,
    /// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; agrees as far as both dates are known.
    #[param(example = "1988-03")]
    #[schema(example = "1988-03")]
    pub date_of_birth: Option<String>,
    /// Ward where the person stayed.
    pub ward_code: Option<String>,
    /// Where the person stayed.
    pub establishment_id: Option<EstablishmentId>,
    /// Present on this day or later.
    pub present_from: Option<NaiveDate>,
    /// Present on this day or earlier.
    pub present_to: Option<NaiveDate>,
    /// Items on the page, 1 to 200; 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl From<&TravellerSearch> for Asked {
    fn from(search: &TravellerSearch) -> Self {
        Self {
            q: search.q.clone(),
            document_number: search.document_number.clone(),
            nationality: search.nationality.clone(),
            date_of_birth: search.date_of_birth.clone(),
            ward_code: search.ward_code.clone(),
            establishment_id: search.establishment_id.map(|id| id.0),
            present_from: search.present_from,
            present_to: search.present_to,
        }
    }
}

/// A page of travellers.
#[derive(Debug, Serialize, ToSchema)]
pub struct TravellerPage {
    /// One for each document.
    pub items: Vec<TravellerOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// A document and its holder, as far as the caller's reach goes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Traveller)]
pub struct TravellerOut {
    /// Id of the earliest stay with this document.
    pub id: StayId,
    /// As last declared, in capitals.
    pub full_name: String,
    /// As last declared, as far as it is known.
    pub date_of_birth: String,
    /// As last declared.
    #[schema(value_type = String, example = "F")]
    pub sex: stay::Sex,
    /// ICAO code.
    #[schema(example = "POL")]
    pub nationality: String,
    /// Its number hidden but for the end.
    pub document: TravellerDocumentOut,
    /// How many stays.
    pub stay_count: usize,
    /// Where the latest stay is or was.
    pub last_establishment: TravellerPlaceOut,
    /// When it began.
    pub last_arrived_on: NaiveDate,
    /// Whether one of the stays has no check-out yet.
    pub staying: bool,
}

/// A passport or other travel document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TravellerDocumentOut {
    /// Kind.
    #[schema(value_type = String, example = "passport")]
    pub r#type: stay::DocumentType,
    /// Number; in lists only its last characters.
    #[schema(example = "••••••101")]
    pub number: String,
}

/// Where somebody stays.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TravellerPlaceOut {
    /// The establishment.
    pub id: EstablishmentId,
    /// Its name.
    pub name: String,
    /// Its ward.
    pub ward_code: String,
}

/// What the timeline is read for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// What the look-up is for, such as the number of a case, 1 to 200 characters; it stands on the record. Mandatory;
    /// it may not hold a name or a document number.
    #[param(max_length = 200, example = "Vụ 12/2026")]
    pub purpose: Option<String>,
}

/// One person's stays on one line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TravellerTimeline)]
pub struct TimelineOut {
    /// Id of the earliest stay with the document asked for.
    pub id: StayId,
    /// As last declared with it.
    pub full_name: String,
    /// As last declared with it.
    pub date_of_birth: String,
    /// As last declared with it.
    #[schema(value_type = String, example = "F")]
    pub sex: stay::Sex,
    /// ICAO code.
    pub nationality: String,
    /// The document asked for, and those that surely belong to the same person.
    pub documents: Vec<DocumentLineOut>,
    /// Stays with these documents by day of arrival, withdrawn ones among them.
    pub stays: Vec<TimelineStayOut>,
    /// Nights declared twice and nights declared nowhere, by day.
    pub entries: Vec<EntryOut>,
    /// Where stays with one document contradict each other.
    pub contradictions: Vec<ContradictionOut>,
    /// Documents that likely belong to the same person, each with its stays and the reasons.
    pub likely: Vec<LikelyOut>,
    /// Documents of which an officer has said that another person holds them.
    pub ruled_out: Vec<RuledOutOut>,
    /// Whether there was more than one answer holds.
    pub truncated: bool,
}

/// How sure it is that a document belongs to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityOut {
    /// The document asked for, or one that surely belongs to the same person.
    Sure,
    /// Likely the same person.
    Likely,
}

/// A document on the line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentLineOut {
    /// Id under which its own timeline is found.
    pub traveller_id: StayId,
    /// ICAO code.
    pub nationality: String,
    /// The document, its number in full.
    pub document: TravellerDocumentOut,
    /// How sure.
    pub identity: IdentityOut,
    /// What agrees, what is missing, what differs; empty for the document asked for.
    pub why: Vec<FindingOut>,
    /// An officer's link with the document asked for.
    pub link: Option<LinkOut>,
}

/// A document that likely belongs to the same person.
#[derive(Debug, Serialize, ToSchema)]
pub struct LikelyOut {
    /// The document and the reasons.
    #[serde(flatten)]
    pub document: DocumentLineOut,
    /// Its stays by day of arrival.
    pub stays: Vec<TimelineStayOut>,
}

/// A document of another person.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuledOutOut {
    /// Id under which its own timeline is found.
    pub traveller_id: StayId,
    /// What an officer said.
    pub link: LinkOut,
}

/// A stay on the line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineStayOut {
    /// The stay.
    pub id: StayId,
    /// The document with which it was declared.
    pub traveller_id: StayId,
    /// As declared.
    pub full_name: String,
    /// As declared.
    pub date_of_birth: String,
    /// As declared.
    #[schema(value_type = String, example = "F")]
    pub sex: stay::Sex,
    /// ICAO code.
    pub nationality: String,
    /// The document, its number in full.
    pub document: TravellerDocumentOut,
    /// Last day of the document.
    pub document_expires_on: Option<NaiveDate>,
    /// Symbol of the visa or card.
    pub visa_symbol: Option<String>,
    /// Its number.
    pub visa_number: Option<String>,
    /// Where.
    pub establishment: TravellerPlaceOut,
    /// Room.
    pub room: Option<String>,
    /// Day of arrival.
    pub arrived_on: NaiveDate,
    /// Planned day of departure.
    pub expected_departure_on: NaiveDate,
    /// Day of departure.
    pub departed_on: Option<NaiveDate>,
    /// Until when the person may be in the country.
    pub permitted_stay_until: Option<NaiveDate>,
    /// Whether the guest is still there.
    #[schema(value_type = String, example = "staying")]
    pub status: stay::Status,
    /// What the examination found.
    pub findings: Vec<FindingOut>,
    /// Its declaration.
    pub declaration: TimelineDeclarationOut,
}

/// The declaration of a stay.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineDeclarationOut {
    /// The declaration.
    pub id: DeclarationId,
    /// Its code.
    pub reference_code: String,
    /// Where its review stands.
    #[schema(value_type = String, example = "confirmed")]
    pub status: declaration::Status,
}

/// Sort of entry between stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKindOut {
    /// Nights declared twice.
    Overlap,
    /// Nights declared nowhere.
    Gap,
}

/// Nights declared twice or nowhere.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryOut {
    /// Which of both.
    pub kind: EntryKindOut,
    /// First day.
    pub from: NaiveDate,
    /// Day after the last night.
    pub to: NaiveDate,
    /// The earlier stay and the later one.
    pub stay_ids: [StayId; 2],
    /// What it means.
    pub finding: FindingOut,
}

/// Stays with one document that contradict each other.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContradictionOut {
    /// What contradicts.
    pub finding: FindingOut,
    /// The first stay of each way of declaring.
    pub stay_ids: Vec<StayId>,
}

/// What an officer says of two documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictIn {
    /// One person holds both.
    Same,
    /// Two persons hold them.
    Different,
}

impl From<VerdictIn> for traveller_link::Verdict {
    fn from(verdict: VerdictIn) -> Self {
        match verdict {
            VerdictIn::Same => Self::Same,
            VerdictIn::Different => Self::Different,
        }
    }
}

/// What an officer says of two documents, and why.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkIn {
    /// The other document: any stay declared with it.
    pub other_id: StayId,
    /// One person or two.
    pub verdict: VerdictIn,
    /// Why, 1 to 1000 characters; colleagues who see both documents read it.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// What it is done for; it stands on the record.
    #[schema(max_length = 200)]
    pub purpose: Option<String>,
}

/// Why a link no longer stands.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkWithdrawalIn {
    /// Why, 1 to 1000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// What it is done for; it stands on the record.
    #[schema(max_length = 200)]
    pub purpose: Option<String>,
}

/// What an officer said of two documents.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TravellerLink)]
pub struct LinkOut {
    /// The link.
    pub id: TravellerLinkId,
    /// One person or two.
    #[schema(value_type = String, example = "same")]
    pub verdict: traveller_link::Verdict,
    /// Why.
    pub reason: String,
    /// When.
    pub made_at: DateTime<FixedOffset>,
    /// Why it no longer stands; none while it does.
    pub withdrawn_reason: Option<String>,
    /// Since when it no longer stands.
    pub withdrawn_at: Option<DateTime<FixedOffset>>,
    /// Counts changes; also the `ETag`.
    pub version: i32,
}

impl From<&traveller_link::Model> for LinkOut {
    fn from(row: &traveller_link::Model) -> Self {
        use crate::kernel::clock::local;
        Self {
            id: TravellerLinkId(row.id),
            verdict: row.verdict,
            reason: row.reason.clone(),
            made_at: local(row.made_at),
            withdrawn_reason: row.withdrawn_reason.clone(),
            withdrawn_at: row.withdrawn_at.map(local),
            version: row.version,
        }
    }
}
