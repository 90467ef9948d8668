//! Passports and other travel documents: their numbers and their machine-readable zone (ICAO Doc 9303).

use std::fmt;

use chrono::{Datelike, NaiveDate};

use crate::kernel::partial_date::PartialDate;

/// Shortest number that is a passport's; shorter ones are placeholders of hotel software (`GKS`, `GBL`).
const MIN_NUMBER: usize = 5;
/// Longest number that the ministry's interface takes.
const MAX_NUMBER: usize = 10;

/// The number of a travel document: 5 to 10 capital letters and digits, at least one digit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DocumentNumber(String);

/// Why a text is not a document number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing there.
    #[error("document number is missing")]
    Missing,
    /// Not such a number.
    #[error("not a document number")]
    Bad,
}

impl DocumentNumber {
    /// Reads a number; blanks and hyphens between its characters are dropped, small letters become capitals, nothing
    /// is padded.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let number: String =
            text.chars().filter(|c| !c.is_whitespace() && !"-\u{2010}\u{2011}\u{2013}".contains(*c)).collect();
        if number.is_empty() {
            return Err(NumberError::Missing);
        }
        let number = number.to_ascii_uppercase();
        let good = (MIN_NUMBER..=MAX_NUMBER).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_alphanumeric())
            && number.bytes().any(|b| b.is_ascii_digit())
            && !is_placeholder(&number);
        if good { Ok(Self(number)) } else { Err(NumberError::Bad) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What hotel programs write where a guest, often a child, has no document: their codes with a running number, or one
/// digit over and over. Longer numbers with the same letters may be real: Argentina writes three letters and six digits.
fn is_placeholder(number: &str) -> bool {
    const CODES: [&str; 4] = ["GKS", "GBL", "GKA", "GBS"];
    let one_sign = number.bytes().all(|b| number.starts_with(char::from(b)));
    let rest = CODES.iter().find_map(|code| number.strip_prefix(code));
    one_sign || rest.is_some_and(|rest| rest.len() <= 4 && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// Hides all but the last three characters, for lists, papers and screens that others may see.
pub fn mask(number: &str) -> String {
    let count = number.chars().count();
    let keep = if count > 5 { 3 } else { 1 };
    number.chars().enumerate().map(|(i, c)| if i + keep < count { '•' } else { c }).collect()
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentNumber(…)")
    }
}

/// What a machine-readable zone says.
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz {
    /// Family name, then given names.
    pub full_name: String,
    /// Date of birth as far as it is known.
    pub date_of_birth: Option<PartialDate>,
    /// `M` or `F`; none where the zone leaves it open.
    pub sex: Option<&'static str>,
    /// Code of the nationality, fillers removed.
    pub nationality: String,
    /// Number, fillers removed.
    pub document_number: String,
    /// Last day of the document.
    pub expires_on: Option<NaiveDate>,
    /// Whether it is a passport (code `P`).
    pub is_passport: bool,
}

/// Why a zone cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MrzError {
    /// Neither two lines of 44 or 36 nor three of 30 characters of the zone's alphabet.
    #[error("not the shape of a machine-readable zone")]
    Shape,
    /// A check digit does not fit: a character was misread.
    #[error("a check digit does not fit")]
    CheckDigit,
    /// The zone of a visa, which does not hold the passport's number.
    #[error("the zone of a visa, not of a travel document")]
    Visa,
}

impl Mrz {
    /// Reads a zone as it is pasted: lines apart or run together, blanks between. `today` decides the century of a
    /// birth.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, MrzError> {
        let zone: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        if !zone.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '<') {
            return Err(MrzError::Shape);
        }
        if zone.first() == Some(&'V') {
            return Err(MrzError::Visa);
        }
        let line = |from: usize, to: usize| zone[from..to].iter().collect::<String>();
        let options = mrz::ParseOptions::default().with_pivot_yy(today.year().rem_euclid(100).unsigned_abs());
        let parsed = match zone.len() {
            88 => mrz::parse_td3_with(&line(0, 44), &line(44, 88), &options),
            72 => mrz::parse_td2_with(&line(0, 36), &line(36, 72), &options),
            90 => mrz::parse_td1_with(&line(0, 30), &line(30, 60), &line(60, 90), &options),
            _ => return Err(MrzError::Shape),
        };
        let data = parsed.map_err(|_| MrzError::Shape)?;
        if !data.valid() {
            return Err(MrzError::CheckDigit);
        }
        let plain = |text: &str| text.replace('<', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let full_name = plain(&format!("{} {}", data.surname, data.given_names));
        let sex = match data.sex {
            mrz::Sex::Male => Some("M"),
            mrz::Sex::Female => Some("F"),
            _ => None,
        };
        Ok(Self {
            full_name,
            date_of_birth: birth(data.date_of_birth, today),
            sex,
            nationality: data.nationality.replace('<', ""),
            document_number: data.full_document_number().replace('<', ""),
            expires_on: data.date_of_expiry.calendar().and_then(day),
            is_passport: data.document_type.starts_with('P'),
        })
    }
}

