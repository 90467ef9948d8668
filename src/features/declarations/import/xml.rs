//! Reads guest XML: one root, any number of flat records, text children.

use std::collections::{BTreeMap, BTreeSet};

use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::markup::{Fault, Markup, Token};
use crate::features::declarations::import::model::{Field, Format, GuestFile, GuestRow};
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::row_kind::sample_or_guest;
use crate::features::declarations::import::text;

/// A guest XML format as data. Element names are compared without regard to ASCII case.
pub(super) struct XmlTemplate {
    /// Root element, lower case.
    pub root: &'static str,
    /// Element of one guest, a child of the root, lower case.
    pub record: &'static str,
    /// Children of the record, lower case, and what they mean. All others are passed over.
    pub fields: &'static [(&'static str, Field)],
    /// The version of the format, by the fields that occur.
    pub format: fn(&BTreeSet<Field>) -> Format,
}

/// Reads a decoded file with the template whose root it has.
pub(super) fn read(content: &str, templates: &[&XmlTemplate], limits: &Limits) -> Result<GuestFile, FileRefusal> {
    let mut markup = Markup::of_guest_file(content, limits.xml_depth);
    let mut reading: Option<Reading<'_>> = None;
    let mut depth = 0_usize;
    loop {
        let token = match markup.next() {
            Ok(token) => token,
            Err(fault) => {
                let reason = match fault {
                    Fault::Dtd => RefusalReason::DtdForbidden,
                    Fault::NotWellFormed => RefusalReason::NotWellFormed,
                    Fault::TooDeep => RefusalReason::TooLarge,
                };
                return Err(located(reason, content, markup.fault_offset()));
            }
        };
        let step = match token {
            Token::Open(element) => {
                depth += 1;
                let name = element.name().to_ascii_lowercase();
                if depth == 1 {
                    let template = templates.iter().find(|template| template.root == name);
                    match template {
                        Some(template) => {
                            reading = Some(Reading::new(template, limits));
                            Ok(())
                        }
                        None => return Err(unknown_root(&name, content, markup.offset())),
                    }
                } else {
                    reading.as_mut().map_or(Ok(()), |it| it.open(depth, &name))
                }
            }
            Token::Text(piece) => {
                if let Some(reading) = reading.as_mut() {
                    reading.text(depth, &piece);
                }
                Ok(())
            }
            Token::Close(_) => {
                let step = reading.as_mut().map_or(Ok(()), |it| it.close(depth));
                depth -= 1;
                step
            }
            Token::Other => Ok(()),
            Token::End => break,
        };
        step.map_err(|reason| located(reason, content, markup.offset()))?;
    }
    match reading {
        Some(reading) => Ok(reading.finish()),
        None => Err(located(RefusalReason::NotWellFormed, content, 0)),
    }
}

fn located(reason: RefusalReason, content: &str, offset: usize) -> FileRefusal {
    FileRefusal::at(reason, text::line_of(content.as_bytes(), offset))
}

/// Names the dialects that look similar and are something else, so that the user learns which export was
/// taken; any other root is only located.
fn unknown_root(name: &str, content: &str, offset: usize) -> FileRefusal {
    let known = match name {
        "khaibaotamtru" => Some("KhaiBaoTamTru"),
        "evisa" => Some("EVISA"),
        "police_report2" => Some("POLICE_REPORT2"),
        "workbook" => Some("Excel 2003 XML"),
        // Reports of the same program whose cells have numbers for names.
        _ if content.contains("<G_C9>") => Some("G_C9"),
        _ => None,
    };
    match known {
        Some(name) => FileRefusal::at(RefusalReason::UnknownFormat, name),
        None => located(RefusalReason::UnknownFormat, content, offset),
    }
}

const RECORD_DEPTH: usize = 2;
const FIELD_DEPTH: usize = 3;

struct Reading<'t> {
    template: &'t XmlTemplate,
    limits: &'t Limits,
    ordinal: usize,
    seen: BTreeSet<Field>,
    record: Option<BTreeMap<Field, String>>,
    field: Option<(Field, String)>,
    rows: Vec<GuestRow>,
}

impl<'t> Reading<'t> {
    fn new(template: &'t XmlTemplate, limits: &'t Limits) -> Self {
        Self { template, limits, ordinal: 0, seen: BTreeSet::new(), record: None, field: None, rows: Vec::new() }
    }

    fn open(&mut self, depth: usize, name: &str) -> Result<(), RefusalReason> {
        if self.field.is_some() {
            // A field holds text only. Anything nested belongs to another dialect, and leaving it out
            // would lose part of the value.
            return Err(RefusalReason::WrongTemplate);
        }
        if name == self.template.record {
            if depth != RECORD_DEPTH {
                // Passing over a wrapped record would lose a guest.
                return Err(RefusalReason::WrongTemplate);
            }
            self.ordinal += 1;
            self.record = Some(BTreeMap::new());
        } else if depth == FIELD_DEPTH && self.record.is_some() {
            let known = self.template.fields.iter().find(|(element, _)| *element == name);
            if let Some((_, field)) = known {
                self.seen.insert(*field);
                self.field = Some((*field, String::new()));
            }
        }
        Ok(())
    }

    fn text(&mut self, depth: usize, piece: &str) {
        if let Some((_, value)) = self.field.as_mut().filter(|_| depth == FIELD_DEPTH) {
            value.push_str(piece);
        }
    }

    fn close(&mut self, depth: usize) -> Result<(), RefusalReason> {
        match depth {
            FIELD_DEPTH => self.close_field(),
            RECORD_DEPTH => self.close_record(),
            _ => Ok(()),
        }
    }

    fn close_field(&mut self) -> Result<(), RefusalReason> {
        let (Some((field, value)), Some(record)) = (self.field.take(), self.record.as_mut()) else {
            return Ok(());
        };
        let Some(kept) = text::keep(&value, self.limits.cell_chars) else {
            return Ok(());
        };
        match record.insert(field, kept.clone()) {
            // Two different values for one field: which one is meant cannot be known.
            Some(earlier) if earlier != kept => Err(RefusalReason::WrongTemplate),
            Some(_) | None => Ok(()),
        }
    }

    fn close_record(&mut self) -> Result<(), RefusalReason> {
        let Some(original) = self.record.take().filter(|record| !record.is_empty()) else {
            return Ok(());
        };
        if self.rows.len() >= self.limits.rows {
            return Err(RefusalReason::TooLarge);
        }
        self.rows.push(GuestRow {
            reference: self.ordinal.to_string(),
            kind: sample_or_guest(original.values().map(String::as_str)),
            original,
            formulas: Vec::new(),
            cells: Vec::new(),
        });
        Ok(())
    }

    fn finish(self) -> GuestFile {
        GuestFile {
            format: (self.template.format)(&self.seen),
            columns: Vec::new(),
            above: Vec::new(),
            rows: self.rows,
        }
    }
}
