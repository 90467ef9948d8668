//! Pages to the bytes of a PDF/A-2u file.

use chrono::{DateTime, Datelike, Timelike, Utc};
use krilla::SerializeSettings;
use krilla::action::{Action, LinkAction};
use krilla::annotation::{LinkAnnotation, Target};
use krilla::color::luma;
use krilla::configure::validate::Archival;
use krilla::configure::{Configuration, ConfigurationBuilder};
use krilla::document::Document;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{self, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;

use crate::platform::documents::DocumentError;
use crate::platform::documents::flow::{Item, PAGE_HEIGHT, PAGE_WIDTH, Page};
use crate::platform::documents::fonts::Fonts;
use crate::platform::documents::letter::LetterFrame;
use crate::platform::documents::text::SetLine;

/// Longest title or author that is written into the file's description, in characters.
const DESCRIPTION_LIMIT: usize = 500;

/// Writes the pages, checked against PDF/A-2u on the way.
pub(super) fn write(fonts: &Fonts, frame: &LetterFrame, pages: &[Page]) -> Result<Vec<u8>, DocumentError> {
    let mut document =
        Document::new_with(SerializeSettings { configuration: archival(), ..SerializeSettings::default() });
    document.set_metadata(description(frame));
    for items in pages {
        let Some(settings) = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT) else {
            continue;
        };
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for item in items {
            draw(&mut surface, fonts, item);
        }
        surface.finish();
        for item in items {
            if let Some(link) = link(item) {
                page.add_annotation(link.into());
            }
        }
        page.finish();
    }
    document.finish().map_err(|error| DocumentError::Pdf(Box::new(error)))
}

/// PDF/A-2u. Its own version range always holds one version, so the fallback is never taken.
fn archival() -> Configuration {
    ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).finish().unwrap_or_default()
}

fn description(frame: &LetterFrame) -> Metadata {
    let words = |text: &str| -> String {
        text.chars()
            .map(|each| if each.is_control() { ' ' } else { each })
            // XML 1.0, which the description is written in, has no room for these two.
            .filter(|each| !matches!(each, '\u{fffe}' | '\u{ffff}'))
            .take(DESCRIPTION_LIMIT)
            .collect()
    };
    Metadata::new()
        .title(words(&frame.title))
        .authors(vec![words(&frame.unit_line)])
        .language(frame.language.tag().to_owned())
        .creator(env!("CARGO_PKG_NAME").to_owned())
        .creation_date(pdf_date(frame.created_at))
}

fn pdf_date(at: DateTime<Utc>) -> metadata::DateTime {
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    metadata::DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, item: &Item) {
    match item {
        Item::Line { text, index, x, top } => {
            if let Some(line) = text.lines.get(*index) {
                draw_line(surface, fonts, &text.text, line, *x, *top);
            }
        }
        Item::Bar { rect, shade } => fill_rects(surface, std::iter::once(*rect), *shade),
        Item::Qr { matrix, x, y, side, url: _ } => {
            let module = side / matrix.side as f32;
            let rects = matrix.bars.iter().filter_map(|bar| {
                Rect::from_xywh(
                    x + bar.column as f32 * module,
                    y + bar.row as f32 * module,
                    bar.length as f32 * module,
                    module,
                )
            });
            fill_rects(surface, rects, 0);
        }
    }
}

fn draw_line(surface: &mut Surface<'_>, fonts: &Fonts, text: &str, line: &SetLine, x: f32, top: f32) {
    for run in &line.runs {
        surface.set_fill(Some(fill(run.ink.shade)));
        surface.draw_glyphs(
            Point::from_xy(x + run.x, top + line.baseline),
            &run.glyphs,
            fonts.font(run.ink.weight).clone(),
            text,
            run.ink.size,
            /* outlined */ false,
        );
    }
}

fn fill_rects(surface: &mut Surface<'_>, rects: impl Iterator<Item = Rect>, shade: u8) {
    let mut path = PathBuilder::new();
    for rect in rects {
        path.push_rect(rect);
    }
    if let Some(path) = path.finish() {
        surface.set_fill(Some(fill(shade)));
        surface.draw_path(&path);
    }
}

fn fill(shade: u8) -> Fill {
    Fill { paint: luma::Color::new(shade).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// A link over a QR code, for readers at a screen. PDF wants URIs in ASCII, so any other address is
/// left to the code alone.
fn link(item: &Item) -> Option<LinkAnnotation> {
    let Item::Qr { x, y, side, url, .. } = item else {
        return None;
    };
    let web = url.starts_with("https://") || url.starts_with("http://");
    if !web || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let target = Target::Action(Action::Link(LinkAction::new(url.clone())));
    Some(LinkAnnotation::new(Rect::from_xywh(*x, *y, *side, *side)?, target))
}
