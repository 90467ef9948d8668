//! What may be asked for: a purpose always, and enough of a person that nobody leafs through the city.

use chrono::NaiveDate;
use uuid::Uuid;

use unicode_normalization::UnicodeNormalization;

use crate::kernel::{
    clock,
    finding::Finding,
    partial_date::PartialDate,
    text::{fold, nfc_collapsed},
};

/// Longest purpose, in characters.
pub const MAX_PURPOSE: usize = 200;
/// Longest reason of a link, in characters.
pub const MAX_REASON: usize = 1000;
/// Longest name to look for, in characters.
pub const MAX_NAME: usize = 100;
/// Most words of a name to look for.
pub const MAX_WORDS: usize = 8;
/// Fewest letters of a name to look for.
pub const MIN_NAME: usize = 2;
/// Shortest part of a document number.
pub const MIN_NUMBER: usize = 4;
/// Longest document number to look for.
pub const MAX_NUMBER: usize = 20;
/// Shortest single word that is taken for a name in a purpose.
const LONE_NAME: usize = 5;
/// From this length on a word may stand inside a longer one; a shorter one is a whole word of the name.
const PART: usize = 3;

/// What was asked for, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Words of a name.
    pub q: Option<String>,
    /// A number or a part of it.
    pub document_number: Option<String>,
    /// ICAO code.
    pub nationality: Option<String>,
    /// Year, month or day.
    pub date_of_birth: Option<String>,
    /// Ward of the stay.
    pub ward_code: Option<String>,
    /// Establishment of the stay.
    pub establishment_id: Option<Uuid>,
    /// Present on this day or later.
    pub present_from: Option<NaiveDate>,
    /// Present on this day or earlier.
    pub present_to: Option<NaiveDate>,
}

/// What to look for; all conditions hold of one stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Words that the name holds, in any order.
    pub words: Vec<Word>,
    /// Part of the document number, letters and digits.
    pub number: Option<String>,
    /// ICAO code.
    pub nationality: Option<String>,
    /// Date of birth as far as it is asked for.
    pub birth: Option<PartialDate>,
    /// Ward of the stay.
    pub ward_code: Option<String>,
    /// Establishment of the stay.
    pub establishment_id: Option<Uuid>,
    /// Present on this day or later.
    pub present_from: Option<NaiveDate>,
    /// Present on this day or earlier.
    pub present_to: Option<NaiveDate>,
}

/// A folded word of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Stands anywhere in the name.
    Part(String),
    /// Is one of the name's words: two letters stand inside half of all names.
    Whole(String),
}

impl Search {
    /// Names of the criteria that are set, for the record: never their values.
    pub fn criteria(&self) -> Vec<&'static str> {
        let set = [
            ("q", !self.words.is_empty()),
            ("document_number", self.number.is_some()),
            ("nationality", self.nationality.is_some()),
            ("date_of_birth", self.birth.is_some()),
            ("ward_code", self.ward_code.is_some()),
            ("establishment_id", self.establishment_id.is_some()),
            ("present_from", self.present_from.is_some()),
            ("present_to", self.present_to.is_some()),
        ];
        set.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
    }
}

/// Reads the purpose of a look-up: 1 to 200 characters, as it goes on the record.
pub fn read_purpose(purpose: Option<&str>) -> Result<String, Finding> {
    let purpose = nfc_collapsed(purpose.unwrap_or_default());
    if purpose.is_empty() {
        return Err(Finding::block("purpose_missing", "/purpose"));
    }
    bounded(&purpose, MAX_PURPOSE, "/purpose")?;
    if purpose.chars().any(char::is_control) {
        return Err(Finding::block("bad_text", "/purpose"));
    }
    Ok(purpose)
}

/// Reads why an officer says something of two documents: 1 to 1000 characters.
pub fn read_reason(reason: &str) -> Result<String, Finding> {
    let reason = nfc_collapsed(reason);
    if reason.is_empty() {
        return Err(Finding::block("too_short", "/reason").with("min", "1"));
    }
    bounded(&reason, MAX_REASON, "/reason")?;
    let unseen = reason.chars().any(char::is_control);
    if unseen { Err(Finding::block("bad_text", "/reason")) } else { Ok(reason) }
}

