//! Pages: what stands where.

use std::ops::Range;
use std::thread;

use chrono::{TimeZone, Utc};
use proptest::prelude::{ProptestConfig, any, prop, proptest};

use crate::platform::documents::flow::{self, Item, LEFT, PAGE_HEIGHT, Page, WIDTH};
use crate::platform::documents::fonts::Fonts;
use crate::platform::documents::letter::page_of;
use crate::platform::documents::{Column, Label, Letter, LetterFrame, Table};
use crate::platform::lang::Lang;

fn letter() -> Letter {
    let created_at = Utc.with_ymd_and_hms(2026, 11, 22, 1, 30, 0).single();
    Letter::new(LetterFrame {
        title: "Thư".to_owned(),
        language: Lang::Vi,
        unit_line: "Đơn vị".to_owned(),
        code: "MÃ-1".to_owned(),
        created_at: created_at.expect("a valid moment"),
        footer: "Chân trang".to_owned(),
    })
}

fn pages(letter: &Letter) -> Vec<Page> {
    let fonts = Fonts::shared().expect("the fonts are embedded");
    flow::lay_out(fonts, &letter.frame, &letter.blocks).expect("a sound letter")
}

/// The lines of a page as (whole text of the block, index of the line).
fn lines(page: &Page) -> Vec<(&str, usize)> {
    page.iter()
        .filter_map(|item| match item {
            Item::Line { text, index, .. } => Some((text.text.as_str(), *index)),
            Item::Bar { .. } | Item::Qr { .. } => None,
        })
        .collect()
}

fn table(rows: Vec<Vec<String>>) -> Table {
    Table { columns: vec![Column::new(Label::both("Tên", "Name"), 1.0).strong(), Column::new("Ghi chú", 2.0)], rows }
}

#[test]
fn an_empty_letter_has_one_page_with_header_and_footer() {
    let pages = pages(&letter());
    assert_eq!(pages.len(), 1);
    let lines = lines(&pages[0]);
    for expected in ["Đơn vị", "MÃ-1", "Chân trang", "Trang 1 / 1"] {
        assert!(lines.contains(&(expected, 0)), "{expected}");
    }
}

#[test]
fn page_words_follow_the_language() {
    assert_eq!(page_of(Lang::Vi, 2, 3), "Trang 2 / 3");
    assert_eq!(page_of(Lang::En, 2, 3), "Page 2 of 3");
}

#[test]
fn table_heads_repeat_and_each_row_comes_once_in_order() {
    let mut letter = letter();
    let rows = (0..150).map(|row| vec![format!("hàng {row}"), "x".to_owned(), "surplus".to_owned()]).collect();
    letter.heading("Danh sách").table(table(rows));
    let pages = pages(&letter);
    assert!(pages.len() > 2);
    let mut seen = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        let lines = lines(page);
        assert!(lines.contains(&("Tên\nName", 0)), "page {index}");
        let number = format!("Trang {} / {}", index + 1, pages.len());
        assert!(lines.contains(&(number.as_str(), 0)), "page {index}");
        let rows = lines.iter().filter(|(text, _)| text.starts_with("hàng "));
        seen.extend(rows.map(|(text, _)| (*text).to_owned()));
    }
    let expected: Vec<String> = (0..150).map(|row| format!("hàng {row}")).collect();
    assert_eq!(seen, expected);
    assert!(!pages.iter().flat_map(|page| lines(page)).any(|line| line.0 == "surplus"));
}

#[test]
fn a_row_stays_in_one_piece_where_it_fits_a_page() {
    let mut letter = letter();
    let rows = (0..30).map(|row| vec![format!("{row} từ ").repeat(60)]).collect();
    letter.table(table(rows));
    for page in pages(&letter) {
        let lines = lines(&page);
        let first = lines.iter().filter(|(text, index)| text.contains("từ") && *index == 0);
        for (text, _) in first {
            let all = lines.iter().filter(|(other, _)| other == text).count();
            assert!(all > 5, "a row of {all} lines was split");
        }
    }
}

