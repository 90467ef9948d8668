//! Children among the guests of one filing who have no adult with them.
//!
//! Only the guests of the same declaration or file are looked at: whether a parent was declared earlier, under another
//! name or at another place is for the officer to see. Where dates of birth are not known to the day, the finding comes
//! only for who is surely a child and surely has nobody who may be an adult beside him.

use chrono::NaiveDate;

use crate::{
    features::{
        catalog::{Threshold, Thresholds},
        declarations::rules::{Door, Examined, GoodStay, Place},
    },
    kernel::{finding::Finding, nights::overlaps},
};

type Nights = (NaiveDate, NaiveDate);

fn nights(stay: &GoodStay) -> Nights {
    (stay.arrival.on, stay.departed_on.unwrap_or(stay.expected_departure_on))
}

/// The age in whole years that a guest has at most on arrival: counted from the earliest day that may be meant.
fn oldest(stay: &GoodStay) -> i64 {
    i64::from(stay.date_of_birth.age_on(stay.arrival.on))
}

fn may_be_adult(stay: &GoodStay, thresholds: &Thresholds) -> bool {
    let adult = thresholds.on(Threshold::AdultFrom, stay.arrival.on);
    adult.is_none_or(|adult| oldest(stay) >= i64::from(adult.value))
}

/// Adds a finding to each child without company.
pub(super) fn children_alone(examined: &mut [Examined], door: Door, thresholds: &Thresholds) {
    let adults: Vec<Nights> = examined
        .iter()
        .filter_map(|item| item.stay.as_ref())
        .filter(|stay| may_be_adult(stay, thresholds))
        .map(nights)
        .collect();
    for (index, item) in examined.iter_mut().enumerate().filter(|(_, item)| item.already.is_none()) {
        let Some(stay) = &item.stay else { continue };
        let Some(limit) = thresholds.on(Threshold::ChildUnder, stay.arrival.on) else { continue };
        let is_child = oldest(stay) < i64::from(limit.value);
        if !is_child || adults.iter().any(|adult| overlaps(*adult, nights(stay))) {
            continue;
        }
        item.findings.push(
            Finding::warn("minor_alone", Place::DateOfBirth.pointer(door, index))
                .with("age", limit.value.to_string())
                .with("legal_basis_vi", &limit.legal_basis_vi)
                .with("legal_basis_en", &limit.legal_basis_en),
        );
        item.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
}
