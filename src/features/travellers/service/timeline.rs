//! One person's stays on one line.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::entity::{declaration, establishment, stay, traveller_link};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        accounts::{Caller, Scope},
        travellers::{
            dto::{
                ContradictionOut, DocumentLineOut, EntryKindOut, EntryOut, IdentityOut, LikelyOut, LinkOut,
                RuledOutOut, TimelineDeclarationOut, TimelineOut, TimelineStayOut, TravellerDocumentOut,
                TravellerPlaceOut,
            },
            rules::{
                asking::{purpose_names_nobody, read_purpose},
                comparing::{self, Document, Identity, Key, Particulars, binding_number},
                line::{self, Kind, Nights},
            },
            service::{not_found, read_event, record, refused},
            store,
        },
    },
    kernel::{
        finding::Finding,
        ids::{DeclarationId, EstablishmentId, StayId},
        partial_date::PartialDate,
    },
    platform::{
        db::Failure,
        http::{Problem, ProblemKind, problem::FindingOut},
        lang::Lang,
        state::AppState,
    },
};

/// Most stays of the document asked for.
const MOST_STAYS: usize = 1000;
/// Most other documents that are looked at.
const MOST_DOCUMENTS: u64 = 200;
/// Most stays with those.
const MOST_OTHER_STAYS: usize = 2000;
/// Most overlaps and gaps.
const MOST_ENTRIES: usize = 500;

/// The stays of a document, one at least, with what they say of its holder.
struct Holding {
    document: Document,
    stays: Vec<stay::Model>,
}

/// What the stays refer to.
struct Context {
    places: HashMap<Uuid, establishment::Model>,
    declarations: HashMap<Uuid, declaration::Model>,
    lang: Lang,
}

/// All that the timeline is made of.
struct Found {
    subject: Holding,
    others: Vec<Holding>,
    links: Vec<traveller_link::Model>,
    truncated: bool,
}

/// The timeline of the document with which a stay was declared.
pub async fn timeline(
    state: &AppState,
    caller: &Caller,
    id: StayId,
    purpose: Option<&str>,
    lang: Lang,
) -> Result<TimelineOut, Problem> {
    let purpose = read_purpose(purpose).map_err(refused)?;
    let scope = caller.scope()?;
    let conn = state.db.read();
    let asked = store::find_stay(conn, &scope, id).await?.ok_or_else(not_found)?;
    let found = find(conn, &scope, store::key_of(&asked)).await?;
    let names: Vec<&str> = found.subject.stays.iter().map(|stay| stay.full_name.as_str()).collect();
    purpose_names_nobody(&purpose, &names, &[&asked.document_number]).map_err(refused)?;
    let rows = || std::iter::once(&found.subject).chain(&found.others).flat_map(|holding| &holding.stays);
    let context = Context {
        places: store::establishments(conn, rows().map(|row| row.establishment_id).collect()).await?,
        declarations: store::declarations(conn, rows().map(|row| row.declaration_id).collect()).await?,
        lang,
    };
    let out = lay_out(&found, &context)?;
    let shown = out.stays.iter().chain(out.likely.iter().flat_map(|likely| &likely.stays));
    let shown: Vec<_> = shown.map(|stay| stay.id).collect();
    let data = json!({ "purpose": purpose, "traveller_id": out.id, "stays": shown });
    record(state, caller, read_event("traveller_timeline_read", out.id), data).await?;
    Ok(out)
}

async fn find(conn: &impl ConnectionTrait, scope: &Scope, key: Key) -> Result<Found, Failure> {
    let own = BTreeSet::from([key.clone()]);
    let mut stays = store::stays_of(conn, scope, &own, MOST_STAYS as u64).await?;
    let mut truncated = stays.len() > MOST_STAYS;
    stays.truncate(MOST_STAYS);
    let subject = holding(key, stays);
    let written: BTreeSet<&str> = subject
        .stays
        .iter()
        .filter_map(|row| row.visa_number.as_deref())
        .filter(|n| binding_number(n).is_some())
        .collect();
    let mut keys = store::visa_mates(conn, scope, &subject.document, &written, MOST_DOCUMENTS).await?;
    keys.extend(store::namesakes(conn, scope, &subject.document, MOST_DOCUMENTS).await?);
    truncated |= keys.len() as u64 >= MOST_DOCUMENTS;
    let mut everybody = keys.clone();
    everybody.extend(own.clone());
    let links = store::standing_links(conn, &everybody).await?;
    for linked in links.iter().map(store::link_keys).filter(|pair| pair.iter().any(|key| own.contains(key))) {
        keys.extend(linked.into_iter().filter(|key| !own.contains(key)));
    }
    let mut rows = store::stays_of(conn, scope, &keys, MOST_OTHER_STAYS as u64).await?;
    truncated |= rows.len() > MOST_OTHER_STAYS;
    rows.truncate(MOST_OTHER_STAYS);
    let mut by_key: BTreeMap<Key, Vec<stay::Model>> = BTreeMap::new();
    for row in rows {
        by_key.entry(store::key_of(&row)).or_default().push(row);
    }
    let others = by_key.into_iter().map(|(key, stays)| holding(key, stays)).collect();
    Ok(Found { subject, others, links, truncated })
}

