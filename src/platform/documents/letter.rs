//! What a caller says: a letter as a list of blocks, top to bottom.

use chrono::{DateTime, Utc};

use crate::platform::documents::fonts::Fonts;
use crate::platform::documents::{DocumentError, flow, write};
use crate::platform::lang::Lang;

/// The words for page `page` of `total`, both counted from one.
pub(super) fn page_of(language: Lang, page: usize, total: usize) -> String {
    match language {
        Lang::Vi => format!("Trang {page} / {total}"),
        Lang::En => format!("Page {page} of {total}"),
    }
}

/// What every page of a letter shares, and what the file says about itself.
#[derive(Clone, Debug)]
pub struct LetterFrame {
    /// Title of the file. Not printed: a printed one is a [`Letter::headline`].
    pub title: String,
    /// Main language: the language tag of the file and the words that the page frame itself prints.
    pub language: Lang,
    /// Top left on each page, also the author of the file: the body that the paper comes from.
    pub unit_line: String,
    /// Top right on each page: the code by which the paper is found again. Header and footer are
    /// cut after four lines.
    pub code: String,
    /// Creation date of the file. A parameter, so that equal input gives an equal file.
    pub created_at: DateTime<Utc>,
    /// Bottom left on each page; the page number stands at the right of it.
    pub footer: String,
}

/// A word or sentence, if wanted with the same in a second language in lighter type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub(super) text: String,
    pub(super) translation: Option<String>,
}

impl Label {
    /// A text with its translation.
    pub fn both(text: impl Into<String>, translation: impl Into<String>) -> Label {
        Label { text: text.into(), translation: Some(translation.into()) }
    }
}

impl<T: Into<String>> From<T> for Label {
    fn from(text: T) -> Label {
        Label { text: text.into(), translation: None }
    }
}

/// A table. Its head is repeated on each page that it reaches; a row stays in one piece unless it is
/// taller than a page.
#[derive(Clone, Default)]
pub struct Table {
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows, each with one text per column. Missing texts are empty, surplus ones are left out.
    pub rows: Vec<Vec<String>>,
}

/// A column of a [`Table`].
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) label: Label,
    pub(super) width: f32,
    pub(super) strong: bool,
}

impl Column {
    /// A column with its heading and its share of the width, relative to the other columns. A share
    /// that is not a positive number counts as one.
    pub fn new(label: impl Into<Label>, width: f32) -> Column {
        let sound = width.is_finite() && width > 0.0;
        Column { label: label.into(), width: if sound { width } else { 1.0 }, strong: false }
    }

    /// The same column with its texts in bold.
    pub fn strong(mut self) -> Column {
        self.strong = true;
        self
    }
}

/// A paper of A4 pages, upright, in black and greys.
///
/// Blocks are set in the order of the calls. Texts may hold anything: marks are composed, characters
/// that the fonts lack are replaced (see [`is_printable`](crate::platform::documents::is_printable)),
/// and words that are too long for their place are broken.
///
/// Without `Debug`, as letters hold personal data that must not reach a log.
#[derive(Clone)]
pub struct Letter {
    pub(super) frame: LetterFrame,
    pub(super) blocks: Vec<Block>,
}

/// One piece of a letter.
#[derive(Clone)]
pub(super) enum Block {
    Headline(Label),
    Code(Label, String),
    Heading(Label),
    Paragraph(Label),
    Total(Label),
    Note(String),
    Notice(Label),
    Fields(Vec<(Label, String)>),
    Tiles(Vec<(Label, String)>),
    Table(Table),
    Qr { url: String, caption: String },
}

impl Letter {
    /// A letter without blocks.
    pub fn new(frame: LetterFrame) -> Letter {
        Letter { frame, blocks: Vec::new() }
    }

    /// The printed title, once at the top.
    pub fn headline(&mut self, label: impl Into<Label>) -> &mut Letter {
        self.push(Block::Headline(label.into()))
    }

    /// A code in the largest type, with a word for it above.
    pub fn code(&mut self, label: impl Into<Label>, code: impl Into<String>) -> &mut Letter {
        self.push(Block::Code(label.into(), code.into()))
    }

    /// The title of a section. Never left alone at the foot of a page.
    pub fn heading(&mut self, label: impl Into<Label>) -> &mut Letter {
        self.push(Block::Heading(label.into()))
    }

    /// Running text; a translation follows in a paragraph of its own.
    pub fn paragraph(&mut self, label: impl Into<Label>) -> &mut Letter {
        self.push(Block::Paragraph(label.into()))
    }

    /// The closing line of a list, e.g. its count, in bold.
    pub fn total(&mut self, label: impl Into<Label>) -> &mut Letter {
        self.push(Block::Total(label.into()))
    }

    /// Small print.
    pub fn note(&mut self, text: impl Into<String>) -> &mut Letter {
        self.push(Block::Note(text.into()))
    }

    /// A sentence that must not be overlooked, with a bar at its left.
    pub fn notice(&mut self, label: impl Into<Label>) -> &mut Letter {
        self.push(Block::Notice(label.into()))
    }

    /// Names and values in two columns.
    pub fn fields(&mut self, fields: &[(Label, String)]) -> &mut Letter {
        self.push(Block::Fields(fields.to_vec()))
    }

    /// The few facts that are looked up first: boxes, three in a row, values in bold. For short values:
    /// a box is never continued on the next page.
    pub fn tiles(&mut self, tiles: &[(Label, String)]) -> &mut Letter {
        self.push(Block::Tiles(tiles.to_vec()))
    }

    /// A table.
    pub fn table(&mut self, table: Table) -> &mut Letter {
        self.push(Block::Table(table))
    }

    /// A QR code of 25 mm at the right, with a caption below and a link behind it. Headlines, codes,
    /// headings, paragraphs and notes that follow stand beside it, everything else below it.
    pub fn qr(&mut self, url: impl Into<String>, caption: impl Into<String>) -> &mut Letter {
        self.push(Block::Qr { url: url.into(), caption: caption.into() })
    }

    /// The bytes of the PDF/A-2u file.
    ///
    /// Takes a few milliseconds a page in an optimised build; call it from a blocking thread.
    ///
    /// # Errors
    /// [`DocumentError::QrCode`] when a URL is too long for a code, [`DocumentError::Pdf`] when a
    /// limit of the file format is passed, [`DocumentError::Fonts`] when the build is damaged.
    pub fn finish(&self) -> Result<Vec<u8>, DocumentError> {
        let fonts = Fonts::shared()?;
        let pages = flow::lay_out(fonts, &self.frame, &self.blocks)?;
        write::write(fonts, &self.frame, &pages)
    }

    fn push(&mut self, block: Block) -> &mut Letter {
        self.blocks.push(block);
        self
    }
}
