//! What a BIFF workbook says before its sheets: their places, the shared strings, the number formats.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

use crate::features::declarations::import::biff::records::{Fault, Record, kind};
use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};
use crate::features::declarations::import::text::cut;
use crate::features::declarations::import::workbook::styles::{NumberFormat, built_in, by_code};

const PLACE: &str = "workbook";

/// Units read of a text for each character that is kept: a character may be composed of several.
pub(super) const UNITS_A_CHARACTER: usize = 8;

/// The two generations of the format that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// Excel 5 and 95: text in a code page.
    Five,
    /// Excel 97 to 2003: text in Unicode.
    Eight,
}

/// A worksheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BoundSheet {
    pub name: String,
    pub visible: bool,
    /// Where it begins in the stream.
    pub at: usize,
}

/// What holds for all sheets.
pub(super) struct Globals {
    pub version: Version,
    pub base_1904: bool,
    pub sheets: Vec<BoundSheet>,
    pub strings: Vec<Box<str>>,
    /// Encoding of the texts of the older generation, beyond ASCII; none where the workbook names none.
    code_page: Option<&'static Encoding>,
    /// Format number of each cell format.
    cell_formats: Vec<u16>,
    formats: BTreeMap<u16, NumberFormat>,
}

impl Globals {
    /// Reads the stream up to the end of its first part.
    pub(super) fn read(stream: &[u8], limits: &Limits) -> Result<Self, FileRefusal> {
        let refused = |fault: Fault| FileRefusal::at(fault.reason(), PLACE);
        let mut record = Record::first(stream).map_err(refused)?.ok_or_else(|| refused(Fault::Damaged))?;
        let mut globals = Self::begin(&mut record).map_err(refused)?;
        let mut bound: Vec<Record<'_>> = Vec::new();
        loop {
            record = Record::first(record.rest()).map_err(refused)?.ok_or_else(|| refused(Fault::Damaged))?;
            match record.kind {
                kind::EOF => break,
                kind::FILE_PASS => return Err(FileRefusal::at(RefusalReason::UnknownFormat, "encrypted")),
                kind::BOUND_SHEET if bound.len() >= limits.sheets => {
                    return Err(FileRefusal::at(RefusalReason::TooLarge, PLACE));
                }
                kind::BOUND_SHEET => bound.push(record.clone()),
                kind::SST => globals.shared_strings(&mut record, limits)?,
                _ => globals.take(&mut record).map_err(refused)?,
            }
        }
        // Names are in the code page, which may be named after them.
        for mut record in bound {
            globals.bound_sheet(&mut record).map_err(refused)?;
        }
        let places: BTreeSet<usize> = globals.sheets.iter().map(|sheet| sheet.at).collect();
        if places.len() != globals.sheets.len() {
            return Err(refused(Fault::Damaged));
        }
        Ok(globals)
    }

    fn begin(record: &mut Record<'_>) -> Result<Self, Fault> {
        const WORKBOOK: u16 = 0x0005;
        if record.kind != kind::BOF {
            return Err(Fault::Damaged);
        }
        let version = match record.short()? {
            0x0500 => Version::Five,
            0x0600 => Version::Eight,
            _ => return Err(Fault::Damaged),
        };
        if record.short()? != WORKBOOK {
            return Err(Fault::Damaged);
        }
        Ok(Self {
            version,
            base_1904: false,
            sheets: Vec::new(),
            strings: Vec::new(),
            code_page: None,
            cell_formats: Vec::new(),
            formats: BTreeMap::new(),
        })
    }

    fn take(&mut self, record: &mut Record<'_>) -> Result<(), Fault> {
        match record.kind {
            kind::DATE_1904 => self.base_1904 = record.short()? == 1,
            kind::CODE_PAGE => {
                let number = record.short()?;
                // Texts of BIFF8 are Unicode whatever this says.
                if self.version == Version::Five {
                    self.code_page = encoding(number)?;
                }
            }
            kind::XF => {
                record.skip(2)?;
                self.cell_formats.push(record.short()?);
            }
            kind::FORMAT => {
                let id = record.short()?;
                let code = match self.version {
                    Version::Eight => {
                        let units = record.short()?;
                        record.unicode(usize::from(units), usize::from(u16::MAX))?
                    }
                    Version::Five => {
                        let bytes = record.byte()?;
                        self.code_page_text(record.slice(usize::from(bytes))?)?
                    }
                };
                self.formats.insert(id, by_code(&code));
            }
            _ => {}
        }
        Ok(())
    }

    fn bound_sheet(&mut self, record: &mut Record<'_>) -> Result<(), Fault> {
        const WORKSHEET: u8 = 0;
        let at = usize::try_from(record.long()?).map_err(|_| Fault::Damaged)?;
        let visible = record.byte()? & 0x03 == 0;
        if record.byte()? != WORKSHEET {
            return Ok(());
        }
        let units = usize::from(record.byte()?);
        let name = match self.version {
            Version::Eight => record.unicode(units, units)?,
            Version::Five => self.code_page_text(record.slice(units)?)?,
        };
        self.sheets.push(BoundSheet { name, visible, at });
        Ok(())
    }

    /// Reads the strings that are there, whatever number is claimed.
    fn shared_strings(&mut self, record: &mut Record<'_>, limits: &Limits) -> Result<(), FileRefusal> {
        const PLACE: &str = "shared strings";
        let refused = |fault: Fault| FileRefusal::at(fault.reason(), PLACE);
        record.long().map_err(refused)?;
        let claimed = record.long().map_err(refused)?;
        for _ in 0..claimed {
            if self.strings.len() >= limits.cells {
                return Err(FileRefusal::at(RefusalReason::TooLarge, PLACE));
            }
            let units = record.short().map_err(refused)?;
            let most = (limits.cell_chars + 1).saturating_mul(UNITS_A_CHARACTER);
            let text = record.unicode(usize::from(units), most).map_err(refused)?;
            self.strings.push(cut(&text, limits.cell_chars).into_boxed_str());
        }
        Ok(())
    }

    /// The number format of a cell.
    pub(super) fn format(&self, cell_format: u16) -> NumberFormat {
        let Some(id) = self.cell_formats.get(usize::from(cell_format)) else {
            return NumberFormat::General;
        };
        self.formats.get(id).copied().unwrap_or_else(|| built_in(u32::from(*id)))
    }

    /// Text of the older generation. Letters are never guessed: in another code page they are another name.
    pub(super) fn code_page_text(&self, bytes: &[u8]) -> Result<String, Fault> {
        let text = match self.code_page {
            Some(encoding) => encoding.decode_without_bom_handling_and_without_replacement(bytes),
            None => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).map(Cow::Borrowed),
        };
        let is_assigned = |text: &Cow<'_, str>| !text.contains(|character| matches!(character, '\u{80}'..='\u{9f}'));
        text.filter(is_assigned).map(Cow::into_owned).ok_or(Fault::Letters)
    }
}

/// The encoding of a Windows code page; none for ASCII.
fn encoding(number: u16) -> Result<Option<&'static Encoding>, Fault> {
    Ok(Some(match number {
        367 => return Ok(None),
        1252 | 0x8001 => WINDOWS_1252,
        874 => WINDOWS_874,
        932 => SHIFT_JIS,
        936 => GBK,
        949 => EUC_KR,
        950 => BIG5,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        // Those of DOS and of the Macintosh among them.
        _ => return Err(Fault::Letters),
    }))
}
