//! Filings of several callers in one transaction. A lone filing is a batch of one: there is one road.
//!
//! If the transaction meets somebody else's record (a repeated key, reference or guest), each filing of the batch is
//! looked at again by itself, so that one caller's repeat never touches another's filing.

use std::collections::HashMap;

use ::entity::{declaration, establishment};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    features::{
        accounts::{self, Scope},
        catalog::CatalogSnapshot,
        declarations::{
            dto::{DeclarationOut, OnError},
            dto_stay::{StayOut, VerdictOut},
            rules::{Examined, KnownStay, Verdict, document_numbers, earliest_arrival, examine},
            service::filing::{
                Destination, FilingError, Order, check_open, facts, next_code, outages_since,
                rows::{Filed, Head},
                stay_out, summary,
            },
            store,
            store_outage::Outages,
        },
        organizations,
    },
    kernel::ids::{DeclarationId, EstablishmentId, OrganizationId},
    platform::{
        db::{Answer, Failure, Work},
        events::{Actor, Event},
        http::{
            Problem,
            idempotency::{Idempotency, replays},
        },
        lang::Lang,
        signing,
        state::AppState,
    },
};

/// How often a lone filing is examined anew because another one came between.
const ATTEMPTS: usize = 4;

/// A filing on its way.
#[derive(Clone)]
pub struct Filing {
    pub(super) actor: Actor,
    pub(super) organization: OrganizationId,
    pub(super) order: Order,
    pub(super) idempotency: Idempotency,
    pub(super) lang: Lang,
}

/// What becomes of one.
pub type Outcome = Result<Answer, FilingError>;

/// Files each of them; answers in their order.
pub(super) async fn file_together(state: AppState, filings: Vec<Filing>) -> Vec<Outcome> {
    match attempt(&state, &filings).await {
        Ok(outcomes) => outcomes,
        Err(Failure::Conflict(_)) => {
            let mut outcomes = Vec::with_capacity(filings.len());
            for filing in filings {
                outcomes.push(file_alone(&state, filing).await);
            }
            outcomes
        }
        Err(failure) => {
            let mut outcomes: Vec<Outcome> = filings.iter().skip(1).map(|_| Err(failure.echo().into())).collect();
            outcomes.push(Err(failure.into()));
            outcomes
        }
    }
}

async fn file_alone(state: &AppState, filing: Filing) -> Outcome {
    let filing = [filing];
    let mut conflict = Failure::Conflict(String::new());
    for _ in 0..ATTEMPTS {
        match attempt(state, &filing).await {
            Ok(mut outcomes) => return outcomes.pop().unwrap_or(Err(FilingError::NoEstablishment)),
            Err(failure @ Failure::Conflict(_)) => conflict = failure,
            Err(failure) => return Err(failure.into()),
        }
    }
    Err(conflict.into())
}

/// What a batch needs to know, read with a handful of statements whatever its size.
struct BatchFacts {
    establishments: HashMap<Uuid, Destination>,
    known: HashMap<Uuid, Vec<KnownStay>>,
    by_reference: HashMap<String, declaration::Model>,
    outages: Outages,
}

impl BatchFacts {
    /// The readings do not depend on each other, so they wait for the database together.
    async fn load(state: &AppState, filings: &[Filing], now: DateTime<Utc>) -> Result<Self, Failure> {
        let conn = state.db.read();
        let guests = filings.iter().flat_map(|filing| {
            document_numbers(&filing.order.stays, now).into_iter().map(|number| (filing.organization, number))
        });
        let references =
            filings.iter().filter_map(|f| Some((f.organization, f.order.client_reference.clone()?))).collect();
        let known = async { Ok::<_, Failure>(store::known_stays_of_all(conn, guests).await?) };
        let by_reference = async { Ok::<_, Failure>(store::by_client_references(conn, references).await?) };
        let earliest =
            filings.iter().filter_map(|filing| earliest_arrival(&filing.order.stays, filing.order.door)).min();
        let (establishments, known, by_reference, outages) =
            tokio::try_join!(destinations(state, filings), known, by_reference, outages_since(conn, earliest))?;
        Ok(Self { establishments, known, by_reference, outages })
    }
}

