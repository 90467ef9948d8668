//! Tells guests from samples and from the sheet's own text.

use std::collections::BTreeMap;

use crate::features::declarations::import::model::{Field, RowKind};
use crate::features::declarations::import::text::{fold, fold_start};

/// Brackets are kept: a guest may be called Test.
const SAMPLE_MARKS: [&str; 3] = ["[test]", "[example]", "[sample]"];
const SAMPLE_PHRASES: [&str; 2] = ["mau du lieu", "du lieu mau"];

/// Folded beginnings of totals and notes, each ending at a word.
const TOTALS: [&str; 14] = [
    "tong cong",
    "tong so",
    "tong khach",
    "cong khach",
    "grand total",
    "total guests",
    "total pax",
    "total rooms",
    "end of report",
    "danh sach gom",
    "danh sach co",
    "ghi chu",
    "so luong khach",
    "luu y",
];

/// Totals that are also somebody's name: alone or before a number only.
const SHORT_TOTALS: [&str; 5] = ["tong", "cong", "total", "note", "notes"];

/// Folded beginnings of the block under a list, in which a person's name stands alone.
const SIGNATURES: [&str; 13] = [
    "nguoi lap",
    "nguoi khai",
    "nguoi ky",
    "nguoi bao cao",
    "ky ten",
    "ky ghi ro ho ten",
    "ky va ghi ro ho ten",
    "ky dong dau",
    "giam doc",
    "dai dien",
    "xac nhan cua",
    "le tan",
    "prepared by",
];

/// What a row looks like by its text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing speaks against a guest.
    Guest,
    /// Sample or hint.
    Sample,
    /// Total or note.
    Total,
    /// Signature: what follows without a guest's facts is part of it.
    Signature,
}

/// Sample or guest, for formats without totals.
pub(super) fn sample_or_guest<'t>(texts: impl Iterator<Item = &'t str>) -> RowKind {
    if texts.into_iter().any(is_sample) { RowKind::Sample } else { RowKind::Guest }
}

/// Judges a row of a sheet: `texts` of all its cells, `original` of the mapped ones.
///
/// A row with any fact that only a guest has is never a total: there are guests called Tong and Cong.
pub(super) fn look<'t>(texts: impl Iterator<Item = &'t str> + Clone, original: &BTreeMap<Field, String>) -> Look {
    if texts.clone().any(is_sample) || is_hint(original) || is_column_numbers(original) {
        return Look::Sample;
    }
    if has_guest_facts(original) {
        return Look::Guest;
    }
    let mut look = Look::Guest;
    for text in texts {
        let folded = fold(text);
        if begins_with_any(&folded, &SIGNATURES) || is_date_line(&folded) {
            return Look::Signature;
        }
        if is_total(&folded) {
            look = Look::Total;
        }
    }
    look
}

/// Whether the row has a value that only a guest has: anything but name, room and mark, unless it is text of
/// the sheet itself or a small number such as a count.
pub(super) fn has_guest_facts(original: &BTreeMap<Field, String>) -> bool {
    const BARE: [Field; 5] =
        [Field::FullName, Field::FamilyName, Field::GivenNames, Field::Room, Field::VietnameseMark];
    original.iter().filter(|(field, _)| !BARE.contains(field)).any(|(_, value)| {
        let folded = fold(value);
        let is_count = folded.len() <= 4 && folded.bytes().all(|byte| byte.is_ascii_digit());
        !is_count && !is_total(&folded) && !begins_with_any(&folded, &SIGNATURES) && !is_date_line(&folded)
    })
}

fn is_sample(text: &str) -> bool {
    /// More than the longest phrase.
    const START_BYTES: usize = 24;
    let start = text.trim_start();
    if SAMPLE_MARKS.iter().any(|mark| start.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark))) {
        return true;
    }
    let folded = fold_start(text, START_BYTES);
    SAMPLE_PHRASES.iter().any(|phrase| begins_with(&folded, phrase))
}

/// A row under the heading that says how to write dates.
fn is_hint(original: &BTreeMap<Field, String>) -> bool {
    [Field::DateOfBirth, Field::ArrivedOn].iter().any(|field| {
        original.get(field).is_some_and(|value| {
            let folded = fold(value);
            matches!(folded.as_str(), "dd mm yy" | "ddmmyyyy" | "ngay thang nam") || begins_with(&folded, "dd mm yyyy")
        })
    })
}

/// The row `(1) (2) (3) …` that Vietnamese forms print under the heading. Names, dates and a passport that
/// are all numbers of one or two digits are no guest's.
fn is_column_numbers(original: &BTreeMap<Field, String>) -> bool {
    original.len() >= 5
        && original.values().all(|value| {
            let folded = fold(value);
            (1..=2).contains(&folded.len()) && folded.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// "Đà Nẵng, ngày 22 tháng 11 năm 2026", filled in or dotted.
fn is_date_line(folded: &str) -> bool {
    let mut words = folded.split(' ');
    ["ngay", "thang", "nam"].iter().all(|wanted| words.any(|word| word == *wanted))
}

fn is_total(folded: &str) -> bool {
    let is_short = SHORT_TOTALS.iter().any(|word| {
        folded.strip_prefix(word).is_some_and(|rest| rest.bytes().all(|byte| byte == b' ' || byte.is_ascii_digit()))
    });
    is_short || is_page_number(folded) || begins_with_any(folded, &TOTALS)
}

/// "Page 1 of 3", "Trang 2".
fn is_page_number(folded: &str) -> bool {
    ["page ", "trang "]
        .iter()
        .any(|word| folded.strip_prefix(word).is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit())))
}

fn begins_with_any(folded: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| begins_with(folded, phrase))
}

fn begins_with(folded: &str, phrase: &str) -> bool {
    folded.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
