//! Small text helpers shared by the readers.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a heading or a marker for comparison: no marks, lower case, `đ`, `ð` and their look-alikes as
/// `d`, anything but letters and digits as one blank.
///
/// Never used on values: folding makes different countries equal.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let letters = text.nfd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase);
    for letter in letters {
        match letter {
            // U+00F0 eth and U+0256 d with tail look like đ in many fonts and are typed for it.
            'đ' | 'ð' | 'ɖ' => folded.push('d'),
            letter if letter.is_alphanumeric() => folded.push(letter),
            _ if !folded.is_empty() && !folded.ends_with(' ') => folded.push(' '),
            _ => {}
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether nothing of the text can be seen.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| {
        character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
    })
}

/// Unicode form C, cut to one character more than `limit`.
pub(super) fn cut(text: &str, limit: usize) -> String {
    text.nfc().take(limit.saturating_add(1)).collect()
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
    /// Adds a piece of text. `limit` is the number of characters kept of a cell; a character that is
    /// composed of its marks has some bytes.
    pub(super) fn push(&mut self, piece: &str, limit: usize) {
        const BYTES_A_CHARACTER: usize = 32;
        let room = (limit + 1).saturating_mul(BYTES_A_CHARACTER).saturating_sub(self.text.len());
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
