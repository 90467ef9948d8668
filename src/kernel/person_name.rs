//! Names of persons as a passport gives them: one field, family name first, capitals.
//!
//! Nothing is guessed: the order of the words, titles and spelling stay as written. Only what cannot belong to a name
//! (a comma between family and given name, blanks at the ends) is taken out, and the caller is told.

use std::fmt;

use crate::kernel::text::{fold, nfc_collapsed};

/// Longest name, in characters. ICAO Doc 9303 shows 39 in the machine-readable zone, the visual zone has no limit.
pub const MAX_CHARS: usize = 150;

/// A full name in capitals.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("name is missing")]
    Missing,
    /// Longer than [`MAX_CHARS`].
    #[error("name is too long")]
    TooLong,
    /// Holds a character that no name has, or no letter at all.
    #[error("not a name")]
    Bad,
}

impl PersonName {
    /// Reads a name: letters of any script, blanks, apostrophes, hyphens, full stops; at least one letter.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let name = nfc_collapsed(&text.replace(',', " ")).to_uppercase();
        let name = name.replace(['\u{2019}', '\u{2018}', '`', '\u{b4}'], "'");
        if name.is_empty() {
            return Err(NameError::Missing);
        }
        if name.chars().count() > MAX_CHARS {
            return Err(NameError::TooLong);
        }
        let allowed =
            |c: char| c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c) || " '-.·・".contains(c);
        if !name.chars().all(allowed) || !name.chars().any(char::is_alphabetic) {
            return Err(NameError::Bad);
        }
        Ok(Self(name))
    }

    /// The name in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For searching: lower case without diacritics.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// Whether a name from a machine-readable zone may be the same: its words, transliterated and perhaps cut off,
    /// are the beginning of this name's words in the same order (ICAO Doc 9303 part 3 section 4.6).
    pub fn agrees_with_mrz(&self, mrz: &str) -> bool {
        let letters = |text: &str| -> String {
            mrz::transliterate(text, mrz::TransliterationStyle::default())
                .chars()
                .filter(char::is_ascii_alphabetic)
                .collect::<String>()
                .to_ascii_uppercase()
        };
        let (ours, zone) = (letters(&self.0), letters(mrz));
        let plain: String = fold(&self.0).to_uppercase().chars().filter(char::is_ascii_alphabetic).collect();
        !zone.is_empty()
            && (ours == zone
                || plain == zone
                || (zone.len() >= 35 && (ours.starts_with(&zone) || plain.starts_with(&zone))))
    }
}

/// Words that hotel programs write before or after a name.
const TITLES: [&str; 5] = ["MR", "MRS", "MS", "MISS", "MSTR"];

fn is_title(word: &str) -> bool {
    TITLES.contains(&word.trim_end_matches('.').to_uppercase().as_str())
}

/// Whether a title is all there is.
pub fn is_title_only(text: &str) -> bool {
    let mut words = text.split([' ', ',', '*']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(is_title)
}

/// The text without titles at the ends of its parts (parts are what commas divide) and without the asterisks by which
/// hotel programs mark guests. None where there is nothing of the kind, or nothing else.
pub fn without_titles(text: &str) -> Option<String> {
    let bare = |part: &str| {
        let starless = part.replace('*', " ");
        let mut words: Vec<&str> = starless.split_whitespace().collect();
        while words.first().is_some_and(|word| is_title(word)) {
            words.remove(0);
        }
        while words.last().is_some_and(|word| is_title(word)) {
            words.pop();
        }
        words.join(" ")
    };
    let parts: Vec<String> = text.split(',').map(bare).filter(|part| !part.is_empty()).collect();
    let same = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let before: Vec<String> = text.split(',').map(same).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty() && parts != before).then(|| parts.join(", "))
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (text, expected) in [
            ("Kowalczyk  Anna Maria ", Ok("KOWALCZYK ANNA MARIA")),
            ("O’BRIEN SEAN", Ok("O'BRIEN SEAN")),
            ("SMITH, JOHN", Ok("SMITH JOHN")),
            ("Nguye\u{302}\u{303}n Thi\u{323} Hoa", Ok("NGUYỄN THỊ HOA")),
            ("SUKARNO", Ok("SUKARNO")),
            ("山田 花子", Ok("山田 花子")),
            ("MÜLLER-LÜDENSCHEIDT", Ok("MÜLLER-LÜDENSCHEIDT")),
            ("", Err(NameError::Missing)),
            (" \u{a0} ", Err(NameError::Missing)),
            ("-", Err(NameError::Bad)),
            ("JOHN 2", Err(NameError::Bad)),
            ("=SUM(A1)", Err(NameError::Bad)),
            ("<script>", Err(NameError::Bad)),
            ("* SMITH", Err(NameError::Bad)),
        ] {
            assert_eq!(PersonName::parse(text).as_ref().map(PersonName::as_str), expected.as_ref().copied(), "{text}");
        }
        assert_eq!(PersonName::parse(&"A".repeat(151)).err(), Some(NameError::TooLong));
    }

    #[test]
    fn titles_and_marks() {
        for (text, expected) in [
            ("MR SMITH JOHN", Some("SMITH JOHN")),
            ("SMITH JOHN MR", Some("SMITH JOHN")),
            ("Mr. Smith John", Some("Smith John")),
            ("Ms Kim Min Ji", Some("Kim Min Ji")),
            ("*SMITH JOHN", Some("SMITH JOHN")),
            ("SMITH JOHN *", Some("SMITH JOHN")),
            ("* MRS. SMITH ANNA", Some("SMITH ANNA")),
            ("SMITH, MR JOHN", Some("SMITH, JOHN")),
            ("SMITH JOHN, MR", Some("SMITH JOHN")),
            ("SMITH,  JOHN", None),
            ("SMITH  JOHN", None),
            ("MRAZ JAN", None),
            ("SMITH MS JOHN", None),
            ("DR SMITH", None),
            ("MR", None),
            ("MR *", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(without_titles(text).as_deref(), expected, "{text}");
        }
        for (text, expected) in
            [("MR", true), ("Mr. *", true), ("MR MS", true), ("MR LEE", false), ("*", false), ("", false)]
        {
            assert_eq!(is_title_only(text), expected, "{text}");
        }
    }

    #[test]
    fn mrz_agreement() {
        for (name, zone, agrees) in [
            ("O'BRIEN SEAN PATRICK", "OBRIEN SEAN PATRICK", true),
            ("MÜLLER HANS", "MUELLER HANS", true),
            ("NGUYỄN THỊ HOA", "NGUYEN THI HOA", true),
            ("KIM MIN JI", "KIM MIN SU", false),
            ("KIM MIN JI", "", false),
            ("MIN JI KIM", "KIM MIN JI", false),
        ] {
            assert_eq!(PersonName::parse(name).map(|n| n.agrees_with_mrz(zone)), Ok(agrees), "{name} {zone}");
        }
    }
}
