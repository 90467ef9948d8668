//! The examination: one engine for dry run, filing, files and resubmission.
//!
//! Findings of `block` severity are what the ministry's interface refuses or what cannot be a stay; everything that the
//! law leaves open is a warning that an officer sees. Lateness is recorded and never refused (Law 47/2014 Art. 33;
//! Circular 87/2026).

use std::collections::HashMap;

use ::entity::establishment;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    features::{
        catalog::{Channel, DeadlineRules, Nationalities, NationalityError},
        declarations::rules::{
            Door, KnownStay, Moment, Place, StayInput,
            known::{compare, overlaps},
            values,
        },
    },
    kernel::{
        clock,
        finding::{Finding, Severity},
        partial_date::PartialDate,
        person_name::{NameError, PersonName},
        text::nfc_collapsed,
        travel_document::{DocumentNumber, Mrz, MrzError, NumberError},
    },
};

/// How far the clock of a hotel's computer may run ahead of ours.
const CLOCK_SKEW: Duration = Duration::minutes(10);
/// Longest text of a field other than the name.
const MAX_TEXT: usize = 200;
/// Longest room.
const MAX_ROOM: usize = 50;

/// What an examination needs to know beside the stays themselves.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Where the guests stay.
    pub establishment_id: Uuid,
    /// Type of that place: rooms are asked of hotels, zone housing and apartments.
    pub establishment_kind: establishment::Kind,
    /// Whether the receiving unit's area is remote.
    pub remote: bool,
    /// How the declaration comes in.
    pub channel: Channel,
    /// Codes of nationalities.
    pub nationalities: &'a Nationalities,
    /// Deadlines in force.
    pub deadlines: &'a DeadlineRules,
    /// Stays of the same documents that this organization has declared.
    pub known: &'a [KnownStay],
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
    let mut examined: Vec<Examined> =
        stays.iter().enumerate().map(|(index, input)| examine_one(input, door, index, facts, now)).collect();
    compare_with_each_other(&mut examined, door);
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
            }
            None => earlier.push(nights),
        }
    }
}

fn examine_one(input: &StayInput, door: Door, index: usize, facts: &Facts<'_>, now: DateTime<Utc>) -> Examined {
    let mut exam = Exam { door, index, findings: Vec::new(), record: Record::new() };
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
    if let (Some(expires), Some(departure)) = (expires_on, departure)
        && expires < departure
    {
        exam.add(Finding::warn("document_expires_before_departure", exam.at(Place::DocumentExpiresOn)));
    }
    let timing = arrival.and_then(|arrival| exam.timing(arrival, facts, now));

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
            due_at: timing.due_at,
            late: timing.late,
            deadline_rule: timing.rule,
        };
        let key = good.natural_key(facts.establishment_id);
        already = facts.known.iter().find(|k| k.natural_key.as_deref() == Some(&key)).map(|k| k.declaration_id);
        if already.is_none() {
            exam.findings.extend(compare(&good, facts.establishment_id, facts.known, door, index));
        }
        stay = Some(good);
    }
    exam.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Examined { findings: exam.findings, record: exam.record, stay, already }
}

struct Timing {
    due_at: DateTime<Utc>,
    late: bool,
    rule: String,
}

/// One stay under examination.
struct Exam {
    door: Door,
    index: usize,
    findings: Vec<Finding>,
    record: Record,
}

