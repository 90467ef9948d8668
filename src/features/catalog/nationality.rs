//! From what people write in a nationality field to one surely known code, or a refusal that names the candidates.
//!
//! Sources: ICAO Doc 9303 part 3 (codes of machine-readable passports), ISO 3166-1, the nationality lists of the former
//! Da Nang portal and of the national portal. Home-made maps have filed Russians as Nigerians (`Nga` upper-cased),
//! Australians as Germans (`Úc` against a folded `Đức`) and Americans as Malaysians (`Mỹ` folded to `MY`), without a
//! warning. Hence the order of [`Nationalities::resolve`], and no default ever.

use std::collections::{BTreeSet, HashMap};

use crate::features::catalog::entry::{CatalogError, Entry};
use crate::kernel::text::{fold, nfc_collapsed};

mod build;

/// A nationality that a declaration may state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nationality {
    /// What we store: three letters as in ICAO Doc 9303, but `DEU` for Germany, whose passports print `D`.
    pub code: String,
    /// Code in the list of the national portal (2026); `None` when that list lacks the nationality.
    pub portal_code: Option<String>,
    /// Label in the list of the national portal, exactly as written there.
    pub portal_label: Option<String>,
    /// English name.
    pub name_en: String,
    /// Vietnamese name.
    pub name_vi: String,
}

/// Why a text is not taken as a nationality.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NationalityError {
    /// Nothing is written.
    #[error("the nationality is missing")]
    Missing,
    /// No list knows the text.
    #[error("the nationality is not known")]
    Unknown,
    /// The text may mean these, and none of them surely. One candidate alone is a likely meaning that a person must
    /// confirm, such as a code in small letters.
    #[error("the nationality is not clear; it may mean {}", candidates.join(", "))]
    Ambiguous {
        /// Stored codes, sorted, never empty. Each of them would be accepted.
        candidates: Vec<String>,
    },
    /// A withdrawn, specimen or portal-only code that no passport in use carries.
    #[error("the nationality code is not in use")]
    NotInUse {
        /// Stored code to consider instead, where there is one.
        replaced_by: Option<String>,
    },
}

/// All nationality codes and names, ready to resolve text against.
#[derive(Clone, Debug)]
pub struct Nationalities {
    rows: Vec<Row>,
    /// Codes as in passports and portal lists, ISO alpha-3 codes, and the stored codes.
    by_code: HashMap<String, usize>,
    by_alpha2: HashMap<String, usize>,
    /// Names, aliases and labels: composed, blanks collapsed, lower case, with diacritics.
    by_name: HashMap<String, BTreeSet<usize>>,
    /// The same without diacritics.
    by_folded_name: HashMap<String, BTreeSet<usize>>,
    /// Codes and alpha-2 codes in lower case. They never decide; they only make a folded name unsure.
    by_folded_code: HashMap<String, BTreeSet<usize>>,
    /// Folded forms that the list of ambiguous forms forbids, with their candidates.
    ambiguous: HashMap<String, BTreeSet<usize>>,
}

#[derive(Clone, Debug)]
struct Row {
    nationality: Nationality,
    standing: Standing,
}

/// What a mention of a row comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    InUse,
    /// Means the same as this row, which is in use.
    Successor(usize),
    /// Refused; a person may choose among these rows, which are in use.
    Refused(Vec<usize>),
}

impl Nationalities {
    /// Reads the rows of `nationality_codes`, `nationality_ambiguous` and `icao_special_codes`; rows of other tables
    /// are passed over.
    ///
    /// Give the rows in force on one day, see [`crate::features::catalog::in_force`].
    ///
    /// # Errors
    /// [`CatalogError`] when one of the three tables has no row, a value is missing or unreadable, a code is given
    /// twice, or a row points to a code that does not exist or is not in use.
    pub fn from_entries(entries: &[Entry]) -> Result<Self, CatalogError> {
        build::nationalities(entries)
    }

    /// The nationality that the text surely means. Outer and repeated blanks do not count.
    ///
    /// In this order:
    /// 1. a code in capitals: `KOR`, `D`, `DEU`, `XXA`;
    /// 2. a label `CODE - Name`: the code counts, the name does not;
    /// 3. a name or alias with its diacritics, in any letter case;
    /// 4. an ISO alpha-2 code in capitals, unless it reads like another country's name without diacritics;
    /// 5. a name without diacritics, if it has more than one letter and can mean one country only.
    ///
    /// A withdrawn code (or name) with one successor means the successor.
    ///
    /// # Errors
    /// [`NationalityError`], with the codes that may be meant where there are any.
    pub fn resolve(&self, text: &str) -> Result<&Nationality, NationalityError> {
        let text = nfc_collapsed(text);
        if text.is_empty() {
            return Err(NationalityError::Missing);
        }
        if let Some(row) = self.by_code.get(&text) {
            return self.settle(*row);
        }
        if let Some(code) = label_code(&text) {
            let row = self.by_code.get(code).ok_or(NationalityError::Unknown)?;
            return self.settle(*row);
        }
        if let Some(rows) = self.by_name.get(&text.to_lowercase()) {
            return self.settle_all(rows);
        }
        let folded = fold(&text);
        if let Some(candidates) = self.ambiguous.get(&folded) {
            return Err(self.unsure(candidates));
        }
        if let Some(row) = self.by_alpha2.get(&text) {
            // The list of ambiguous forms should have caught a clash; a newer alias must not slip past it.
            let mut rows = self.folded_names(&folded);
            rows.insert(*row);
            return self.settle_all(&rows);
        }
        self.resolve_folded(&folded)
    }

