//! Header and footer, the same on each page but for the page number.

use std::rc::Rc;

use crate::platform::documents::flow::{LEFT, PAGE_HEIGHT, Page, WIDTH, push_bar, stamp};
use crate::platform::documents::letter::LetterFrame;
use crate::platform::documents::text::{Align, BLACK, Ink, SetText, Typesetter, bold, grey, regular};

/// From the edge of the paper to the header, and from the footer to the edge: printers need 5 mm.
const EDGE: f32 = 30.0;

/// Header and footer.
pub(super) struct Surround {
    unit: Rc<SetText>,
    code: Rc<SetText>,
    footer: Rc<SetText>,
}

impl Surround {
    const GAP: f32 = 5.0;
    /// Longer headers and footers are cut, so that every page has room for its body.
    const LINES: usize = 4;

    /// Sets what is the same on every page.
    pub(super) fn new(typesetter: &mut Typesetter, frame: &LetterFrame) -> Surround {
        let mut set = |text: &str, ink: Ink, share: f32, align: Align| {
            let mut text = typesetter.set(&[(text, ink)], WIDTH * share, align);
            text.lines.truncate(Self::LINES);
            Rc::new(text)
        };
        Surround {
            unit: set(&frame.unit_line, bold(8.5), 0.62, Align::Left),
            code: set(&frame.code, bold(8.5), 0.35, Align::Right),
            footer: set(&frame.footer, grey(7.0), 0.8, Align::Left),
        }
    }

    fn header_height(&self) -> f32 {
        self.unit.height().max(self.code.height())
    }

    fn footer_top(&self) -> f32 {
        PAGE_HEIGHT - EDGE - self.footer.height().max(10.0)
    }

    /// Where the body of a page begins, from the top of the paper.
    pub(super) fn body_top(&self) -> f32 {
        EDGE + self.header_height() + Self::GAP + 16.0
    }

    /// Where it ends.
    pub(super) fn body_bottom(&self) -> f32 {
        self.footer_top() - Self::GAP - 8.0
    }

    /// Puts header, footer and the words for the page number onto a page.
    pub(super) fn put(&self, page: &mut Page, typesetter: &mut Typesetter, number: &str) {
        const HAIR: f32 = 0.75;
        stamp(page, &self.unit, LEFT, EDGE);
        stamp(page, &self.code, LEFT + WIDTH * 0.65, EDGE);
        let rule = EDGE + self.header_height() + Self::GAP;
        push_bar(page, LEFT, rule, WIDTH, HAIR, BLACK);

        let top = self.footer_top();
        push_bar(page, LEFT, top - Self::GAP, WIDTH, HAIR, BLACK);
        stamp(page, &self.footer, LEFT, top);
        let number = typesetter.set(&[(number, regular(7.5))], WIDTH * 0.18, Align::Right);
        stamp(page, &Rc::new(number), LEFT + WIDTH * 0.82, top);
    }
}