/// Refuses a purpose that holds a person's name or document number: the record of look-ups is kept for ever and names
/// nobody.
pub fn purpose_names_nobody(purpose: &str, names: &[&str], numbers: &[&str]) -> Result<(), Finding> {
    // Full-width letters are the same letters (Unicode form KC).
    let folded = fold(&purpose.nfkc().collect::<String>());
    let words: Vec<&str> = split_words(&folded).collect();
    let letters: String = folded.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let named = names.iter().any(|name| {
        let name = fold(name);
        let parts: Vec<&str> = split_words(&name).collect();
        // One short word is a word of the language as well: án, an. A long one names a person by itself.
        let telling = |part: &&str| part.chars().count() >= LONE_NAME && words.contains(part);
        let all = parts.len() > 1 && parts.iter().all(|part| words.contains(part));
        all || parts.iter().any(telling)
    });
    let numbered = numbers.iter().any(|number| letters.contains(*number));
    if named || numbered { Err(Finding::block("purpose_names_person", "/purpose")) } else { Ok(()) }
}

/// Reads what is asked for.
pub fn read_search(asked: &Asked) -> Result<Search, Finding> {
    let words = asked.q.as_deref().map(read_name).transpose()?.unwrap_or_default();
    let number = asked.document_number.as_deref().map(read_number).transpose()?;
    let search = Search {
        words,
        number,
        nationality: asked.nationality.as_deref().map(read_nationality).transpose()?,
        birth: asked.date_of_birth.as_deref().map(read_birth).transpose()?,
        ward_code: asked.ward_code.as_deref().map(read_ward).transpose()?,
        establishment_id: asked.establishment_id,
        present_from: sensible(asked.present_from, "/present_from")?,
        present_to: sensible(asked.present_to, "/present_to")?,
    };
    if let (Some(from), Some(to)) = (search.present_from, search.present_to)
        && to < from
    {
        return Err(Finding::block("days_reversed", "/present_to"));
    }
    if search.words.is_empty() && search.number.is_none() {
        return Err(Finding::block("criterion_missing", ""));
    }
    Ok(search)
}

/// The words of a folded name: a hyphen separates them as a blank does.
pub fn split_words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split([' ', '-']).filter(|word| !word.is_empty())
}

fn read_name(text: &str) -> Result<Vec<Word>, Finding> {
    bounded(text, MAX_NAME, "/q")?;
    let folded = fold(&text.replace(',', " ").replace(['\u{2019}', '\u{2018}', '`', '\u{b4}'], "'"));
    let words: Vec<Word> = split_words(&folded)
        .map(|word| if word.chars().count() >= PART { Word::Part(word.into()) } else { Word::Whole(word.into()) })
        .collect();
    if words.len() > MAX_WORDS {
        return Err(Finding::block("too_many_words", "/q").with("max", MAX_WORDS.to_string()));
    }
    if folded.chars().filter(|c| c.is_alphabetic()).count() < MIN_NAME {
        return Err(Finding::block("too_short", "/q").with("min", MIN_NAME.to_string()));
    }
    Ok(words)
}

fn read_number(text: &str) -> Result<String, Finding> {
    let pointer = "/document_number";
    let number: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_uppercase();
    if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Finding::block("bad_query", pointer));
    }
    if number.len() < MIN_NUMBER {
        return Err(Finding::block("too_short", pointer).with("min", MIN_NUMBER.to_string()));
    }
    bounded(&number, MAX_NUMBER, pointer)?;
    Ok(number)
}

fn read_nationality(text: &str) -> Result<String, Finding> {
    let code = text.trim().to_uppercase();
    let good = (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase());
    match code.as_str() {
        "D" => Ok("DEU".to_owned()),
        _ if good => Ok(code),
        _ => Err(Finding::block("bad_query", "/nationality")),
    }
}

fn read_birth(text: &str) -> Result<PartialDate, Finding> {
    PartialDate::parse_iso(text.trim()).ok_or_else(|| Finding::block("invalid_date", "/date_of_birth"))
}

fn read_ward(text: &str) -> Result<String, Finding> {
    let good = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if good { Ok(text.to_owned()) } else { Err(Finding::block("bad_query", "/ward_code")) }
}

/// Refuses a day that cannot be meant.
fn sensible(day: Option<NaiveDate>, pointer: &str) -> Result<Option<NaiveDate>, Finding> {
    let slip = day.is_some_and(|day| !clock::is_sensible(day));
    if slip { Err(Finding::block("invalid_date", pointer)) } else { Ok(day) }
}

