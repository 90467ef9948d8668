//! What a line of stays tells: nights declared twice, and nights declared nowhere.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::kernel::{clock, finding::Finding, nights};

/// A stay of the line, as far as its nights go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nights {
    /// The stay.
    pub id: Uuid,
    /// Where.
    pub establishment_id: Uuid,
    /// Day of arrival.
    pub arrived_on: NaiveDate,
    /// Planned day of departure.
    pub expected_departure_on: NaiveDate,
    /// Day of departure, once the guest is gone.
    pub departed_on: Option<NaiveDate>,
}

/// Sort of entry between stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nights declared twice.
    Overlap,
    /// Nights declared nowhere.
    Gap,
}

/// What stands between or across two stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub kind: Kind,
    /// First day.
    pub from: NaiveDate,
    /// Day after the last night.
    pub to: NaiveDate,
    /// The earlier stay and the later one.
    pub stays: [Uuid; 2],
    /// What it means.
    pub finding: Finding,
}

impl Nights {
    fn end(&self) -> NaiveDate {
        nights::end((self.arrived_on, self.departed_on.unwrap_or(self.expected_departure_on)))
    }
}

/// Overlaps and gaps of stays, by day; at most `most`, and whether there were more. Withdrawn stays have no nights and
/// must be left out.
pub fn entries(stays: &[Nights], most: usize) -> (Vec<Entry>, bool) {
    let mut line = stays.to_vec();
    line.sort_by_key(|stay| (stay.arrived_on, stay.end(), stay.id));
    let mut found = Vec::new();
    // The stay that reaches furthest among those before.
    let mut furthest: Option<Nights> = None;
    for (index, later) in line.iter().enumerate() {
        if let Some(before) = furthest.filter(|before| before.end() < later.arrived_on) {
            found.push(gap(&before, later));
        }
        found
            .extend(line[..index].iter().filter(|earlier| later.arrived_on < earlier.end()).map(|e| overlap(e, later)));
        if found.len() > most {
            break;
        }
        if furthest.is_none_or(|before| before.end() < later.end()) {
            furthest = Some(*later);
        }
    }
    let more = found.len() > most;
    found.truncate(most);
    (found, more)
}

fn gap(before: &Nights, later: &Nights) -> Entry {
    let (from, to) = (before.end(), later.arrived_on);
    let nights = (to - from).num_days().to_string();
    let finding = dated(Finding::info("nights_without_stay", "/arrived_on"), from, to).with("nights", nights);
    Entry { kind: Kind::Gap, from, to, stays: [before.id, later.id], finding }
}

fn overlap(earlier: &Nights, later: &Nights) -> Entry {
    let (from, to) = (later.arrived_on, earlier.end().min(later.end()));
    let finding = if earlier.establishment_id == later.establishment_id {
        Finding::warn("nights_twice_at_one_place", "/arrived_on")
    } else if earlier.departed_on.is_none() {
        Finding::warn("nights_overlap_not_checked_out", "/arrived_on")
    } else {
        Finding::warn("nights_at_two_places", "/arrived_on")
    };
    Entry { kind: Kind::Overlap, from, to, stays: [earlier.id, later.id], finding: dated(finding, from, to) }
}

fn dated(finding: Finding, from: NaiveDate, to: NaiveDate) -> Finding {
    finding.with("from", clock::written(from)).with("to", clock::written(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).expect("a day")
    }

    /// Place, arrival, planned departure, departure.
    fn stays(rows: &[(u128, u32, u32, Option<u32>)]) -> Vec<Nights> {
        rows.iter()
            .enumerate()
            .map(|(n, (place, from, planned, left))| Nights {
                id: Uuid::from_u128(n as u128),
                establishment_id: Uuid::from_u128(*place),
                arrived_on: day(*from),
                expected_departure_on: day(*planned),
                departed_on: left.map(day),
            })
            .collect()
    }

    #[test]
    fn table() {
        type Row<'a> = (&'a [(u128, u32, u32, Option<u32>)], &'a [(&'a str, u32, u32, u128, u128)]);
        let rows: &[Row<'_>] = &[
            (&[], &[]),
            (&[(1, 1, 5, None)], &[]),
            // Moves on the day of departure, planned or real.
            (&[(1, 1, 5, None), (2, 5, 7, None)], &[]),
            (&[(1, 1, 9, Some(5)), (2, 5, 7, None)], &[]),
            (&[(1, 1, 1, Some(1)), (2, 2, 3, None)], &[]),
            (&[(1, 1, 5, None), (2, 4, 7, None)], &[("nights_overlap_not_checked_out", 4, 5, 0, 1)]),
            (&[(1, 1, 3, Some(5)), (2, 4, 7, None)], &[("nights_at_two_places", 4, 5, 0, 1)]),
            (&[(1, 1, 5, None), (1, 4, 7, None)], &[("nights_twice_at_one_place", 4, 5, 0, 1)]),
            // Given in another order, and two day guests of one day.
            (&[(2, 4, 7, None), (1, 1, 3, Some(5))], &[("nights_at_two_places", 4, 5, 1, 0)]),
            (&[(1, 4, 4, Some(4)), (2, 4, 4, Some(4))], &[("nights_at_two_places", 4, 5, 0, 1)]),
            (&[(1, 1, 3, Some(3)), (2, 6, 8, None)], &[("nights_without_stay", 3, 6, 0, 1)]),
            // The gap begins where the longest stay before it ends.
            (
                &[(1, 1, 10, Some(10)), (2, 2, 3, Some(3)), (3, 12, 13, None)],
                &[("nights_at_two_places", 2, 3, 0, 1), ("nights_without_stay", 10, 12, 0, 2)],
            ),
        ];
        for (given, expected) in rows {
            let (found, more) = entries(&stays(given), 100);
            let told: Vec<_> = found
                .iter()
                .map(|e| (e.finding.rule.as_str(), e.from, e.to, e.stays[0].as_u128(), e.stays[1].as_u128()))
                .collect();
            let expected: Vec<_> =
                expected.iter().map(|(rule, a, b, x, y)| (*rule, day(*a), day(*b), *x, *y)).collect();
            assert_eq!(told, expected, "{given:?}");
            assert!(!more);
        }
        let (found, _) = entries(&stays(&[(1, 1, 3, Some(3)), (2, 6, 8, None)]), 100);
        assert_eq!(found[0].finding.params["nights"], "3");
    }

    #[test]
    fn many_overlaps_are_cut_and_told() {
        let rows: Vec<(u128, u32, u32, Option<u32>)> = (0..100).map(|n| (n, 1, 5, None)).collect();
        let (found, more) = entries(&stays(&rows), 50);
        assert_eq!((found.len(), more), (50, true));
    }
}
