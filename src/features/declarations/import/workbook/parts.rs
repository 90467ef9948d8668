//! The small parts of a workbook: its sheets, its relationships, its shared strings.

use std::collections::{BTreeMap, BTreeSet};

use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::markup::Token;
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::text::{Collected, cut};
use crate::features::declarations::import::workbook::package::Package;
use crate::features::declarations::import::workbook::part_refusal;

/// A worksheet.
pub(super) struct Sheet {
    pub name: String,
    pub visible: bool,
    pub part: String,
}

/// What the workbook part says.
pub(super) struct Workbook {
    pub sheets: Vec<Sheet>,
    /// Day numbers count from 1904 instead of 1900.
    pub base_1904: bool,
    pub shared_strings: Option<String>,
    pub styles: Option<String>,
}

struct Relationship {
    kind: String,
    target: String,
}

/// Reads the list of worksheets in their order. Chart sheets and the like are left out.
pub(super) fn workbook(package: &mut Package<'_>, limits: &Limits) -> Result<Workbook, FileRefusal> {
    let path = workbook_path(package, limits)?;
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let relationships_path = join(directory, &format!("_rels/{file}.rels"));
    let relationships = relationships(package, &relationships_path, directory, limits)?;
    let corrupt = || FileRefusal::at(RefusalReason::CorruptFile, "workbook");
    let mut workbook = Workbook {
        sheets: Vec::new(),
        base_1904: false,
        shared_strings: target_of_kind(&relationships, "sharedStrings"),
        styles: target_of_kind(&relationships, "styles"),
    };
    let mut parts = BTreeSet::new();
    let mut markup = package.part(&path)?.ok_or_else(corrupt)?;
    loop {
        match markup.next().map_err(|fault| part_refusal(fault, "workbook"))? {
            Token::Open(element) if element.name() == "workbookPr" => {
                workbook.base_1904 =
                    element.attribute("date1904").is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"));
            }
            Token::Open(element) if element.name() == "sheet" => {
                let id = element.attribute("id").unwrap_or_default();
                let relationship = relationships.get(&id).ok_or_else(corrupt)?;
                if !is_kind(&relationship.kind, "worksheet") {
                    continue;
                }
                // Many sheets with one part would multiply the work that was measured.
                if !parts.insert(relationship.target.to_lowercase()) {
                    return Err(corrupt());
                }
                if workbook.sheets.len() >= limits.sheets {
                    return Err(FileRefusal::at(RefusalReason::TooLarge, "workbook"));
                }
                workbook.sheets.push(Sheet {
                    name: element.attribute("name").unwrap_or_default(),
                    visible: element.attribute("state").is_none_or(|state| state == "visible"),
                    part: relationship.target.clone(),
                });
            }
            Token::Open(_) | Token::Close(_) | Token::Text(_) | Token::Other => {}
            Token::End => return Ok(workbook),
        }
    }
}

/// Finds the workbook part, or says what else the ZIP file is.
fn workbook_path(package: &mut Package<'_>, limits: &Limits) -> Result<String, FileRefusal> {
    let path = target_of_kind(&relationships(package, "_rels/.rels", "", limits)?, "officeDocument")
        .unwrap_or_else(|| "xl/workbook.xml".to_owned());
    let lower = path.to_lowercase();
    let other = if lower.ends_with(".bin") {
        Some("xlsb")
    } else if lower.starts_with("word/") {
        Some("docx")
    } else if lower.starts_with("ppt/") {
        Some("pptx")
    } else if package.has(&path) {
        None
    } else if package.has("mimetype") && package.has("content.xml") {
        Some("ods")
    } else {
        Some("zip")
    };
    match other {
        None => Ok(path),
        Some(what) => Err(FileRefusal::at(RefusalReason::UnknownFormat, what)),
    }
}

