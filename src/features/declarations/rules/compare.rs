//! A list of guests against what is declared: who is missing, who is surplus, and where the two disagree.
//!
//! A guest of the list is matched by the number of the document (and the nationality, where both are known) with the
//! declared stay of the same day of arrival, or else with one whose nights overlap his; a guest without a day of
//! arrival with one that overlaps the list's span.
//!
//! The list's span is the night after the day that the list names ("Ngày d tháng m năm yyyy"); a list without such a
//! line spans from its first arrival to its last departure, of a list of years the last 400 nights. Declared stays
//! whose nights overlap the span and that no guest of the list matches are surplus. Nights are half-open: a guest who
//! leaves on the day of the list need not stand on it. A guest who is not checked out counts until his planned
//! departure. A list of guests in house without a day is of today.

use std::collections::{BTreeMap, HashMap};

use ::entity::guest_import_difference::Kind;
use chrono::{Duration, NaiveDate};
use uuid::Uuid;

use crate::kernel::{nights::overlaps, partial_date::PartialDate, text::fold};

/// A permitted stay that ends within so many days is told.
pub const ENDING_WITHIN: Duration = Duration::days(7);
/// Most nights of a list's span.
const MOST_NIGHTS: Duration = Duration::days(400);

/// What is compared of a stay. A list may leave out all but the document.
#[derive(Clone, Default)]
pub struct Guest {
    /// Number.
    pub document_number: String,
    /// ICAO code.
    pub nationality: Option<String>,
    /// Name.
    pub full_name: Option<String>,
    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// Room.
    pub room: Option<String>,
    /// Day of arrival.
    pub arrived_on: Option<NaiveDate>,
    /// Planned day of departure.
    pub expected_departure_on: Option<NaiveDate>,
    /// Day of departure.
    pub departed_on: Option<NaiveDate>,
    /// Until when the person may be in the country.
    pub permitted_stay_until: Option<NaiveDate>,
}

impl Guest {
    fn last_day(&self) -> Option<NaiveDate> {
        self.departed_on.or(self.expected_departure_on)
    }

    fn nights(&self) -> Option<(NaiveDate, NaiveDate)> {
        let from = self.arrived_on?;
        Some((from, self.last_day().unwrap_or(from)))
    }
}

/// A guest of the list.
#[derive(Clone)]
pub struct Listed {
    /// Where he stands in the file.
    pub reference: String,
    /// What the file says.
    pub guest: Guest,
}

/// A declared stay.
#[derive(Clone)]
pub struct Declared {
    /// The stay.
    pub stay_id: Uuid,
    /// What is declared.
    pub guest: Guest,
}

/// One difference; the numbers are places in what was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub kind: Kind,
    /// Guest of the list.
    pub listed: Option<usize>,
    /// Declared stay.
    pub declared: Option<usize>,
}

/// What a comparison finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Guests of the list who are declared.
    pub matched: usize,
    /// By rows of the file, then what is not in it.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// How many of each kind.
    pub fn counts(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for difference in &self.differences {
            *counts.entry(difference.kind).or_default() += 1;
        }
        counts
    }
}

/// The day that a list names in a line of text, the first one of several.
pub fn day_of_list<'t>(texts: impl IntoIterator<Item = &'t str>) -> Option<NaiveDate> {
    texts.into_iter().find_map(day_in_words)
}

