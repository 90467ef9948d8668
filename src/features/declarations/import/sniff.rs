//! What a file is, judged by its first bytes.

use crate::features::declarations::import::encoding::unmarked_utf16;
use crate::features::declarations::import::text::is_xml_char;

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// No bytes, or only blanks.
    Blank,
    /// Text that begins with `<` and is not HTML.
    Markup,
    /// A web page.
    Page,
    /// A MIME message, which may hold web pages.
    Message,
    /// JSON.
    Json,
    /// Other text, which may be a table with delimiters.
    Text,
    /// A ZIP file.
    Zip,
    /// A compound file, as which old office programs save.
    Compound,
    /// The stream of an old workbook, without a compound file around it.
    Stream,
    /// Something else, named when it is known.
    Other(Option<&'static str>),
}

const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
const HEAD_BYTES: usize = 4096;

/// What is recognised and not read, by its first bytes.
const NAMED: [(&[u8], &str); 16] = [
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    // Workbooks of Excel 2 to 4.
    (b"\x09\x00\x04\x00", "xls"),
    (b"\x09\x02\x06\x00", "xls"),
    (b"\x09\x04\x06\x00", "xls"),
    (b"SQLite format 3", "sqlite"),
];

pub(super) fn container(bytes: &[u8]) -> Container {
    if bytes.starts_with(b"PK\x03\x04") {
        return Container::Zip;
    }
    if bytes.starts_with(&OLE[..4]) {
        return Container::Compound;
    }
    if bytes.starts_with(b"\x09\x08\x08\x00") || bytes.starts_with(b"\x09\x08\x10\x00") {
        return Container::Stream;
    }
    if let Some((_, what)) = NAMED.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Container::Other(Some(what));
    }
    if is_image_in_a_box(bytes) {
        return Container::Other(Some("image"));
    }
    let head = plain_head(bytes);
    let start = head.trim_ascii_start();
    if start.is_empty() {
        // A head without one visible character: blank when the rest is blank, too.
        return if bytes.iter().all(|byte| byte.is_ascii_whitespace() || is_mark_byte(*byte)) {
            Container::Blank
        } else {
            Container::Other(None)
        };
    }
    if start.starts_with(b"<") {
        return if is_html(start) { Container::Page } else { Container::Markup };
    }
    text_kind(bytes, start)
}

/// WebP, and the photographs of telephones.
fn is_image_in_a_box(bytes: &[u8]) -> bool {
    (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")) || bytes.get(4..8) == Some(b"ftyp")
}

/// The beginning of the file without byte-order marks and without the zero bytes of UTF-16.
fn plain_head(bytes: &[u8]) -> Vec<u8> {
    let mut without_mark = bytes;
    // Some editors add a second mark to a file that has one.
    while let Some(rest) = MARKS.iter().find_map(|mark| without_mark.strip_prefix(*mark)) {
        without_mark = rest;
    }
    without_mark.iter().copied().take(HEAD_BYTES).filter(|byte| *byte != 0).collect()
}

fn is_mark_byte(byte: u8) -> bool {
    matches!(byte, 0 | 0xef | 0xbb | 0xbf | 0xff | 0xfe)
}

/// HTML tables are sold as `.xls` by some hotel software; some begin with an XML declaration or comments.
fn is_html(head: &[u8]) -> bool {
    const TAGS: [&[u8]; 21] = [
        b"<!doctype html",
        b"<html",
        b"<table",
        b"<head",
        b"<body",
        b"<meta",
        b"<style",
        b"<div",
        b"<title",
        b"<link",
        b"<script",
        b"<center",
        b"<form",
        b"<font",
        b"<span",
        b"<tr",
        b"<p",
        b"<br",
        b"<b",
        b"<h1",
        b"<h2",
    ];
    let lower = head.to_ascii_lowercase();
    let mut rest = lower.as_slice();
    loop {
        rest = rest.trim_ascii_start();
        let end: &[u8] = if rest.starts_with(b"<?") {
            b"?>"
        } else if rest.starts_with(b"<!--") {
            b"-->"
        } else {
            break;
        };
        let Some(at) = rest.windows(end.len()).position(|window| window == end) else {
            return false;
        };
        rest = &rest[at + end.len()..];
    }
    TAGS.iter().any(|tag| {
        rest.strip_prefix(*tag).is_some_and(|after| {
            !after.first().is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'_' | b'-' | b':'))
        })
    })
}

fn text_kind(bytes: &[u8], start: &[u8]) -> Container {
    if start.len() >= 13 && start[..13].eq_ignore_ascii_case(b"mime-version:") {
        return Container::Message;
    }
    if is_json(start) {
        return Container::Json;
    }
    // Zero bytes are left out of the head; they are text in UTF-16 only.
    let plain = match wide_head(bytes) {
        Some(wide) => wide.chars().all(is_xml_char),
        None => {
            let has_zeros = bytes.iter().take(HEAD_BYTES).any(|byte| *byte == 0);
            !has_zeros && start.iter().all(|byte| byte.is_ascii_whitespace() || !byte.is_ascii_control())
        }
    };
    if plain { Container::Text } else { Container::Other(None) }
}

/// The beginning of a file that is UTF-16, by its mark or by its zero bytes.
fn wide_head(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = if bytes.starts_with(MARKS[1]) {
        u16::from_le_bytes
    } else if bytes.starts_with(MARKS[2]) {
        u16::from_be_bytes
    } else {
        unmarked_utf16(bytes)?
    };
    let (pairs, _) = bytes[..bytes.len().min(HEAD_BYTES)].as_chunks::<2>();
    Some(String::from_utf16_lossy(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<u16>>()))
}

/// A bracket alone may begin a title such as `[TEST]`.
fn is_json(start: &[u8]) -> bool {
    match start.split_first() {
        Some((b'{', _)) => true,
        Some((b'[', rest)) => {
            let next = rest.trim_ascii_start().first();
            next.is_none_or(|next| matches!(next, b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9'))
        }
        _ => false,
    }
}
