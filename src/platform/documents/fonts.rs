//! The two faces of Be Vietnam Pro (SIL Open Font License 1.1, text in `fonts/OFL.txt`), parsed once
//! per process, and the cleaning of text down to what they can show.

use std::sync::{Arc, OnceLock};

use krilla::text::Font;
use parley::FontContext;
use parley::fontique::{Blob, CharmapIndex, Collection, CollectionOptions, FontInfoOverride, SourceCache};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::platform::documents::DocumentError;

static REGULAR: &[u8] = include_bytes!("fonts/BeVietnamPro-Regular.ttf");
static BOLD: &[u8] = include_bytes!("fonts/BeVietnamPro-Bold.ttf");

/// The family name under which both faces are registered.
pub(super) const FAMILY: &str = "Be Vietnam Pro";

/// Stands for a character that the fonts lack. PDF/A forbids the font's own empty box (`.notdef`).
const REPLACEMENT: char = '?';

/// Which of the two faces a text is set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// Both faces, ready for shaping and for embedding. Cheap to share between threads.
pub(super) struct Fonts {
    regular: Face,
    bold: Face,
    context: FontContext,
}

struct Face {
    data: &'static [u8],
    font: Font,
    charmap: CharmapIndex,
}

impl Fonts {
    /// The fonts of this process; the first call parses them, later ones cost nothing.
    pub(super) fn shared() -> Result<&'static Fonts, DocumentError> {
        static SHARED: OnceLock<Option<Fonts>> = OnceLock::new();
        SHARED.get_or_init(Fonts::load).as_ref().ok_or(DocumentError::Fonts)
    }

    fn load() -> Option<Fonts> {
        let mut context = FontContext {
            // No system fonts: the same input must give the same file on every machine.
            collection: Collection::new(CollectionOptions { shared: false, system_fonts: false }),
            source_cache: SourceCache::default(),
        };
        let regular = Face::register(&mut context, REGULAR)?;
        let bold = Face::register(&mut context, BOLD)?;
        Some(Fonts { regular, bold, context })
    }

    /// A font context for one typesetter. The font data behind it is shared, not copied.
    pub(super) fn context(&self) -> FontContext {
        self.context.clone()
    }

    /// The face as the PDF writer wants it.
    pub(super) fn font(&self, weight: Weight) -> &Font {
        &self.face(weight).font
    }

    /// The glyph that stands in for a missing one.
    pub(super) fn replacement_glyph(&self, weight: Weight) -> u32 {
        self.face(weight).glyph(REPLACEMENT).unwrap_or_default()
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    fn covers(&self, character: char) -> bool {
        self.regular.glyph(character).is_some() && self.bold.glyph(character).is_some()
    }
}

impl Face {
    fn register(context: &mut FontContext, data: &'static [u8]) -> Option<Face> {
        let blob = Blob::new(Arc::new(data));
        let name = FontInfoOverride { family_name: Some(FAMILY), ..FontInfoOverride::default() };
        let registered = context.collection.register_fonts(blob, Some(name));
        let charmap = registered.first()?.1.first()?.charmap_index();
        Some(Face { data, font: Font::new(data.into(), 0)?, charmap })
    }

    fn glyph(&self, character: char) -> Option<u32> {
        self.charmap.charmap(self.data)?.map(character).filter(|glyph| *glyph != 0)
    }
}

/// Whether the whole text can be printed as it is, i.e. no letter becomes a question mark.
///
/// Lets a caller add a note to a paper with, say, a name in Chinese characters. Text is false too
/// when the fonts cannot be read, which [`Letter::finish`](crate::platform::documents::Letter::finish)
/// reports as an error.
pub fn is_printable(text: &str) -> bool {
    Fonts::shared().is_ok_and(|fonts| clean(fonts, text).replaced == 0)
}

/// A text that the fonts can show in full.
pub(super) struct Clean {
    /// The text in NFC, line breaks as `\n`.
    pub(super) text: String,
    /// How many characters had to become question marks.
    pub(super) replaced: usize,
}

