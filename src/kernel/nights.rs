//! Nights of a stay: from the day of arrival to the day of departure, which is no night of it.

use chrono::NaiveDate;

/// The day after the last night. Who leaves on the day of his arrival counts as one night.
pub fn end((from, to): (NaiveDate, NaiveDate)) -> NaiveDate {
    to.max(from.succ_opt().unwrap_or(from))
}

/// Whether two stays share a night. Leaving on the day on which another stay begins is no overlap.
pub fn overlaps(a: (NaiveDate, NaiveDate), b: (NaiveDate, NaiveDate)) -> bool {
    a.0 < end(b) && b.0 < end(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_are_half_open() {
        let d = |day| NaiveDate::from_ymd_opt(2026, 11, day).expect("valid");
        for (a, b, expected) in [
            ((20, 22), (22, 25), false),
            ((20, 23), (22, 25), true),
            ((22, 22), (22, 25), true),
            ((22, 22), (22, 22), true),
            ((20, 22), (18, 20), false),
            ((20, 30), (22, 23), true),
        ] {
            assert_eq!(overlaps((d(a.0), d(a.1)), (d(b.0), d(b.1))), expected, "{a:?} {b:?}");
            assert_eq!(overlaps((d(b.0), d(b.1)), (d(a.0), d(a.1))), expected, "{b:?} {a:?}");
        }
    }
}
