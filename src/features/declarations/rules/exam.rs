//! One stay under examination: each part is read, judged and noted.

use std::borrow::Cow;

use ::entity::establishment;
use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::{
    features::{
        catalog::{Nationalities, NationalityError, Threshold, Thresholds},
        declarations::rules::{
            Door, Facts, Moment, Place, Record, StayInput,
            date_order::DateOrder,
            lateness::{Judgement, judge},
            values,
        },
    },
    kernel::{
        clock,
        finding::Finding,
        partial_date::PartialDate,
        person_name::{MAX_CHARS, NameError, PersonName, is_title_only, without_titles},
        text::nfc_collapsed,
        travel_document::{DocumentNumber, Mrz, MrzError, NumberError},
    },
};

/// How far the clock of a hotel's computer may run ahead of ours.
const CLOCK_SKEW: Duration = Duration::minutes(10);
/// Longest text of a field other than the name.
pub(super) const MAX_TEXT: usize = 200;
/// Longest room.
const MAX_ROOM: usize = 50;

/// When a declaration was due, and by which rule.
pub(super) struct Timing {
    pub judgement: Judgement,
    pub rule: String,
}

/// One stay under examination.
pub(super) struct Exam {
    pub door: Door,
    pub index: usize,
    /// What the whole file shows about the order of day and month.
    pub order: DateOrder,
    pub findings: Vec<Finding>,
    pub record: Record,
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
    pub(super) fn new(door: Door, index: usize, order: DateOrder) -> Self {
        Self { door, index, order, findings: Vec::new(), record: Record::new() }
    }