/// Withdrawn stays are shown, but say nothing of the holder: a returned declaration is often a wrong one.
fn holding(key: Key, mut stays: Vec<stay::Model>) -> Holding {
    stays.sort_by_key(|row| (row.arrived_on, row.id));
    let mut document = Document { key, holders: Vec::new(), visas: BTreeSet::new() };
    for row in telling(&stays) {
        let holder = particulars(row);
        if !document.holders.contains(&holder) {
            document.holders.push(holder);
        }
        document.visas.extend(row.visa_number.as_deref().and_then(binding_number));
    }
    Holding { document, stays }
}

/// The stays that say something: the standing ones, or all where none stands.
fn telling(stays: &[stay::Model]) -> Vec<&stay::Model> {
    let standing: Vec<_> = stays.iter().filter(|row| row.status != stay::Status::Withdrawn).collect();
    if standing.is_empty() { stays.iter().collect() } else { standing }
}

fn particulars(row: &stay::Model) -> Particulars {
    Particulars {
        folded_name: row.full_name_folded.clone(),
        birth: PartialDate::parse_iso(&row.date_of_birth),
        sex: row.sex,
    }
}

impl Holding {
    /// Ids grow with time: the earliest stay's is the smallest. Standing stays come first, as in a search.
    fn traveller_id(&self) -> StayId {
        StayId(telling(&self.stays).iter().map(|row| row.id).min().unwrap_or_default())
    }

    fn document_out(&self) -> TravellerDocumentOut {
        let last = telling(&self.stays).last().map(|row| row.document_type);
        TravellerDocumentOut {
            r#type: last.unwrap_or(stay::DocumentType::Passport),
            number: self.document.key.number.clone(),
        }
    }
}