/// Turns any text into one that can be printed and archived.
///
/// Composed (NFC), white space and line breaks unified, invisible and control characters dropped.
/// A character that the fonts lack is taken in its compatibility form (full-width `Ａ` becomes `A`),
/// else without its marks (`Ḵ` becomes `K`, as ICAO Doc 9303 part 3 does), else as a question mark.
pub(super) fn clean(fonts: &Fonts, text: &str) -> Clean {
    let mut result = Clean { text: String::with_capacity(text.len()), replaced: 0 };
    let unified = text.replace("\r\n", "\n");
    for character in unified.nfc() {
        match character {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                result.text.push('\n');
            }
            ' '..='~' => result.text.push(character),
            '\u{a0}' | '\u{202f}' => result.text.push('\u{a0}'),
            '\u{2010}' | '\u{2011}' | '\u{2043}' => result.text.push('-'),
            '\u{2012}' | '\u{2015}' => result.text.push('\u{2013}'),
            _ if character.is_whitespace() => result.text.push(' '),
            _ if is_invisible(character) => {}
            _ if fonts.covers(character) => result.text.push(character),
            _ if is_combining_mark(character) => {}
            _ => push_substitute(fonts, character, &mut result),
        }
    }
    result
}

fn push_substitute(fonts: &Fonts, character: char, result: &mut Clean) {
    let compatible: String = std::iter::once(character).nfkc().collect();
    if compatible.chars().all(|part| fonts.covers(part)) {
        result.text.push_str(&compatible);
        return;
    }
    let base = std::iter::once(character).nfkd().find(|part| !is_combining_mark(*part));
    match base {
        Some(base) if fonts.covers(base) => result.text.push(base),
        _ => {
            result.text.push(REPLACEMENT);
            result.replaced += 1;
        }
    }
}

/// Control characters and those that Unicode calls default ignorable: they have no shape of their
/// own, and zero or a byte order mark behind a glyph would breach PDF/A.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{Fonts, clean, is_printable};

    #[test]
    fn text_is_brought_to_what_the_fonts_can_show() {
        let fonts = Fonts::shared().expect("the fonts are embedded");
        let table = [
            ("Nguyễn Đà Nẵng Hải Châu", "Nguyễn Đà Nẵng Hải Châu", 0),
            ("Nguye\u{302}\u{303}n", "Nguyễn", 0),
            ("a\r\nb\u{2028}c\td", "a\nb\nc d", 0),
            ("a\u{0}\u{feff}\u{200d}\u{ad}b", "ab", 0),
            ("ＡＢ１２", "AB12", 0),
            ("Ḵhān", "Khān", 0),
            ("e\u{331}", "e", 0),
            ("王小明", "???", 3),
            ("محمد", "????", 4),
            ("Дмитрий", "???????", 7),
            ("Ngọc 🙂", "Ngọc ?", 1),
            ("12\u{202f}000 ₫", "12\u{a0}000 ₫", 0),
            ("\u{e000}\u{f8ff}", "??", 2),
        ];
        for (input, expected, replaced) in table {
            let cleaned = clean(fonts, input);
            assert_eq!(cleaned.text, expected, "{input:?}");
            assert_eq!(cleaned.replaced, replaced, "{input:?}");
            assert_eq!(is_printable(input), replaced == 0, "{input:?}");
        }
    }

    #[test]
    fn every_vietnamese_letter_is_covered() {
        let fonts = Fonts::shared().expect("the fonts are embedded");
        let bases = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY";
        for base in bases.chars() {
            for tone in ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"] {
                let cleaned = clean(fonts, &format!("{base}{tone}"));
                assert_eq!(cleaned.replaced, 0, "{base}{tone}");
                assert_eq!(cleaned.text.chars().count(), 1, "{base}{tone}");
            }
        }
        assert!(is_printable("đĐ₫ – … “”"));
    }
}