/// The establishments of a batch with their units.
async fn destinations(state: &AppState, filings: &[Filing]) -> Result<HashMap<Uuid, Destination>, Failure> {
    let conn = state.db.read();
    let organizations: Vec<OrganizationId> = filings.iter().map(|filing| filing.organization).collect();
    let ids: Vec<EstablishmentId> = filings.iter().map(|filing| filing.order.establishment).collect();
    let found = organizations::establishments_of(conn, &organizations, &ids).await?;
    let (unit_ids, wards) = (found.iter().map(|row| row.unit_id), found.iter().map(|row| row.ward_code.clone()));
    let units = accounts::units::units_and_wards(conn, unit_ids, wards).await?;
    let with_unit = |row: establishment::Model| Some((row.id, Destination::new(row, &units)?));
    Ok(found.into_iter().filter_map(with_unit).collect())
}

/// What one filing of the batch comes to, before anything is written.
enum Prepared {
    /// Nothing to write.
    Settled(Outcome),
    /// All guests are on record: the first record is the answer.
    Repeat(DeclarationId),
    /// To be written.
    File(Box<(Filed, Answer)>),
}

async fn attempt(state: &AppState, filings: &[Filing]) -> Result<Vec<Outcome>, Failure> {
    let now = state.clock.now();
    let keys: Vec<&Idempotency> = filings.iter().map(|filing| &filing.idempotency).collect();
    let (replays, facts) = tokio::try_join!(replays(state, &keys), BatchFacts::load(state, filings, now))?;

    let mut prepared = Vec::with_capacity(filings.len());
    for (filing, replay) in filings.iter().zip(replays) {
        prepared.push(match replay {
            Some(answer) => Prepared::Settled(answer.map_err(refused)),
            None => prepare(state, filing, &facts, now).await?,
        });
    }
    write(state, filings, &prepared, now).await?;

    let mut outcomes = Vec::with_capacity(filings.len());
    for (filing, prepared) in filings.iter().zip(prepared) {
        outcomes.push(match prepared {
            Prepared::Settled(outcome) => outcome,
            Prepared::File(filed) => Ok(filed.1),
            Prepared::Repeat(id) => repeat(state, filing, id).await,
        });
    }
    Ok(outcomes)
}

fn refused(problem: Problem) -> FilingError {
    FilingError::Refused(Box::new(problem))
}

async fn prepare(
    state: &AppState,
    filing: &Filing,
    batch: &BatchFacts,
    now: DateTime<Utc>,
) -> Result<Prepared, Failure> {
    let settled = |error| Ok(Prepared::Settled(Err(error)));
    let destination = batch.establishments.get(&filing.order.establishment.0);
    let Some(destination) = destination.filter(|d| d.establishment.organization_id == filing.organization.0) else {
        return settled(FilingError::NoEstablishment);
    };
    if let Err(error) = check_open(destination) {
        return settled(error);
    }
    let catalogue = state.room::<CatalogSnapshot>().current();
    let known = batch.known.get(&filing.organization.0).map_or(&[][..], Vec::as_slice);
    let Order { door, channel, stays, .. } = &filing.order;
    let outages = batch.outages.of_unit(destination.unit.id);
    let facts = facts(destination, *channel, &catalogue, (&outages, known));
    let verdict = examine(stays, *door, &facts, now);
    if !verdict.is_good() && filing.order.on_error == OnError::Refuse {
        return settled(FilingError::Findings(verdict.findings()));
    }
    let hash = content_hash(destination, &verdict);
    if let Some(reference) = &filing.order.client_reference
        && let Some(first) = batch.by_reference.get(&store::reference_key(filing.organization.0, reference))
    {
        let same = first.content_hash == hash;
        return if same {
            Ok(Prepared::Repeat(DeclarationId(first.id)))
        } else {
            settled(FilingError::ClientReferenceReused)
        };
    }
    let fresh: Vec<&Examined> = verdict.stays.iter().filter(|e| e.stay.is_some() && e.already.is_none()).collect();
    if fresh.is_empty() {
        return match verdict.stays.iter().find_map(|examined| examined.already) {
            Some(first) => Ok(Prepared::Repeat(DeclarationId(first))),
            None => settled(FilingError::Findings(verdict.findings())),
        };
    }
    let head = Head {
        destination,
        channel: filing.order.channel,
        client_reference: filing.order.client_reference.clone(),
        actor: &filing.actor,
        import_id: None,
        reference_code: next_code(state, &destination.unit, now).await?,
        content_hash: hash,
    };
    let filed = Filed::build(head, &fresh, now);
    let out = describe(state, filing, &verdict, &filed).await?;
    let location = format!("/api/v1/declarations/{}", filed.declaration.id);
    let answer = Answer::created(location, &out).version(filed.declaration.version);
    Ok(Prepared::File(Box::new((filed, answer))))
}