/// "Ngày 22 tháng 11 năm 2026" anywhere in a text.
fn day_in_words(text: &str) -> Option<NaiveDate> {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(6).find_map(|words| match words {
        ["ngay", day, "thang", month, "nam", year] if year.len() == 4 => {
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        _ => None,
    })
}

/// The nights that a list speaks of.
pub fn span(listed: &[Listed], day: Option<NaiveDate>, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let one_night = |day: NaiveDate| (day, day + Duration::days(1));
    if let Some(day) = day {
        return one_night(day);
    }
    let nights = listed.iter().filter_map(|listed| listed.guest.nights());
    let whole = nights.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    whole.map_or_else(|| one_night(today), |(from, to)| (from.max(to - MOST_NIGHTS), to.max(from)))
}

/// Compares a list with what is declared at the establishment.
pub fn compare(listed: &[Listed], declared: &[Declared], span: (NaiveDate, NaiveDate), today: NaiveDate) -> Comparison {
    let mut by_number: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, stay) in declared.iter().enumerate() {
        by_number.entry(&stay.guest.document_number).or_default().push(place);
    }
    let mut found = Comparison::default();
    let mut matched = vec![false; declared.len()];
    for (row, Listed { guest, .. }) in listed.iter().enumerate() {
        let candidates = by_number.get(guest.document_number.as_str()).map_or(&[][..], Vec::as_slice);
        let Some(place) = best(guest, candidates, declared, &matched, span) else {
            found.differences.push(Difference { kind: Kind::Missing, listed: Some(row), declared: None });
            continue;
        };
        matched[place] = true;
        found.matched += 1;
        let kinds = disagreements(guest, &declared[place].guest, today);
        let told = kinds.map(|kind| Difference { kind, listed: Some(row), declared: Some(place) });
        found.differences.extend(told);
    }
    let here = |guest: &Guest| {
        let gone = guest.departed_on.is_some_and(|day| day <= span.0);
        !gone && guest.nights().is_some_and(|nights| overlaps(nights, span))
    };
    let surplus = declared.iter().enumerate().filter(|(place, stay)| !matched[*place] && here(&stay.guest));
    found.differences.extend(surplus.map(|(place, _)| Difference {
        kind: Kind::Surplus,
        listed: None,
        declared: Some(place),
    }));
    found
}

/// The declared stay that a guest of the list is: the same arrival before an overlap, an unmatched one before a
/// matched one, the later one before the earlier one.
fn best(
    guest: &Guest,
    candidates: &[usize],
    declared: &[Declared],
    matched: &[bool],
    span: (NaiveDate, NaiveDate),
) -> Option<usize> {
    let fits = |stay: &Guest| {
        let same_nation = match (&guest.nationality, &stay.nationality) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let nights = guest.nights().unwrap_or(span);
        same_nation && stay.nights().is_some_and(|theirs| overlaps(theirs, nights))
    };
    candidates.iter().copied().filter(|place| fits(&declared[*place].guest)).max_by_key(|place| {
        let stay = &declared[*place].guest;
        (stay.arrived_on == guest.arrived_on, !matched[*place], stay.arrived_on)
    })
}

fn disagreements(listed: &Guest, declared: &Guest, today: NaiveDate) -> impl Iterator<Item = Kind> {
    [
        (Kind::DifferentPerson, is_another_person(listed, declared)),
        (Kind::DifferentRoom, differ(listed.room.as_deref(), declared.room.as_deref(), |a, b| room(a) == room(b))),
        (Kind::DifferentDeparture, departs_otherwise(listed, declared)),
        (Kind::PermittedStayEnding, stay_ends(listed, declared, today)),
    ]
    .into_iter()
    .filter_map(|(kind, differs)| differs.then_some(kind))
}

/// What only one side knows is no difference.
fn differ<T>(a: Option<T>, b: Option<T>, same: impl Fn(T, T) -> bool) -> bool {
    a.zip(b).is_some_and(|(a, b)| !same(a, b))
}

/// Rooms lose leading zeros in spreadsheets.
fn room(text: &str) -> String {
    fold(text).trim_start_matches('0').to_owned()
}

/// Hotels write the given name first, or leave out a comma: the same words are the same name.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = fold(name).split([' ', ',']).map(ToOwned::to_owned).collect();
    words.retain(|word| !word.is_empty());
    words.sort();
    words
}

fn is_another_person(listed: &Guest, declared: &Guest) -> bool {
    let birth = |guest: &Guest| guest.date_of_birth.as_deref().and_then(PartialDate::parse_iso);
    differ(listed.full_name.as_deref(), declared.full_name.as_deref(), |a, b| words(a) == words(b))
        || differ(birth(listed), birth(declared), PartialDate::agrees_with)
}

/// Another plan, another day of departure, or gone in the list and not yet checked out here.
fn departs_otherwise(listed: &Guest, declared: &Guest) -> bool {
    match (listed.departed_on, declared.departed_on) {
        (Some(a), Some(b)) => a != b,
        (Some(a), None) => declared.expected_departure_on != Some(a),
        (None, Some(b)) => listed.expected_departure_on.is_some_and(|plan| plan != b),
        (None, None) => differ(listed.expected_departure_on, declared.expected_departure_on, |a, b| a == b),
    }
}

