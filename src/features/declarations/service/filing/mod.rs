//! Filing and its dry run: the same examination, with and without a transaction.

pub(in crate::features::declarations::service) mod rows;
mod together;

use std::sync::Arc;

use ::entity::{declaration, establishment, stay, unit};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use crate::{
    features::{
        accounts::{self, AccountError, Caller, Scope},
        catalog::{CatalogSnapshot, Catalogue, Channel, Outage},
        declarations::{
            dto::{ChannelIn, DeclarationIn, DeclarationSummaryOut, OnError, ValidationOut},
            dto_stay::{LatenessOut, StayOut},
            rules::{
                Door, Examined, Facts, KnownStay, Place, StayInput, Verdict, document_numbers, earliest_arrival,
                examine,
            },
            service::filing::together::{Filing, Outcome, file_together},
            store, store_outage,
        },
        organizations,
    },
    kernel::{
        clock,
        finding::Finding,
        ids::{EstablishmentId, OrganizationId},
    },
    platform::{
        combiner::Combiner,
        db::{Answer, Failure},
        http::{Problem, ProblemKind, idempotency::Idempotency, problem::FindingOut},
        lang::Lang,
        state::AppState,
    },
};

/// Most stays of one filing.
pub const MAX_STAYS: usize = 500;

/// Where concurrent filings meet; kept in memory per process.
pub type Filings = Combiner<Filing, Outcome>;

/// What a filing can be refused for.
#[derive(Debug, thiserror::Error)]
pub enum FilingError {
    /// No such establishment in the caller's scope.
    #[error("no such establishment")]
    NoEstablishment,
    /// The stays break rules.
    #[error("the stays break rules")]
    Findings(Vec<Finding>),
    /// The declarant's own number stands for other guests.
    #[error("the client reference stands for other guests")]
    ClientReferenceReused,
    /// The database.
    #[error(transparent)]
    Database(#[from] Failure),
    /// A repeated request answers otherwise.
    #[error("the request is refused")]
    Refused(Box<Problem>),
}

impl From<sea_orm::DbErr> for FilingError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(error.into())
    }
}

impl From<AccountError> for FilingError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Database(failure) => Self::Database(failure),
            other => Self::Refused(Box::new(other.into())),
        }
    }
}

impl From<FilingError> for Problem {
    fn from(error: FilingError) -> Self {
        match error {
            FilingError::NoEstablishment => Self::new(ProblemKind::NotFound),
            FilingError::Findings(findings) => Self::findings(findings),
            FilingError::ClientReferenceReused => Self::new(ProblemKind::ClientReferenceReused),
            FilingError::Database(failure) => failure.into(),
            FilingError::Refused(problem) => *problem,
        }
    }
}

/// Where a filing goes and under which settings.
pub(super) struct Destination {
    pub establishment: establishment::Model,
    pub unit: unit::Model,
    /// Whether the establishment's ward is remote, whoever receives its declarations.
    pub remote: bool,
}

impl Destination {
    /// The establishment in scope with the unit that receives its declarations.
    pub(super) async fn load(
        conn: &impl ConnectionTrait,
        scope: &Scope,
        id: EstablishmentId,
    ) -> Result<Self, FilingError> {
        let establishment =
            organizations::find_establishment(conn, scope, id).await?.ok_or(FilingError::NoEstablishment)?;
        let (unit, ward) = (establishment.unit_id, establishment.ward_code.clone());
        let units = accounts::units::units_and_wards(conn, [unit], [ward]).await?;
        Ok(Self::new(establishment, &units).ok_or(AccountError::NotFound)?)
    }

    /// Puts an establishment and its unit together; remoteness is a matter of the ward, which has the flag even where the
    /// immigration office receives for it.
    fn new(establishment: establishment::Model, units: &[unit::Model]) -> Option<Self> {
        let unit = units.iter().find(|unit| unit.id == establishment.unit_id)?.clone();
        let ward = units.iter().find(|unit| unit.ward_code.as_deref() == Some(&establishment.ward_code));
        let remote = ward.is_some_and(|ward| ward.remote);
        Some(Self { establishment, unit, remote })
    }

    fn organization(&self) -> OrganizationId {
        OrganizationId(self.establishment.organization_id)
    }
}

fn facts<'a>(
    destination: &Destination,
    channel: Channel,
    catalogue: &'a Catalogue,
    (outages, known): (&'a [Outage], &'a [KnownStay]),
) -> Facts<'a> {
    Facts {
        establishment_id: destination.establishment.id,
        establishment_kind: destination.establishment.kind,
        remote: destination.remote,
        channel,
        nationalities: &catalogue.nationalities,
        deadlines: &catalogue.deadlines,
        outages,
        thresholds: &catalogue.thresholds,
        known,
        filed_at: None,
    }
}

