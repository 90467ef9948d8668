//! Text to values: dates, sex and precision as JSON and as files write them. Nothing is guessed.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};

use crate::{
    features::declarations::rules::{Door, StayInput},
    kernel::{
        clock,
        partial_date::{PartialDate, Precision},
        text::fold,
        travel_document::{DocumentNumber, Mrz},
    },
};

/// Document numbers of stays as they would be stored, for looking up what is known of them. A number that cannot be read
/// is left out: its stay is refused anyway.
pub fn document_numbers(stays: &[StayInput], now: DateTime<Utc>) -> Vec<String> {
    let today = clock::local_day(now);
    let number = |stay: &StayInput| {
        let typed = stay.document_number.as_deref().and_then(|text| DocumentNumber::parse(text).ok());
        let zone = || DocumentNumber::parse(&Mrz::parse(stay.mrz.as_deref()?, today).ok()?.document_number).ok();
        typed.or_else(zone).map(|number| number.as_str().to_owned())
    };
    let mut numbers: Vec<String> = stays.iter().filter_map(number).collect();
    numbers.sort();
    numbers.dedup();
    numbers
}

/// The earliest moment at which the clock of one of these stays may have begun to run: which outages are of interest. A
/// day that cannot be read is left out: its stay is refused anyway.
pub fn earliest_arrival(stays: &[StayInput], door: Door) -> Option<DateTime<Utc>> {
    stays.iter().filter_map(|stay| moment(stay.arrival.as_deref()?, door)).map(Moment::latest).min()
}

/// A point in time of which the hour may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Day in Viet Nam.
    pub on: NaiveDate,
    /// Instant, where the hour is known.
    pub at: Option<DateTime<Utc>>,
}

impl Moment {
    /// The latest instant that it may mean: with only the day known, the declarant has the benefit of the doubt.
    pub fn latest(self) -> DateTime<Utc> {
        self.at.unwrap_or_else(|| clock::start_of_next_day(self.on))
    }
}

/// Years that a stay can fall into; beyond them a date is a slip.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// A moment. JSON: RFC 3339 with offset, or a day. The national interface: also a day and an hour of Viet Nam. Files: also
/// `d/M/yyyy` with or without an hour.
pub(super) fn moment(text: &str, door: Door) -> Option<Moment> {
    use chrono::Datelike;
    let text = text.trim();
    let instant = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", usize::from(door == Door::File)))
        .ok()
        .map(|instant| instant.with_timezone(&Utc));
    let moment = match (instant, door) {
        (Some(at), _) => Some(Moment { on: clock::local_day(at), at: Some(at) }),
        (None, Door::Json | Door::Stay) => iso_day(text).map(|on| Moment { on, at: None }),
        (None, Door::National) => national_moment(text),
        (None, Door::File) => file_moment(text),
    }?;
    YEARS.contains(&moment.on.year()).then_some(moment)
}

/// A day: ISO in JSON; in files also `d/M/yyyy`. By the other doors an hour beside it is dropped.
pub(super) fn day(text: &str, door: Door) -> Option<NaiveDate> {
    match door {
        Door::Json | Door::Stay => {
            use chrono::Datelike;
            iso_day(text.trim()).filter(|day| YEARS.contains(&day.year()))
        }
        Door::National | Door::File => moment(text, door).map(|moment| moment.on),
    }
}

/// A date of birth. Files and the national interface give the precision beside it; the less precise of the two holds.
pub(super) fn birth_date(text: &str, precision: Option<Precision>, door: Door) -> Option<PartialDate> {
    let text = text.trim();
    let date = match door {
        Door::Json | Door::Stay => PartialDate::parse_iso(text)?,
        Door::National => PartialDate::parse_iso(split_hour(text).0)?,
        Door::File => PartialDate::parse_iso(text).or_else(|| file_partial(text))?,
    };
    let parts: Vec<u32> = date.to_string().split('-').filter_map(|part| part.parse().ok()).collect();
    let year = i32::try_from(*parts.first()?).ok()?;
    match precision {
        Some(Precision::Year) => PartialDate::new(year, None, None),
        Some(Precision::Month) => PartialDate::new(year, parts.get(1).copied(), None),
        Some(Precision::Day) | None => Some(date),
    }
}

/// `D`, `M`, `Y`, or the workbook's label that begins with it.
pub(super) fn precision(text: &str) -> Option<Precision> {
    let letter = text.split('-').next().unwrap_or_default().trim().to_uppercase();
    match (letter.as_str(), fold(text).as_str()) {
        ("D", _) | (_, "ngay") => Some(Precision::Day),
        ("M", _) | (_, "thang") => Some(Precision::Month),
        ("Y", _) | (_, "nam") => Some(Precision::Year),
        _ => None,
    }
}

