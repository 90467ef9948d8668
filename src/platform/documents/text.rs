//! Strings to lines of positioned glyphs. All measures are points (1/72 inch).

use std::borrow::Cow;
use std::ops::Range;

use krilla::text::{GlyphId, KrillaGlyph};
use parley::style::{FontFamily, FontFamilyName, FontWeight, LineHeight, StyleProperty};
use parley::{Alignment, AlignmentOptions, BaseDirection, FontContext, Layout, LayoutContext, OverflowWrap, Run};

use crate::platform::documents::fonts::{FAMILY, Fonts, Weight, clean};
use crate::platform::documents::letter::Label;

/// Line height as a multiple of the font size: room for stacked Vietnamese marks (Ể, Ỗ).
const LINE_HEIGHT: f32 = 1.32;

/// How far [`Typesetter::fit`] goes: below this share of the size, small print is worse than a break.
const SMALLEST_FIT: f32 = 0.84;

/// For all that matters.
pub(super) const BLACK: u8 = 0;
/// For second-language text; 5.9:1 on white, so still legible after a photocopy.
pub(super) const GREY: u8 = 96;

/// How a piece of text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    /// Font size in points.
    pub(super) size: f32,
    pub(super) weight: Weight,
    /// Grey level: 0 is black, 255 white.
    pub(super) shade: u8,
}

/// A label as parts of one text: the words, then the translation behind a stroke.
pub(super) fn inline(label: &Label, ink: Ink, second: Ink) -> Vec<(&str, Ink)> {
    let mut parts = vec![(label.text.as_str(), ink)];
    if let Some(translation) = &label.translation {
        parts.push((" / ", second));
        parts.push((translation.as_str(), second));
    }
    parts
}

/// Black type.
pub(super) fn regular(size: f32) -> Ink {
    Ink { size, weight: Weight::Regular, shade: BLACK }
}

/// Black bold type.
pub(super) fn bold(size: f32) -> Ink {
    Ink { size, weight: Weight::Bold, shade: BLACK }
}

/// Lighter type, for second languages and small print.
pub(super) fn grey(size: f32) -> Ink {
    Ink { size, weight: Weight::Regular, shade: GREY }
}

/// Where lines stand in their box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Center,
    Right,
}

/// Text broken into lines of a given width, ready to be drawn.
pub(super) struct SetText {
    /// The text that the glyphs stand for, in which their ranges count.
    pub(super) text: String,
    pub(super) lines: Vec<SetLine>,
}

/// One line: its height, its baseline below the line's top, and its glyphs from the left edge.
pub(super) struct SetLine {
    pub(super) height: f32,
    pub(super) baseline: f32,
    pub(super) runs: Vec<SetRun>,
}

/// Neighbouring glyphs of one look.
pub(super) struct SetRun {
    pub(super) x: f32,
    pub(super) ink: Ink,
    pub(super) glyphs: Vec<KrillaGlyph>,
}

impl SetText {
    /// Height of all lines together.
    pub(super) fn height(&self) -> f32 {
        self.lines.iter().map(|line| line.height).sum()
    }
}

/// Breaks and shapes text. Keeps scratch space, so one instance serves a whole document.
pub(super) struct Typesetter {
    fonts: &'static Fonts,
    context: FontContext,
    scratch: LayoutContext<u8>,
}

impl Typesetter {
    pub(super) fn new(fonts: &'static Fonts) -> Typesetter {
        Typesetter { fonts, context: fonts.context(), scratch: LayoutContext::new() }
    }

    /// Sets the parts one after the other in a box of the given width. Words that are too long for
    /// the box are broken anywhere, so nothing ever leaves it.
    pub(super) fn set(&mut self, parts: &[(&str, Ink)], width: f32, align: Align) -> SetText {
        self.measure(parts, width, align).0
    }

    /// Like [`Typesetter::set`] at the left, but a word that is a little too long makes the type
    /// smaller instead of being broken: a date of a table stays in one piece.
    pub(super) fn fit(&mut self, parts: &[(&str, Ink)], width: f32) -> SetText {
        let (text, longest) = self.measure(parts, width, Align::Left);
        let factor = width / longest * 0.995;
        if longest <= width || factor < SMALLEST_FIT {
            return text;
        }
        let smaller: Vec<(&str, Ink)> = parts
            .iter()
            .map(|(part, ink)| {
                let size = ink.size * factor;
                (*part, Ink { size, ..*ink })
            })
            .collect();
        self.set(&smaller, width, Align::Left)
    }

