//! Dates of birth as passports give them: a day, a month or only a year.

use std::fmt;

use chrono::{Datelike, NaiveDate};

/// A date of which the day, or the day and the month, may be unknown (ICAO Doc 9303 part 3 section 4.8 allows both).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartialDate {
    year: i32,
    month: Option<u32>,
    day: Option<u32>,
}

/// How far a date is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// To the day.
    Day,
    /// To the month.
    Month,
    /// To the year.
    Year,
}

impl Precision {
    /// The letter of the portals: D, M, Y.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Day => "D",
            Self::Month => "M",
            Self::Year => "Y",
        }
    }
}

impl PartialDate {
    /// Parts that exist in the calendar, year 1850 to 2200.
    pub fn new(year: i32, month: Option<u32>, day: Option<u32>) -> Option<Self> {
        if !(1850..=2200).contains(&year) || (month.is_none() && day.is_some()) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1))?;
        Some(Self { year, month, day })
    }

    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, nothing else.
    pub fn parse_iso(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = number(parts.next()?, 4)?;
        let month = parts.next().map(|part| number(part, 2)).map_or(Some(None), |n| n.map(Some))?;
        let day = parts.next().map(|part| number(part, 2)).map_or(Some(None), |n| n.map(Some))?;
        if parts.next().is_some() {
            return None;
        }
        Self::new(i32::try_from(year).ok()?, month, day)
    }

    /// How far it is right.
    pub fn precision(self) -> Precision {
        match (self.month, self.day) {
            (_, Some(_)) => Precision::Day,
            (Some(_), None) => Precision::Month,
            (None, None) => Precision::Year,
        }
    }

    /// First day that it may mean.
    pub fn earliest(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
            .unwrap_or_else(|| unreachable!("checked when it was made"))
    }

    /// Whether it may be the same day as another one, as far as both are known.
    pub fn agrees_with(self, other: Self) -> bool {
        let same = |a: Option<u32>, b: Option<u32>| a.is_none() || b.is_none() || a == b;
        self.year == other.year && same(self.month, other.month) && same(self.day, other.day)
    }

    /// Whole years completed on a day, counted from the earliest day that it may mean.
    pub fn age_on(self, day: NaiveDate) -> i32 {
        let born = self.earliest();
        let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
        day.year() - born.year() - i32::from(before_birthday)
    }
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::*;

    #[test]
    fn parse_table() {
        for (text, expected) in [
            ("1991-02-14", Some(Precision::Day)),
            ("1979-03", Some(Precision::Month)),
            ("1966", Some(Precision::Year)),
            ("1999-02-29", None),
            ("2000-02-29", Some(Precision::Day)),
            ("1991-2-14", None),
            ("1991-13", None),
            ("14/02/1991", None),
            ("19", None),
            ("1700", None),
            ("1991-02-14-01", None),
            ("", None),
            ("1991-02-1４", None),
        ] {
            assert_eq!(PartialDate::parse_iso(text).map(PartialDate::precision), expected, "{text}");
        }
    }

    #[test]
    fn agreement_table() {
        for (a, b, agrees) in [
            ("1991-02-14", "1991-02-14", true),
            ("1991-02-14", "1991", true),
            ("1991-02", "1991-02-14", true),
            ("1991-02", "1991-03-14", false),
            ("1991", "1990", false),
        ] {
            let parse = |text| PartialDate::parse_iso(text).expect("valid");
            assert_eq!(parse(a).agrees_with(parse(b)), agrees, "{a} {b}");
        }
    }

    #[test]
    fn age_counts_whole_years() {
        let day = NaiveDate::from_ymd_opt(2026, 2, 28).expect("valid");
        assert_eq!(PartialDate::parse_iso("2008-02-29").map(|d| d.age_on(day)), Some(17));
        assert_eq!(PartialDate::parse_iso("2008").map(|d| d.age_on(day)), Some(18));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn print_then_parse_is_the_same(year in 1850..=2200_i32, month in 1..=12_u32, day in 1..=31_u32) {
            for date in [
                PartialDate::new(year, None, None),
                PartialDate::new(year, Some(month), None),
                PartialDate::new(year, Some(month), Some(day)),
            ].into_iter().flatten() {
                assert_eq!(PartialDate::parse_iso(&date.to_string()), Some(date));
            }
        }
    }
}
