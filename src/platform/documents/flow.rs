//! Blocks to pages: what stands where, page breaks, header and footer. All measures are points.

use std::rc::Rc;

use krilla::geom::Rect;

use crate::platform::documents::DocumentError;
use crate::platform::documents::fonts::Fonts;
use crate::platform::documents::grid::{self, Grid};
use crate::platform::documents::letter::{Block, Label, LetterFrame, page_of};
use crate::platform::documents::qr::{self, Matrix};
use crate::platform::documents::surround::Surround;
use crate::platform::documents::text::{Align, BLACK, Ink, SetText, Typesetter, bold, grey, inline, regular};

/// A4, 210 mm.
pub(super) const PAGE_WIDTH: f32 = 595.276;
/// A4, 297 mm.
pub(super) const PAGE_HEIGHT: f32 = 841.89;
/// 15 mm at the left and at the right.
pub(super) const LEFT: f32 = 42.52;
/// Width between the margins.
pub(super) const WIDTH: f32 = PAGE_WIDTH - 2.0 * LEFT;
/// 25 mm.
const QR_SIDE: f32 = 70.866;
/// Width of a QR code's column with its caption.
const QR_COLUMN: f32 = 96.0;
/// Between a QR code's column and the text beside it.
const QR_GUTTER: f32 = 14.0;
/// Room that a heading wants below it, so that it does not stand alone at the foot of a page.
const AFTER_HEADING: f32 = 64.0;

/// For rules between rows.
pub(super) const RULE: u8 = 176;

/// Something at a place of a page.
pub(super) enum Item {
    /// One line of a text, its top left corner at the given place.
    Line { text: Rc<SetText>, index: usize, x: f32, top: f32 },
    /// A filled rectangle: rules and backgrounds.
    Bar { rect: Rect, shade: u8 },
    /// A QR code, its top left corner at the given place.
    Qr { matrix: Matrix, x: f32, y: f32, side: f32, url: String },
}

/// What one page shows, in drawing order.
pub(super) type Page = Vec<Item>;

/// Sets all blocks and puts header and footer on each page. There is always at least one page.
pub(super) fn lay_out(
    fonts: &'static Fonts,
    frame: &LetterFrame,
    blocks: &[Block],
) -> Result<Vec<Page>, DocumentError> {
    let mut typesetter = Typesetter::new(fonts);
    let surround = Surround::new(&mut typesetter, frame);
    let mut flow = Flow {
        typesetter,
        pages: vec![Page::new()],
        top: surround.body_top(),
        bottom: surround.body_bottom(),
        y: surround.body_top(),
        beside: None,
    };
    for block in blocks {
        flow.block(block)?;
    }
    let Flow { mut typesetter, mut pages, .. } = flow;
    let total = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        let number = page_of(frame.language, index + 1, total);
        surround.put(page, &mut typesetter, &number);
    }
    Ok(pages)
}

/// The state of setting: pages so far and the place where the next block goes.
pub(super) struct Flow {
    pub(super) typesetter: Typesetter,
    pages: Vec<Page>,
    top: f32,
    bottom: f32,
    y: f32,
    /// Lower end of a QR code beside which text is being set.
    beside: Option<f32>,
}

impl Flow {
    fn block(&mut self, block: &Block) -> Result<(), DocumentError> {
        match block {
            Block::Headline(label) => {
                self.stacked(label, bold(17.0), grey(10.5), 2.0);
                self.space(8.0);
            }
            Block::Code(label, code) => {
                self.text(&inline(label, regular(9.0), grey(8.0)));
                self.text(&[(code.as_str(), bold(22.0))]);
                self.space(6.0);
            }
            Block::Heading(label) => {
                self.space(10.0);
                self.need(AFTER_HEADING);
                self.text(&inline(label, bold(11.0), grey(9.0)));
                self.space(4.0);
            }
            Block::Paragraph(label) => {
                self.stacked(label, regular(9.5), grey(8.5), 1.0);
                self.space(6.0);
            }
            Block::Total(label) => {
                self.text(&inline(label, bold(9.5), grey(8.5)));
                self.space(6.0);
            }
            Block::Note(text) => {
                self.text(&[(text.as_str(), grey(7.5))]);
                self.space(4.0);
            }
            Block::Notice(label) => self.notice(label),
            Block::Fields(fields) => {
                let grid = Grid::fields(&mut self.typesetter, fields);
                self.grid(&grid);
            }
            Block::Tiles(tiles) => self.tiles(tiles),
            Block::Table(table) => {
                let grid = Grid::table(&mut self.typesetter, table);
                self.grid(&grid);
            }
            Block::Qr { url, caption } => self.qr(url, caption)?,
        }
        Ok(())
    }