/// Examines stays against what is known now.
pub(super) async fn examine_now(
    state: &AppState,
    conn: &impl ConnectionTrait,
    destination: &Destination,
    channel: Channel,
    (door, stays): (Door, &[StayInput]),
    now: DateTime<Utc>,
) -> Result<Verdict, Failure> {
    let catalogue = state.room::<CatalogSnapshot>().current();
    let (outages, known) = load_facts(conn, destination, (door, stays), now).await?;
    Ok(examine(stays, door, &facts(destination, channel, &catalogue, (&outages, &known)), now))
}

/// What is to be read for an examination: outages that the guests may fall into, and what is declared of them.
async fn load_facts(
    conn: &impl ConnectionTrait,
    destination: &Destination,
    (door, stays): (Door, &[StayInput]),
    now: DateTime<Utc>,
) -> Result<(Vec<Outage>, Vec<KnownStay>), Failure> {
    let organization = destination.organization();
    let guests = document_numbers(stays, now).into_iter().map(|number| (organization, number));
    let mut known = store::known_stays_of_all(conn, guests).await?;
    let outages = outages_since(conn, earliest_arrival(stays, door)).await?;
    Ok((outages.of_unit(destination.unit.id), known.remove(&organization.0).unwrap_or_default()))
}

/// Outages that guests may fall into who arrived no earlier than this. Read anew by every filing: one that another
/// instance has recorded counts at once.
async fn outages_since(
    conn: &impl ConnectionTrait,
    earliest: Option<DateTime<Utc>>,
) -> Result<store_outage::Outages, Failure> {
    match earliest {
        Some(earliest) => Ok(store_outage::standing_since(conn, earliest).await?),
        None => Ok(store_outage::Outages::default()),
    }
}

/// Examines a whole file against what is known now, on a thread that nobody else waits for.
pub(super) async fn examine_file(
    state: &AppState,
    destination: &Arc<Destination>,
    stays: Vec<StayInput>,
    now: DateTime<Utc>,
) -> Result<Verdict, Failure> {
    let catalogue = state.room::<CatalogSnapshot>().current();
    let (outages, known) = load_facts(state.db.read(), destination, (Door::File, &stays), now).await?;
    let destination = Arc::clone(destination);
    let examining = tokio::task::spawn_blocking(move || {
        let facts = facts(&destination, Channel::Electronic, &catalogue, (&outages, &known));
        examine(&stays, Door::File, &facts, now)
    });
    examining.await.map_err(|stopped| Failure::Fault(sea_orm::DbErr::Custom(stopped.to_string())))
}

/// A stay on record that is about to be changed.
pub(super) struct OnRecord {
    pub stay_id: uuid::Uuid,
    pub channel: Channel,
    pub filed_at: DateTime<Utc>,
}

/// Examines a stay as it would be with a change, against the others of its guest. Its deadline is still judged by the
/// time of its filing.
pub(super) async fn examine_change(
    state: &AppState,
    conn: &impl ConnectionTrait,
    destination: &Destination,
    on_record: &OnRecord,
    input: &StayInput,
    now: DateTime<Utc>,
) -> Result<Examined, Failure> {
    let catalogue = state.room::<CatalogSnapshot>().current();
    let inputs = std::slice::from_ref(input);
    let (outages, mut known) = load_facts(conn, destination, (Door::Stay, inputs), now).await?;
    known.retain(|other| other.stay_id != on_record.stay_id);
    let facts = facts(destination, on_record.channel, &catalogue, (&outages, &known));
    let facts = Facts { filed_at: Some(on_record.filed_at), ..facts };
    let mut examined = examine(inputs, Door::Stay, &facts, now).stays.swap_remove(0);
    if examined.already.is_some() {
        let at = Place::DocumentNumber.pointer(Door::Stay, 0);
        examined.findings.push(Finding::block("same_stay_declared", at));
        examined.stay = None;
    }
    Ok(examined)
}

fn channel(channel: ChannelIn) -> Channel {
    match channel {
        ChannelIn::Electronic => Channel::Electronic,
        ChannelIn::Paper => Channel::Paper,
    }
}

fn check_count(count: usize) -> Result<(), FilingError> {
    let finding = match count {
        0 => Finding::block("no_stays", "/stays"),
        n if n > MAX_STAYS => Finding::block("too_many_stays", "/stays").with("max", MAX_STAYS.to_string()),
        _ => return Ok(()),
    };
    Err(FilingError::Findings(vec![finding]))
}