/// `M` or `F`; files also write small letters, the workbook's labels and the Vietnamese words.
pub(super) fn sex(text: &str, door: Door) -> Option<&'static str> {
    match (door, text.trim()) {
        (_, "M") => Some("M"),
        (_, "F") => Some("F"),
        (Door::Json | Door::Stay | Door::National, _) => None,
        (Door::File, text) => match fold(text).as_str() {
            "m" | "nam" | "male" | "m - nam" | "m-nam" => Some("M"),
            "f" | "nu" | "female" | "f - nu" | "f-nu" => Some("F"),
            _ => None,
        },
    }
}

fn iso_day(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10 && text.is_ascii();
    shape.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
}

/// `d/M/yyyy`, with `.` or `-` for the stroke, or an ISO day; an hour may follow. Two-digit years and month-first dates
/// are refused or read as what they say: nothing is swapped.
fn file_moment(text: &str) -> Option<Moment> {
    let (date, hour) = split_hour(text);
    let on = iso_day(date).or_else(|| {
        let parts = stroke_parts(date)?;
        let [day, month, year] = parts.as_slice() else { return None };
        NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day)
    })?;
    at_hour(on, hour)
}

/// An ISO day; an hour of Viet Nam may follow.
fn national_moment(text: &str) -> Option<Moment> {
    let (date, hour) = split_hour(text);
    at_hour(iso_day(date)?, hour)
}

fn split_hour(text: &str) -> (&str, &str) {
    text.split_once([' ', 'T']).map_or((text, ""), |(date, hour)| (date, hour.trim()))
}

fn at_hour(on: NaiveDate, hour: &str) -> Option<Moment> {
    if hour.is_empty() {
        return Some(Moment { on, at: None });
    }
    let time = ["%H:%M:%S", "%H:%M"].iter().find_map(|f| chrono::NaiveTime::parse_from_str(hour, f).ok())?;
    // Midnight is what a spreadsheet, and software without an hour, writes for a bare date.
    if time == chrono::NaiveTime::MIN {
        return Some(Moment { on, at: None });
    }
    let at = clock::vietnam().from_local_datetime(&NaiveDateTime::new(on, time)).single()?;
    Some(Moment { on, at: Some(at.with_timezone(&Utc)) })
}

fn file_partial(text: &str) -> Option<PartialDate> {
    if let Some(parts) = stroke_parts(text) {
        let year = i32::try_from(*parts.last()?).ok()?;
        return match parts.as_slice() {
            [_] => PartialDate::new(year, None, None),
            [month, _] => PartialDate::new(year, Some(*month), None),
            [day, month, _] => PartialDate::new(year, Some(*month), Some(*day)),
            _ => None,
        };
    }
    let (date, _) = text.split_once([' ', 'T'])?;
    PartialDate::parse_iso(date).or_else(|| file_partial(date))
}

