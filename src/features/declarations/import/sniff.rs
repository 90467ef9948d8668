//! What a file is, judged by its first bytes.

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// No bytes, or only blanks.
    Blank,
    /// Text that begins with `<` and is not HTML.
    Markup,
    /// A ZIP file.
    Zip,
    /// Something else, named when it is known.
    Other(Option<&'static str>),
}

const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const MARKS: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
const HEAD_BYTES: usize = 4096;

pub(super) fn container(bytes: &[u8]) -> Container {
    if bytes.starts_with(b"PK\x03\x04") {
        return Container::Zip;
    }
    if bytes.starts_with(OLE) || bytes.starts_with(&OLE[..4]) {
        return Container::Other(Some(compound_file(bytes)));
    }
    if bytes.starts_with(b"%PDF") {
        return Container::Other(Some("pdf"));
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
        return if is_html(start) { Container::Other(Some("html")) } else { Container::Markup };
    }
    Container::Other(text_kind(bytes, start))
}

/// BIFF `.xls`, or a workbook that is encrypted with a password.
fn compound_file(bytes: &[u8]) -> &'static str {
    let encrypted: Vec<u8> = "EncryptedPackage".bytes().flat_map(|byte| [byte, 0]).collect();
    if bytes.windows(encrypted.len()).any(|window| window == encrypted) { "encrypted" } else { "xls" }
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
    const TAGS: [&[u8]; 8] = [b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<div"];
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
    TAGS.iter()
        .any(|tag| rest.strip_prefix(*tag).is_some_and(|after| !after.first().is_some_and(u8::is_ascii_alphanumeric)))
}

fn text_kind(bytes: &[u8], start: &[u8]) -> Option<&'static str> {
    if start.len() >= 13 && start[..13].eq_ignore_ascii_case(b"mime-version:") {
        return Some("html");
    }
    if start.starts_with(b"[") || start.starts_with(b"{") {
        return Some("json");
    }
    let looks_like_text =
        bytes.iter().take(HEAD_BYTES).all(|byte| byte.is_ascii_whitespace() || !byte.is_ascii_control());
    looks_like_text.then_some("text")
}
