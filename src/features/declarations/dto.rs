//! Shapes of declarations and stays on the wire.

use ::entity::{declaration, stay};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::{
    features::{
        catalog::DeadlineRule,
        declarations::{
            export::FileFormat,
            rules::{Moment, StayInput, lateness::reckon, review::Action},
        },
    },
    kernel::{
        clock::local,
        finding::Finding,
        ids::{DeclarationId, EstablishmentId, StayId, UnitId},
        travel_document::mask,
    },
    platform::{http::problem::FindingOut, lang::Lang},
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

/// Whether a stay was filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictOut {
    /// It is on record.
    Filed,
    /// It was on record before and is not filed again.
    AlreadyFiled,
    /// It was not filed.
    Rejected,
}

/// A stay as it is on record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StayOut {
    /// Whether it was filed; only in the answer to a filing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<VerdictOut>,
    /// Id; none if it was refused.
    pub id: Option<StayId>,
    /// Declaration in which it is filed.
    pub declaration_id: Option<DeclarationId>,
    /// Whether the guest is still here.
    #[schema(value_type = Option<String>, example = "staying")]
    pub status: Option<stay::Status>,
    /// What the examination found.
    pub findings: Vec<FindingOut>,
    /// The stay itself; none if it was refused.
    #[serde(flatten)]
    pub stay: Option<StoredStayOut>,
}

/// What is stored of a stay.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StoredStayOut {
    /// Where.
    pub establishment_id: EstablishmentId,
    /// Name in capitals.
    pub full_name: String,
    /// Date of birth as far as it is known.
    pub date_of_birth: String,
    /// `M` or `F`.
    #[schema(value_type = String)]
    pub sex: stay::Sex,
    /// ICAO code.
    pub nationality: String,
    /// Document.
    pub document: DocumentOut,
    /// Room.
    pub room: Option<String>,
    /// Instant of arrival where it is known, else the day.
    #[schema(value_type = String)]
    pub arrived_at: MomentOut,
    /// Day of arrival in Viet Nam.
    pub arrived_on: NaiveDate,
    /// Planned day of departure.
    pub expected_departure_on: NaiveDate,
    /// Day of departure.
    pub departed_on: Option<NaiveDate>,
    /// Until when the person may be in the country.
    pub permitted_stay_until: Option<NaiveDate>,
    /// Visa or card.
    pub visa: Option<VisaOut>,
    /// Purpose.
    pub purpose: Option<String>,
    /// After that its declaration is late.
    pub due_at: DateTime<FixedOffset>,
    /// On time or late.
    #[schema(value_type = String)]
    pub timeliness: stay::Timeliness,
    /// How the deadline was counted; only beside the declaration with which the stay was filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lateness: Option<LatenessOut>,
    /// Counts changes.
    pub version: i32,
}

/// How a deadline was counted, whether or not it was kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Lateness)]
pub struct LatenessOut {
    /// Rule that was in force on the day of arrival; the table `deadlines` holds it.
    #[schema(example = "electronic-2026")]
    pub rule: String,
    /// Its legal basis, in the reader's language.
    pub legal_basis: String,
    /// The limit in minutes.
    #[schema(example = 720)]
    pub limit_minutes: i64,
    /// From when the clock ran: the arrival, or the end of its day where the hour is not known.
    pub clock_started_at: DateTime<FixedOffset>,
    /// Minutes for which the clock stood still because of outages.
    #[schema(example = 0)]
    pub outage_minutes: i64,
    /// When the limit had run out.
    pub due_at: DateTime<FixedOffset>,
    /// Minutes begun between that and the filing; 0 when it was in time.
    #[schema(example = 0)]
    pub late_by_minutes: i64,
}

impl LatenessOut {
    /// From a row, the rule that it names and the moment of filing.
    pub fn new(row: &stay::Model, rule: &DeadlineRule, filed_at: DateTime<Utc>, lang: Lang) -> Self {
        let arrival = Moment { on: row.arrived_on, at: row.arrived_at };
        let reckoning = reckon(arrival, rule, row.due_at, filed_at);
        let legal_basis = match lang {
            Lang::Vi => &rule.legal_basis_vi,
            Lang::En => &rule.legal_basis_en,
        };
        Self {
            rule: rule.rule.clone(),
            legal_basis: legal_basis.clone(),
            limit_minutes: reckoning.limit.num_minutes(),
            clock_started_at: local(reckoning.clock_started_at),
            outage_minutes: reckoning.outage.num_minutes(),
            due_at: local(row.due_at),
            late_by_minutes: reckoning.late_by.num_minutes(),
        }
    }
}

/// An instant, or a day.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum MomentOut {
    /// Known to the second.
    Instant(DateTime<FixedOffset>),
    /// Known to the day.
    Day(NaiveDate),
}

/// A document on record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DocumentOut {
    /// Kind.
    #[schema(value_type = String)]
    pub r#type: stay::DocumentType,
    /// Number; in lists of the police only its last characters.
    pub number: String,
    /// Last day.
    pub expires_on: Option<NaiveDate>,
}

/// A visa or card on record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisaOut {
    /// Symbol.
    pub symbol: Option<String>,
    /// Number.
    pub number: Option<String>,
}

