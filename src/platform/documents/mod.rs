//! Paper: letters as PDF/A-2u files, and QR codes.
//!
//! This module knows type, pages and QR modules, and no business word. A caller fills a [`Letter`]
//! with blocks, top to bottom, and gets the bytes of a file that
//!
//! - is PDF/A-2u (ISO 19005-2, level U), checked while it is written, with the fonts embedded as
//!   subsets, so that it looks the same in ten years;
//! - can be searched: the text comes out in NFC, as typed;
//! - is equal for equal input: the creation date is a parameter and the system clock is never read.
//!
//! Making a page costs processor time (see [`Letter::finish`]), so an async caller hands the work to
//! a blocking thread.
//!
//! ```text
//! letter.rs   what a caller says: blocks, labels, tables
//! flow.rs     blocks to pages: what stands where, page breaks
//! surround.rs header and footer
//! grid.rs     rows of cells over pages, with repeated heads
//! text.rs     strings to lines of positioned glyphs (parley)
//! fonts.rs    the two faces, and what they cannot show
//! write.rs    pages to bytes (krilla)
//! qr.rs       QR matrix, as an SVG or as rectangles
//! ```

mod flow;
mod fonts;
mod grid;
mod letter;
mod qr;
mod surround;
mod text;
mod write;

#[cfg(test)]
mod tests;

pub use fonts::is_printable;
pub use letter::{Column, Label, Letter, LetterFrame, Table};
pub use qr::qr_svg;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The embedded fonts could not be read: the build is damaged.
    #[error("the embedded fonts cannot be read")]
    Fonts,
    /// The text does not fit into a QR code (about 2,300 bytes at error correction level M).
    #[error("the text is too long for a QR code")]
    QrCode(#[source] qrcode::types::QrError),
    /// The PDF writer refused the document: a limit of the file format, or a breach of PDF/A-2u.
    #[error("the PDF cannot be written")]
    Pdf(#[source] Box<krilla::error::KrillaError>),
}
