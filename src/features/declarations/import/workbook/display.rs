//! What a spreadsheet program shows for a number.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};

use crate::features::declarations::import::workbook::styles::NumberFormat;

/// The last day that a worksheet knows, 31/12/9999, as day number of the 1900 base.
const LAST_DAY: f64 = 2_958_465.0;

/// The text of a numeric cell. Text that is no number is shown as it is.
pub(super) fn number(raw: &str, format: NumberFormat, base_1904: bool) -> String {
    match raw.trim().parse::<f64>().ok().filter(|it| it.is_finite()) {
        Some(value) => finite(value, format, base_1904),
        None => raw.to_owned(),
    }
}

/// The text of a finite number.
pub(in crate::features::declarations::import) fn finite(value: f64, format: NumberFormat, base_1904: bool) -> String {
    let date = || day(value, base_1904);
    let shown = match format {
        NumberFormat::General => None,
        NumberFormat::Day => date().map(|date| date.full()),
        NumberFormat::Month => date().map(|date| format!("{:02}/{:04}", date.month, date.year)),
        NumberFormat::Year => date().map(|date| format!("{:04}", date.year)),
        NumberFormat::Fixed { padded, decimals } => fixed(value, padded, decimals),
        NumberFormat::Scientific(decimals) => Some(scientific(value, decimals, false)),
    };
    shown.unwrap_or_else(|| general(value))
}

/// The text of a cell with an ISO 8601 date in it.
pub(super) fn iso_date(raw: &str) -> String {
    let trimmed = raw.trim().trim_end_matches('Z');
    let date = trimmed.parse::<NaiveDate>().or_else(|_| trimmed.parse::<NaiveDateTime>().map(|it| it.date()));
    date.map_or_else(|_| raw.to_owned(), |date| date.format("%d/%m/%Y").to_string())
}

/// A date as shown. Not a calendar type, because the 1900 base shows a day that never was.
struct Shown {
    day: u32,
    month: u32,
    year: i32,
}

impl Shown {
    fn full(&self) -> String {
        format!("{:02}/{:02}/{:04}", self.day, self.month, self.year)
    }
}

/// The date of a day number; none for numbers that are no date, which show as numbers here.
fn day(serial: f64, base_1904: bool) -> Option<Shown> {
    let whole = serial.floor();
    let first = if base_1904 { 0.0 } else { 1.0 };
    if !(first..=LAST_DAY).contains(&whole) {
        return None;
    }
    // Bounded by the check above.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and LAST_DAY")]
    let days = whole as u64;
    // The 1900 base counts 29 February 1900, which never was, as day 60.
    let (year, month, first_day, days) = match (base_1904, days) {
        (true, days) => (1904, 1, 1, days),
        (false, 60) => {
            return Some(Shown { day: 29, month: 2, year: 1900 });
        }
        (false, days @ ..=59) => (1899, 12, 31, days),
        (false, days) => (1899, 12, 30, days),
    };
    let date = NaiveDate::from_ymd_opt(year, month, first_day)?.checked_add_days(Days::new(days))?;
    Some(Shown { day: date.day(), month: date.month(), year: date.year() })
}

/// `General` in a wide cell: at most eleven characters, else an exponent with six digits.
fn general(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if size >= 1e11 {
        return scientific(value, 5, true);
    }
    let whole_digits = format!("{:.0}", size.trunc()).len();
    let decimals = 10_usize.saturating_sub(whole_digits);
    let plain = without_trailing_zeros(&format!("{value:.decimals$}"));
    if size < 1e-4 && plain.parse() != Ok(value) {
        return scientific(value, 5, true);
    }
    if plain.trim_start_matches('-').len() > 11 {
        return scientific(value, 5, true);
    }
    plain
}

/// All digits up to the fifteen that a spreadsheet keeps. Trailing zeros after the point are left out,
/// so that room `301.0` is `301`.
fn fixed(value: f64, padded: usize, decimals: usize) -> Option<String> {
    if value.abs() >= 1e21 {
        return None;
    }
    let kept: f64 = format!("{value:.14e}").parse().ok()?;
    let text = without_trailing_zeros(&format!("{kept:.decimals$}"));
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut shown = format!("{sign}{whole:0>padded$}");
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    Some(shown)
}

fn without_trailing_zeros(text: &str) -> String {
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    if text == "-0" { "0" } else { text }.to_owned()
}

/// For instance `1.23457E+11`.
fn scientific(value: f64, decimals: usize, trimmed: bool) -> String {
    let text = format!("{value:.decimals$e}");
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let mantissa = if trimmed { without_trailing_zeros(mantissa) } else { mantissa.to_owned() };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}E{sign}{digits:0>2}")
}