    pub(super) fn at(&self, place: Place) -> String {
        place.pointer(self.door, self.index)
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn block(&mut self, rule: &str, place: Place) {
        let at = self.at(place);
        self.add(Finding::block(rule, at));
    }

    pub(super) fn warn(&mut self, rule: &str, place: Place) {
        let at = self.at(place);
        self.add(Finding::warn(rule, at));
    }

    pub(super) fn note(&mut self, place: Place, value: impl Into<serde_json::Value>) {
        self.record.insert(place.record_name().to_owned(), value.into());
    }

    /// Refuses what is too long to be meant, before anything else reads it.
    pub(super) fn bounded<'t>(&mut self, text: Option<&'t str>, place: Place, max: usize) -> Option<&'t str> {
        let text = given(text)?;
        if text.chars().count() > max {
            let at = self.at(place);
            self.add(Finding::block("too_long", at).with("max", max.to_string()));
            return None;
        }
        Some(text)
    }

    pub(super) fn has_finding_at(&self, place: Place) -> bool {
        let at = self.at(place);
        self.findings.iter().any(|finding| finding.blocks() && finding.pointer == at)
    }

    /// Says once that something is missing, unless the reason is already known.
    pub(super) fn missing(&mut self, rule: &str, place: Place) {
        if !self.has_finding_at(place) {
            self.block(rule, place);
        }
    }

    pub(super) fn formulas(&mut self, input: &StayInput) {
        for place in &input.formulas {
            self.block("formula_cell", *place);
        }
    }

    pub(super) fn mrz(&mut self, text: Option<&str>, today: NaiveDate) -> Option<Mrz> {
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
    pub(super) fn agree<T>(
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

    pub(super) fn name(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> Option<PersonName> {
        let text = self.bounded(input.full_name.as_deref(), Place::FullName, MAX_CHARS);
        let bare = text.map(|text| self.without_titles(text));
        let text = bare.as_deref();
        if self.door == Door::File && text.is_some_and(|text| values::is_placeholder(text) || is_title_only(text)) {
            self.block("bad_name", Place::FullName);
            return None;
        }
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

    /// Files carry titles and marks of the hotel's program in the name; they are no part of it.
    fn without_titles<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        match without_titles(text).filter(|_| self.door == Door::File) {
            Some(bare) => {
                let at = self.at(Place::FullName);
                self.add(Finding::info("name_title_removed", at));
                Cow::Owned(bare)
            }
            None => Cow::Borrowed(text),
        }
    }

    pub(super) fn sex(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> Option<&'static str> {
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

    pub(super) fn nationality(
        &mut self,
        input: &StayInput,
        mrz: Option<&Mrz>,
        table: &Nationalities,
    ) -> Option<String> {
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
                let named = if candidates.is_empty() { String::new() } else { format!(" ({})", candidates.join(", ")) };
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

    pub(super) fn birth(&mut self, input: &StayInput, mrz: Option<&Mrz>, today: NaiveDate) -> Option<PartialDate> {
        let precision = given(input.birth_precision.as_deref()).and_then(values::precision);
        // There a year is written as its first of January: without the letter nobody knows which of the two is meant.
        if precision.is_none() && self.door == Door::National {
            self.block("bad_birth_precision", Place::BirthPrecision);
        }
        let text = self.bounded(input.date_of_birth.as_deref(), Place::DateOfBirth, MAX_TEXT);
        let typed = match text {
            None => None,
            Some(text) => {
                let date = values::birth_date(text, precision, self.door);
                if date.is_none() {
                    self.block("invalid_date", Place::DateOfBirth);
                    return None;
                }
                self.in_order(text, Place::DateOfBirth);
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

    pub(super) fn number(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> Option<DocumentNumber> {
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

    pub(super) fn document_type(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> bool {
        let Some(text) = given(input.document_type.as_deref()) else {
            return mrz.is_none_or(|mrz| mrz.is_passport);
        };
        values::is_passport(text, self.door).unwrap_or_else(|| {
            self.block("bad_document_type", Place::DocumentType);
            true
        })
    }

    pub(super) fn expiry(&mut self, input: &StayInput, mrz: Option<&Mrz>) -> Option<NaiveDate> {
        let typed = self.day(input.document_expires_on.as_deref(), Place::DocumentExpiresOn);
        let zone = mrz.and_then(|mrz| mrz.expires_on);
        self.agree(Place::DocumentExpiresOn, typed, zone, |a, b| a == b)
    }

    pub(super) fn day(&mut self, text: Option<&str>, place: Place) -> Option<NaiveDate> {
        let text = self.bounded(text, place, MAX_TEXT)?;
        let day = values::day(text, self.door);
        match day {
            Some(day) => {
                self.note(place, day.to_string());
                self.in_order(text, place);
            }
            None => self.block("invalid_date", place),
        }
        day
    }

    /// In a file that writes some dates with the month first, a date that can be read either way is not taken.
    fn in_order(&mut self, text: &str, place: Place) {
        let in_doubt = match place {
            Place::DateOfBirth => self.order.births_in_doubt,
            _ => self.order.stays_in_doubt,
        };
        let Some([day_first, month_first]) = values::both_readings(text).filter(|_| in_doubt) else { return };
        let finding = Finding::block("ambiguous_date", self.at(place));
        self.add(finding.with("day_first", clock::written(day_first)).with("month_first", clock::written(month_first)));
    }

    /// Rooms are mandatory in hotels, zone housing and apartments (types KS, KCN, CC of the ministry's interface).
    pub(super) fn room(&mut self, input: &StayInput, kind: establishment::Kind) -> Option<String> {
        let room = input.room.as_deref().filter(|room| !values::is_placeholder(room));
        let room = self.text(room, Place::Room, MAX_ROOM);
        let mandatory = match kind {
            establishment::Kind::Ks | establishment::Kind::Kcn | establishment::Kind::Cc => true,
            establishment::Kind::Ndkd | establishment::Kind::Vl => false,
        };
        if room.is_none() && mandatory {
            self.missing("missing_room", Place::Room);
        }
        room
    }

    pub(super) fn arrival(&mut self, input: &StayInput, now: DateTime<Utc>) -> Option<Moment> {
        let Some(text) = self.bounded(input.arrival.as_deref(), Place::Arrival, MAX_TEXT) else {
            self.missing("missing_arrival", Place::Arrival);
            return None;
        };
        let Some(arrival) = values::moment(text, self.door) else {
            self.block("invalid_date", Place::Arrival);
            return None;
        };
        self.note(Place::Arrival, arrival.on.to_string());
        self.in_order(text, Place::Arrival);
        let future = match arrival.at {
            Some(at) => at > now + CLOCK_SKEW,
            None => arrival.on > clock::local_day(now),
        };
        if future {
            self.block("arrival_in_future", Place::Arrival);
        }
        Some(arrival)
    }

    pub(super) fn expected_departure(&mut self, input: &StayInput, arrival: Option<Moment>) -> Option<NaiveDate> {
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
    pub(super) fn departure(
        &mut self,
        input: &StayInput,
        arrival: Option<Moment>,
        today: NaiveDate,
    ) -> Option<NaiveDate> {
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

    pub(super) fn permitted_stay(
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

    pub(super) fn text(&mut self, text: Option<&str>, place: Place, max: usize) -> Option<String> {
        let text = nfc_collapsed(self.bounded(text, place, max)?);
        if text.chars().any(|c| c.is_control() || deceives(c)) {
            self.block("bad_text", place);
            return None;
        }
        self.note(place, text.as_str());
        Some(text)
    }

    /// What the last day of a document says about the stay: a document is good on that day.
    pub(super) fn document_validity(
        &mut self,
        expires_on: Option<NaiveDate>,
        arrival: Option<Moment>,
        departure: Option<NaiveDate>,
        thresholds: &Thresholds,
    ) {
        let (Some(expires), at) = (expires_on, self.at(Place::DocumentExpiresOn)) else { return };
        let expiry = || clock::written(expires);
        if arrival.is_some_and(|arrival| expires < arrival.on) {
            self.add(Finding::warn("document_expired", at).with("expires_on", expiry()));
            return;
        }
        let Some(departure) = departure else { return };
        if expires < departure {
            self.add(Finding::warn("document_expires_before_departure", at).with("expires_on", expiry()));
            return;
        }
        let Some(margin) = thresholds.on(Threshold::DocumentMargin, departure) else { return };
        if expires - departure < Duration::days(i64::from(margin.value)) {
            self.add(
                Finding::info("document_expires_soon", at)
                    .with("expires_on", expiry())
                    .with("days", margin.value.to_string())
                    .with("legal_basis_vi", &margin.legal_basis_vi)
                    .with("legal_basis_en", &margin.legal_basis_en),
            );
        }
    }

    pub(super) fn timing(&mut self, arrival: Moment, facts: &Facts<'_>, now: DateTime<Utc>) -> Option<Timing> {
        let Some(rule) = facts.deadlines.rule_for(facts.channel, facts.remote, arrival.on) else {
            self.block("arrival_too_long_ago", Place::Arrival);
            return None;
        };
        let judgement = judge(arrival, rule, facts.outages, now, &self.at(Place::Arrival));
        self.findings.extend(judgement.finding.clone());
        Some(Timing { judgement, rule: rule.rule.clone() })
    }
}