fn check_open(destination: &Destination) -> Result<(), FilingError> {
    match destination.establishment.status {
        establishment::Status::Open => Ok(()),
        establishment::Status::Closed => {
            Err(FilingError::Findings(vec![Finding::block("establishment_closed", "/establishment_id")]))
        }
    }
}

/// The dry run: the same examination, nothing stored.
pub async fn validate(
    state: &AppState,
    caller: &Caller,
    input: DeclarationIn,
    lang: Lang,
) -> Result<ValidationOut, Problem> {
    let conn = state.db.read();
    let destination = Destination::load(conn, &caller.scope()?, input.establishment_id).await?;
    let channel = channel(input.channel);
    let findings = match check_count(input.stays.len()).and_then(|()| check_open(&destination)) {
        Err(FilingError::Findings(findings)) => findings,
        Err(error) => return Err(error.into()),
        Ok(()) => {
            let stays: Vec<StayInput> = input.stays.into_iter().map(Into::into).collect();
            examine_now(state, conn, &destination, channel, (Door::Json, &stays), state.clock.now()).await?.findings()
        }
    };
    Ok(ValidationOut {
        valid: !findings.iter().any(Finding::blocks),
        findings: findings.iter().map(|finding| FindingOut::new(finding, lang)).collect(),
    })
}

/// Files a declaration: all stays or none, or with `on_error=skip` the good ones.
pub async fn file(
    state: &AppState,
    caller: &Caller,
    input: DeclarationIn,
    on_error: OnError,
    idempotency: Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let order = Order {
        establishment: input.establishment_id,
        channel: channel(input.channel),
        client_reference: input.client_reference,
        stays: input.stays.into_iter().map(Into::into).collect(),
        door: Door::Json,
        on_error,
    };
    submit(state, caller, order, idempotency, lang).await
}

/// What is to be filed, as it came in by its door.
#[derive(Clone)]
pub(super) struct Order {
    pub establishment: EstablishmentId,
    pub channel: Channel,
    pub client_reference: Option<String>,
    pub stays: Vec<StayInput>,
    pub door: Door,
    pub on_error: OnError,
}

/// The corridor behind the doors that file at once.
pub(super) async fn submit(
    state: &AppState,
    caller: &Caller,
    order: Order,
    idempotency: Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    check_count(order.stays.len())?;
    let filing = Filing { actor: caller.actor.clone(), organization: caller.organization()?, order, idempotency, lang };
    let weight = filing.order.stays.len();
    let shared = state.clone();
    let run = move |filings| file_together(shared.clone(), filings);
    match state.room::<Filings>().submit(filing, weight, run).await {
        Some(outcome) => Ok(outcome?),
        None => Err(Problem::new(ProblemKind::OutcomeUnknown)),
    }
}

/// The next reference code of a unit: `<unit>-YYMMDD-NNNNNN`, the day of receipt in Viet Nam.
pub(super) async fn next_code(state: &AppState, unit: &unit::Model, now: DateTime<Utc>) -> Result<String, Failure> {
    let prefix = format!("{}-{}", unit.code, clock::local(now).format("%y%m%d"));
    let serial = state.serials.next(&state.db, &prefix).await?;
    Ok(format!("{prefix}-{serial:06}"))
}

/// A declaration on the wire.
pub(super) fn summary(state: &AppState, row: &declaration::Model) -> DeclarationSummaryOut {
    let verify_url = verify_url(state, &row.reference_code, row.content_version);
    DeclarationSummaryOut::new(row, &state.config.public_url, verify_url)
}

/// A stay on the wire beside its declaration: with how its deadline was counted.
pub(super) fn stay_out(state: &AppState, row: &stay::Model, filed_at: DateTime<Utc>, lang: Lang) -> StayOut {
    let catalogue = state.room::<CatalogSnapshot>().current();
    let out = StayOut::new(row, lang);
    match catalogue.deadlines.get(&row.deadline_rule) {
        Some(rule) => out.with_lateness(LatenessOut::new(row, rule, filed_at, lang)),
        None => out,
    }
}

/// What a receipt's QR opens: the first receipt by its code alone, later ones with their number.
pub(super) fn verify_url(state: &AppState, code: &str, version: i32) -> String {
    let signature = state.keys.sign_receipt(&signed_text(code, version));
    let number = if version > 1 { format!("v={version}&") } else { String::new() };
    format!("{}/verify/{code}?{number}s={signature}", state.config.public_url)
}

/// What the signature of a receipt covers.
pub(super) fn signed_text(code: &str, version: i32) -> String {
    if version > 1 { format!("{code}#{version}") } else { code.to_owned() }
}
