//! What stays of all organizations say about one: for the police alone, at the moment of reading.
//!
//! One hotel must not learn of another's guests, so nothing of this is stored with a stay or shown to who declared it.

use ::entity::stay;
use chrono::NaiveDate;

use crate::kernel::{clock, finding::Finding, nights::overlaps, partial_date::PartialDate, text::fold};

/// Most findings of this kind on one stay; what is beyond shows the same pattern.
const MOST: usize = 20;

/// A stay as far as it is compared.
#[derive(Clone)]
pub struct Seen {
    /// ICAO code.
    pub nationality: String,
    /// Number of the document.
    pub document_number: String,
    /// Name in capitals.
    pub full_name: String,
    /// Date of birth as stored.
    pub date_of_birth: String,
    /// Day of arrival.
    pub arrived_on: NaiveDate,
    /// Departure, or the planned one.
    pub last_day: NaiveDate,
}

/// A stay of another declaration, with where it is as its reader may know it.
#[derive(Clone)]
pub struct Other {
    /// The stay.
    pub stay: Seen,
    /// Ward, for the immigration office with the name of the establishment before it.
    pub place: String,
}

impl From<&stay::Model> for Seen {
    fn from(row: &stay::Model) -> Self {
        Self {
            nationality: row.nationality.clone(),
            document_number: row.document_number.clone(),
            full_name: row.full_name.clone(),
            date_of_birth: row.date_of_birth.clone(),
            arrived_on: row.arrived_on,
            last_day: row.departed_on.unwrap_or(row.expected_departure_on),
        }
    }
}

impl Seen {
    fn same_document(&self, other: &Self) -> bool {
        self.nationality == other.nationality && self.document_number == other.document_number
    }

    fn same_person(&self, other: &Self) -> bool {
        let born = |text: &str| PartialDate::parse_iso(text);
        let same_birth = match (born(&self.date_of_birth), born(&other.date_of_birth)) {
            (Some(ours), Some(theirs)) => ours.agrees_with(theirs),
            _ => true,
        };
        same_birth && fold(&self.full_name) == fold(&other.full_name)
    }

    fn nights(&self) -> (NaiveDate, NaiveDate) {
        (self.arrived_on, self.last_day)
    }
}

/// Findings on the stay at `index` of the declaration that is read.
pub fn across_organizations(stay: &Seen, others: &[Other], index: usize) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for other in others.iter().filter(|other| stay.same_document(&other.stay)) {
        let about = |rule: &str, part: &str| {
            Finding::warn(rule, format!("/stays/{index}/{part}"))
                .with("place", &other.place)
                .with("arrived_on", clock::written(other.stay.arrived_on))
                .with("departure_on", clock::written(other.stay.last_day))
                .for_police()
        };
        if !stay.same_person(&other.stay) {
            findings.push(about("police_same_document_other_person", "document/number"));
        }
        if overlaps(stay.nights(), other.stay.nights()) {
            findings.push(about("police_overlapping_stay", "arrived_at"));
        }
    }
    findings.dedup();
    findings.truncate(MOST);
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::finding::Audience;

    fn seen(days: (u32, u32)) -> Seen {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).expect("valid");
        Seen {
            nationality: "POL".to_owned(),
            document_number: "ZS0000101".to_owned(),
            full_name: "KOWALCZYK ANNA MARIA".to_owned(),
            date_of_birth: "1988-03-12".to_owned(),
            arrived_on: day(days.0),
            last_day: day(days.1),
        }
    }

    type Change = fn(&mut Seen);

    #[test]
    fn one_changed_member_of_the_other_stay() {
        let (person, overlap) = ("police_same_document_other_person", "police_overlapping_stay");
        let table: &[((u32, u32), Change, &[&str])] = &[
            ((20, 22), |_| {}, &[]),
            ((25, 28), |_| {}, &[]),
            ((20, 23), |_| {}, &[overlap]),
            ((22, 25), |_| {}, &[overlap]),
            ((20, 22), |s| s.full_name = "NOWAK JAN".to_owned(), &[person]),
            ((20, 23), |s| s.full_name = "NOWAK JAN".to_owned(), &[person, overlap]),
            ((20, 22), |s| s.date_of_birth = "1988-03-13".to_owned(), &[person]),
            ((20, 22), |s| s.date_of_birth = "1988".to_owned(), &[]),
            ((20, 23), |s| s.nationality = "DEU".to_owned(), &[]),
            ((20, 23), |s| s.document_number = "ZS0000102".to_owned(), &[]),
        ];
        for (line, (days, change, expected)) in table.iter().enumerate() {
            let mut stay = seen(*days);
            change(&mut stay);
            let others = [Other { stay, place: "Phường An Hải".to_owned() }];
            let found = across_organizations(&seen((22, 25)), &others, 3);
            assert_eq!(found.iter().map(|f| f.rule.as_str()).collect::<Vec<_>>(), *expected, "line {line}");
            for finding in found {
                assert_eq!(finding.audience, Some(Audience::Police));
                assert!(finding.pointer.starts_with("/stays/3/"));
                let said: Vec<&str> = finding.params.values().map(String::as_str).collect();
                assert!(said.contains(&"Phường An Hải"), "{said:?}");
                assert!(!said.iter().any(|text| text.contains("KOWALCZYK") || text.contains("NOWAK")), "{said:?}");
            }
        }
    }

    #[test]
    fn many_others_do_not_flood() {
        let others: Vec<Other> =
            (0..50).map(|n| Other { stay: seen((22, 25)), place: format!("Phường {n}") }).collect();
        assert_eq!(across_organizations(&seen((22, 25)), &others, 0).len(), MOST);
    }
}
