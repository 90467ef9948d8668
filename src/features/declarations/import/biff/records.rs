//! The records that a BIFF stream is made of.

use crate::features::declarations::import::refusal::RefusalReason;
use crate::features::declarations::import::text::is_xml_char;

/// Kinds of records that are looked at.
pub(super) mod kind {
    pub(in super::super) const FORMULA: u16 = 0x0006;
    pub(in super::super) const EOF: u16 = 0x000a;
    pub(in super::super) const DATE_1904: u16 = 0x0022;
    pub(in super::super) const FILE_PASS: u16 = 0x002f;
    pub(in super::super) const CONTINUE: u16 = 0x003c;
    pub(in super::super) const CODE_PAGE: u16 = 0x0042;
    pub(in super::super) const BOUND_SHEET: u16 = 0x0085;
    pub(in super::super) const MUL_RK: u16 = 0x00bd;
    pub(in super::super) const RICH_STRING: u16 = 0x00d6;
    pub(in super::super) const XF: u16 = 0x00e0;
    pub(in super::super) const SST: u16 = 0x00fc;
    pub(in super::super) const LABEL_SST: u16 = 0x00fd;
    pub(in super::super) const NUMBER: u16 = 0x0203;
    pub(in super::super) const LABEL: u16 = 0x0204;
    pub(in super::super) const BOOL_ERR: u16 = 0x0205;
    pub(in super::super) const STRING: u16 = 0x0207;
    pub(in super::super) const RK: u16 = 0x027e;
    pub(in super::super) const FORMAT: u16 = 0x041e;
    pub(in super::super) const BOF: u16 = 0x0809;
}

/// Why a piece of the stream is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is damaged.
    Damaged,
    /// It is text whose letters are not surely known.
    Letters,
}

impl Fault {
    /// What that means for the file.
    pub(super) fn reason(self) -> RefusalReason {
        match self {
            Self::Damaged => RefusalReason::CorruptFile,
            Self::Letters => RefusalReason::BadEncoding,
        }
    }
}

/// A record, positioned at its first byte. Reading past its end goes on in the records that continue it.
#[derive(Clone, Debug)]
pub(super) struct Record<'s> {
    pub kind: u16,
    data: &'s [u8],
    /// The stream after `data`.
    rest: &'s [u8],
}

impl<'s> Record<'s> {
    /// The record at the beginning of a stream; none at its end.
    pub(super) fn first(stream: &'s [u8]) -> Result<Option<Self>, Fault> {
        if stream.is_empty() {
            return Ok(None);
        }
        let (head, body) = stream.split_at_checked(4).ok_or(Fault::Damaged)?;
        let kind = u16::from_le_bytes([head[0], head[1]]);
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (data, rest) = body.split_at_checked(length).ok_or(Fault::Damaged)?;
        Ok(Some(Self { kind, data, rest }))
    }

    /// The stream after what was read of this record.
    pub(super) fn rest(&self) -> &'s [u8] {
        self.rest
    }

    /// Bytes of this record that are left.
    pub(super) fn left(&self) -> usize {
        self.data.len()
    }

    /// Goes on in the record that continues this one.
    fn go_on(&mut self) -> Result<(), Fault> {
        let next = Self::first(self.rest)?.filter(|next| next.kind == kind::CONTINUE).ok_or(Fault::Damaged)?;
        self.data = next.data;
        self.rest = next.rest;
        Ok(())
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut taken = [0; N];
        for byte in &mut taken {
            while self.data.is_empty() {
                self.go_on()?;
            }
            let (first, rest) = self.data.split_first().ok_or(Fault::Damaged)?;
            *byte = *first;
            self.data = rest;
        }
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        self.bytes::<1>().map(|[byte]| byte)
    }

    pub(super) fn short(&mut self) -> Result<u16, Fault> {
        self.bytes().map(u16::from_le_bytes)
    }

    pub(super) fn long(&mut self) -> Result<u32, Fault> {
        self.bytes().map(u32::from_le_bytes)
    }

    pub(super) fn double(&mut self) -> Result<f64, Fault> {
        self.bytes().map(f64::from_le_bytes)
    }

    pub(super) fn skip(&mut self, bytes: usize) -> Result<(), Fault> {
        let mut left = bytes;
        while left > self.data.len() {
            left -= self.data.len();
            self.go_on()?;
        }
        self.data = &self.data[left..];
        Ok(())
    }

    /// The next bytes, all within one record.
    pub(super) fn slice(&mut self, bytes: usize) -> Result<&'s [u8], Fault> {
        let (slice, rest) = self.data.split_at_checked(bytes).ok_or(Fault::Damaged)?;
        self.data = rest;
        Ok(slice)
    }

    /// A BIFF8 string: its options, then its characters, then runs of formats and phonetic guides, which are
    /// passed over. No more than `most` units are kept.
    pub(super) fn unicode(&mut self, units: usize, most: usize) -> Result<String, Fault> {
        const RICH: u8 = 0x08;
        const EXTENDED: u8 = 0x04;
        let options = self.byte()?;
        let runs = if options & RICH == 0 { 0 } else { usize::from(self.short()?) };
        let extension = if options & EXTENDED == 0 { 0 } else { self.long()? };
        let text = self.characters(units, options, most)?;
        self.skip(runs * 4)?;
        self.skip(usize::try_from(extension).map_err(|_| Fault::Damaged)?)?;
        Ok(text)
    }

    /// Characters of one or two bytes. Where they go on in another record, that says anew which.
    fn characters(&mut self, units: usize, options: u8, most: usize) -> Result<String, Fault> {
        const WIDE: u8 = 0x01;
        let mut wide = options & WIDE != 0;
        let mut kept: Vec<u16> = Vec::new();
        let mut left = units;
        while left > 0 {
            if self.data.is_empty() {
                self.go_on()?;
                wide = self.byte()? & WIDE != 0;
                continue;
            }
            let width = if wide { 2 } else { 1 };
            let here = left.min(self.data.len() / width);
            if here == 0 {
                return Err(Fault::Damaged);
            }
            let characters = self.slice(here * width)?;
            let room = most.saturating_sub(kept.len());
            let unit = |piece: &[u8]| u16::from_le_bytes([piece[0], piece.get(1).copied().unwrap_or(0)]);
            kept.extend(characters.chunks_exact(width).map(unit).take(room));
            left -= here;
        }
        if kept.len() < units && kept.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            // The cut went through a character.
            kept.pop();
        }
        String::from_utf16(&kept).map_err(|_| Fault::Damaged)
    }
}

/// Text that may be kept of a cell.
pub(super) fn is_clean(text: &str) -> bool {
    text.chars().all(is_xml_char)
}