    /// The set text and the width of its longest word.
    fn measure(&mut self, parts: &[(&str, Ink)], width: f32, align: Align) -> (SetText, f32) {
        let (text, inks) = self.join(parts);
        let mut builder = self.scratch.ranged_builder(&mut self.context, &text, 1.0, /* quantize */ false);
        builder.set_base_direction(BaseDirection::Ltr);
        builder
            .push_default(StyleProperty::FontFamily(FontFamily::Single(FontFamilyName::Named(Cow::Borrowed(FAMILY)))));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(LINE_HEIGHT)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::BreakWord));
        // Every line is at least as high as the default size asks, so that must be the smallest.
        let smallest = parts.iter().map(|(_, ink)| ink.size).reduce(f32::min);
        builder.push_default(StyleProperty::FontSize(smallest.unwrap_or(1.0)));
        for (ink, range) in &inks {
            let weight = match ink.weight {
                Weight::Regular => FontWeight::NORMAL,
                Weight::Bold => FontWeight::BOLD,
            };
            builder.push(StyleProperty::FontSize(ink.size), range.clone());
            builder.push(StyleProperty::FontWeight(weight), range.clone());
            builder.push(StyleProperty::Brush(ink.shade), range.clone());
        }
        let mut layout = builder.build(&text);
        layout.break_all_lines(Some(width));
        let alignment = match align {
            Align::Left => Alignment::Left,
            Align::Center => Alignment::Center,
            Align::Right => Alignment::Right,
        };
        layout.align(alignment, AlignmentOptions::default());
        let longest = layout.calculate_content_widths().min;
        let lines = self.lines(&layout);
        (SetText { text, lines }, longest)
    }

    fn join(&self, parts: &[(&str, Ink)]) -> (String, Vec<(Ink, Range<usize>)>) {
        let mut text = String::new();
        let mut inks = Vec::with_capacity(parts.len());
        for (part, ink) in parts {
            let start = text.len();
            text.push_str(&clean(self.fonts, part).text);
            if text.len() > start {
                inks.push((*ink, start..text.len()));
            }
        }
        (text, inks)
    }

    fn lines(&self, layout: &Layout<u8>) -> Vec<SetLine> {
        layout
            .lines()
            .map(|line| {
                let metrics = line.metrics();
                let mut x = metrics.offset;
                let mut runs = Vec::new();
                for run in line.runs() {
                    self.split_run(&run, &mut x, &mut runs);
                }
                SetLine {
                    height: metrics.block_max_coord - metrics.block_min_coord,
                    baseline: metrics.baseline - metrics.block_min_coord,
                    runs,
                }
            })
            .collect()
    }

    /// Turns one run of the layout, which has one face and size, into runs that also have one shade.
    fn split_run(&self, run: &Run<'_, u8>, x: &mut f32, runs: &mut Vec<SetRun>) {
        let size = run.font_size();
        let weight =
            if run.font_attrs().weight.value() >= FontWeight::BOLD.value() { Weight::Bold } else { Weight::Regular };
        let mut current: Option<SetRun> = None;
        for cluster in run.visual_clusters() {
            if cluster.is_ligature_continuation() {
                // The ligature's one glyph stands for this text too.
                let last = current.as_mut().and_then(|run| run.glyphs.last_mut());
                if let Some(glyph) = last {
                    glyph.text_range.end = cluster.text_range().end;
                }
                continue;
            }
            let shade = cluster.style().brush;
            for glyph in cluster.glyphs() {
                if current.as_ref().is_some_and(|run| run.ink.shade != shade) {
                    runs.extend(current.take());
                }
                let target = current.get_or_insert_with(|| SetRun {
                    x: *x,
                    ink: Ink { size, weight, shade },
                    glyphs: Vec::new(),
                });
                // Cleaned text has no missing glyph; a shaper that still makes one must not cost
                // the whole document (PDF/A forbids `.notdef`).
                let id = match glyph.id {
                    0 => self.fonts.replacement_glyph(weight),
                    id => id,
                };
                target.glyphs.push(KrillaGlyph::new(
                    GlyphId::new(id),
                    glyph.advance / size,
                    glyph.x / size,
                    // parley counts downwards, krilla upwards.
                    -glyph.y / size,
                    0.0,
                    cluster.text_range(),
                    None,
                ));
                *x += glyph.advance;
            }
        }
        runs.extend(current);
    }
}