/// Numbers between strokes, the last one a year of four digits.
fn stroke_parts(text: &str) -> Option<Vec<u32>> {
    let parts: Vec<&str> = text.split(['/', '.', '-']).map(str::trim).collect();
    let last = parts.len().checked_sub(1)?;
    parts
        .iter()
        .enumerate()
        .map(|(i, part)| {
            let digits = if i == last { 4..=4 } else { 1..=2 };
            let good = digits.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            good.then(|| part.parse().ok())?
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for (text, door, expected) in [
            ("2026-11-22T14:05:00+07:00", Door::Json, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
            ("2026-11-22T20:00:00Z", Door::Json, Some("2026-11-23 at 2026-11-22T20:00:00+00:00")),
            ("2026-11-22", Door::Json, Some("2026-11-22")),
            ("2026-11-22T14:05:00", Door::Json, None),
            ("22/11/2026", Door::Json, None),
            ("22/11/2026", Door::File, Some("2026-11-22")),
            ("2/1/2026", Door::File, Some("2026-01-02")),
            ("22.11.2026", Door::File, Some("2026-11-22")),
            ("22-11-2026", Door::File, Some("2026-11-22")),
            ("22/11/2026 14:05", Door::File, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
            ("22/11/2026 00:00:00", Door::File, Some("2026-11-22")),
            ("2026-11-22T20:00:00Z", Door::File, Some("2026-11-23 at 2026-11-22T20:00:00+00:00")),
            ("2026-11-22", Door::File, Some("2026-11-22")),
            ("11/22/2026", Door::File, None),
            ("22/11/26", Door::File, None),
            ("46348", Door::File, None),
            ("Invalid date", Door::File, None),
            ("29/02/2026", Door::File, None),
            ("22/11/0026", Door::File, None),
            ("", Door::File, None),
            ("2026-11-22 14:05:00", Door::National, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
            ("2026-11-22 14:05", Door::National, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
            ("2026-11-22T14:05:00", Door::National, Some("2026-11-22 at 2026-11-22T07:05:00+00:00")),
            ("2026-11-22 23:30:00", Door::National, Some("2026-11-22 at 2026-11-22T16:30:00+00:00")),
            ("2026-11-22T20:00:00Z", Door::National, Some("2026-11-23 at 2026-11-22T20:00:00+00:00")),
            ("2026-11-22 00:00:00", Door::National, Some("2026-11-22")),
            ("2026-11-22", Door::National, Some("2026-11-22")),
            ("2026-11-22 25:00:00", Door::National, None),
            ("2026-11-22 later", Door::National, None),
            ("22/11/2026 14:05:00", Door::National, None),
            ("2026-02-29 10:00:00", Door::National, None),
        ] {
            let seen = moment(text, door).map(|m| match m.at {
                Some(at) => format!("{} at {}", m.on, at.to_rfc3339()),
                None => m.on.to_string(),
            });
            assert_eq!(seen.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_earliest_arrival_is_of_who_can_be_read() {
        let stay = |arrival: &str| StayInput { arrival: Some(arrival.to_owned()), ..StayInput::default() };
        let stays = [stay("2026-11-23T08:00:00+07:00"), stay("never"), stay("2026-11-22"), StayInput::default()];
        let found = earliest_arrival(&stays, Door::Json).map(|at| clock::local(at).to_rfc3339());
        assert_eq!(found.as_deref(), Some("2026-11-23T00:00:00+07:00"), "a day begins to count when it is over");
        assert_eq!(earliest_arrival(&stays[1..2], Door::Json), None);
    }

    #[test]
    fn births() {
        for (text, precision, door, expected) in [
            ("14/02/1991", Some(Precision::Day), Door::File, Some("1991-02-14")),
            ("03/1979", Some(Precision::Month), Door::File, Some("1979-03")),
            ("1966", Some(Precision::Year), Door::File, Some("1966")),
            ("1966", Some(Precision::Day), Door::File, Some("1966")),
            ("01/01/1966", Some(Precision::Year), Door::File, Some("1966")),
            ("15/03/1979", Some(Precision::Month), Door::File, Some("1979-03")),
            ("1991-02-14", None, Door::File, Some("1991-02-14")),
            ("14/02/1991 00:00:00", None, Door::File, Some("1991-02-14")),
            ("29/02/1999", Some(Precision::Day), Door::File, None),
            ("14/02/91", None, Door::File, None),
            ("XX/XX/XX", None, Door::File, None),
            ("14/02/1991", None, Door::Json, None),
            ("1991-02", None, Door::Json, Some("1991-02")),
            ("1991-02-14", Some(Precision::Day), Door::National, Some("1991-02-14")),
            ("1991-02-14 00:00:00", Some(Precision::Day), Door::National, Some("1991-02-14")),
            ("1966-01-01", Some(Precision::Year), Door::National, Some("1966")),
            ("1966-01-01", Some(Precision::Day), Door::National, Some("1966-01-01")),
            ("1979-03-01", Some(Precision::Month), Door::National, Some("1979-03")),
            ("14/02/1991", Some(Precision::Day), Door::National, None),
        ] {
            assert_eq!(birth_date(text, precision, door).map(|d| d.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn sexes_and_precisions() {
        for (text, door, expected) in [
            ("M", Door::Json, Some("M")),
            ("m", Door::Json, None),
            ("X", Door::Json, None),
            ("F", Door::National, Some("F")),
            ("Nam", Door::National, None),
            ("f", Door::File, Some("F")),
            ("F - Nữ", Door::File, Some("F")),
            ("M - Nam", Door::File, Some("M")),
            ("Nữ", Door::File, Some("F")),
            ("U", Door::File, None),
            ("Unknown", Door::File, None),
            ("", Door::File, None),
        ] {
            assert_eq!(sex(text, door), expected, "{text}");
        }
        for (text, expected) in [
            ("D", Some(Precision::Day)),
            ("M - Tháng", Some(Precision::Month)),
            ("Y - Năm", Some(Precision::Year)),
            ("y", Some(Precision::Year)),
            ("", None),
            ("X", None),
        ] {
            assert_eq!(precision(text), expected, "{text}");
        }
    }
}
