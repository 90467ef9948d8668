//! The examination: one engine for dry run, filing, files and resubmission.
//!
//! Findings of `block` severity are what the ministry's interface refuses or what cannot be a stay; everything that the
//! law leaves open is a warning that an officer sees. Lateness is recorded and never refused (Law 47/2014 Art. 33;
//! Circular 87/2026).

use std::collections::HashMap;

use ::entity::establishment;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    features::{
        catalog::{Channel, DeadlineRules, Nationalities, Outage, Thresholds},
        declarations::rules::{
            Door, KnownStay, Moment, Place, StayInput,
            company::children_alone,
            date_order::DateOrder,
            exam::{Exam, MAX_TEXT},
            known::compare,
        },
    },
    kernel::{
        clock,
        finding::{Finding, Severity},
        nights::overlaps,
        partial_date::PartialDate,
        person_name::PersonName,
        travel_document::DocumentNumber,
    },
};

/// What an examination needs to know beside the stays themselves.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Where the guests stay.
    pub establishment_id: Uuid,
    /// Type of that place: rooms are asked of hotels, zone housing and apartments.
    pub establishment_kind: establishment::Kind,
    /// Whether the ward of that place is remote, whoever receives its declarations.
    pub remote: bool,
    /// How the declaration comes in.
    pub channel: Channel,
    /// Codes of nationalities.
    pub nationalities: &'a Nationalities,
    /// Deadlines in force.
    pub deadlines: &'a DeadlineRules,
    /// Outages that the stays may fall into, of the whole system and of the receiving unit.
    pub outages: &'a [Outage],
    /// Ages and margins in force.
    pub thresholds: &'a Thresholds,
    /// Stays of the same documents that this organization has declared.
    pub known: &'a [KnownStay],
    /// When the stay was filed, if it was: a later change makes nobody late.
    pub filed_at: Option<DateTime<Utc>>,
}

/// A stay that may be filed.
#[derive(Clone)]
pub struct GoodStay {
    /// Name in capitals.
    pub full_name: PersonName,
    /// Date of birth.
    pub date_of_birth: PartialDate,
    /// `M` or `F`.
    pub sex: &'static str,
    /// ICAO code.
    pub nationality: String,
    /// Whether the document is a passport.
    pub is_passport: bool,
    /// Number.
    pub document_number: DocumentNumber,
    /// Last day of the document.
    pub document_expires_on: Option<NaiveDate>,
    /// Room.
    pub room: Option<String>,
    /// Arrival.
    pub arrival: Moment,
    /// Planned departure.
    pub expected_departure_on: NaiveDate,
    /// Departure, if the guest has left.
    pub departed_on: Option<NaiveDate>,
    /// Until when the person may be in the country.
    pub permitted_stay_until: Option<NaiveDate>,
    /// Symbol of the visa or card.
    pub visa_symbol: Option<String>,
    /// Its number.
    pub visa_number: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// When the declaration of this stay was due at the latest.
    pub due_at: DateTime<Utc>,
    /// Whether it comes after that.
    pub late: bool,
    /// Deadline rule that was in force on the day of arrival.
    pub deadline_rule: String,
}

impl GoodStay {
    /// Establishment, nationality, document and day of arrival: the same four are the same stay.
    pub fn natural_key(&self, establishment_id: Uuid) -> String {
        natural_key(establishment_id, &self.nationality, self.document_number.as_str(), self.arrival.on)
    }
}

fn natural_key(establishment_id: Uuid, nationality: &str, number: &str, arrived_on: NaiveDate) -> String {
    format!("{establishment_id}|{nationality}|{number}|{arrived_on}")
}

/// What was understood of a stay, good or bad, in the field names of an import row's record.
pub type Record = serde_json::Map<String, serde_json::Value>;

/// A stay after its examination.
#[derive(Clone)]
pub struct Examined {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was understood.
    pub record: Record,
    /// The stay, if nothing blocks it.
    pub stay: Option<GoodStay>,
    /// Declaration in which the very same stay is filed already.
    pub already: Option<Uuid>,
    /// That stay.
    pub already_stay: Option<Uuid>,
}

/// All stays of a filing after their examination.
#[derive(Clone)]
pub struct Verdict {
    /// In the order in which they were sent.
    pub stays: Vec<Examined>,
}

impl Verdict {
    /// Whether everything may be filed.
    pub fn is_good(&self) -> bool {
        self.stays.iter().all(|stay| stay.stay.is_some())
    }

    /// Every finding of every stay.
    pub fn findings(&self) -> Vec<Finding> {
        self.stays.iter().flat_map(|stay| stay.findings.iter().cloned()).collect()
    }
}

/// Examines the stays of one filing. Never stops at the first finding.
pub fn examine(stays: &[StayInput], door: Door, facts: &Facts<'_>, now: DateTime<Utc>) -> Verdict {
    let order = match door {
        Door::Json | Door::Stay | Door::National => DateOrder::default(),
        Door::File => DateOrder::of(stays),
    };
    let known = Known::of(facts.known);
    let mut examined: Vec<Examined> = stays
        .iter()
        .enumerate()
        .map(|(index, input)| examine_one(input, Exam::new(door, index, order), facts, &known, now))
        .collect();
    compare_with_each_other(&mut examined, door);
    children_alone(&mut examined, door, facts.thresholds);
    Verdict { stays: examined }
}