/// Writes all that is to be written in one transaction.
async fn write(state: &AppState, filings: &[Filing], prepared: &[Prepared], now: DateTime<Utc>) -> Result<(), Failure> {
    let of_batch: Vec<(&Filing, &Filed, &Answer)> = filings
        .iter()
        .zip(prepared)
        .filter_map(|(filing, prepared)| match prepared {
            Prepared::File(filed) => Some((filing, &filed.0, &filed.1)),
            Prepared::Settled(_) | Prepared::Repeat(_) => None,
        })
        .collect();
    let Some((first, ..)) = of_batch.first() else { return Ok(()) };
    let mut work = Work::begin(&state.db, &first.actor, now).await?;
    let declarations = of_batch.iter().map(|(_, filed, _)| filed.declaration.clone()).collect();
    let stays = of_batch.iter().flat_map(|(_, filed, _)| filed.stays.iter().cloned()).collect();
    store::insert_all(work.tx(), declarations, stays, |_| {}).await?;
    for (filing, filed, answer) in of_batch {
        for event in filed.events() {
            work.publish_as(&filing.actor, event);
        }
        work.remember(&filing.idempotency, answer);
    }
    work.commit().await
}

/// The answer to a filing whose guests are all on record.
async fn repeat(state: &AppState, filing: &Filing, id: DeclarationId) -> Outcome {
    let conn = state.db.read();
    let scope = Scope::Organization(filing.organization);
    let row = store::find(conn, &scope, id).await?.ok_or(FilingError::NoEstablishment)?;
    let stays = store::stays_of(conn, id).await?;
    let mut work = Work::begin(&state.db, &filing.actor, state.clock.now()).await?;
    work.publish(
        Event::about("declaration_repeated", "declaration", row.id)
            .of_organization(row.organization_id)
            .of_unit(Some(row.unit_id)),
    );
    let out = DeclarationOut {
        declaration: summary(state, &row),
        stays: stays
            .iter()
            .map(|stay| stay_out(state, stay, row.filed_at, filing.lang).with_verdict(VerdictOut::AlreadyFiled))
            .collect(),
    };
    let location = format!("/api/v1/declarations/{}", row.id);
    let answer = Answer { location: Some(location), ..Answer::ok(&out).version(row.version).as_replay() };
    Ok(work.answer(&filing.idempotency, answer).await?)
}

/// One answer per stay sent, in the order in which they were sent.
async fn describe(
    state: &AppState,
    filing: &Filing,
    verdict: &Verdict,
    filed: &Filed,
) -> Result<DeclarationOut, Failure> {
    let (mut rows, filed_at) = (filed.stays.iter(), filed.declaration.filed_at);
    let mut stays = Vec::with_capacity(verdict.stays.len());
    for examined in &verdict.stays {
        let on_record = match (&examined.stay, examined.already) {
            (None, _) => None,
            (Some(_), None) => {
                rows.next().map(|row| stay_out(state, row, filed_at, filing.lang).with_verdict(VerdictOut::Filed))
            }
            (Some(_), Some(declaration)) => {
                let rows = store::stays_of(state.db.read(), DeclarationId(declaration)).await?;
                let row = rows.iter().find(|row| Some(row.id) == examined.already_stay);
                row.map(|row| StayOut::new(row, filing.lang).with_verdict(VerdictOut::AlreadyFiled))
            }
        };
        stays.push(on_record.unwrap_or_else(|| StayOut::rejected(&examined.findings, filing.lang)));
    }
    Ok(DeclarationOut { declaration: summary(state, &filed.declaration), stays })
}

/// What makes two filings the same: the place and the guests, not how they were typed.
fn content_hash(destination: &Destination, verdict: &Verdict) -> String {
    let mut keys: Vec<String> = verdict
        .stays
        .iter()
        .filter_map(|examined| examined.stay.as_ref())
        .map(|stay| stay.natural_key(destination.establishment.id))
        .collect();
    keys.sort();
    signing::sha256_hex(&[keys.join("\n").as_bytes()])
}
