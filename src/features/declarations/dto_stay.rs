//! Shapes of stays on record, on the wire and in files.

use ::entity::stay;
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    features::{
        catalog::DeadlineRule,
        declarations::{
            export::FileFormat,
            rules::{Moment, lateness::reckon},
        },
    },
    kernel::{
        clock::local,
        finding::Finding,
        ids::{DeclarationId, EstablishmentId, StayId},
        travel_document::mask,
    },
    platform::{http::problem::FindingOut, lang::Lang},
};

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

impl StayOut {
    /// From a row, its findings in the reader's language.
    pub fn new(row: &stay::Model, lang: Lang) -> Self {
        let findings = Finding::stored(&row.findings);
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

/// A page of stays.
#[derive(Debug, Serialize, ToSchema)]
pub struct StayPage {
    /// The stays.
    pub items: Vec<StayOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
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