    fn stacked(&mut self, label: &Label, ink: Ink, second: Ink, gap: f32) {
        self.text(&[(label.text.as_str(), ink)]);
        if let Some(translation) = &label.translation {
            self.space(gap);
            self.text(&[(translation.as_str(), second)]);
        }
    }

    /// Sets lines one below the other, over as many pages as they need.
    fn text(&mut self, parts: &[(&str, Ink)]) {
        let width = self.width();
        let text = Rc::new(self.typesetter.set(parts, width, Align::Left));
        for index in 0..text.lines.len() {
            self.need(text.lines[index].height);
            self.line(&text, index, LEFT, self.y);
            self.y += text.lines[index].height;
        }
    }

    fn notice(&mut self, label: &Label) {
        const INDENT: f32 = 12.0;
        const BAR: f32 = 3.0;
        const GAP: f32 = 2.0;
        self.clear();
        self.space(8.0);
        let mut texts = vec![(label.text.as_str(), bold(9.5))];
        texts.extend(label.translation.as_deref().map(|text| (text, grey(8.5))));
        for (index, part) in texts.into_iter().enumerate() {
            let text = self.typesetter.set(&[part], WIDTH - INDENT, Align::Left);
            let text = Rc::new(text);
            // The bar joins the two languages, unless a page ends between them.
            let mut gap = if index == 0 { 0.0 } else { GAP };
            for index in 0..text.lines.len() {
                let height = text.lines[index].height;
                if self.y + gap + height > self.bottom {
                    self.new_page();
                    gap = 0.0;
                }
                self.bar(LEFT, self.y, BAR, gap + height, BLACK);
                self.line(&text, index, LEFT + INDENT, self.y + gap);
                self.y += gap + height;
                gap = 0.0;
            }
        }
        self.space(8.0);
    }

    fn tiles(&mut self, tiles: &[(Label, String)]) {
        const PER_ROW: usize = 3;
        const PAD: f32 = 6.0;
        const BORDER: f32 = 0.75;
        self.clear();
        self.space(2.0);
        let width = WIDTH / PER_ROW as f32;
        for row in tiles.chunks(PER_ROW) {
            let cells: Vec<[Rc<SetText>; 2]> = row
                .iter()
                .map(|(label, value)| {
                    let inner = width - 2.0 * PAD;
                    let name = inline(label, regular(8.0), grey(7.5));
                    [&name[..], &[(value.as_str(), bold(11.5))]]
                        .map(|parts| Rc::new(self.typesetter.set(parts, inner, Align::Left)))
                })
                .collect();
            // Values stand on one line even where a name next to them takes two.
            let names = tallest(cells.iter().map(|[name, _]| name)) + 1.5;
            let height = names + tallest(cells.iter().map(|[_, value]| value)) + 2.0 * PAD - 2.0;
            self.need(height);
            let top = self.y;
            for (index, [name, value]) in cells.iter().enumerate() {
                let left = LEFT + width * index as f32;
                self.stamp(name, left + PAD, top + PAD - 1.0);
                self.stamp(value, left + PAD, top + PAD - 1.0 + names);
            }
            for edge in 0..=row.len() {
                let x = LEFT + width * edge as f32 - BORDER / 2.0;
                self.bar(x, top, BORDER, height, BLACK);
            }
            let across = width * row.len() as f32 + BORDER;
            for y in [top, top + height] {
                self.bar(LEFT - BORDER / 2.0, y - BORDER / 2.0, across, BORDER, BLACK);
            }
            self.y += height;
        }
        self.space(8.0);
    }

