//! The clock of a deadline stands still while declarations could not be made.
//!
//! Nobody can be late for what the system did not let him do. From arrival on, the limit runs only outside the outages;
//! an outage that begins before the limit has run out pushes the due moment by its whole remaining length, and may push
//! it into the next outage.

use chrono::{DateTime, Duration, Utc};

/// A time in which declarations could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The instant at which it was over; `None` while it goes on.
    pub to: Option<DateTime<Utc>>,
}

/// When a limit has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// That instant.
    pub at: DateTime<Utc>,
    /// How long the clock stood still before it.
    pub stood_still: Duration,
}

/// When a limit has run out that begins to run at `start`, seen from the moment of filing `filed_at`.
///
/// Outages may come in any order, overlap, and hold each other. One that still goes on is counted up to `filed_at`: the
/// answer depends on what was filed and not on when somebody asks, so that judging twice gives the same.
pub fn due(start: DateTime<Utc>, limit: Duration, outages: &[Outage], filed_at: DateTime<Utc>) -> Due {
    let mut spans: Vec<(DateTime<Utc>, DateTime<Utc>)> = outages
        .iter()
        .map(|outage| (outage.from, outage.to.unwrap_or(filed_at)))
        .filter(|(from, to)| from < to && *to > start)
        .collect();
    spans.sort_unstable();
    let (mut reached, mut left, mut stood_still) = (start, limit, Duration::zero());
    for (from, to) in spans {
        let begins = from.max(reached);
        if begins - reached >= left {
            break;
        }
        left -= begins - reached;
        if to > begins {
            stood_still += to - begins;
            reached = to;
        } else {
            reached = begins;
        }
    }
    Due { at: reached + left, stood_still }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, Strategy, prop, proptest};

    use super::*;

    /// Minutes after the arrival.
    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).expect("valid") + Duration::minutes(minutes)
    }

    fn outage((from, to): (i64, i64)) -> Outage {
        // An end before everything stands for "goes on" in the tables.
        Outage { from: at(from), to: (to > i64::MIN).then(|| at(to)) }
    }

    const OPEN: i64 = i64::MIN;

    /// What, the outages, when it was filed; when it was due, how long the clock stood still.
    type Case<'a> = (&'a str, &'a [(i64, i64)], i64, i64, i64);

    #[test]
    fn the_limit_of_one_hundred_minutes_as_a_table() {
        let table: &[Case<'_>] = &[
            ("no outage", &[], 10, 100, 0),
            ("over before the arrival", &[(-50, -10)], 10, 100, 0),
            ("over at the arrival", &[(-50, 0)], 10, 100, 0),
            ("covers the arrival", &[(-50, 30)], 40, 130, 30),
            ("begins at the arrival", &[(0, 30)], 40, 130, 30),
            ("in the middle", &[(20, 50)], 60, 130, 30),
            ("ends after the due time", &[(90, 500)], 510, 510, 410),
            ("covers everything", &[(-10, 500)], 510, 600, 500),
            ("begins when the limit has run out", &[(100, 500)], 510, 100, 0),
            ("begins after it", &[(101, 500)], 510, 100, 0),
            ("two apart", &[(10, 20), (40, 70)], 80, 140, 40),
            ("two apart in the other order", &[(40, 70), (10, 20)], 80, 140, 40),
            ("two overlapping", &[(10, 40), (30, 60)], 80, 150, 50),
            ("two touching", &[(10, 40), (40, 60)], 80, 150, 50),
            ("one in the other", &[(10, 60), (20, 30)], 80, 150, 50),
            ("the same twice", &[(10, 60), (10, 60)], 80, 150, 50),
            ("pushed into the next", &[(50, 90), (120, 150)], 200, 170, 70),
            ("pushed to the edge of the next", &[(50, 90), (140, 150)], 200, 140, 40),
            ("a chain of three", &[(90, 110), (115, 200), (204, 300)], 400, 301, 201),
            ("goes on, filed in it", &[(50, OPEN)], 80, 130, 30),
            ("goes on, filed long after the plain due time", &[(50, OPEN)], 400, 450, 350),
            ("goes on, begun after the filing", &[(50, OPEN)], 20, 100, 0),
            ("goes on, begun after the due time", &[(150, OPEN)], 400, 100, 0),
            ("goes on behind one that is over", &[(10, 20), (60, OPEN)], 90, 140, 40),
            ("empty", &[(30, 30)], 80, 100, 0),
            ("upside down", &[(60, 30)], 80, 100, 0),
        ];
        for (what, outages, filed, expected, stood_still) in table {
            let outages: Vec<Outage> = outages.iter().copied().map(outage).collect();
            let got = due(at(0), Duration::minutes(100), &outages, at(*filed));
            assert_eq!(got.at, at(*expected), "{what}");
            assert_eq!(got.stood_still, Duration::minutes(*stood_still), "{what}");
        }
    }

    fn outages() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::vec((-200_i64..400, 0_i64..200).prop_map(|(from, length)| (from, from + length)), 0..8)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// Minute by minute: the limit runs in every minute from the arrival on that no outage covers.
        #[test]
        fn agrees_with_counting_minutes(spans in outages(), limit in 1_i64..150) {
            let list: Vec<Outage> = spans.iter().copied().map(outage).collect();
            let got = due(at(0), Duration::minutes(limit), &list, at(10_000));
            let (mut minute, mut left) = (0, limit);
            while left > 0 {
                if !spans.iter().any(|(from, to)| (*from..*to).contains(&minute)) {
                    left -= 1;
                }
                minute += 1;
            }
            assert_eq!(got.at, at(minute));
            assert_eq!(got.at - at(0), Duration::minutes(limit) + got.stood_still);
        }

        /// Another outage never brings the due moment forward, and the order of the list says nothing.
        #[test]
        fn more_outage_is_never_less_time(spans in outages(), more in (-200_i64..400, 0_i64..200)) {
            let list: Vec<Outage> = spans.iter().copied().map(outage).collect();
            let mut longer = list.clone();
            longer.insert(0, outage((more.0, more.0 + more.1)));
            let limit = Duration::minutes(100);
            let (before, after) = (due(at(0), limit, &list, at(0)), due(at(0), limit, &longer, at(0)));
            assert!(after.at >= before.at);
            longer.reverse();
            assert_eq!(due(at(0), limit, &longer, at(0)), after);
        }
    }
}
