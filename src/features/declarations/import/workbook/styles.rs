//! Number formats, as far as they change what the user sees.

use std::collections::BTreeMap;

use crate::features::declarations::import::markup::Token;
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::workbook::package::Package;
use crate::features::declarations::import::workbook::part_refusal;

const PLACE: &str = "styles";

/// Excel itself stops at 65,490 cell formats.
const MAX_FORMATS: usize = 100_000;

/// How a number in a cell is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::features::declarations::import) enum NumberFormat {
    /// `General`, text format, and whatever needs no care.
    General,
    /// A date with its day.
    Day,
    /// A date of which only month and year are shown. Excel makes one of a typed `03/1979`.
    Month,
    /// A date of which only the year is shown.
    Year,
    /// All digits before the point, padded with zeros to this many, and this many after it.
    Fixed {
        /// Least digits before the point.
        padded: usize,
        /// Most digits after the point.
        decimals: usize,
    },
    /// With an exponent, and this many digits after the point.
    Scientific(usize),
}

/// Number formats by style index.
#[derive(Debug, Default)]
pub(super) struct Styles(Vec<NumberFormat>);

impl Styles {
    /// The format of a cell; a cell without a style, or with one that does not exist, has the default.
    pub(super) fn of(&self, style: Option<&str>) -> NumberFormat {
        style
            .and_then(|style| style.parse::<usize>().ok())
            .or(Some(0))
            .and_then(|index| self.0.get(index).copied())
            .unwrap_or(NumberFormat::General)
    }
}

/// Reads the cell formats of the workbook.
pub(super) fn styles(package: &mut Package<'_>, path: Option<&str>) -> Result<Styles, FileRefusal> {
    let mut formats = Vec::new();
    let Some(path) = path else {
        return Ok(Styles::default());
    };
    let Some(mut markup) = package.part(path)? else {
        return Ok(Styles::default());
    };
    let mut custom: BTreeMap<u32, NumberFormat> = BTreeMap::new();
    let mut in_cell_formats = false;
    loop {
        match markup.next().map_err(|fault| part_refusal(fault, PLACE))? {
            Token::Open(element) => match element.name() {
                "numFmt" => {
                    let id = element.attribute("numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, element.attribute("formatCode")) {
                        custom.insert(id, by_code(&code));
                    }
                    if custom.len() > MAX_FORMATS {
                        return Err(FileRefusal::at(RefusalReason::TooLarge, PLACE));
                    }
                }
                "cellXfs" => in_cell_formats = true,
                "xf" if in_cell_formats => {
                    if formats.len() >= MAX_FORMATS {
                        return Err(FileRefusal::at(RefusalReason::TooLarge, PLACE));
                    }
                    let id = element.attribute("numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
                    formats.push(custom.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                _ => {}
            },
            Token::Close(name) if name == "cellXfs" => in_cell_formats = false,
            Token::Close(_) | Token::Text(_) | Token::Other => {}
            Token::End => return Ok(Styles(formats)),
        }
    }
}

/// Formats that a workbook need not define (ECMA-376 part 1, 18.8.30, East Asian ones included).
pub(in crate::features::declarations::import) fn built_in(id: u32) -> NumberFormat {
    match id {
        1 | 3 => fixed(1, 0),
        2 | 4 => fixed(1, 2),
        11 => NumberFormat::Scientific(2),
        14..=16 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => NumberFormat::Day,
        17 | 55 | 56 => NumberFormat::Month,
        48 => NumberFormat::Scientific(1),
        _ => NumberFormat::General,
    }
}

fn fixed(padded: usize, decimals: usize) -> NumberFormat {
    NumberFormat::Fixed { padded, decimals }
}

/// Judges a format code by the placeholders of its first section.
pub(in crate::features::declarations::import) fn by_code(code: &str) -> NumberFormat {
    let pattern = placeholders(code);
    if pattern.contains("general") {
        return NumberFormat::General;
    }
    let has = |letter: char| pattern.contains(letter);
    if has('y') || has('d') || (has('m') && !has('h') && !has('s')) {
        return match (has('d'), has('m'), has('y')) {
            (true, _, _) | (false, true, false) => NumberFormat::Day,
            (false, true, true) => NumberFormat::Month,
            (false, false, _) => NumberFormat::Year,
        };
    }
    if has('h') || has('s') || has('%') || !(has('0') || has('#')) {
        return NumberFormat::General;
    }
    let (whole, decimals) = pattern.split_once('.').unwrap_or((&pattern, ""));
    let digits = |text: &str| text.chars().filter(|it| matches!(it, '0' | '#')).count();
    if let Some((mantissa, _)) = decimals.split_once('e') {
        return NumberFormat::Scientific(digits(mantissa).min(15));
    }
    if whole.contains('e') {
        return NumberFormat::Scientific(0);
    }
    let padded = whole.chars().filter(|it| *it == '0').count();
    fixed(padded.min(30), digits(decimals).min(15))
}

/// The first section of a format code without literals, colours and locales, in lower case.
fn placeholders(code: &str) -> String {
    let mut pattern = String::new();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' => break,
            '"' => {
                for literal in characters.by_ref() {
                    if literal == '"' {
                        break;
                    }
                }
            }
            '[' => {
                // Colours, locales and conditions say nothing; `[h]`, `[mm]` and `[ss]` are durations.
                let bracketed: String = characters.by_ref().take_while(|it| *it != ']').collect();
                let lower = bracketed.to_lowercase();
                if !lower.is_empty() && lower.chars().all(|it| matches!(it, 'h' | 'm' | 's')) {
                    pattern.push('h');
                }
            }
            '\\' | '_' | '*' => {
                characters.next();
            }
            other => pattern.extend(other.to_lowercase()),
        }
    }
    pattern.replace("am/pm", "").replace("a/p", "")
}