#[test]
fn a_row_taller_than_a_page_is_continued_without_loss() {
    let mut letter = letter();
    let long = "dòng\n".repeat(300) + "cuối";
    letter.table(table(vec![vec!["ngắn".to_owned(), long]]));
    let pages = pages(&letter);
    assert!(pages.len() > 3);
    let seen: Vec<usize> = pages
        .iter()
        .flat_map(|page| lines(page))
        .filter(|(text, _)| text.ends_with("cuối"))
        .map(|(_, index)| index)
        .collect();
    assert_eq!(seen, (0..=300).collect::<Vec<usize>>());
}

#[test]
fn a_heading_is_never_the_last_of_a_page() {
    for before in 50..64 {
        let mut letter = letter();
        letter.paragraph("dòng\n".repeat(before) + "cuối");
        letter.heading("Mục").paragraph("sau");
        for page in pages(&letter) {
            let lines = lines(&page);
            let heading = lines.contains(&("Mục", 0));
            assert_eq!(heading, lines.contains(&("sau", 0)), "{before} lines before");
        }
    }
}

#[test]
fn the_file_says_what_it_is() {
    let pdf = letter().paragraph("Nguyễn").finish().expect("a sound letter");
    let has = |text: &str| pdf.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(pdf.starts_with(b"%PDF-1.7"));
    for expected in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>U</pdfaid:conformance>",
        "<rdf:li xml:lang=\"x-default\">Thư</rdf:li>",
        "<rdf:li>Đơn vị</rdf:li>",
        "<xmp:CreateDate>2026-11-22T01:30:00",
        "/Lang(vi)",
        "+BeVietnamPro-Regular",
    ] {
        assert!(has(expected), "{expected}");
    }
}

#[test]
fn threads_share_the_fonts_and_make_equal_files() {
    let make = || {
        let mut letter = letter();
        letter.headline("Đà Nẵng").paragraph("Hải Châu");
        letter.finish().expect("a sound letter")
    };
    let here = make();
    thread::scope(|scope| {
        let there: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
        for file in there {
            assert!(file.join().expect("no panic") == here);
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nothing_leaves_the_paper(
        words in prop::collection::vec("[a-zA-ZĐƯ0-9ộẫ]{1,90}", 0..16),
        rows in 0_usize..8,
        beside in any::<bool>(),
    ) {
        let text = words.join(" ");
        let mut letter = letter();
        if beside {
            letter.qr("https://example.vn/verify/1", "Quét mã");
        }
        letter
            .headline(Label::both(text.as_str(), text.as_str()))
            .code("Mã", text.as_str())
            .paragraph(text.as_str())
            .notice(Label::both(text.as_str(), text.as_str()))
            .fields(&[(Label::from(text.as_str()), text.clone())])
            .note(text.as_str())
            .total("Tổng")
            .table(table(vec![vec![text.clone(), text]; rows]));
        for item in pages(&letter).iter().flatten() {
            let Item::Line { text, index, x, top } = item else {
                continue;
            };
            let line = &text.lines[*index];
            assert!(*top >= 0.0 && top + line.height <= PAGE_HEIGHT - 25.0);
            for run in &line.runs {
                let is_space = |range: &Range<usize>| text.text[range.clone()].trim().is_empty();
                // A space at the end of a line hangs over the edge, unseen.
                let shown = run.glyphs.iter().rposition(|glyph| !is_space(&glyph.text_range));
                let advance: f32 = run.glyphs[..shown.map_or(0, |last| last + 1)]
                    .iter()
                    .map(|glyph| glyph.x_advance)
                    .sum();
                let end = x + run.x + advance * run.ink.size;
                assert!(*x >= LEFT && end <= LEFT + WIDTH + 0.1, "{end} in {:?}", text.text);
            }
        }
    }
}
