//! Text to values: dates, sex and precision as JSON and as files write them. Nothing is guessed.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use crate::{
    features::declarations::rules::{Door, StayInput},
    kernel::{
        clock,
        partial_date::{PartialDate, Precision},
        text::{fold, nfc_collapsed},
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
    let instant_or = |otherwise: fn(&str) -> Option<Moment>| {
        instant(text.trim())
            .map(|at| Moment { on: clock::local_day(at.to_utc()), at: Some(at.to_utc()) })
            .or_else(|| otherwise(text.trim()))
    };
    let moment = match door {
        Door::Json | Door::Stay => instant_or(|text| iso_day(text).map(|on| Moment { on, at: None })),
        Door::National => instant_or(national_moment),
        Door::File => file_moment(text),
    }?;
    YEARS.contains(&moment.on.year()).then_some(moment)
}

fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
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
    let letter = text.split(['-', '\u{2013}', '\u{2014}']).next().unwrap_or_default().trim().to_uppercase();
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
        (Door::File, text) => match fold(text).replace(' ', "").replace(['\u{2013}', '\u{2014}'], "-").as_str() {
            "m" | "nam" | "male" | "m-nam" => Some("M"),
            "f" | "nu" | "female" | "f-nu" => Some("F"),
            _ => None,
        },
    }
}

/// Whether the kind of document is a passport or another travel document; none for any other paper. Files write the
/// words of their templates, some with the template's number before.
pub(super) fn is_passport(text: &str, door: Door) -> Option<bool> {
    match (door, text.trim()) {
        (_, "passport") => Some(true),
        (_, "travel_document") => Some(false),
        (Door::Json | Door::Stay | Door::National, _) => None,
        (Door::File, text) => {
            let folded = fold(text);
            let words = folded.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '-' || c == '.');
            let begins =
                |start: &&str| words.strip_prefix(*start).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
            if ["ho chieu", "passport", "hc"].iter().any(begins) {
                return Some(true);
            }
            ["giay thong hanh", "giay to di lai", "travel document"].iter().any(begins).then_some(false)
        }
    }
}

/// What programs write where they have nothing.
pub(super) fn is_placeholder(text: &str) -> bool {
    const NOTHING: [&str; 8] = ["undefined", "null", "nan", "unknown", "n/a", "#n/a", "#ref!", "[object object]"];
    let folded = fold(text);
    NOTHING.contains(&folded.as_str())
        || (!folded.is_empty() && folded.split(' ').all(|word| matches!(word, "undefined" | "null")))
}

fn iso_day(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10 && text.is_ascii();
    shape.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())?
}

/// `d/M/yyyy`, with `.` or `-` for the stroke, `yyyy/M/d`, or `22-Nov-2026`; an hour may stand before or after. Two-digit
/// years, day numbers and month-first dates are refused or read as what they say: nothing is swapped.
fn file_moment(text: &str) -> Option<Moment> {
    if let Some(moment) = moment_with_offset(text) {
        return Some(moment);
    }
    let (date, hour) = date_and_hour(text);
    let on = file_day(&date)?;
    at_time(on, if hour.is_empty() { None } else { Some(clock_time(&hour)?) })
}

/// An ISO day; an hour of Viet Nam may follow.
fn national_moment(text: &str) -> Option<Moment> {
    let (date, hour) = split_hour(text);
    let formats = ["%H:%M:%S", "%H:%M"];
    let time = |hour| formats.iter().find_map(|format| NaiveTime::parse_from_str(hour, format).ok());
    at_time(iso_day(date)?, if hour.is_empty() { None } else { Some(time(hour)?) })
}

fn split_hour(text: &str) -> (&str, &str) {
    text.split_once([' ', 'T']).map_or((text, ""), |(date, hour)| (date, hour.trim()))
}

/// Midnight is what a spreadsheet, and software without an hour, writes for a bare date.
fn at_time(on: NaiveDate, time: Option<NaiveTime>) -> Option<Moment> {
    let Some(time) = time.filter(|time| *time != NaiveTime::MIN) else { return Some(Moment { on, at: None }) };
    let at = clock::vietnam().from_local_datetime(&NaiveDateTime::new(on, time)).single()?;
    Some(Moment { on, at: Some(at.with_timezone(&Utc)) })
}

/// ISO 8601 with an offset. A midnight, there or in Viet Nam, is a bare day that a program has turned into an instant:
/// `2026-11-21T17:00:00Z` is 22 November.
fn moment_with_offset(text: &str) -> Option<Moment> {
    let at = instant(&text.trim().replacen(' ', "T", 1))?;
    let here = at.with_timezone(&clock::vietnam());
    let bare = [at.time(), here.time()].contains(&NaiveTime::MIN);
    Some(Moment { on: here.date_naive(), at: (!bare).then(|| at.to_utc()) })
}

