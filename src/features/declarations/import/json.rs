//! Reads the JSON array of guests that the national API takes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::model::{Field, Format, GuestFile, GuestRow};
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::row_kind::sample_or_guest;
use crate::features::declarations::import::text::{self, is_xml_char};

/// A guest JSON format as data. Keys are compared without regard to ASCII case.
pub(super) struct JsonTemplate {
    /// Keys and what they mean. All others are passed over without being kept, the photograph above all.
    pub fields: &'static [(&'static str, Field)],
    /// What it is read as.
    pub format: Format,
}

/// Reads a decoded file: an array of guests, or one guest.
pub(super) fn read(content: &str, template: &JsonTemplate, limits: &Limits) -> Result<GuestFile, FileRefusal> {
    let mut reading = Reading { template, limits, ordinal: 0, known: false, fault: None, rows: Vec::new() };
    let mut deserializer = serde_json::Deserializer::from_str(content);
    let read = deserializer.deserialize_any(Root(&mut reading)).and_then(|()| deserializer.end());
    if let Err(error) = read {
        return Err(reading.refusal(&error));
    }
    if reading.ordinal > 0 && !reading.known {
        return Err(FileRefusal::at(RefusalReason::UnknownFormat, "json"));
    }
    Ok(GuestFile { format: template.format, columns: Vec::new(), above: Vec::new(), rows: reading.rows })
}

struct Reading<'t> {
    template: &'t JsonTemplate,
    limits: &'t Limits,
    ordinal: u32,
    /// Whether any key of the template was met.
    known: bool,
    fault: Option<RefusalReason>,
    rows: Vec<GuestRow>,
}

impl Reading<'_> {
    fn refusal(&self, error: &serde_json::Error) -> FileRefusal {
        if let Some(reason) = self.fault {
            return FileRefusal::at(reason, format!("record {}", self.ordinal));
        }
        let line = format!("line {}", error.line().max(1));
        match error.classify() {
            // A value where an object belongs.
            Category::Data => FileRefusal::at(RefusalReason::WrongTemplate, line),
            Category::Syntax | Category::Eof | Category::Io => FileRefusal::at(RefusalReason::NotWellFormed, line),
        }
    }

    /// Notes why, for an error that the parser passes on without reading further.
    fn refuse<E: Error>(&mut self, reason: RefusalReason) -> E {
        self.fault = Some(reason);
        E::custom(reason)
    }

    fn guest<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        self.ordinal += 1;
        let mut original: BTreeMap<Field, Option<String>> = BTreeMap::new();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let known = self.template.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key.0));
            let Some((_, field)) = known else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            self.known = true;
            let raw: &RawValue = map.next_value()?;
            let kept = value(raw.get(), self.limits.cell_chars).map_err(|reason| self.refuse::<A::Error>(reason))?;
            match original.insert(*field, kept.clone()) {
                // Two different values for one field: which one is meant cannot be known.
                Some(earlier) if earlier != kept => return Err(self.refuse(RefusalReason::WrongTemplate)),
                Some(_) | None => {}
            }
        }
        let original: BTreeMap<Field, String> =
            original.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        if original.is_empty() {
            return Ok(());
        }
        if self.rows.len() >= self.limits.rows {
            return Err(self.refuse(RefusalReason::TooLarge));
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
}

/// The text of a value as it is written: text without its quotes, a number with all its digits.
fn value(raw: &str, limit: usize) -> Result<Option<String>, RefusalReason> {
    let text: Cow<'_, str> = match raw.as_bytes().first() {
        Some(b'"') => {
            let text: Text<'_> = serde_json::from_str(raw).map_err(|_| RefusalReason::NotWellFormed)?;
            text.0
        }
        Some(b'n') => return Ok(None),
        // Anything nested belongs to another dialect, and leaving it out would lose part of the value.
        Some(b'{' | b'[') => return Err(RefusalReason::WrongTemplate),
        Some(_) | None => Cow::Borrowed(raw),
    };
    if !text.chars().all(is_xml_char) {
        return Err(RefusalReason::NotWellFormed);
    }
    Ok(text::keep(&text, limit))
}

#[derive(serde::Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

#[derive(serde::Deserialize)]
struct Key<'t>(#[serde(borrow)] Cow<'t, str>);

/// The whole file.
struct Root<'r, 't>(&'r mut Reading<'t>);

impl<'de> Visitor<'de> for Root<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of guests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Guest(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.guest(map)
    }
}

/// One element of the array.
struct Guest<'r, 't>(&'r mut Reading<'t>);

impl<'de> DeserializeSeed<'de> for Guest<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Guest<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a guest")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.guest(map)
    }
}
