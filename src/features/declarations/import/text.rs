//! Small text helpers shared by the readers.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Folds a heading or a marker for comparison: no marks, lower case, `đ`, `ð` and their look-alikes as
/// `d`, anything but letters and digits as one blank.
///
/// Never used on values: folding makes different countries equal.
pub(super) fn fold(text: &str) -> String {
    fold_start(text, usize::MAX)
}

/// The beginning of a folded text: at least `most` bytes, if it has as many.
pub(super) fn fold_start(text: &str, most: usize) -> String {
    let mut folded = String::with_capacity(text.len().min(most));
    for character in text.chars() {
        // Marks are left out, so that their order, which decomposing a whole text would sort, says nothing.
        match character {
            'a'..='z' | '0'..='9' => folded.push(character),
            'A'..='Z' => folded.push(character.to_ascii_lowercase()),
            _ if character.is_ascii() => add(&mut folded, character),
            _ => decompose_canonical(character, |piece| {
                if !is_combining_mark(piece) {
                    piece.to_lowercase().for_each(|letter| add(&mut folded, letter));
                }
            }),
        }
        if folded.len() > most {
            break;
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn add(folded: &mut String, letter: char) {
    match letter {
        // U+00F0 eth and U+0256 d with tail look like đ in many fonts and are typed for it.
        'đ' | 'ð' | 'ɖ' => folded.push('d'),
        letter if letter.is_alphanumeric() => folded.push(letter),
        _ if !folded.is_empty() && !folded.ends_with(' ') => folded.push(' '),
        _ => {}
    }
}

/// Whether nothing of the text can be seen.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| {
        character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
    })
}

/// Unicode form C, cut to one character more than `limit`.
pub(super) fn cut(text: &str, limit: usize) -> String {
    // Marks are sorted before they are composed: a text of nothing else would be held many times over.
    let start = &text[..text.floor_char_boundary(most_bytes(limit))];
    let kept = limit.saturating_add(1);
    if is_nfc_quick(start.chars()) == IsNormalized::Yes {
        return start.chars().take(kept).collect();
    }
    start.nfc().take(kept).collect()
}

/// Bytes of a text that are looked at to keep one character more than `limit`: a character that is composed of its
/// marks has some.
fn most_bytes(limit: usize) -> usize {
    const BYTES_A_CHARACTER: usize = 32;
    limit.saturating_add(1).saturating_mul(BYTES_A_CHARACTER)
}

/// The text to keep of a cell or element; nothing when it is blank.
pub(super) fn keep(text: &str, limit: usize) -> Option<String> {
    // Text that is blank as far as it is kept and not beyond is still text: the rules call it too long.
    (!is_blank(text)).then(|| cut(text, limit))
}

/// Whether XML 1.0 allows the character (section 2.2, `Char`). Excludes NUL, which PostgreSQL refuses.
pub(super) fn is_xml_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// The 1-based line of a byte offset.
pub(super) fn line_of(bytes: &[u8], offset: usize) -> String {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}")
}

/// The line of the first character that no text of a guest may hold: NUL, and other control characters.
pub(super) fn forbidden_line(text: &str) -> Option<String> {
    let at = text.find(|character| !is_xml_char(character))?;
    Some(line_of(text.as_bytes(), at))
}

/// Collects text up to some bytes, which are enough for what is kept of a cell; the rest is passed over.
#[derive(Clone, Debug, Default)]
pub(super) struct Collected {
    text: String,
    full: bool,
}

impl Collected {
    /// Adds a piece of text. `limit` is the number of characters kept of a cell.
    pub(super) fn push(&mut self, piece: &str, limit: usize) {
        let room = most_bytes(limit).saturating_sub(self.text.len());
        if self.full {
            return;
        }
        if piece.len() <= room {
            self.text.push_str(piece);
        } else {
            self.text.push_str(&piece[..piece.floor_char_boundary(room)]);
            self.full = true;
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing more is taken.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.full = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;

    use crate::features::declarations::import::text::{add, cut, fold, fold_start};

    proptest! {
        #[test]
        fn a_text_is_folded_as_if_decomposed_whole(text in "[ -~À-ỹ\u{300}-\u{345}\u{1d165}각Kß\u{130}]{0,30}|\\PC{0,30}") {
            let mut expected = String::new();
            let letters = text.nfd().filter(|it| !is_combining_mark(*it)).flat_map(char::to_lowercase);
            letters.for_each(|letter| add(&mut expected, letter));
            assert_eq!(fold(&text), expected.trim_end());
            assert_eq!(cut(&text, 10), text.nfc().take(11).collect::<String>());
        }
    }

    #[test]
    fn plain_and_marked_texts_are_folded_alike() {
        let cases = [
            ("  PASSPORT  No.* ", "passport no"),
            ("Họ  TÊN:", "ho ten"),
            ("\u{110}\u{ca}M/đêm", "dem dem"),
            ("ngày-\u{a0}SINH", "ngay sinh"),
            ("*--*", ""),
            ("--\u{301}--", ""),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded);
        }
        for text in ["(Mẫu) dữ liệu là dài", "(MAU) DU-LIEU LA DAI"] {
            assert_eq!(fold_start(text, 11), "mau du lieu");
            assert_eq!(fold_start(text, 500), "mau du lieu la dai");
        }
    }

    #[test]
    fn a_text_of_marks_is_cut_and_still_too_long() {
        assert_eq!(cut(&("a".to_owned() + &"\u{316}\u{301}".repeat(100_000)), 500).chars().count(), 501);
        // Four letters make one.
        assert_eq!(cut(&"\u{3b1}\u{313}\u{300}\u{345}".repeat(600), 500), "\u{1f82}".repeat(501));
    }
}
