//! Builds [`Nationalities`] from catalog entries and refuses data that would make it guess.

use std::collections::{BTreeSet, HashMap};

use crate::features::catalog::entry::{CatalogError, Entry};
use crate::features::catalog::nationality::{Nationalities, Nationality, Row, Standing, looks_like_code};
use crate::kernel::text::{fold, nfc_collapsed};

const CODES: &str = "nationality_codes";
const AMBIGUOUS: &str = "nationality_ambiguous";
const ICAO: &str = "icao_special_codes";

/// A row of the source tables before it is known what it comes to.
struct Draft<'a> {
    entry: &'a Entry,
    nationality: Nationality,
    /// All spellings of the code: passport or portal form, ISO alpha-3, stored form.
    codes: BTreeSet<String>,
    alpha2: Option<String>,
    /// Lower-case names with diacritics, labels left out.
    names: BTreeSet<String>,
    labels: BTreeSet<String>,
    kind: Kind,
    replaced_by: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// In passports today.
    Live,
    /// Was in passports.
    Withdrawn,
    /// Only ever in the list of a portal.
    PortalOnly,
    /// Only in specimen documents.
    Specimen,
}

pub(super) fn nationalities(entries: &[Entry]) -> Result<Nationalities, CatalogError> {
    let mut drafts = rows_of(entries, CODES)?.into_iter().map(Draft::read).collect::<Result<Vec<_>, _>>()?;
    for entry in rows_of(entries, ICAO)? {
        add_icao(&mut drafts, entry)?;
    }
    let by_code = index_codes(&drafts)?;
    let standings = drafts.iter().map(|draft| standing(draft, &drafts, &by_code)).collect::<Result<Vec<_>, _>>()?;
    let ambiguous = rows_of(entries, AMBIGUOUS)?
        .into_iter()
        .map(|entry| read_ambiguous(entry, &by_code))
        .collect::<Result<HashMap<_, _>, _>>()?;

    let mut by_alpha2 = HashMap::new();
    let mut by_name = HashMap::new();
    let mut by_folded_name = HashMap::new();
    let mut by_folded_code = HashMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        if let Some(alpha2) = &draft.alpha2
            && by_alpha2.insert(alpha2.clone(), index).is_some()
        {
            return Err(draft.entry.duplicate("iso_alpha2", alpha2));
        }
        for name in draft.names.iter().chain(&draft.labels) {
            add(&mut by_name, name.clone(), index);
            add(&mut by_folded_name, fold(name), index);
        }
        for code in draft.codes.iter().chain(&draft.alpha2) {
            add(&mut by_folded_code, fold(code), index);
        }
    }
    let rows = drafts
        .into_iter()
        .zip(standings)
        .map(|(draft, standing)| Row { nationality: draft.nationality, standing })
        .collect();
    Ok(Nationalities { rows, by_code, by_alpha2, by_name, by_folded_name, by_folded_code, ambiguous })
}

fn rows_of<'a>(entries: &'a [Entry], table: &'static str) -> Result<Vec<&'a Entry>, CatalogError> {
    let rows: Vec<&Entry> = entries.iter().filter(|e| e.table == table).collect();
    if rows.is_empty() {
        return Err(CatalogError::Empty { table });
    }
    Ok(rows)
}

fn add(index: &mut HashMap<String, BTreeSet<usize>>, key: String, row: usize) {
    index.entry(key).or_default().insert(row);
}

/// The spelling by which names are compared with their diacritics.
fn name_key(name: &str) -> String {
    nfc_collapsed(name).to_lowercase()
}

fn code_cell(entry: &Entry, column: &'static str) -> Result<Option<String>, CatalogError> {
    match entry.optional(column)? {
        None => Ok(None),
        Some(code) if looks_like_code(code) => Ok(Some(code.to_owned())),
        Some(other) => Err(entry.bad_value(column, other, "a code of at most three capitals")),
    }
}

fn required_code(entry: &Entry, column: &'static str) -> Result<String, CatalogError> {
    entry.required(column)?;
    code_cell(entry, column)?.ok_or(CatalogError::MissingValue { table: entry.table, row: entry.code.clone(), column })
}

impl<'a> Draft<'a> {
    fn read(entry: &'a Entry) -> Result<Self, CatalogError> {
        let code = required_code(entry, "code")?;
        let alpha3 = code_cell(entry, "iso_alpha3")?;
        let name_en = entry.required("name_en")?.to_owned();
        let name_vi = entry.required("name_vi")?.to_owned();
        let aliases = entry.optional("aliases")?.unwrap_or_default().split('|');
        let names = [name_en.as_str(), name_vi.as_str()]
            .into_iter()
            .chain(aliases)
            .map(name_key)
            .filter(|name| !name.is_empty());
        let labels = [entry.optional("portal_2026_label")?, entry.optional("danang_old_label")?];
        let labels: BTreeSet<String> = labels.into_iter().flatten().map(name_key).collect();
        let replaced_by = entry.optional("replaced_by")?.unwrap_or_default();
        Ok(Self {
            entry,
            // The aliases repeat the labels, which differ between any two rows and say nothing about shared names.
            names: names.filter(|name| !labels.contains(name)).collect(),
            labels,
            codes: alpha3.iter().cloned().chain([code.clone()]).collect(),
            alpha2: code_cell(entry, "iso_alpha2")?,
            kind: Kind::read(entry)?,
            replaced_by: replaced_by
                .split('|')
                .map(str::trim)
                .filter(|code| !code.is_empty())
                .map(str::to_owned)
                .collect(),
            nationality: Nationality {
                // ISO and ICAO agree but for Germany, whose ISO code we store.
                code: alpha3.unwrap_or(code),
                portal_code: code_cell(entry, "portal_2026_code")?,
                portal_label: entry.optional("portal_2026_label")?.map(str::to_owned),
                name_en,
                name_vi,
            },
        })
    }
}