    /// The nationality of this stored code, for showing a record. Not for input: see [`Nationalities::resolve`].
    pub fn get(&self, code: &str) -> Option<&Nationality> {
        self.by_code
            .get(code)
            .map(|row| &self.rows[*row])
            .filter(|row| row.standing == Standing::InUse && row.nationality.code == code)
            .map(|row| &row.nationality)
    }

    /// The nationalities in use, in the order of the table.
    pub fn all(&self) -> impl Iterator<Item = &Nationality> {
        self.rows.iter().filter(|row| row.standing == Standing::InUse).map(|row| &row.nationality)
    }

    /// The labels of the national portal's list (2026), word by word, in the order of the table; also those that a
    /// declaration may not state here, because the list is the portal's.
    pub fn portal_labels(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(|row| row.nationality.portal_label.as_deref())
    }

    fn resolve_folded(&self, folded: &str) -> Result<&Nationality, NationalityError> {
        let names = self.folded_names(folded);
        let mut rows = names.clone();
        rows.extend(self.by_folded_code.get(folded).into_iter().flatten());
        // `Y` folds from `Ý` (Italy), but is as likely a slip from the neighbouring column of birth-date precision.
        let decides = !names.is_empty() && folded.chars().count() > 1;
        if decides { self.settle_all(&rows) } else { Err(self.unsure(&rows)) }
    }

    fn folded_names(&self, folded: &str) -> BTreeSet<usize> {
        self.by_folded_name.get(folded).cloned().unwrap_or_default()
    }

    fn settle(&self, row: usize) -> Result<&Nationality, NationalityError> {
        match &self.rows[row].standing {
            Standing::InUse => Ok(&self.rows[row].nationality),
            Standing::Successor(successor) => Ok(&self.rows[*successor].nationality),
            Standing::Refused(instead) => match instead.as_slice() {
                [] => Err(NationalityError::NotInUse { replaced_by: None }),
                [one] => {
                    Err(NationalityError::NotInUse { replaced_by: Some(self.rows[*one].nationality.code.clone()) })
                }
                several => Err(self.unsure(&several.iter().copied().collect())),
            },
        }
    }

    /// Settles rows that share a spelling: sure only if each of them comes to the same nationality.
    fn settle_all(&self, rows: &BTreeSet<usize>) -> Result<&Nationality, NationalityError> {
        let mut outcomes = rows.iter().map(|row| self.settle(*row));
        let first = outcomes.next().ok_or(NationalityError::Unknown)?;
        if outcomes.all(|outcome| outcome == first) { first } else { Err(self.unsure(rows)) }
    }

    /// The refusal that names what these rows may mean, in codes that would be accepted.
    fn unsure(&self, rows: &BTreeSet<usize>) -> NationalityError {
        let candidates: BTreeSet<&str> = rows
            .iter()
            .flat_map(|row| match &self.rows[*row].standing {
                Standing::InUse => vec![*row],
                Standing::Successor(successor) => vec![*successor],
                Standing::Refused(instead) => instead.clone(),
            })
            .map(|row| self.rows[row].nationality.code.as_str())
            .collect();
        if candidates.is_empty() {
            return NationalityError::Unknown;
        }
        NationalityError::Ambiguous { candidates: candidates.into_iter().map(str::to_owned).collect() }
    }
}

/// The code of a label `CODE - Name`. A dash of any length counts: word processors lengthen it.
///
/// `Congo - Kinshasa` is a name and not a label, because `Congo` does not look like a code.
fn label_code(text: &str) -> Option<&str> {
    let (code, _) = [" - ", " – ", " — "]
        .into_iter()
        .filter_map(|dash| text.split_once(dash))
        .min_by_key(|(code, _)| code.len())?;
    looks_like_code(code).then_some(code)
}

/// One to three capitals or digits; `SC-` of the portal lists has a hyphen.
fn looks_like_code(text: &str) -> bool {
    (1..=3).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        && text.bytes().any(|b| b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests;