fn document(row: &stay::Model) -> TravellerDocumentOut {
    TravellerDocumentOut { r#type: row.document_type, number: row.document_number.clone() }
}

fn lay_out(found: &Found, context: &Context) -> Result<TimelineOut, Problem> {
    let subject = &found.subject;
    let told = telling(&subject.stays);
    let last = told.last().ok_or_else(not_found)?;
    let others: Vec<Document> = found.others.iter().map(|other| other.document.clone()).collect();
    let verdicts: BTreeMap<_, _> =
        found.links.iter().filter_map(|link| Some((link.pair_key.clone()?, link.verdict))).collect();
    let link_with = |other: &Holding| {
        let (_, _, pair) = Key::pair(&subject.document.key, &other.document.key);
        found.links.iter().find(|link| link.pair_key.as_deref() == Some(&pair)).map(LinkOut::from)
    };
    let line_of = |holding: &Holding, identity: IdentityOut, why: &[Finding]| DocumentLineOut {
        traveller_id: holding.traveller_id(),
        nationality: holding.document.key.nationality.clone(),
        document: holding.document_out(),
        identity,
        why: why.iter().map(|finding| FindingOut::new(finding, context.lang)).collect(),
        link: link_with(holding),
    };
    let mut line = vec![subject];
    let mut documents = vec![line_of(subject, IdentityOut::Sure, &[])];
    let (mut likely, mut ruled_out) = (Vec::new(), Vec::new());
    for (index, judgement) in comparing::judge_all(&subject.document, &others, &verdicts) {
        let other = &found.others[index];
        match judgement.identity {
            Identity::Sure => {
                documents.push(line_of(other, IdentityOut::Sure, &judgement.why));
                line.push(other);
            }
            Identity::Likely => {
                let document = line_of(other, IdentityOut::Likely, &judgement.why);
                likely.push(LikelyOut { document, stays: context.stays(&[other])? });
            }
            Identity::RuledOut => {
                ruled_out.extend(link_with(other).map(|link| RuledOutOut { traveller_id: other.traveller_id(), link }))
            }
        }
    }
    let (entries, more) = line::entries(&nights(&line), MOST_ENTRIES);
    Ok(TimelineOut {
        id: subject.traveller_id(),
        full_name: last.full_name.clone(),
        date_of_birth: last.date_of_birth.clone(),
        sex: last.sex,
        nationality: last.nationality.clone(),
        documents,
        stays: context.stays(&line)?,
        entries: entries.iter().map(|entry| entry_out(entry, context.lang)).collect(),
        contradictions: line.iter().flat_map(|holding| contradictions(holding, context.lang)).collect(),
        likely,
        ruled_out,
        truncated: found.truncated || more,
    })
}

fn nights(line: &[&Holding]) -> Vec<Nights> {
    let rows = line.iter().flat_map(|holding| &holding.stays);
    rows.filter(|row| row.status != stay::Status::Withdrawn)
        .map(|row| Nights {
            id: row.id,
            establishment_id: row.establishment_id,
            arrived_on: row.arrived_on,
            expected_departure_on: row.expected_departure_on,
            departed_on: row.departed_on,
        })
        .collect()
}

fn contradictions(holding: &Holding, lang: Lang) -> Vec<ContradictionOut> {
    let stays: Vec<_> = telling(&holding.stays).into_iter().map(|row| (row.id, particulars(row))).collect();
    comparing::contradictions(&stays)
        .into_iter()
        .map(|seen| ContradictionOut {
            finding: FindingOut::new(&seen.finding, lang),
            stay_ids: seen.stays.into_iter().map(StayId).collect(),
        })
        .collect()
}

fn entry_out(entry: &line::Entry, lang: Lang) -> EntryOut {
    EntryOut {
        kind: match entry.kind {
            Kind::Overlap => EntryKindOut::Overlap,
            Kind::Gap => EntryKindOut::Gap,
        },
        from: entry.from,
        to: entry.to,
        stay_ids: entry.stays.map(StayId),
        finding: FindingOut::new(&entry.finding, lang),
    }
}

impl Context {
    /// The stays of documents by day of arrival.
    fn stays(&self, holdings: &[&Holding]) -> Result<Vec<TimelineStayOut>, Problem> {
        let mut rows: Vec<(StayId, &stay::Model)> =
            holdings.iter().flat_map(|holding| holding.stays.iter().map(|row| (holding.traveller_id(), row))).collect();
        rows.sort_by_key(|(_, row)| (row.arrived_on, row.id));
        rows.into_iter().map(|(traveller, row)| self.stay(traveller, row)).collect()
    }

    fn stay(&self, traveller_id: StayId, row: &stay::Model) -> Result<TimelineStayOut, Problem> {
        let place = self.places.get(&row.establishment_id).ok_or_else(|| torn("establishment", row.id))?;
        let declaration = self.declarations.get(&row.declaration_id).ok_or_else(|| torn("declaration", row.id))?;
        let findings = Finding::stored(&row.findings);
        Ok(TimelineStayOut {
            id: StayId(row.id),
            traveller_id,
            full_name: row.full_name.clone(),
            date_of_birth: row.date_of_birth.clone(),
            sex: row.sex,
            nationality: row.nationality.clone(),
            document: document(row),
            document_expires_on: row.document_expires_on,
            visa_symbol: row.visa_symbol.clone(),
            visa_number: row.visa_number.clone(),
            establishment: TravellerPlaceOut {
                id: EstablishmentId(row.establishment_id),
                name: place.name.clone(),
                // Where it stood on the day of filing; scopes go by this one.
                ward_code: row.ward_code.clone(),
            },
            room: row.room.clone(),
            arrived_on: row.arrived_on,
            expected_departure_on: row.expected_departure_on,
            departed_on: row.departed_on,
            permitted_stay_until: row.permitted_stay_until,
            status: row.status,
            findings: findings.iter().map(|finding| FindingOut::new(finding, self.lang)).collect(),
            declaration: TimelineDeclarationOut {
                id: DeclarationId(row.declaration_id),
                reference_code: declaration.reference_code.clone(),
                status: declaration.status,
            },
        })
    }
}

/// A stay whose establishment or declaration is not there: the database forbids it.
fn torn(table: &'static str, stay: Uuid) -> Problem {
    tracing::error!(stay.id = %stay, table, "a stay names a row that is not there");
    Problem::new(ProblemKind::Internal)
}