    fn qr(&mut self, url: &str, caption: &str) -> Result<(), DocumentError> {
        let matrix = qr::matrix(url)?;
        self.clear();
        let parts = [(caption, grey(7.0))];
        let caption = self.typesetter.set(&parts, QR_COLUMN, Align::Center);
        // ISO/IEC 18004 wants four light modules around the code; the column is wide enough at the
        // sides, this keeps the caption away.
        let quiet = 4.0 * QR_SIDE / matrix.side as f32;
        let height = QR_SIDE + quiet + caption.height();
        self.need(height);
        let column = LEFT + WIDTH - QR_COLUMN;
        let top = self.y;
        self.stamp(&Rc::new(caption), column, top + QR_SIDE + quiet);
        self.page().push(Item::Qr {
            matrix,
            x: column + (QR_COLUMN - QR_SIDE) / 2.0,
            y: top,
            side: QR_SIDE,
            url: url.to_owned(),
        });
        self.beside = Some(top + height);
        Ok(())
    }

    fn grid(&mut self, grid: &Grid) {
        self.clear();
        grid::place(self, grid);
        self.space(8.0);
    }

    /// Width at the present place: less beside a QR code.
    fn width(&self) -> f32 {
        match self.beside {
            Some(end) if self.y < end => WIDTH - QR_COLUMN - QR_GUTTER,
            _ => WIDTH,
        }
    }

    /// Goes below a QR code that still stands at the right.
    fn clear(&mut self) {
        if let Some(end) = self.beside.take()
            && self.y < end
        {
            self.y = end + 6.0;
        }
    }

    /// Leaves space, but none at the top of a page.
    fn space(&mut self, height: f32) {
        if !self.at_top() {
            self.y += height;
        }
    }

    /// Starts a new page unless there is room for this height. What is higher than a page stays.
    fn need(&mut self, height: f32) {
        if self.y + height > self.bottom && !self.at_top() {
            self.new_page();
        }
    }

    /// Whether nothing stands above the present place.
    pub(super) fn at_top(&self) -> bool {
        self.y <= self.top
    }

    /// Goes to the top of a new page.
    pub(super) fn new_page(&mut self) {
        self.pages.push(Page::new());
        self.y = self.top;
        self.beside = None;
    }

    /// Where the next thing goes, from the top of the paper.
    pub(super) fn y(&self) -> f32 {
        self.y
    }

    /// Goes down.
    pub(super) fn advance(&mut self, height: f32) {
        self.y += height;
    }

    /// What is left of this page.
    pub(super) fn room(&self) -> f32 {
        self.bottom - self.y
    }

    /// What an empty page offers.
    pub(super) fn full_room(&self) -> f32 {
        self.bottom - self.top
    }

    /// Puts one line of a text onto this page.
    pub(super) fn line(&mut self, text: &Rc<SetText>, index: usize, x: f32, top: f32) {
        let text = Rc::clone(text);
        self.page().push(Item::Line { text, index, x, top });
    }

    /// Puts a filled rectangle onto this page.
    pub(super) fn bar(&mut self, x: f32, y: f32, width: f32, height: f32, shade: u8) {
        push_bar(self.page(), x, y, width, height, shade);
    }

    fn stamp(&mut self, text: &Rc<SetText>, x: f32, top: f32) {
        stamp(self.page(), text, x, top);
    }

    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::new());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }
}

/// Height of the tallest of some texts.
pub(super) fn tallest<'a>(texts: impl Iterator<Item = &'a Rc<SetText>>) -> f32 {
    texts.map(|text| text.height()).fold(0.0, f32::max)
}

/// Puts all lines of a text onto a page.
pub(super) fn stamp(page: &mut Page, text: &Rc<SetText>, x: f32, mut top: f32) {
    for (index, line) in text.lines.iter().enumerate() {
        page.push(Item::Line { text: Rc::clone(text), index, x, top });
        top += line.height;
    }
}

/// Puts a filled rectangle onto a page.
pub(super) fn push_bar(page: &mut Page, x: f32, y: f32, width: f32, height: f32, shade: u8) {
    if let Some(rect) = Rect::from_xywh(x, y, width, height) {
        page.push(Item::Bar { rect, shade });
    }
}
