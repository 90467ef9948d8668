//! The ZIP package around a workbook.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;

use crate::features::declarations::import::limits::Limits;
use crate::features::declarations::import::markup::{Bounded, Markup};
use crate::features::declarations::import::refusal::{FileRefusal, RefusalReason};

const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";
const END_RECORD: &[u8] = b"PK\x05\x06";

/// One is the package's own, a few more may belong to workbooks embedded in it.
const MAX_END_RECORDS: usize = 64;

/// The markup of one part.
pub(super) type Part<'a, 'b> = Markup<Bounded<BufReader<ZipFile<'b, Cursor<&'a [u8]>>>>>;

/// An opened package whose entries have all been inflated once and counted.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Entry by lower-case name: package part names are compared without case (ECMA-376 part 2).
    entries: BTreeMap<String, usize>,
    part_depth: usize,
}

impl<'a> Package<'a> {
    /// Opens and vets a package: number of entries, unpacked size as measured, checksums.
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, FileRefusal> {
        // Counted before the directory is read, which costs some hundred bytes of memory an entry,
        // and may be tried again from every record that claims to be its end.
        if count(bytes, CENTRAL_HEADER) > limits.entries {
            return Err(FileRefusal::new(RefusalReason::TooLarge));
        }
        if count(bytes, END_RECORD) > MAX_END_RECORDS {
            return Err(corrupt());
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| corrupt())?;
        if archive.has_duplicate_names() {
            // Two programs would read two different files.
            return Err(corrupt());
        }
        let mut entries = BTreeMap::new();
        let mut left = limits.unpacked_bytes;
        for index in 0..archive.len() {
            let entry = archive.by_index(index).map_err(|_| corrupt())?;
            let name = entry.name().map_err(|_| corrupt())?.to_lowercase();
            if entries.insert(name.replace('\\', "/"), index).is_some() {
                return Err(corrupt());
            }
            // The declared size can only shorten the work for an honest file that is too large.
            if entry.size() > left {
                return Err(FileRefusal::new(RefusalReason::TooLarge));
            }
            left -= inflated_size(entry, left)?;
        }
        Ok(Self { archive, entries, part_depth: limits.part_depth })
    }

    /// Whether there is such an entry.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(&name.to_lowercase())
    }

    /// The markup of a part, if it exists.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Part<'a, '_>>, FileRefusal> {
        let Some(index) = self.entries.get(&name.to_lowercase()) else {
            return Ok(None);
        };
        let entry = self.archive.by_index(*index).map_err(|_| corrupt())?;
        Ok(Some(Markup::of_part(BufReader::with_capacity(64 * 1024, entry), self.part_depth)))
    }
}

fn corrupt() -> FileRefusal {
    FileRefusal::new(RefusalReason::CorruptFile)
}

fn count(bytes: &[u8], signature: &[u8]) -> usize {
    bytes.windows(signature.len()).filter(|window| *window == signature).count()
}

/// Inflates an entry to nowhere and returns its true size; stops as soon as it exceeds what is left.
fn inflated_size(entry: impl Read, left: u64) -> Result<u64, FileRefusal> {
    let mut bounded = entry.take(left.saturating_add(1));
    let size = io::copy(&mut bounded, &mut io::sink()).map_err(|_| corrupt())?;
    if size > left {
        return Err(FileRefusal::new(RefusalReason::TooLarge));
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use std::io;

    use crate::features::declarations::import::RefusalReason;
    use crate::features::declarations::import::workbook::package::inflated_size;

    #[test]
    fn an_endless_entry_is_left_at_the_limit() {
        let refusal = inflated_size(io::repeat(b' '), 1_000).expect_err("endless");
        assert_eq!(refusal.reason, RefusalReason::TooLarge);
        assert_eq!(inflated_size(io::empty(), 0), Ok(0));
        assert_eq!(inflated_size(&[1_u8; 5][..], 5), Ok(5));
    }
}
