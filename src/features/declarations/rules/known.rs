//! Stays of the same documents that are declared already, and what they say about a new one.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    features::declarations::rules::{Door, GoodStay, Place},
    kernel::{clock, finding::Finding, nights::overlaps, partial_date::PartialDate, text::fold},
};

/// A stay that is declared already, as far as rules need it. Only stays of the caller's own organization are looked
/// at: a finding must not tell one hotel where a guest slept elsewhere.
#[derive(Clone)]
pub struct KnownStay {
    /// Id.
    pub stay_id: Uuid,
    /// Its declaration.
    pub declaration_id: Uuid,
    /// Where.
    pub establishment_id: Uuid,
    /// Establishment, nationality, document and day of arrival.
    pub natural_key: Option<String>,
    /// Whether key, name and date of birth are those of before an amendment.
    pub former: bool,
    /// ICAO code.
    pub nationality: String,
    /// Number.
    pub document_number: String,
    /// Name in capitals.
    pub full_name: String,
    /// Date of birth.
    pub date_of_birth: String,
    /// Day of arrival.
    pub arrived_on: NaiveDate,
    /// Planned departure.
    pub expected_departure_on: NaiveDate,
    /// Departure, once the guest is gone.
    pub departed_on: Option<NaiveDate>,
}

impl KnownStay {
    /// Whether it is of the same person: the names agree but for the order of their words, and so do the dates of birth.
    pub(super) fn is_of(&self, stay: &GoodStay) -> bool {
        let words = |folded: &str| {
            let mut words: Vec<String> = folded.split_whitespace().map(ToOwned::to_owned).collect();
            words.sort();
            words
        };
        let same_name = words(&fold(&self.full_name)) == words(&stay.full_name.folded());
        same_name && PartialDate::parse_iso(&self.date_of_birth).is_none_or(|date| date.agrees_with(stay.date_of_birth))
    }

    fn last_day(&self) -> NaiveDate {
        self.departed_on.unwrap_or(self.expected_departure_on)
    }
}

/// What stays declared earlier say about a new one. None of it blocks: the law does not.
pub(super) fn compare(
    stay: &GoodStay,
    establishment_id: Uuid,
    known: &[&KnownStay],
    door: Door,
    index: usize,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut add = |finding: Finding| {
        if !findings.iter().any(|f| f.rule == finding.rule) {
            findings.push(finding);
        }
    };
    let at = |place: Place| place.pointer(door, index);
    let ours = (stay.arrival.on, stay.departed_on.unwrap_or(stay.expected_departure_on));
    let of_document = known
        .iter()
        .filter(|k| k.nationality == stay.nationality && k.document_number == stay.document_number.as_str());
    for other in of_document {
        if !other.is_of(stay) {
            add(Finding::warn("same_document_other_person", at(Place::DocumentNumber)));
        }
        let here = other.establishment_id == establishment_id;
        let overlap = overlaps(ours, (other.arrived_on, other.last_day()));
        let dated = |rule| {
            Finding::warn(rule, at(Place::Arrival))
                .with("arrived_on", clock::written(other.arrived_on))
                .with("departure_on", clock::written(other.last_day()))
        };
        match (here, other.departed_on, overlap) {
            (true, None, _) => add(dated("already_staying_here")),
            (true, Some(_), true) => add(dated("overlapping_stay")),
            (false, _, true) => add(dated("staying_elsewhere")),
            (true, Some(_), false) | (false, _, false) => {}
        }
    }
    findings
}
