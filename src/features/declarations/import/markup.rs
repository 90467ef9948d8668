//! The gate through which all XML passes: guest files and the parts of workbooks.
//!
//! Refuses document types, unknown entities, characters that XML forbids, text outside the root, second
//! roots, unclosed elements and deep nesting, which the parser alone would let pass.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::features::declarations::import::text::is_xml_char;

/// Attributes of one tag. No format comes near; keeps the check for repeated ones cheap.
const MAX_ATTRIBUTES: usize = 256;

/// Why the markup is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A document type definition.
    Dtd,
    /// Not well-formed, or not readable.
    NotWellFormed,
    /// Nested too deep.
    TooDeep,
}

/// A piece of markup. An empty element comes as open and close.
pub(super) enum Token<'b> {
    /// A start tag.
    Open(Element<'b>),
    /// An end tag, with its local name.
    Close(Cow<'b, str>),
    /// Text, with entities resolved. One text may come in several pieces.
    Text(Cow<'b, str>),
    /// A comment, a processing instruction or a declaration.
    Other,
    /// The end of a complete document.
    End,
}

/// A start tag.
pub(super) struct Element<'b>(BytesStart<'b>);

impl Element<'_> {
    /// The name without its namespace prefix.
    pub(super) fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// The value of the attribute with this local name, entities resolved.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        // Repeated ones have been looked for already.
        self.0.attributes().with_checks(false).flatten().find_map(|attribute| {
            if local(attribute.key.into_inner()) != name {
                return None;
            }
            let value = quick_xml::escape::unescape(&attribute.value).ok()?;
            Some(value.into_owned())
        })
    }
}

/// Most bytes of one token of a part: a text or tag that is longer belongs to no guest, and would be held in memory whole.
const TOKEN_BYTES: usize = 256 * 1024;

/// What tokens are read from.
pub(super) trait Source: BufRead {
    /// A new token begins.
    fn begin_token(&mut self);
}

impl Source for &[u8] {
    /// Text that is in memory already needs no bound.
    fn begin_token(&mut self) {}
}

/// A source that ends with an error inside a token that is too long.
pub(super) struct Bounded<R> {
    source: R,
    taken: usize,
}

impl<R: BufRead> Source for Bounded<R> {
    fn begin_token(&mut self) {
        self.taken = 0;
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > TOKEN_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a token is too long"));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.taken += amount;
        self.source.consume(amount);
    }
}

/// A reader of tokens.
pub(super) struct Markup<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    depth: usize,
    max_depth: usize,
    started: bool,
    rooted: bool,
    stray_ampersands: bool,
    fault_at: u64,
}

impl<'t> Markup<&'t [u8]> {
    /// Reads a decoded guest file. An ampersand that begins no entity is taken as itself: exporters
    /// forget to escape it, and it cannot mean anything else.
    pub(super) fn of_guest_file(text: &'t str, max_depth: usize) -> Self {
        let mut markup = Self::new(Reader::from_str(text), max_depth);
        markup.stray_ampersands = true;
        markup.reader.config_mut().allow_dangling_amp = true;
        markup
    }
}

impl<R: BufRead> Markup<Bounded<R>> {
    /// Reads a part of a workbook, in UTF-8.
    pub(super) fn of_part(source: R, max_depth: usize) -> Self {
        Self::new(Reader::from_reader(Bounded { source, taken: 0 }), max_depth)
    }
}

impl<R: Source> Markup<R> {
    fn new(mut reader: Reader<R>, max_depth: usize) -> Self {
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
            max_depth,
            started: false,
            rooted: false,
            stray_ampersands: false,
            fault_at: 0,
        }
    }

    /// Byte offset of the last fault in the text read.
    pub(super) fn fault_offset(&self) -> usize {
        usize::try_from(self.fault_at).unwrap_or(usize::MAX)
    }

    /// Byte offset after the last token.
    pub(super) fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token<'_>, Fault> {
        self.buffer.clear();
        self.reader.get_mut().begin_token();
        let first = !std::mem::replace(&mut self.started, true);
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(_) => {
                self.fault_at = self.reader.error_position();
                // Errors of the source have no position of their own.
                if self.fault_at == 0 {
                    self.fault_at = self.reader.buffer_position();
                }
                return Err(Fault::NotWellFormed);
            }
        };
        self.fault_at = self.reader.buffer_position();
        match event {
            Event::Start(tag) => {
                if !is_sound(&tag) || (self.depth == 0 && self.rooted) {
                    return Err(Fault::NotWellFormed);
                }
                if self.depth >= self.max_depth {
                    return Err(Fault::TooDeep);
                }
                self.rooted = true;
                self.depth += 1;
                Ok(Token::Open(Element(tag)))
            }
            Event::End(tag) => {
                // The parser has checked that it matches; a stray one is its error.
                self.depth = self.depth.saturating_sub(1);
                Ok(Token::Close(Cow::Owned(local(tag.name().into_inner()).to_owned())))
            }
            Event::Text(text) => {
                // Blanks before the declaration are a common slip and harmless.
                self.started = !(first && self.depth == 0);
                checked(text.xml10_content(), self.depth)
            }
            Event::CData(data) if self.depth > 0 => checked(data.xml10_content(), self.depth),
            Event::GeneralRef(reference) if self.depth > 0 => resolve(&reference, self.stray_ampersands),
            Event::Decl(_) if !first => Err(Fault::NotWellFormed),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => Ok(Token::Other),
            Event::DocType(_) => Err(Fault::Dtd),
            Event::Eof if self.depth == 0 && self.rooted => Ok(Token::End),
            Event::Eof | Event::CData(_) | Event::GeneralRef(_) | Event::Empty(_) => Err(Fault::NotWellFormed),
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Whether a start tag is a tag, and not the rest of a text with an unescaped `<`.
fn is_sound(tag: &BytesStart<'_>) -> bool {
    is_name(tag.name().into_inner()) && (tag.attributes_raw().is_empty() || has_sound_attributes(tag))
}

fn has_sound_attributes(tag: &BytesStart<'_>) -> bool {
    tag.attributes_raw().matches('=').count() <= MAX_ATTRIBUTES
        && !tag.attributes_raw().contains('<')
        && tag.attributes().all(|attribute| attribute.is_ok())
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | ':'))
        && characters.all(|character| character.is_alphanumeric() || matches!(character, '_' | ':' | '-' | '.'))
}

fn checked(text: Cow<'_, str>, depth: usize) -> Result<Token<'_>, Fault> {
    let outside_root = depth == 0 && !text.trim_ascii().is_empty();
    if outside_root || !text.chars().all(is_xml_char) {
        return Err(Fault::NotWellFormed);
    }
    Ok(Token::Text(text))
}

/// Resolves the five predefined entities and numeric ones; nothing else exists without a document type.
fn resolve<'b>(reference: &BytesRef<'b>, stray_ampersands: bool) -> Result<Token<'b>, Fault> {
    let name: &str = reference;
    if reference.is_char_ref() {
        return match reference.resolve_char_ref() {
            Ok(Some(character)) if is_xml_char(character) => Ok(Token::Text(Cow::Owned(character.to_string()))),
            Ok(_) | Err(_) => Err(Fault::NotWellFormed),
        };
    }
    if let Some(text) = quick_xml::escape::resolve_xml_entity(name) {
        return Ok(Token::Text(Cow::Borrowed(text)));
    }
    if stray_ampersands && !is_name(name) {
        return checked(Cow::Owned(format!("&{name};")), 1);
    }
    Err(Fault::NotWellFormed)
}