/// The relationships of a part by id; none when there is no such file. External ones are left out.
fn relationships(
    package: &mut Package<'_>,
    path: &str,
    directory: &str,
    limits: &Limits,
) -> Result<BTreeMap<String, Relationship>, FileRefusal> {
    let mut found = BTreeMap::new();
    let Some(mut markup) = package.part(path)? else {
        return Ok(found);
    };
    loop {
        match markup.next().map_err(|fault| part_refusal(fault, "workbook"))? {
            Token::Open(element) if element.name() == "Relationship" => {
                let external = element.attribute("TargetMode").is_some_and(|mode| mode == "External");
                let (Some(id), Some(kind), Some(target)) =
                    (element.attribute("Id"), element.attribute("Type"), element.attribute("Target"))
                else {
                    continue;
                };
                if !external {
                    let target = join(directory, &target);
                    found.insert(id, Relationship { kind, target });
                }
                // Each leads to an entry.
                if found.len() > limits.entries {
                    return Err(FileRefusal::at(RefusalReason::TooLarge, "workbook"));
                }
            }
            Token::Open(_) | Token::Close(_) | Token::Text(_) | Token::Other => {}
            Token::End => return Ok(found),
        }
    }
}

fn target_of_kind(relationships: &BTreeMap<String, Relationship>, kind: &str) -> Option<String> {
    relationships
        .values()
        .find(|relationship| is_kind(&relationship.kind, kind))
        .map(|relationship| relationship.target.clone())
}

/// The transitional and the strict namespace differ before the last slash only.
fn is_kind(relationship_type: &str, kind: &str) -> bool {
    relationship_type.rsplit('/').next() == Some(kind)
}

/// Resolves a target against a directory of the package.
fn join(directory: &str, target: &str) -> String {
    let from_root = target.starts_with('/');
    let base = if from_root { "" } else { directory };
    let mut steps: Vec<&str> = Vec::new();
    for step in base.split('/').chain(target.split(['/', '\\'])) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Reads the shared strings, each cut to what a cell may hold. Rich text is joined; phonetic guides,
/// which Japanese names carry, are left out.
pub(super) fn shared_strings(
    package: &mut Package<'_>,
    path: Option<&str>,
    limits: &Limits,
) -> Result<Vec<Box<str>>, FileRefusal> {
    const PLACE: &str = "shared strings";
    let mut strings = Vec::new();
    let Some(path) = path else {
        return Ok(strings);
    };
    let Some(mut markup) = package.part(path)? else {
        return Ok(strings);
    };
    let mut current = RichText::default();
    loop {
        match markup.next().map_err(|fault| part_refusal(fault, PLACE))? {
            Token::Open(element) => current.open(element.name()),
            Token::Text(piece) => current.text(&piece, limits.cell_chars),
            Token::Close(name) => {
                current.close(&name);
                if name == "si" {
                    if strings.len() >= limits.cells {
                        return Err(FileRefusal::at(RefusalReason::TooLarge, PLACE));
                    }
                    let text = cut(&current.take(), limits.cell_chars);
                    strings.push(text.into_boxed_str());
                }
            }
            Token::Other => {}
            Token::End => return Ok(strings),
        }
    }
}

/// Collects the text of a string item or an inline string.
#[derive(Debug, Default)]
pub(super) struct RichText {
    text: Collected,
    in_text: bool,
    phonetic: bool,
}

impl RichText {
    pub(super) fn open(&mut self, name: &str) {
        match name {
            "t" => self.in_text = true,
            "rPh" => self.phonetic = true,
            _ => {}
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "rPh" => self.phonetic = false,
            _ => {}
        }
    }

    pub(super) fn text(&mut self, piece: &str, limit: usize) {
        if self.in_text && !self.phonetic {
            self.text.push(piece, limit);
        }
    }

    /// The text collected since the last take.
    pub(super) fn take(&mut self) -> String {
        unescape(std::mem::take(&mut self.text).as_str())
    }
}

/// Resolves `_x000D_` and the like, which stand for characters that XML cannot carry. Those that must
/// not be kept at all, NUL above all, stay written out.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let character = escape
            .get(..7)
            .filter(|escape| escape.ends_with('_'))
            .and_then(|escape| escape.get(2..6))
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32)
            .filter(|character| !character.is_control() || matches!(character, '\t' | '\n' | '\r'));
        match character {
            Some(character) => {
                plain.push(character);
                rest = &escape[7..];
            }
            None => {
                plain.push_str("_x");
                rest = &escape[2..];
            }
        }
    }
    plain.push_str(rest);
    plain
}