impl fmt::Debug for Mrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mrz(…)")
    }
}

fn day(date: mrz::Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(date.year, date.month, date.day)
}

/// A complete date, or its known leading part where the zone fills month or day with `<`.
fn birth(date: mrz::MrzDate, today: NaiveDate) -> Option<PartialDate> {
    if let Some(date) = date.calendar() {
        let born = PartialDate::new(date.year, Some(date.month), Some(date.day))?;
        return (born.earliest() <= today).then_some(born);
    }
    let mrz::MrzDate::PartiallyUnknown(field) = date else { return None };
    let text = field.as_str();
    let year: i32 = text.get(0..2)?.parse().ok()?;
    let century = if year > today.year().rem_euclid(100) { 1900 } else { 2000 };
    let month = text.get(2..4).and_then(|part| part.parse().ok());
    PartialDate::new(century + year, month, None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::*;

    const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).expect("valid")
    }

    #[test]
    fn number_table() {
        for (text, expected) in [
            ("zs0000101", Ok("ZS0000101")),
            (" C01 X00-T47 ", Ok("C01X00T47")),
            ("751234567", Ok("751234567")),
            ("", Err(NumberError::Missing)),
            ("  ", Err(NumberError::Missing)),
            ("GKS", Err(NumberError::Bad)),
            ("GBLXYZ", Err(NumberError::Bad)),
            ("GKS01", Err(NumberError::Bad)),
            ("gka 0001", Err(NumberError::Bad)),
            ("GBS1234", Err(NumberError::Bad)),
            ("GBS123456", Ok("GBS123456")),
            ("0000000", Err(NumberError::Bad)),
            ("111-111", Err(NumberError::Bad)),
            ("1.23E+08", Err(NumberError::Bad)),
            ("1.23457E+11", Err(NumberError::Bad)),
            ("1E+20", Err(NumberError::Bad)),
            ("12345678.0", Err(NumberError::Bad)),
            ("0012345", Ok("0012345")),
            ("12345678901", Err(NumberError::Bad)),
            ("C1234567 / C7654321", Err(NumberError::Bad)),
            ("AB12345É", Err(NumberError::Bad)),
        ] {
            assert_eq!(
                DocumentNumber::parse(text).as_ref().map(DocumentNumber::as_str),
                expected.as_ref().copied(),
                "{text}"
            );
        }
    }

    #[test]
    fn masks_all_but_the_end() {
        assert_eq!(mask("ZS0000101"), "••••••101");
        assert_eq!(mask("1234"), "•••4");
    }

    #[test]
    fn icao_sample_reads_in_any_pasted_form() {
        let run_together = TD3.replace('\n', "");
        let spaced = TD3.to_lowercase().replace('\n', "\r\n ");
        for text in [TD3, &run_together, &spaced] {
            let mrz = Mrz::parse(text, today()).expect("the sample of Doc 9303");
            assert_eq!(mrz.full_name, "ERIKSSON ANNA MARIA");
            assert_eq!(mrz.date_of_birth.map(|d| d.to_string()).as_deref(), Some("1974-08-12"));
            assert_eq!(
                (mrz.sex, mrz.nationality.as_str(), mrz.document_number.as_str()),
                (Some("F"), "UTO", "L898902C3")
            );
            assert_eq!(mrz.expires_on, NaiveDate::from_ymd_opt(2012, 4, 15));
            assert!(mrz.is_passport);
        }
    }

    #[test]
    fn refusals() {
        assert_eq!(Mrz::parse(&TD3.replace("L898902C36", "L898902C26"), today()).err(), Some(MrzError::CheckDigit));
        assert_eq!(Mrz::parse("P<UTO", today()).err(), Some(MrzError::Shape));
        assert_eq!(Mrz::parse(&TD3.replacen('P', "V", 1), today()).err(), Some(MrzError::Visa));
        assert_eq!(Mrz::parse("é", today()).err(), Some(MrzError::Shape));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn never_panics(text in "[A-Z0-9<]{0,100}|\\PC{0,100}") {
            let _ = Mrz::parse(&text, today());
            let _ = DocumentNumber::parse(&text);
        }
    }
}