impl StayOut {
    /// From a row, its findings in the reader's language.
    pub fn new(row: &stay::Model, lang: Lang) -> Self {
        let findings: Vec<Finding> = serde_json::from_value(row.findings.clone()).unwrap_or_default();
        let visa = (row.visa_symbol.is_some() || row.visa_number.is_some())
            .then(|| VisaOut { symbol: row.visa_symbol.clone(), number: row.visa_number.clone() });
        Self {
            verdict: None,
            id: Some(StayId(row.id)),
            declaration_id: Some(DeclarationId(row.declaration_id)),
            status: Some(row.status),
            findings: findings.iter().map(|finding| FindingOut::new(finding, lang)).collect(),
            stay: Some(StoredStayOut {
                establishment_id: EstablishmentId(row.establishment_id),
                full_name: row.full_name.clone(),
                date_of_birth: row.date_of_birth.clone(),
                sex: row.sex,
                nationality: row.nationality.clone(),
                document: DocumentOut {
                    r#type: row.document_type,
                    number: row.document_number.clone(),
                    expires_on: row.document_expires_on,
                },
                room: row.room.clone(),
                arrived_at: row.arrived_at.map_or(MomentOut::Day(row.arrived_on), |at| MomentOut::Instant(local(at))),
                arrived_on: row.arrived_on,
                expected_departure_on: row.expected_departure_on,
                departed_on: row.departed_on,
                permitted_stay_until: row.permitted_stay_until,
                visa,
                purpose: row.purpose.clone(),
                due_at: local(row.due_at),
                timeliness: row.timeliness,
                lateness: None,
                version: row.version,
            }),
        }
    }

    /// The same stay with how its deadline was counted.
    #[must_use]
    pub fn with_lateness(mut self, lateness: LatenessOut) -> Self {
        if let Some(stay) = &mut self.stay {
            stay.lateness = Some(lateness);
        }
        self
    }

    /// The same stay with further findings.
    #[must_use]
    pub fn with_findings(mut self, findings: &[Finding], lang: Lang) -> Self {
        self.findings.extend(findings.iter().map(|finding| FindingOut::new(finding, lang)));
        self
    }

    /// The same stay, its document number hidden but for the end.
    #[must_use]
    pub fn masked(mut self) -> Self {
        if let Some(stay) = &mut self.stay {
            stay.document.number = mask(&stay.document.number);
        }
        self
    }

    /// The same stay with its verdict.
    #[must_use]
    pub fn with_verdict(mut self, verdict: VerdictOut) -> Self {
        self.verdict = Some(verdict);
        self
    }

    /// A stay that was not filed.
    pub fn rejected(findings: &[Finding], lang: Lang) -> Self {
        Self {
            verdict: Some(VerdictOut::Rejected),
            id: None,
            declaration_id: None,
            status: None,
            findings: findings.iter().map(|finding| FindingOut::new(finding, lang)).collect(),
            stay: None,
        }
    }
}

/// A page of declarations.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeclarationPage {
    /// The declarations, newest first.
    pub items: Vec<DeclarationSummaryOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// A page of stays.
#[derive(Debug, Serialize, ToSchema)]
pub struct StayPage {
    /// The stays.
    pub items: Vec<StayOut>,
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

/// Which stays.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StayFilter {
    /// Who is (was) here on this day.
    pub present_on: Option<NaiveDate>,
    /// Who is still staying although he meant to leave before this day: no check-out is on record.
    pub overdue_on: Option<NaiveDate>,
    /// Where.
    pub establishment_id: Option<EstablishmentId>,
    /// Document number, or part of a name without regard to diacritics.
    pub q: Option<String>,
    /// Rows on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Whether the guest is still here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Not checked out.
    Staying,
    /// Checked out.
    Departed,
}

/// Which stays go into a file, and what kind of file. Withdrawn stays never do.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportFilter {
    /// `xml_12`, `xml_11`, `workbook_12`, `workbook_11`, `json` or `csv`.
    #[param(inline)]
    pub format: FileFormat,
    /// Where.
    pub establishment_id: Option<EstablishmentId>,
    /// Arrived on this day or later.
    pub arrived_from: Option<NaiveDate>,
    /// Arrived on this day or earlier.
    pub arrived_to: Option<NaiveDate>,
    /// `staying` or `departed`.
    #[param(inline)]
    pub status: Option<Presence>,
    /// Who is (was) here on this day.
    pub present_on: Option<NaiveDate>,
}

/// The part of the desk that an officer looks at.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueFilter {
    /// State; `submitted` if absent.
    #[param(value_type = Option<String>)]
    pub status: Option<declaration::Status>,
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

/// An officer's answer.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewIn {
    /// Why; mandatory unless the declaration is confirmed.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
}

/// Answers to many declarations at once.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkReviewIn {
    /// 1 to 200 answers.
    #[validate(length(min = 1, max = 200, code = "too_long"), nested)]
    pub items: Vec<BulkReviewItemIn>,
}

/// One of many answers.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkReviewItemIn {
    /// Which declaration.
    pub id: DeclarationId,
    /// The version that the officer has seen.
    pub version: i32,
    /// The answer.
    pub action: Action,
    /// Why.
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason: Option<String>,
}

/// What became of each answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReviewOut {
    /// In the order of the request.
    pub items: Vec<BulkReviewItemOut>,
    /// How many were done.
    pub done: usize,
    /// How many were not.
    pub refused: usize,
}

/// What became of one answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkReviewItemOut {
    /// Which declaration.
    pub id: DeclarationId,
    /// `done` or `refused`.
    pub outcome: &'static str,
    /// State after it.
    #[schema(value_type = Option<String>)]
    pub status: Option<declaration::Status>,
    /// Version after it.
    pub version: Option<i32>,
    /// Code of the problem that kept it from being done.
    pub code: Option<&'static str>,
    /// That problem in words.
    pub message: Option<String>,
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
