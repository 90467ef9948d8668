//! Builders of old workbooks, record by record.

use std::io::{Cursor, Write};

use cfb::CompoundFile;

use crate::features::declarations::import::tests::build::{GUEST, HEADINGS};

pub(super) const BOF: u16 = 0x0809;
pub(super) const EOF: u16 = 0x000a;
pub(super) const CONTINUE: u16 = 0x003c;
pub(super) const CODE_PAGE: u16 = 0x0042;
pub(super) const DATE_1904: u16 = 0x0022;
pub(super) const FILE_PASS: u16 = 0x002f;
pub(super) const BOUND_SHEET: u16 = 0x0085;
pub(super) const MUL_RK: u16 = 0x00bd;
pub(super) const XF: u16 = 0x00e0;
pub(super) const SST: u16 = 0x00fc;
pub(super) const LABEL_SST: u16 = 0x00fd;
pub(super) const FORMULA: u16 = 0x0006;
pub(super) const NUMBER: u16 = 0x0203;
pub(super) const LABEL: u16 = 0x0204;
pub(super) const BOOL_ERR: u16 = 0x0205;
pub(super) const STRING: u16 = 0x0207;
pub(super) const RK: u16 = 0x027e;
pub(super) const FORMAT: u16 = 0x041e;

/// The column of the birth date.
pub(super) const BIRTH: u16 = 2;

pub(super) fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("a record is short");
    [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// A text of two-byte characters with its length.
pub(super) fn text(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = u16::try_from(units.len()).expect("a text is short");
    let characters: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    [&length.to_le_bytes()[..], &[1], &characters].concat()
}

/// Place and format of a cell.
pub(super) fn at(row: u16, column: u16, format: u16) -> Vec<u8> {
    [row.to_le_bytes(), column.to_le_bytes(), format.to_le_bytes()].concat()
}

/// A record of one cell.
pub(super) fn cell(kind: u16, row: u16, column: u16, format: u16, value: &[u8]) -> Vec<u8> {
    record(kind, &[&at(row, column, format), value].concat())
}

pub(super) fn label(row: u16, column: u16, content: &str) -> Vec<u8> {
    if content.is_empty() { Vec::new() } else { cell(LABEL, row, column, 0, &text(content)) }
}

/// A row of texts.
pub(super) fn labels(row: u16, texts: &[&str]) -> Vec<u8> {
    (0..).zip(texts).flat_map(|(column, content)| label(row, column, content)).collect()
}

/// The heading and one guest, with the records of the birth date given.
pub(super) fn guest_with_birth(birth: &[u8]) -> Vec<u8> {
    let mut guest = GUEST;
    guest[usize::from(BIRTH)] = "";
    [labels(0, &HEADINGS), labels(1, &guest), birth.to_vec()].concat()
}

fn bof(version: u16, kind: u16) -> Vec<u8> {
    record(BOF, &[&version.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat())
}

/// A stream of the newer generation: records that hold for all sheets, and sheets by name, state and records.
pub(super) fn stream(globals: &[u8], sheets: &[(&str, u8, Vec<u8>)]) -> Vec<u8> {
    let named: Vec<Vec<u8>> = sheets
        .iter()
        .map(|(name, ..)| {
            let wide = text(name);
            [&wide[..1], &wide[2..]].concat()
        })
        .collect();
    assemble(0x0600, globals, sheets, &named)
}

/// A stream of the older generation, whose texts are bytes.
pub(super) fn stream_5(globals: &[u8], sheets: &[(&str, u8, Vec<u8>)]) -> Vec<u8> {
    let named: Vec<Vec<u8>> = sheets
        .iter()
        .map(|(name, ..)| [&[u8::try_from(name.len()).expect("short")], name.as_bytes()].concat())
        .collect();
    assemble(0x0500, globals, sheets, &named)
}

fn assemble(version: u16, globals: &[u8], sheets: &[(&str, u8, Vec<u8>)], named: &[Vec<u8>]) -> Vec<u8> {
    let mut stream = [&bof(version, 0x0005), globals].concat();
    let bound: usize = named.iter().map(|name| 4 + 6 + name.len()).sum();
    let mut at = stream.len() + bound + 4;
    let mut bodies = Vec::new();
    for ((_, state, records), name) in sheets.iter().zip(named) {
        let from = u32::try_from(at).expect("a short stream").to_le_bytes();
        stream.extend(record(BOUND_SHEET, &[&from[..], &[*state, 0], name].concat()));
        let body = [bof(version, 0x0010), records.clone(), record(EOF, &[])].concat();
        at += body.len();
        bodies.extend(body);
    }
    stream.extend(record(EOF, &[]));
    stream.extend(bodies);
    stream
}

/// A compound file with these streams.
pub(super) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = CompoundFile::create(Cursor::new(Vec::new())).expect("compound file");
    for (name, content) in streams {
        file.create_stream(name).expect("stream").write_all(content).expect("content");
    }
    file.flush().expect("flush");
    file.into_inner().into_inner()
}

/// A workbook of the newer generation with one sheet.
pub(super) fn xls(globals: &[u8], records: Vec<u8>) -> Vec<u8> {
    compound(&[("Workbook", &stream(globals, &[("KBTT", 0, records)]))])
}
