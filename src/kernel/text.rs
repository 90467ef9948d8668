//! Comparing text that people typed: one spelling for blanks and accents, and search without diacritics.
//!
//! Neither function is for display. Keep what the person wrote and compare the result of these.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Zero width space: a word separator that no one sees. Unicode does not count it as white space.
const ZERO_WIDTH_SPACE: char = '\u{200B}';

/// Word joiner and byte order mark: neither separates words nor is seen, and both come along when text is copied.
const INVISIBLE_JOINERS: [char; 2] = ['\u{2060}', '\u{FEFF}'];

/// Composes the text (Unicode NFC), trims it, and turns every run of blanks into one space.
///
/// A blank is any Unicode white space (tabs, line breaks, no-break and ideographic spaces) or the zero width space.
/// The word joiner and the byte order mark are dropped. Letter case and diacritics stay.
pub fn nfc_collapsed(text: &str) -> String {
    collapse_blanks(text.nfc())
}

/// Folds the text for comparison without diacritics: lower case, no combining marks, `đ` and `ð` as `d`, blanks
/// collapsed as in [`nfc_collapsed`].
///
/// `ð` counts as `d` because Vietnamese text often holds the eth, which looks the same in capitals (`Ð`, `Đ`).
/// `đ` must become `d` and not vanish: otherwise `Đức` (Germany) and `Úc` (Australia) fold to the same word.
pub fn fold(text: &str) -> String {
    // Lower case first: `İ` becomes `i` with a dot above, which the decomposition then removes.
    let lower = text.to_lowercase();
    let bare = lower.nfd().filter(|c| !is_combining_mark(*c)).map(|c| match c {
        'đ' | 'ð' => 'd',
        other => other,
    });
    collapse_blanks(bare)
}

fn collapse_blanks(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in chars.filter(|c| !INVISIBLE_JOINERS.contains(c)) {
        if c.is_whitespace() || c == ZERO_WIDTH_SPACE {
            gap = true;
            continue;
        }
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{fold, nfc_collapsed};

    #[test]
    fn nfc_collapsed_table() {
        let cases = [
            ("", ""),
            (" \t\r\n", ""),
            ("  Hàn   Quốc ", "Hàn Quốc"),
            ("Ha\u{300}n Quo\u{302}\u{301}c", "Hàn Quốc"),
            ("Việt\u{A0}Nam", "Việt Nam"),
            ("Việt\u{3000}\u{2003}Nam", "Việt Nam"),
            ("Việt\u{200B}Nam", "Việt Nam"),
            ("\u{FEFF}Đức\u{2060}", "Đức"),
            ("Hàn\nQuốc", "Hàn Quốc"),
            ("ĐỨC", "ĐỨC"),
            ("GBN - Địa phận", "GBN - Địa phận"),
        ];
        for (input, expected) in cases {
            assert_eq!(nfc_collapsed(input), expected, "{input:?}");
        }
    }

    #[test]
    fn fold_table() {
        let cases = [
            ("", ""),
            ("   ", ""),
            ("Đức", "duc"),
            ("Ðức", "duc"),
            ("đ", "d"),
            ("ð", "d"),
            ("Úc", "uc"),
            ("Mỹ", "my"),
            ("Áo", "ao"),
            ("Bỉ", "bi"),
            ("Nga", "nga"),
            ("  HÀN  QUỐC", "han quoc"),
            ("Ha\u{300}n Quo\u{302}\u{301}c", "han quoc"),
            ("Thụy Điển", "thuy dien"),
            ("Thuỵ Điển", "thuy dien"),
            ("Ngũ\u{A0}Hành Sơn", "ngu hanh son"),
            ("Türkiye", "turkiye"),
            ("İstanbul", "istanbul"),
            ("Côte d’Ivoire", "cote d’ivoire"),
            ("Guinea-Bissau", "guinea-bissau"),
            ("大韓民國", "大韓民國"),
        ];
        for (input, expected) in cases {
            assert_eq!(fold(input), expected, "{input:?}");
        }
    }

    proptest! {
        #[test]
        fn both_are_idempotent_and_leave_no_outer_or_double_blank(text in any::<String>()) {
            for once in [nfc_collapsed(&text), fold(&text)] {
                prop_assert!(once.trim() == once && !once.contains("  "), "{:?}", once);
            }
            let once = nfc_collapsed(&text);
            prop_assert_eq!(nfc_collapsed(&once), once.clone());
        }

        #[test]
        fn composed_and_decomposed_text_fold_alike(text in "[a-zA-ZàáạảãâầấậẩẫăằắặẳẵèéẹẻẽêềếệểễđĐÂỔỮ ]{0,20}") {
            use unicode_normalization::UnicodeNormalization;
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(fold(&decomposed), fold(&text));
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
