//! The readers of guest files and what must hold for everything they read.

/// The path of the house, so that `use crate::…` in the readers resolves.
#[path = "."]
pub mod features {
    /// The room of the readers.
    #[path = "."]
    pub mod declarations {
        #[path = "../../src/features/declarations/import/mod.rs"]
        pub mod import;
    }
}

use std::io::{Cursor, Write};

use features::declarations::import::{Limits, RowKind, read};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Small limits keep an execution short and reach the refusals.
fn limits() -> Limits {
    Limits { unpacked_bytes: 1024 * 1024, rows: 50, cell_chars: 40, cells: 5_000, ..Limits::default() }
}

/// Reads bytes and checks the promises of the types.
pub fn check(bytes: &[u8]) {
    let limits = limits();
    let Ok(file) = read(bytes, &limits) else {
        return;
    };
    assert!(file.rows.iter().any(|row| row.kind == RowKind::Guest));
    assert!(file.rows.len() <= limits.rows);
    for row in &file.rows {
        assert!(row.reference.parse::<u32>().is_ok());
        for (field, text) in &row.original {
            assert!(text.chars().count() <= limits.cell_chars + 1);
            assert!(!text.is_empty() && !text.contains('\0'));
            assert!(!row.formulas.contains(field));
        }
    }
}

/// Reads bytes as they are and behind each of these beginnings, so that the search needs not find them.
pub fn check_after(beginnings: &[&[u8]], bytes: &[u8]) {
    check(bytes);
    for beginning in beginnings {
        check(&[beginning, bytes].concat());
    }
}

/// Puts bytes into a workbook as its sheet: mutating a package mostly breaks a checksum.
pub fn check_sheet(bytes: &[u8]) {
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook = format!(
        "<workbook xmlns:r=\"{TYPES}\"><sheets><sheet name=\"KBTT\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>"
    );
    let relationships = format!(
        "<Relationships><Relationship Id=\"a\" Type=\"{TYPES}/worksheet\" Target=\"sheet.xml\"/></Relationships>"
    );
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let entries: [(&str, &[u8]); 3] = [
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relationships.as_bytes()),
        ("xl/sheet.xml", bytes),
    ];
    for (name, content) in entries {
        writer.start_file(name, SimpleFileOptions::default()).expect("entry begins");
        writer.write_all(content).expect("entry is written");
    }
    check(&writer.finish().expect("archive ends").into_inner());
}

/// The beginning of a stream of an old workbook.
pub const STREAM: &[u8] = b"\x09\x08\x10\x00\x00\x06\x05\x00\0\0\0\0\0\0\0\0\0\0\0\0";

/// The same of the generation before, whose texts are in a code page.
pub const STREAM_5: &[u8] = b"\x09\x08\x08\x00\x00\x05\x05\x00\0\0\0\0";

/// The heading of a guest list with commas.
pub const HEADING: &[u8] = b"Full name,DOB,Nationality,Passport,Arrival,Room\n";