/// Characters that turn the direction of writing: what an officer reads would not be what is stored.
fn deceives(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Blank is absent.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl Exam {
    fn at(&self, place: Place) -> String {
        place.pointer(self.door, self.index)
    }

    fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn block(&mut self, rule: &str, place: Place) {
        let at = self.at(place);
        self.add(Finding::block(rule, at));
    }

    fn warn(&mut self, rule: &str, place: Place) {
        let at = self.at(place);
        self.add(Finding::warn(rule, at));
    }

    fn note(&mut self, place: Place, value: impl Into<serde_json::Value>) {
        self.record.insert(place.record_name().to_owned(), value.into());
    }

    /// Refuses what is too long to be meant, before anything else reads it.
    fn bounded<'t>(&mut self, text: Option<&'t str>, place: Place, max: usize) -> Option<&'t str> {
        let text = given(text)?;
        if text.chars().count() > max {
            let at = self.at(place);
            self.add(Finding::block("too_long", at).with("max", max.to_string()));
            return None;
        }
        Some(text)
    }

    fn has_finding_at(&self, place: Place) -> bool {
        let at = self.at(place);
        self.findings.iter().any(|finding| finding.blocks() && finding.pointer == at)
    }

    /// Says once that something is missing, unless the reason is already known.
    fn missing(&mut self, rule: &str, place: Place) {
        if !self.has_finding_at(place) {
            self.block(rule, place);
        }
    }

    fn formulas(&mut self, input: &StayInput) {
        for place in &input.formulas {
            self.block("formula_cell", *place);
        }
    }

    fn mrz(&mut self, text: Option<&str>, today: NaiveDate) -> Option<Mrz> {
        let text = self.bounded(text, Place::Mrz, 200)?;
        match Mrz::parse(text, today) {
            Ok(mrz) => Some(mrz),
            Err(error) => {
                self.block(
                    match error {
                        MrzError::Shape => "bad_mrz",
                        MrzError::CheckDigit => "mrz_check_digit",
                        MrzError::Visa => "mrz_of_visa",
                    },
                    Place::Mrz,
                );
                None
            }
        }
    }

    /// The zone fills what is absent and must agree with what is present.
    fn agree<T>(
        &mut self,
        place: Place,
        typed: Option<T>,
        zone: Option<T>,
        same: impl Fn(&T, &T) -> bool,
    ) -> Option<T> {
        match (typed, zone) {
            (Some(typed), Some(zone)) => {
                if !same(&typed, &zone) {
                    self.block("mrz_mismatch", place);
                }
                Some(typed)
            }
            (typed, zone) => typed.or(zone),
        }
    }

    fn name(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> Option<PersonName> {
        let text = self.bounded(input.full_name.as_deref(), Place::FullName, crate::kernel::person_name::MAX_CHARS);
        let name = match text.map(PersonName::parse).transpose() {
            Ok(name) => name,
            Err(error) => {
                self.block(
                    match error {
                        NameError::Missing => "missing_name",
                        NameError::TooLong => "too_long",
                        NameError::Bad => "bad_name",
                    },
                    Place::FullName,
                );
                return None;
            }
        };
        if text.is_some_and(|text| text.contains(',')) {
            let at = self.at(Place::FullName);
            self.add(Finding::info("name_comma_removed", at));
        }
        let zone = mrz.and_then(|mrz| PersonName::parse(&mrz.full_name).ok());
        let name = self.agree(Place::FullName, name, zone, |typed, zone| typed.agrees_with_mrz(zone.as_str()));
        if name.is_none() {
            self.missing("missing_name", Place::FullName);
        }
        if let Some(name) = &name {
            self.note(Place::FullName, name.as_str());
        }
        name
    }

    fn sex(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> Option<&'static str> {
        let text = self.bounded(input.sex.as_deref(), Place::Sex, MAX_TEXT);
        let typed = text.and_then(|text| values::sex(text, self.door));
        let zone = if text.is_none() || typed.is_some() { mrz.and_then(|mrz| mrz.sex) } else { None };
        let sex = self.agree(Place::Sex, typed, zone, |a, b| a == b);
        match sex {
            Some(sex) => self.note(Place::Sex, sex),
            None => self.missing("bad_gender", Place::Sex),
        }
        sex
    }

    fn nationality(&mut self, input: &StayInput, mrz: Option<&Mrz>, table: &Nationalities) -> Option<String> {
        let typed = self.bounded(input.nationality.as_deref(), Place::Nationality, MAX_TEXT);
        let zone = mrz.and_then(|mrz| table.resolve(&mrz.nationality).ok()).map(|found| found.code.clone());
        let code = match typed.map(|text| table.resolve(text)) {
            None => zone,
            Some(Ok(found)) => {
                let code = found.code.clone();
                self.agree(Place::Nationality, Some(code), zone, |a, b| a == b)
            }
            Some(Err(error)) => {
                let at = self.at(Place::Nationality);
                let mut finding = Finding::block("bad_nationality", at);
                let candidates = match error {
                    NationalityError::Ambiguous { candidates } => candidates,
                    NationalityError::NotInUse { replaced_by } => replaced_by.into_iter().collect(),
                    NationalityError::Missing | NationalityError::Unknown => Vec::new(),
                };
                let named = if candidates.is_empty() { String::new() } else { format!(": {}?", candidates.join(", ")) };
                finding = finding.with("candidates", named);
                self.add(finding);
                return None;
            }
        };
        let Some(code) = code else {
            if !self.has_finding_at(Place::Nationality) {
                let at = self.at(Place::Nationality);
                self.add(Finding::block("bad_nationality", at).with("candidates", ""));
            }
            return None;
        };
        self.note(Place::Nationality, code.as_str());
        if code == "VNM" {
            self.block("not_foreign", Place::Nationality);
        }
        Some(code)
    }

    fn birth(&mut self, input: &StayInput, mrz: Option<&Mrz>, today: NaiveDate) -> Option<PartialDate> {
        let precision = given(input.birth_precision.as_deref()).and_then(values::precision);
        let text = self.bounded(input.date_of_birth.as_deref(), Place::DateOfBirth, MAX_TEXT);
        let typed = match text {
            None => None,
            Some(text) => {
                let date = values::birth_date(text, precision, self.door);
                if date.is_none() {
                    self.block("invalid_date", Place::DateOfBirth);
                    return None;
                }
                date
            }
        };
        let zone = mrz.and_then(|mrz| mrz.date_of_birth);
        let date = self.agree(Place::DateOfBirth, typed, zone, |a, b| a.agrees_with(*b));
        let Some(date) = date else {
            self.missing("missing_birth_date", Place::DateOfBirth);
            return None;
        };
        self.note(Place::DateOfBirth, date.to_string());
        self.note(Place::BirthPrecision, date.precision().letter());
        if date.earliest() > today {
            self.block("birth_date_in_future", Place::DateOfBirth);
        }
        Some(date)
    }

    fn number(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> Option<DocumentNumber> {
        let text = self.bounded(input.document_number.as_deref(), Place::DocumentNumber, MAX_TEXT);
        let typed = match text.map(DocumentNumber::parse).transpose() {
            Ok(number) => number,
            Err(error) => {
                self.block(
                    match error {
                        NumberError::Missing => "missing_passport",
                        NumberError::Bad => "bad_passport",
                    },
                    Place::DocumentNumber,
                );
                return None;
            }
        };
        let zone = mrz.and_then(|mrz| DocumentNumber::parse(&mrz.document_number).ok());
        let number = self.agree(Place::DocumentNumber, typed, zone, |a, b| a == b);
        match &number {
            Some(number) => self.note(Place::DocumentNumber, number.as_str()),
            None => self.missing("missing_passport", Place::DocumentNumber),
        }
        number
    }

    fn document_type(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> bool {
        match given(input.document_type.as_deref()) {
            None => mrz.is_none_or(|mrz| mrz.is_passport),
            Some("passport") => true,
            Some("travel_document") => false,
            Some(_) => {
                self.block("bad_document_type", Place::DocumentType);
                true
            }
        }
    }

    fn expiry(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> Option<NaiveDate> {
        let typed = self.day(input.document_expires_on.as_deref(), Place::DocumentExpiresOn);
        let zone = mrz.and_then(|mrz| mrz.expires_on);
        self.agree(Place::DocumentExpiresOn, typed, zone, |a, b| a == b)
    }

    fn day(&mut self, text: Option<&str>, place: Place) -> Option<NaiveDate> {
        let text = self.bounded(text, place, MAX_TEXT)?;
        let day = values::day(text, self.door);
        match day {
            Some(day) => self.note(place, day.to_string()),
            None => self.block("invalid_date", place),
        }
        day
    }

    /// Rooms are mandatory in hotels, zone housing and apartments (types KS, KCN, CC of the ministry's interface).
    fn room(&mut self, input: &StayInput, kind: establishment::Kind) -> Option<String> {
        let room = self.text(input.room.as_deref(), Place::Room, MAX_ROOM).filter(|room| room != "undefined");
        let mandatory = match kind {
            establishment::Kind::Ks | establishment::Kind::Kcn | establishment::Kind::Cc => true,
            establishment::Kind::Ndkd | establishment::Kind::Vl => false,
        };
        if room.is_none() && mandatory {
            self.missing("missing_room", Place::Room);
        }
        room
    }

    fn arrival(&mut self, input: &StayInput, now: DateTime<Utc>) -> Option<Moment> {
        let Some(text) = self.bounded(input.arrival.as_deref(), Place::Arrival, MAX_TEXT) else {
            self.missing("missing_arrival", Place::Arrival);
            return None;
        };
        let Some(arrival) = values::moment(text, self.door) else {
            self.block("invalid_date", Place::Arrival);
            return None;
        };
        self.note(Place::Arrival, arrival.on.to_string());
        let future = match arrival.at {
            Some(at) => at > now + CLOCK_SKEW,
            None => arrival.on > clock::local_day(now),
        };
        if future {
            self.block("arrival_in_future", Place::Arrival);
        }
        Some(arrival)
    }

    fn expected_departure(&mut self, input: &StayInput, arrival: Option<Moment>) -> Option<NaiveDate> {
        let day = self.day(input.expected_departure.as_deref(), Place::ExpectedDeparture);
        match (day, arrival) {
            (None, _) => self.missing("missing_departure", Place::ExpectedDeparture),
            (Some(day), Some(arrival)) if day < arrival.on => {
                self.block("departure_before_arrival", Place::ExpectedDeparture);
            }
            _ => {}
        }
        day
    }

    /// A check-out later than today is the plan copied into the wrong column, as most hotel software does.
    fn departure(&mut self, input: &StayInput, arrival: Option<Moment>, today: NaiveDate) -> Option<NaiveDate> {
        let day = self.day(input.departure.as_deref(), Place::Departure)?;
        if arrival.is_some_and(|arrival| day < arrival.on) {
            self.block("checkout_before_arrival", Place::Departure);
            return None;
        }
        if day > today {
            self.record.remove(Place::Departure.record_name());
            let at = self.at(Place::Departure);
            self.add(Finding::info("checkout_is_planned", at));
            return None;
        }
        Some(day)
    }

    fn permitted_stay(
        &mut self,
        input: &StayInput,
        departure: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Option<NaiveDate> {
        if given(input.permitted_stay.as_deref()).is_none() {
            if !input.formulas.contains(&Place::PermittedStay) {
                self.warn("missing_permitted_stay", Place::PermittedStay);
            }
            return None;
        }
        let day = self.day(input.permitted_stay.as_deref(), Place::PermittedStay)?;
        if day < today {
            self.warn("permitted_stay_over", Place::PermittedStay);
        } else if departure.is_some_and(|departure| day < departure) {
            self.warn("permitted_stay_ends_before_departure", Place::PermittedStay);
        }
        Some(day)
    }

    fn text(&mut self, text: Option<&str>, place: Place, max: usize) -> Option<String> {
        let text = nfc_collapsed(self.bounded(text, place, max)?);
        if text.chars().any(|c| c.is_control() || deceives(c)) {
            self.block("bad_text", place);
            return None;
        }
        self.note(place, text.as_str());
        Some(text)
    }

    fn timing(&mut self, arrival: Moment, facts: &Facts<'_>, now: DateTime<Utc>) -> Option<Timing> {
        let Some(rule) = facts.deadlines.rule_for(facts.channel, facts.remote, arrival.on) else {
            self.block("arrival_too_long_ago", Place::Arrival);
            return None;
        };
        let latest = arrival.latest();
        let due_at = latest + rule.late_after;
        let late = now > due_at;
        let hasty = rule.warn_after.is_some_and(|tolerance| now > latest + tolerance);
        if late {
            let at = self.at(Place::Arrival);
            let due = clock::local(due_at).format("%H:%M %d/%m/%Y").to_string();
            self.add(Finding::warn("declared_late", at).with("due_at", due));
        } else if hasty {
            self.warn("not_declared_at_once", Place::Arrival);
        }
        Some(Timing { due_at, late, rule: rule.rule.clone() })
    }
}

impl Examined {
    /// How many warnings.
    pub fn warnings(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Warn).count()
    }
}