/// The same guest twice in one filing: the first one stands, the later one is refused.
fn compare_with_each_other(examined: &mut [Examined], door: Door) {
    let mut seen: HashMap<(String, String), Vec<(NaiveDate, NaiveDate)>> = HashMap::new();
    for (index, item) in examined.iter_mut().enumerate() {
        let Some(stay) = &item.stay else { continue };
        let nights = (stay.arrival.on, stay.departed_on.unwrap_or(stay.expected_departure_on));
        let earlier = seen.entry((stay.nationality.clone(), stay.document_number.as_str().to_owned())).or_default();
        let finding = if earlier.iter().any(|other| other.0 == nights.0) {
            Some(Finding::block("duplicate_in_file", Place::DocumentNumber.pointer(door, index)))
        } else if earlier.iter().any(|other| overlaps(*other, nights)) {
            Some(Finding::block("overlapping_stay_in_file", Place::Arrival.pointer(door, index)))
        } else {
            None
        };
        match finding {
            Some(finding) => {
                item.findings.push(finding);
                item.stay = None;
                item.already = None;
                item.already_stay = None;
            }
            None => earlier.push(nights),
        }
    }
}

/// Known stays, found without walking all of them.
struct Known<'a> {
    /// By the key that they have, or had before an amendment.
    by_key: HashMap<&'a str, Vec<&'a KnownStay>>,
    by_document: HashMap<&'a str, Vec<&'a KnownStay>>,
}

impl<'a> Known<'a> {
    fn of(stays: &'a [KnownStay]) -> Self {
        let mut by_document: HashMap<&str, Vec<&KnownStay>> = HashMap::new();
        let mut by_key: HashMap<&str, Vec<&KnownStay>> = HashMap::new();
        for stay in stays {
            if !stay.former {
                by_document.entry(&stay.document_number).or_default().push(stay);
            }
            if let Some(key) = &stay.natural_key {
                by_key.entry(key).or_default().push(stay);
            }
        }
        Self { by_key, by_document }
    }
}

fn examine_one(
    input: &StayInput,
    mut exam: Exam,
    facts: &Facts<'_>,
    known: &Known<'_>,
    now: DateTime<Utc>,
) -> Examined {
    let (door, index) = (exam.door, exam.index);
    let today = clock::local_day(now);
    exam.formulas(input);
    let mrz = exam.mrz(input.mrz.as_deref(), today);
    let mrz = mrz.as_ref();

    let full_name = exam.name(input, mrz);
    let sex = exam.sex(input, mrz);
    let nationality = exam.nationality(input, mrz, facts.nationalities);
    let date_of_birth = exam.birth(input, mrz, today);
    let number = exam.number(input, mrz);
    let is_passport = exam.document_type(input, mrz);
    let expires_on = exam.expiry(input, mrz);
    let room = exam.room(input, facts.establishment_kind);
    let arrival = exam.arrival(input, now);
    let departure = exam.expected_departure(input, arrival);
    let departed_on = exam.departure(input, arrival, today);
    let permitted = exam.permitted_stay(input, departure, today);
    let visa_symbol = exam.text(input.visa_symbol.as_deref(), Place::VisaSymbol, 20);
    let visa_number = exam.text(input.visa_number.as_deref(), Place::VisaNumber, 30);
    let purpose = exam.text(input.purpose.as_deref(), Place::Purpose, MAX_TEXT);
    exam.document_validity(expires_on, arrival, departure, facts.thresholds);
    let timing = arrival.and_then(|arrival| exam.timing(arrival, facts, facts.filed_at.unwrap_or(now)));

    let complete =
        full_name.zip(sex).zip(nationality).zip(date_of_birth).zip(number).zip(arrival).zip(departure).zip(timing);
    let mut stay = None;
    let mut already = None;
    if let Some((
        ((((((full_name, sex), nationality), date_of_birth), document_number), arrival), expected_departure_on),
        timing,
    )) = complete
        && !exam.findings.iter().any(Finding::blocks)
    {
        let good = GoodStay {
            full_name,
            date_of_birth,
            sex,
            nationality,
            is_passport,
            document_number,
            document_expires_on: expires_on,
            room,
            arrival,
            expected_departure_on,
            departed_on,
            permitted_stay_until: permitted,
            visa_symbol,
            visa_number,
            purpose,
            due_at: timing.judgement.due_at,
            late: timing.judgement.late,
            deadline_rule: timing.rule,
        };
        let key = good.natural_key(facts.establishment_id);
        let with_key = known.by_key.get(key.as_str()).map_or(&[][..], Vec::as_slice);
        already = with_key.iter().find(|other| other.is_of(&good));
        // Who is declared under this key now is somebody else: neither a repeat nor a second stay under one key.
        let taken = already.is_none() && with_key.iter().any(|other| !other.former);
        let known = known.by_document.get(good.document_number.as_str()).map_or(&[][..], Vec::as_slice);
        if taken {
            exam.block("declared_with_other_details", Place::DocumentNumber);
        } else if already.is_none() {
            exam.findings.extend(compare(&good, facts.establishment_id, known, door, index));
        }
        stay = (!taken).then_some(good);
    }
    exam.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Examined {
        findings: exam.findings,
        record: exam.record,
        stay,
        already: already.map(|known| known.declaration_id),
        already_stay: already.map(|known| known.stay_id),
    }
}

impl Examined {
    /// How many warnings.
    pub fn warnings(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Warn).count()
    }
}
