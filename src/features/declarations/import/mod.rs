//! Readers of the guest files that hotels already make for the immigration portals.
//!
//! Pure: bytes go in, rows or one located refusal come out. Nothing here knows the database, the
//! catalogue or the clock, and no value is interpreted: a name, a date or a country is kept as the
//! user wrote it and examined later by the rules. What is decided here is only what the file is, where
//! its guests are, which column or element is which [`Field`], and which rows are samples or totals.
//!
//! A file is judged by its content, never by its name. Every byte is treated as hostile: sizes, depths
//! and counts are measured while reading and bounded by [`Limits`] (OWASP ASVS 5.0: 1.5.1, 5.2.2, 5.2.3).
//!
//! ```text
//! bytes → sniff ─┬─ markup ─────→ encoding → xml ───────────────────┐
//!                ├─ json ───────→ encoding → json ──────────────────┤
//!                ├─ page, mhtml → encoding → html ──┐               │
//!                ├─ text ───────→ encoding → delimited ┐            │
//!                ├─ zip ────────→ workbook ────────────┼→ table ────┴→ GuestFile | FileRefusal
//!                └─ compound ───→ biff ────────────────┘
//! ```
//!
//! A new format is one file in `formats/` that describes it as data, plus one line in a list of
//! `formats/mod.rs`.

mod biff;
mod delimited;
mod encoding;
mod formats;
mod heading;
mod html;
mod json;
mod limits;
mod markup;
mod mhtml;
mod model;
mod refusal;
mod row_kind;
mod sheets;
mod sniff;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod typed;
mod workbook;
mod xml;

pub use crate::features::declarations::import::limits::Limits;
pub use crate::features::declarations::import::model::{Field, FileColumn, Format, GuestFile, GuestRow, RowKind};
pub use crate::features::declarations::import::refusal::{Advice, FileRefusal, RefusalReason};

use crate::features::declarations::import::encoding::Declaration;
use crate::features::declarations::import::sniff::Container;

/// Reads a guest file of any known format.
///
/// Rows come in file order and are of every [`RowKind`]; at least one is a guest.
///
/// # Errors
///
/// One [`FileRefusal`] for the whole file, when it cannot be read safely and completely. A refused file
/// yields no row at all: a damaged document must not be half imported.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<GuestFile, FileRefusal> {
    if bytes.len() > limits.file_bytes {
        return Err(FileRefusal::new(RefusalReason::TooLarge));
    }
    let file = read_container(bytes, limits).map_err(FileRefusal::advised)?;
    if file.rows.iter().all(|row| row.kind != RowKind::Guest) {
        return Err(FileRefusal::new(RefusalReason::NoGuestRows));
    }
    Ok(file)
}

fn read_container(bytes: &[u8], limits: &Limits) -> Result<GuestFile, FileRefusal> {
    match sniff::container(bytes) {
        Container::Blank => Err(FileRefusal::new(RefusalReason::EmptyFile)),
        Container::Other(None) => Err(FileRefusal::new(RefusalReason::UnknownFormat)),
        Container::Other(Some(what)) => Err(FileRefusal::at(RefusalReason::UnknownFormat, what)),
        Container::Markup => xml::read(&encoding::decode(bytes, Declaration::Xml)?, formats::XML, limits),
        Container::Json => json::read(&encoding::decode(bytes, Declaration::None)?, &formats::JSON, limits),
        Container::Page => html::read(&[encoding::decode(bytes, Declaration::Html)?], &formats::SHEETS, limits),
        Container::Message => html::read(&mhtml::pages(bytes)?, &formats::SHEETS, limits),
        Container::Text => delimited::read(&encoding::decode(bytes, Declaration::None)?, &formats::SHEETS, limits),
        Container::Zip => workbook::read(bytes, &formats::SHEETS, limits),
        Container::Compound => biff::read(bytes, &formats::SHEETS, limits),
        Container::Stream => biff::read_stream(bytes, &formats::SHEETS, limits),
    }
}