fn bounded(text: &str, max: usize, pointer: &str) -> Result<(), Finding> {
    let long = text.chars().count() > max;
    if long { Err(Finding::block("too_long", pointer).with("max", max.to_string())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule_of<T>(outcome: Result<T, Finding>) -> Option<String> {
        outcome.err().map(|finding| format!("{} {}", finding.pointer, finding.rule))
    }

    #[test]
    fn purposes() {
        for (text, expected) in [
            (None, Some("/purpose purpose_missing")),
            (Some(""), Some("/purpose purpose_missing")),
            (Some(" \u{a0}\t"), Some("/purpose purpose_missing")),
            (Some("a"), None),
            (Some("Vụ việc 12/2026/HS"), None),
            (Some("a\u{7}b"), Some("/purpose bad_text")),
        ] {
            assert_eq!(rule_of(read_purpose(text)).as_deref(), expected, "{text:?}");
        }
        assert_eq!(rule_of(read_purpose(Some(&"ă".repeat(200)))), None);
        assert_eq!(rule_of(read_purpose(Some(&"ă".repeat(201)))).as_deref(), Some("/purpose too_long"));
        assert_eq!(read_purpose(Some("  Vụ \n 12 ")).as_deref(), Ok("Vụ 12"));
    }

    #[test]
    fn a_purpose_names_nobody() {
        let names = ["KIM MIN JI"];
        let numbers = ["ZS0000101"];
        for (purpose, good) in [
            ("Vụ 12/2026", true),
            ("Kim Min-ji", false),
            ("tìm ji kim min ở Sơn Trà", false),
            ("Kim", true),
            ("hộ chiếu zs 0000101", false),
            ("ZS00001", true),
            ("ＺＳ0000101", false),
        ] {
            assert_eq!(purpose_names_nobody(purpose, &names, &numbers).is_ok(), good, "{purpose}");
        }
        for (name, good) in [("", true), ("an", true), ("vụ án", false), ("sukarno", true)] {
            assert_eq!(purpose_names_nobody("Vụ án 12", &[name], &[]).is_ok(), good, "{name}");
        }
        assert!(purpose_names_nobody("tìm Sukarno", &["SUKARNO"], &[]).is_err());
    }

    #[test]
    fn names_become_words() {
        let part = |text: &str| Word::Part(text.to_owned());
        let whole = |text: &str| Word::Whole(text.to_owned());
        for (text, expected) in [
            ("Nguyễn Thị Hoà", vec![part("nguyen"), part("thi"), part("hoa")]),
            ("KIM, Min-Ji", vec![part("kim"), part("min"), whole("ji")]),
            ("o’Brien", vec![part("o'brien")]),
            ("山田", vec![whole("山田")]),
        ] {
            assert_eq!(read_name(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_too_little_too_much_or_unreadable() {
        let asked = Asked::default;
        let named = |q: &str| Asked { q: Some(q.to_owned()), ..asked() };
        let numbered = |number: &str| Asked { document_number: Some(number.to_owned()), ..asked() };
        let born = |text: &str| Asked { date_of_birth: Some(text.to_owned()), ..named("kim") };
        let day = |text: &str| text.parse().ok();
        let present = |from, to| Asked { present_from: day(from), present_to: day(to), ..named("kim") };
        for (asked, expected) in [
            (asked(), Some(" criterion_missing")),
            (Asked { nationality: Some("KOR".into()), ..asked() }, Some(" criterion_missing")),
            (Asked { date_of_birth: Some("1988-03-12".into()), ..asked() }, Some(" criterion_missing")),
            (
                Asked { ward_code: Some("20275".into()), present_from: day("2026-11-22"), ..asked() },
                Some(" criterion_missing"),
            ),
            (named("kim"), None),
            (named("k"), Some("/q too_short")),
            (named("% _"), Some("/q too_short")),
            (named(&"a".repeat(101)), Some("/q too_long")),
            (named("a b c d e f g h i"), Some("/q too_many_words")),
            (numbered("zs 00-00"), None),
            (numbered("ZS0"), Some("/document_number too_short")),
            (numbered("ZS%%"), Some("/document_number bad_query")),
            (numbered(&"A".repeat(21)), Some("/document_number too_long")),
            (Asked { nationality: Some("Hàn".into()), ..named("kim") }, Some("/nationality bad_query")),
            (Asked { ward_code: Some("20 275".into()), ..named("kim") }, Some("/ward_code bad_query")),
            (born("1988"), None),
            (born("1988-03"), None),
            (born("12/03/1988"), Some("/date_of_birth invalid_date")),
            (present("2026-11-22", "2026-11-22"), None),
            (present("2026-11-22", "2026-11-21"), Some("/present_to days_reversed")),
            (present("1026-11-22", "2026-11-21"), Some("/present_from invalid_date")),
        ] {
            assert_eq!(rule_of(read_search(&asked)).as_deref(), expected, "{asked:?}");
        }
    }

    #[test]
    fn germany_has_one_code() {
        let asked = Asked { q: Some("kim".into()), nationality: Some("d".into()), ..Asked::default() };
        let search = read_search(&asked).expect("good");
        assert_eq!(search.nationality.as_deref(), Some("DEU"));
        assert_eq!(search.criteria(), ["q", "nationality"]);
    }
}