impl Kind {
    fn read(entry: &Entry) -> Result<Self, CatalogError> {
        match entry.required("kind")? {
            "iso" | "icao_british" | "icao_other" | "icao_org" | "icao_person" => Ok(Self::Live),
            "withdrawn" => Ok(Self::Withdrawn),
            "portal_only" => Ok(Self::PortalOnly),
            "specimen" => Ok(Self::Specimen),
            other => Err(entry.bad_value("kind", other, "a known kind of code")),
        }
    }

    fn read_icao(entry: &Entry) -> Result<Self, CatalogError> {
        match entry.required("kind")? {
            "nationality" | "issuer" | "status" => Ok(Self::Live),
            "reject" => Ok(Self::Specimen),
            other => Err(entry.bad_value("kind", other, "a known kind of code")),
        }
    }
}

/// Adds the names of an ICAO code to the row that has the code, or a row where none has. A code that ICAO keeps for
/// specimens is refused whatever the other table says.
fn add_icao<'a>(drafts: &mut Vec<Draft<'a>>, entry: &'a Entry) -> Result<(), CatalogError> {
    let code = required_code(entry, "code")?;
    let kind = Kind::read_icao(entry)?;
    let name_en = entry.required("name_en")?.to_owned();
    let name_vi = entry.required("name_vi")?.to_owned();
    let names = [name_key(&name_en), name_key(&name_vi)];
    if let Some(draft) = drafts.iter_mut().find(|draft| draft.codes.contains(&code)) {
        draft.names.extend(names);
        if kind == Kind::Specimen {
            draft.kind = kind;
        }
        return Ok(());
    }
    drafts.push(Draft {
        entry,
        codes: BTreeSet::from([code.clone()]),
        alpha2: None,
        names: BTreeSet::from(names),
        labels: BTreeSet::new(),
        kind,
        replaced_by: Vec::new(),
        nationality: Nationality { code, portal_code: None, portal_label: None, name_en, name_vi },
    });
    Ok(())
}

fn index_codes(drafts: &[Draft<'_>]) -> Result<HashMap<String, usize>, CatalogError> {
    let mut by_code = HashMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        for code in &draft.codes {
            if by_code.insert(code.clone(), index).is_some() {
                return Err(draft.entry.duplicate("code", code));
            }
        }
    }
    Ok(by_code)
}

/// What a mention of the row comes to.
///
/// A live or withdrawn row means its one successor. A portal-only row does so only if it is a mere double of the
/// successor, that is if both share a name: `PLX` is Palestine once more, but Scotland and "unknown" are choices that a
/// person must make again.
fn standing(
    draft: &Draft<'_>,
    drafts: &[Draft<'_>],
    by_code: &HashMap<String, usize>,
) -> Result<Standing, CatalogError> {
    let successors = draft
        .replaced_by
        .iter()
        .map(|code| {
            by_code
                .get(code)
                .copied()
                .filter(|row| drafts[*row].kind == Kind::Live && drafts[*row].replaced_by.is_empty())
                .ok_or_else(|| draft.entry.bad_value("replaced_by", code, "a code in use"))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let same_as = |row: &usize| !draft.names.is_disjoint(&drafts[*row].names);
    Ok(match (draft.kind, successors.as_slice()) {
        (Kind::Live, []) => Standing::InUse,
        (Kind::Live | Kind::Withdrawn, [one]) => Standing::Successor(*one),
        (Kind::PortalOnly, [one]) if same_as(one) => Standing::Successor(*one),
        (Kind::Live | Kind::Withdrawn | Kind::PortalOnly | Kind::Specimen, _) => Standing::Refused(successors),
    })
}

/// Reads `AGO <- 'AO' (ISO alpha-2); AUT <- 'Áo' (Vietnamese name)`: the codes count, the rest explains.
fn read_ambiguous(entry: &Entry, by_code: &HashMap<String, usize>) -> Result<(String, BTreeSet<usize>), CatalogError> {
    let candidates = entry.required("candidates")?;
    let rows = candidates
        .split(';')
        .map(|part| part.split_once("<-").map_or(part, |(code, _)| code).trim())
        .map(|code| {
            by_code.get(code).copied().ok_or_else(|| entry.bad_value("candidates", candidates, "a list of known codes"))
        })
        .collect::<Result<_, _>>()?;
    Ok((fold(entry.required("folded_form")?), rows))
}
