//! The pages in a MIME message, as which Excel saves a "single file web page" and others name it `.xls`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::features::declarations::import::encoding::{self, Declaration};
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};

/// Parts of a message. Excel writes one a sheet and some about them.
const MAX_PARTS: usize = 1_000;

/// The decoded pages of a message, in their order.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, FileRefusal> {
    let (head, body) = split_head(bytes).ok_or_else(not_readable)?;
    let kind = header(head, "content-type").ok_or_else(not_readable)?;
    let Some(boundary) = parameter(&kind, "boundary") else {
        return Ok(page(head, body)?.into_iter().collect());
    };
    let mut pages = Vec::new();
    for part in parts(body, boundary.as_bytes())? {
        let (head, body) = split_head(part).ok_or_else(not_readable)?;
        pages.extend(page(head, body)?);
    }
    Ok(pages)
}

fn not_readable() -> FileRefusal {
    FileRefusal::at(RefusalReason::UnknownFormat, "mhtml")
}

/// The parts between the boundary lines. The last boundary must be there: without it the message was cut off.
fn parts<'m>(body: &'m [u8], boundary: &[u8]) -> Result<Vec<&'m [u8]>, FileRefusal> {
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let end = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary));
        if let Some(rest) = end.map(<[u8]>::trim_ascii).filter(|rest| rest.is_empty() || *rest == b"--") {
            if let Some(start) = start {
                parts.push(&body[start..at]);
            }
            if rest == b"--" {
                return Ok(parts);
            }
            if parts.len() >= MAX_PARTS {
                return Err(FileRefusal::at(RefusalReason::TooLarge, "mhtml"));
            }
            start = Some(at + line.len());
        }
        at += line.len();
    }
    Err(FileRefusal::at(RefusalReason::NotWellFormed, "mhtml"))
}

/// The text of a part if it is a page.
fn page(head: &[u8], body: &[u8]) -> Result<Option<String>, FileRefusal> {
    let kind = header(head, "content-type").unwrap_or_default();
    if !kind.trim_start().to_ascii_lowercase().starts_with("text/html") {
        return Ok(None);
    }
    let encoding = header(head, "content-transfer-encoding").unwrap_or_default();
    let bytes = match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "7bit" | "8bit" | "binary" => body.to_vec(),
        "quoted-printable" => quoted_printable(body).ok_or_else(not_readable)?,
        "base64" => {
            let packed: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            STANDARD.decode(packed).map_err(|_| not_readable())?
        }
        _ => return Err(not_readable()),
    };
    encoding::decode(&bytes, Declaration::Html).map(Some)
}

fn split_head(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() && at > 0 {
            return Some((&message[..at], &message[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

/// The value of a header, its continuation lines joined.
fn header(head: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let mut value: Option<String> = None;
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = value.as_mut() {
                value.push_str(line);
            }
            continue;
        }
        if value.is_some() {
            break;
        }
        value = line.split_once(':').filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|it| it.1.to_owned());
    }
    value
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let (_, found) = value
        .split(';')
        .filter_map(|part| part.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
    let found = found.trim().trim_matches('"');
    (!found.is_empty()).then(|| found.to_owned())
}

/// Decodes quoted-printable text; none when an escape is none.
fn quoted_printable(body: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'=' {
            plain.push(*byte);
            continue;
        }
        if let Some(next) = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")) {
            rest = next;
            continue;
        }
        let digits = std::str::from_utf8(after.get(..2)?).ok()?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        plain.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
        rest = &after[2..];
    }
    Some(plain)
}