/// The words of a date, joined by strokes, and the words of the hour beside it.
fn date_and_hour(text: &str) -> (String, String) {
    let mut flat = nfc_collapsed(text);
    for sign in ['/', '.', '-'] {
        flat = flat.replace(&format!(" {sign}"), &sign.to_string()).replace(&format!("{sign} "), &sign.to_string());
    }
    let (mut date, mut hour): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for word in flat.split(' ') {
        // `2026-11-22T14:05`: the only word that is both.
        let both = word.split_once('T').filter(|(day, time)| day.ends_with(is_digit) && time.starts_with(is_digit));
        if let Some((day, time)) = both {
            date.push(day);
            hour.push(time);
        } else if is_hour_word(word) {
            hour.push(word);
        } else if !matches!(fold(word).as_str(), "ngay" | "thang" | "nam") {
            date.push(word);
        }
    }
    (date.join("/"), hour.join(" "))
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_hour_word(word: &str) -> bool {
    let lower = word.to_lowercase();
    let with_h = lower
        .split_once('h')
        .is_some_and(|(hour, rest)| !hour.is_empty() && hour.chars().all(is_digit) && rest.chars().all(is_digit));
    with_h || word.contains(':') || matches!(lower.as_str(), "am" | "pm" | "sa" | "ch")
}

/// Whether the text is an hour by itself.
pub(super) fn is_hour(text: &str) -> bool {
    clock_time(text.trim()).is_some()
}

/// `14:05`, `14:05:00.000`, `2:05 PM` (`SA` and `CH` in Vietnamese), `14h05`, `14h`.
fn clock_time(text: &str) -> Option<NaiveTime> {
    let upper = text.to_uppercase();
    let (time, half) = match upper.split_once(' ') {
        Some((time, "AM" | "SA")) => (time, Some(" AM")),
        Some((time, "PM" | "CH")) => (time, Some(" PM")),
        Some(_) => return None,
        None => (upper.as_str(), None),
    };
    let time = match time.split_once('H') {
        Some((hour, "")) => format!("{hour}:00"),
        Some((hour, minute)) => format!("{hour}:{minute}"),
        None => time.to_owned(),
    };
    let (time, formats) = match half {
        Some(half) => (time + half, ["%I:%M:%S %p", "%I:%M %p"]),
        None => (time, ["%H:%M:%S%.f", "%H:%M"]),
    };
    formats.iter().find_map(|format| NaiveTime::parse_from_str(&time, format).ok())
}

fn file_day(date: &str) -> Option<NaiveDate> {
    let [year, month, day] = file_parts(date)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Year, month and day as written.
fn file_parts(date: &str) -> Option<[u32; 3]> {
    let parts: Vec<&str> = date.split(['/', '.', '-']).map(str::trim).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    if first.len() == 4 {
        return Some([digits(first, 4..=4)?, digits(second, 1..=2)?, digits(third, 1..=2)?]);
    }
    let month = digits(second, 1..=2).or_else(|| month_by_name(second))?;
    Some([digits(third, 4..=4)?, month, digits(first, 1..=2)?])
}

fn digits(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<u32> {
    (count.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// English names of months, whole or by their first three letters.
fn month_by_name(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = text.to_lowercase();
    let at = MONTHS
        .iter()
        .position(|month| *month == lower || month[..3] == lower || (lower == "sept" && *month == "september"))?;
    u32::try_from(at + 1).ok()
}

/// Whether the date exists with the month first only, such as `11/22/2026`.
pub(super) fn is_month_first(text: &str) -> bool {
    let date = date_and_hour(text).0;
    day_before_month(&date).is_some_and(|(first, second, year)| {
        NaiveDate::from_ymd_opt(year, second, first).is_none() && NaiveDate::from_ymd_opt(year, first, second).is_some()
    })
}

/// What a date means with the day first and with the month first, where both exist and differ.
pub(super) fn both_readings(text: &str) -> Option<[NaiveDate; 2]> {
    let (first, second, year) = day_before_month(&date_and_hour(text).0)?;
    let day_first = NaiveDate::from_ymd_opt(year, second, first)?;
    let month_first = NaiveDate::from_ymd_opt(year, first, second)?;
    (day_first != month_first).then_some([day_first, month_first])
}

/// The numbers of a date whose year stands last.
fn day_before_month(date: &str) -> Option<(u32, u32, i32)> {
    let parts: Vec<&str> = date.split(['/', '.', '-']).collect();
    let [first, second, year] = parts.as_slice() else { return None };
    let year = i32::try_from(digits(year, 4..=4)?).ok()?;
    Some((digits(first, 1..=2)?, digits(second, 1..=2)?, year))
}

fn file_partial(text: &str) -> Option<PartialDate> {
    if let Some(at) = instant(&text.replacen(' ', "T", 1)) {
        return birth_instant(at);
    }
    let (date, hour) = date_and_hour(text);
    if !hour.is_empty() && clock_time(&hour).is_none() {
        return None;
    }
    if let Some([year, month, day]) = file_parts(&date) {
        return PartialDate::new(i32::try_from(year).ok()?, Some(month), Some(day));
    }
    let parts: Vec<&str> = date.split(['/', '.', '-']).collect();
    let year = i32::try_from(digits(parts.last()?, 4..=4)?).ok()?;
    match parts.as_slice() {
        [_] => PartialDate::new(year, None, None),
        [month, _] => PartialDate::new(year, Some(digits(month, 1..=2).or_else(|| month_by_name(month))?), None),
        _ => None,
    }
}

/// A birth has no hour, so that an instant is only taken when it is a midnight: where it was written, or in Viet Nam,
/// whose clocks were an hour ahead before 13 June 1975.
fn birth_instant(at: DateTime<FixedOffset>) -> Option<PartialDate> {
    let in_saigon_before_1975 = FixedOffset::east_opt(8 * 3600).map(|offset| at.with_timezone(&offset));
    let change = NaiveDate::from_ymd_opt(1975, 6, 13)?;
    let early = in_saigon_before_1975.filter(|local| local.date_naive() < change);
    let local = [Some(at), Some(at.with_timezone(&clock::vietnam())), early]
        .into_iter()
        .flatten()
        .find(|local| local.time() == NaiveTime::MIN)?;
    PartialDate::parse_iso(&local.date_naive().to_string())
}

#[cfg(test)]
mod tests;
