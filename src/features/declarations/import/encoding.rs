//! From the bytes of a text file to text.
//!
//! Order of evidence: byte-order mark, zero bytes of UTF-16, valid UTF-8, then the declaration. The
//! declaration comes last because hand editing changes the bytes and leaves the declaration: Notepad on
//! a Vietnamese computer writes Windows-1258 or UTF-16 under `encoding="UTF-8"`.
//!
//! Nothing is ever replaced: bytes that mean no character refuse the file with their line.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::text::line_of;

/// Where an XML declaration ends at the latest.
const DECLARATION_BYTES: usize = 256;

/// How far a page is searched for its declaration; programs write style sheets before it.
const PAGE_HEAD_BYTES: usize = 4096;

/// Where the zero bytes of UTF-16 without a mark are looked for.
const SAMPLE_BYTES: usize = 4096;

/// Where a file says what its encoding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Declaration {
    /// In the XML declaration.
    Xml,
    /// In a `meta` element.
    Html,
    /// Nowhere.
    None,
}

/// Decodes a text file. Windows-1258 text comes out decomposed; values are normalised when they are
/// kept, not here, because composing markup characters with marks would change the markup.
pub(super) fn decode(bytes: &[u8], declaration: Declaration) -> Result<String, FileRefusal> {
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Err(refused("line 1"));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes);
    }
    if let Some(unit) = unmarked_utf16(bytes) {
        return utf16(bytes, unit);
    }
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf");
    let body = marked.unwrap_or(bytes);
    let declared = declared(body, declaration)?;
    let broken_at = match std::str::from_utf8(body) {
        Ok(text) => return Ok(text.trim_start_matches('\u{feff}').to_owned()),
        Err(error) => error.valid_up_to(),
    };
    let refusal = || Err(refused(line_of(body, broken_at)));
    if marked.is_some() {
        return refusal();
    }
    let Some(encoding) = declared.filter(|encoding| *encoding != UTF_8) else {
        return undeclared_windows_1258(body).map_or_else(refusal, Ok);
    };
    single_byte(body, encoding).map_or_else(refusal, Ok)
}

fn refused(location: impl Into<String>) -> FileRefusal {
    FileRefusal::at(RefusalReason::BadEncoding, location)
}

/// UTF-16 without a mark: nearly every other byte of a table or of markup is zero then.
pub(super) fn unmarked_utf16(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    if bytes.starts_with(b"<\0") {
        return Some(u16::from_le_bytes);
    }
    if bytes.starts_with(b"\0<") {
        return Some(u16::from_be_bytes);
    }
    let (pairs, _) = bytes[..bytes.len().min(SAMPLE_BYTES)].as_chunks::<2>();
    let first = pairs.iter().filter(|pair| pair[0] == 0).count();
    let second = pairs.iter().filter(|pair| pair[1] == 0).count();
    match (first * 4 > pairs.len(), second * 4 > pairs.len()) {
        (false, true) => Some(u16::from_le_bytes),
        (true, false) => Some(u16::from_be_bytes),
        (true, true) | (false, false) => None,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, FileRefusal> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for decoded in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match decoded {
            Ok(character) => text.push(character),
            Err(_) => return Err(refused(line_of(text.as_bytes(), text.len()))),
        }
    }
    if !rest.is_empty() {
        return Err(refused(line_of(text.as_bytes(), text.len())));
    }
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// The declared encoding, if it is one of those expected. A UTF-16 declaration on bytes that are plainly
/// not UTF-16 is left over from a conversion and says nothing.
fn declared(body: &[u8], declaration: Declaration) -> Result<Option<&'static Encoding>, FileRefusal> {
    let head = |bytes: usize| body[..body.len().min(bytes)].trim_ascii_start();
    let label = match declaration {
        Declaration::Xml => declared_label(head(DECLARATION_BYTES)),
        Declaration::Html => page_label(head(PAGE_HEAD_BYTES)),
        Declaration::None => None,
    };
    let Some(label) = label else {
        return Ok(None);
    };
    let encoding = Encoding::for_label(label).ok_or_else(|| refused("line 1"))?;
    if [UTF_8, UTF_16LE, UTF_16BE].contains(&encoding) {
        return Ok(Some(UTF_8));
    }
    if label.eq_ignore_ascii_case(b"us-ascii") || label.eq_ignore_ascii_case(b"ascii") {
        return Ok(Some(UTF_8));
    }
    if encoding == WINDOWS_1258 || encoding == WINDOWS_1252 {
        return Ok(Some(encoding));
    }
    Err(refused("line 1"))
}

fn declared_label(head: &[u8]) -> Option<&[u8]> {
    let rest = head.strip_prefix(b"<?xml")?;
    let end = rest.windows(2).position(|window| window == b"?>")?;
    let declaration = &rest[..end];
    let key = b"encoding";
    let at = declaration.windows(key.len()).position(|window| window == key)?;
    let value = declaration[at + key.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, value) = value.split_first()?;
    let end = value.iter().position(|byte| byte == quote)?;
    Some(value[..end].trim_ascii())
}

/// The value of `charset=` in `<meta charset="…">` and in `<meta content="text/html; charset=…">`.
fn page_label(head: &[u8]) -> Option<&[u8]> {
    const KEY: &[u8] = b"charset=";
    let at = head.windows(KEY.len()).position(|window| window.eq_ignore_ascii_case(KEY))?;
    let value = head[at + KEY.len()..].trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value).trim_ascii_start();
    let is_label = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.');
    let end = value.iter().position(|byte| !is_label(byte)).unwrap_or(value.len());
    (end > 0).then(|| &value[..end])
}

fn single_byte(body: &[u8], encoding: &'static Encoding) -> Option<String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(body)?;
    let has_unassigned = text.chars().any(|character| matches!(character, '\u{80}'..='\u{9f}'));
    (!has_unassigned).then(|| text.into_owned())
}

/// Windows-1258 that does not say so. Taken only on its own evidence: no piece that is UTF-8 (then the file is damaged
/// UTF-8), no unassigned byte, and tone marks of which every one makes one letter with the letter before it, which text in
/// another single-byte encoding does not have. Without a tone mark the same bytes are other letters elsewhere (`Dvořák` of
/// Windows-1250 would become `Dvoøák`), and a name must not be guessed: the user saves the file as UTF-8.
fn undeclared_windows_1258(body: &[u8]) -> Option<String> {
    if body.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) {
        return None;
    }
    let text = single_byte(body, WINDOWS_1258)?;
    let has_tones = text.chars().any(is_combining_mark);
    let composes = !text.nfc().any(is_combining_mark);
    (has_tones && composes).then_some(text)
}
