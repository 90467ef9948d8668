//! The server's clock and the wall clock of Viet Nam.
//!
//! Time is an argument of every rule. The only reading of the system clock in the whole program is here.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, SubsecRound, TimeZone, Utc};

/// A clock that can be moved: the demo world and the tests run on shifted time, `serve` never does.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The system's own time.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that shows `start` now and runs on from there.
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        let clock = Self::default();
        clock.set(start);
        clock
    }

    /// Now, in whole microseconds, which is what both databases keep.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system clock")]
    pub fn now(&self) -> DateTime<Utc> {
        (Utc::now() + Duration::microseconds(self.shift_micros.load(Ordering::Relaxed))).trunc_subsecs(6)
    }

    /// Moves the hands to `instant`.
    pub fn set(&self, instant: DateTime<Utc>) {
        let shift = instant - Self::default().now();
        self.shift_micros.store(shift.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }

    /// Moves the hands forward.
    pub fn advance(&self, by: Duration) {
        self.shift_micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }
}

/// Viet Nam's offset: +07:00 all year since 1975, so no time-zone database is needed.
pub fn vietnam() -> FixedOffset {
    FixedOffset::east_opt(7 * 3600).unwrap_or_else(|| unreachable!("seven hours is a valid offset"))
}

/// The instant as people in Viet Nam write it; serialises as RFC 3339 with `+07:00`.
pub fn local(instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    instant.with_timezone(&vietnam())
}

/// The calendar day in Viet Nam.
pub fn local_day(instant: DateTime<Utc>) -> NaiveDate {
    local(instant).date_naive()
}

/// The last microsecond of a calendar day in Viet Nam.
pub fn end_of_day(day: NaiveDate) -> DateTime<Utc> {
    start_of_next_day(day) - Duration::microseconds(1)
}

/// The midnight in Viet Nam with which a calendar day ends.
pub fn start_of_next_day(day: NaiveDate) -> DateTime<Utc> {
    let next = day.succ_opt().unwrap_or(day).and_time(chrono::NaiveTime::MIN);
    match vietnam().from_local_datetime(&next) {
        chrono::LocalResult::Single(midnight) => midnight.with_timezone(&Utc),
        _ => unreachable!("a fixed offset has exactly one midnight a day"),
    }
}

/// A calendar day as people in Viet Nam write it: `22/11/2026`.
pub fn written(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// Whether a day can be meant. Days beyond these years are slips, and one database keeps them while the other does not.
pub fn is_sensible(day: NaiveDate) -> bool {
    (1900..=2200).contains(&day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_turns_at_seventeen_utc() {
        let before = Utc.with_ymd_and_hms(2026, 11, 22, 16, 59, 59).single().expect("valid");
        assert_eq!(local_day(before).to_string(), "2026-11-22");
        assert_eq!(local_day(before + Duration::seconds(1)).to_string(), "2026-11-23");
    }

    #[test]
    fn end_of_day_is_the_last_microsecond() {
        let day = NaiveDate::from_ymd_opt(2026, 2, 28).expect("valid");
        assert_eq!(local(end_of_day(day)).to_rfc3339(), "2026-02-28T23:59:59.999999+07:00");
    }

    #[test]
    fn days_are_written_and_slips_told() {
        for (text, sensible) in
            [("1899-12-31", false), ("1900-01-01", true), ("2200-12-31", true), ("2201-01-01", false)]
        {
            assert_eq!(is_sensible(text.parse().expect("a day")), sensible, "{text}");
        }
        assert_eq!(written(NaiveDate::from_ymd_opt(2026, 2, 3).expect("valid")), "03/02/2026");
    }

    #[test]
    fn moved_clock_runs_on() {
        let start = Utc.with_ymd_and_hms(2026, 9, 15, 13, 0, 0).single().expect("valid");
        let clock = Clock::starting_at(start);
        let seen = clock.now();
        assert!(seen >= start - Duration::microseconds(2) && seen < start + Duration::seconds(5));
        clock.advance(Duration::hours(2));
        assert!(clock.now() >= start + Duration::hours(2) - Duration::microseconds(2));
    }
}