/// Of a guest who is still here; the list is newer than the declaration, so its date counts first.
fn stay_ends(listed: &Guest, declared: &Guest, today: NaiveDate) -> bool {
    let gone = [listed, declared].iter().any(|guest| guest.departed_on.is_some_and(|day| day <= today));
    let Some(until) = listed.permitted_stay_until.or(declared.permitted_stay_until) else { return false };
    let leaves = listed.expected_departure_on.or(declared.expected_departure_on);
    !gone && (until <= today + ENDING_WITHIN || leaves.is_some_and(|day| until < day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        let (month, day) = text.split_once('-')?;
        NaiveDate::from_ymd_opt(2026, month.parse().ok()?, day.parse().ok()?)
    }

    /// `number nation name birth room arrival plan departure permitted`, `-` for nothing.
    fn guest(line: &str) -> Guest {
        let mut parts = line.split_whitespace().map(|part| (part != "-").then(|| part.replace('_', " ")));
        let mut next = || parts.next().flatten();
        Guest {
            document_number: next().unwrap_or_default(),
            nationality: next(),
            full_name: next(),
            date_of_birth: next(),
            room: next(),
            arrived_on: next().as_deref().and_then(day),
            expected_departure_on: next().as_deref().and_then(day),
            departed_on: next().as_deref().and_then(day),
            permitted_stay_until: next().as_deref().and_then(day),
        }
    }

    fn run(file: &[&str], here: &[&str], list_day: Option<&str>) -> (usize, Vec<String>) {
        let listed: Vec<Listed> =
            file.iter().enumerate().map(|(i, g)| Listed { reference: i.to_string(), guest: guest(g) }).collect();
        let declared: Vec<Declared> = here.iter().map(|g| Declared { stay_id: Uuid::nil(), guest: guest(g) }).collect();
        let today = day("11-22").expect("a day");
        let span = span(&listed, list_day.and_then(day), today);
        let found = compare(&listed, &declared, span, today);
        let place = |place: Option<usize>| place.map_or("-".to_owned(), |place| place.to_string());
        let told = |d: &Difference| format!("{:?} {} {}", d.kind, place(d.listed), place(d.declared));
        (found.matched, found.differences.iter().map(told).collect())
    }

    const YUI: &str = "P1 JPN YUI_SATO 1991-02-14 301 11-20 11-25 - 12-30";

    #[test]
    fn what_is_found() {
        for (name, file, here, expected) in [
            ("the same", vec![YUI], vec![YUI], (1, vec![])),
            ("nobody declared", vec![YUI], vec![], (0, vec!["Missing 0 -"])),
            ("declared for another month", vec![YUI], vec!["P1 JPN - - - 10-01 10-05"], (0, vec!["Missing 0 -"])),
            (
                "another country's number",
                vec![YUI],
                vec!["P1 KOR YUI_SATO - - 11-20 11-25"],
                (0, vec!["Missing 0 -", "Surplus - 0"]),
            ),
            ("a number alone is enough", vec!["P1"], vec!["P1 JPN YUI_SATO 1991 301 11-20 11-25 - 12-30"], (1, vec![])),
            ("not in the file", vec![YUI], vec![YUI, "P2 JPN KEN 1990 302 11-21 11-24"], (1, vec!["Surplus - 1"])),
            ("left before the file begins", vec![YUI], vec![YUI, "P2 JPN KEN 1990 302 11-18 11-20"], (1, vec![])),
            (
                "checked out on the day of his arrival, when the file begins",
                vec![YUI],
                vec![YUI, "P2 JPN KEN 1990 302 11-20 11-24 11-20"],
                (1, vec![]),
            ),
            ("leading zero of a room", vec!["P1 JPN YUI_SATO - 0301 11-20 11-25"], vec![YUI], (1, vec![])),
            ("another room", vec!["P1 JPN - - 302 11-20 11-25"], vec![YUI], (1, vec!["DifferentRoom 0 0"])),
            ("another plan", vec!["P1 JPN - - - 11-20 11-27"], vec![YUI], (1, vec!["DifferentDeparture 0 0"])),
            ("gone already", vec!["P1 JPN - - - 11-20 11-25 11-22"], vec![YUI], (1, vec!["DifferentDeparture 0 0"])),
            ("gone as planned", vec!["P1 JPN - - - 11-20 11-25 11-25"], vec![YUI], (1, vec![])),
            ("given name first", vec!["P1 JPN SATO,_YUI - - 11-20 11-25"], vec![YUI], (1, vec![])),
            ("another name", vec!["P1 JPN AOI_SATO - - 11-20 11-25"], vec![YUI], (1, vec!["DifferentPerson 0 0"])),
            ("another birth", vec!["P1 JPN - 1992 - 11-20 11-25"], vec![YUI], (1, vec!["DifferentPerson 0 0"])),
            ("less known of the birth", vec!["P1 JPN - 1991 - 11-20 11-25"], vec![YUI], (1, vec![])),
            (
                "permitted for a week more",
                vec!["P1 - - - - 11-20 11-25 - 11-29"],
                vec![YUI],
                (1, vec!["PermittedStayEnding 0 0"]),
            ),
            ("permitted for eight days more", vec!["P1 - - - - 11-20 11-25 - 11-30"], vec![YUI], (1, vec![])),
            (
                "leaves after it",
                vec!["P1 - - - - 11-20 12-31 - -"],
                vec![YUI],
                (1, vec!["DifferentDeparture 0 0", "PermittedStayEnding 0 0"]),
            ),
            (
                "gone, so nothing ends",
                vec!["P1 - - - - 11-20 11-25 11-22 11-23"],
                vec!["P1 JPN - - - 11-20 11-22"],
                (1, vec![]),
            ),
            ("the same row twice", vec![YUI, YUI], vec![YUI], (2, vec![])),
            (
                "two stays in a row",
                vec!["P1 JPN - - 1 11-20 11-22", "P1 JPN - - 2 11-22 11-25"],
                vec!["P1 JPN - - 2 11-22 11-25", "P1 JPN - - 1 11-20 11-22"],
                (2, vec![]),
            ),
            ("arrival written a day late", vec!["P1 JPN - - - 11-21 11-25"], vec![YUI], (1, vec![])),
        ] {
            let expected = (expected.0, expected.1.into_iter().map(ToOwned::to_owned).collect::<Vec<_>>());
            assert_eq!(run(&file, &here, None), expected, "{name}");
        }
    }

    #[test]
    fn a_list_of_a_day_speaks_of_that_night() {
        let here = [
            YUI,
            "P2 JPN KEN 1990 302 11-18 11-22",
            "P3 JPN AOI 1990 303 11-22 11-22",
            "P4 JPN RIN 1990 304 11-23 11-24",
        ];
        assert_eq!(run(&["P9 JPN"], &here, Some("11-22")).1, ["Missing 0 -", "Surplus - 0", "Surplus - 2"]);
    }

    #[test]
    fn spans() {
        let of = |lines: &[&str], list_day: Option<&str>| {
            let listed: Vec<Listed> =
                lines.iter().map(|line| Listed { reference: String::new(), guest: guest(line) }).collect();
            let (from, to) = span(&listed, list_day.and_then(day), day("11-22").expect("a day"));
            format!("{from} {to}")
        };
        assert_eq!(of(&[], None), "2026-11-22 2026-11-23");
        assert_eq!(of(&["P1"], Some("11-20")), "2026-11-20 2026-11-21");
        assert_eq!(of(&["P1 - - - - 11-20 11-25", "P2 - - - - 11-18 11-19"], None), "2026-11-18 2026-11-25");
        let mut long = Guest { arrived_on: day("11-20"), departed_on: day("11-25"), ..Guest::default() };
        long.arrived_on = NaiveDate::from_ymd_opt(2016, 1, 1);
        let listed = [Listed { reference: String::new(), guest: long }];
        assert_eq!(span(&listed, None, day("11-22").expect("a day")).0.to_string(), "2025-10-21");
    }

    #[test]
    fn days_in_words() {
        for (text, expected) in [
            ("Ngày 22 tháng 11 năm 2026", Some("2026-11-22")),
            ("Đà Nẵng, NGÀY 5 THÁNG 1 NĂM 2027.", Some("2027-01-05")),
            ("Ngày 31 tháng 2 năm 2026", None),
            ("Ngày 22 tháng 11 năm 26", None),
            ("22/11/2026", None),
        ] {
            assert_eq!(day_of_list([text]).map(|day| day.to_string()).as_deref(), expected, "{text}");
        }
    }
}
