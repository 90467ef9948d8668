//! Filing and its dry run: the same examination, with and without a transaction.

use ::entity::{declaration, establishment, stay, unit};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        accounts::{self, AccountError, Caller, Scope},
        catalog::{CatalogSnapshot, Channel},
        declarations::{
            dto::{
                ChannelIn, DeclarationIn, DeclarationOut, DeclarationSummaryOut, OnError, StayOut, ValidationOut,
                VerdictOut,
            },
            rules::{Door, Examined, Facts, GoodStay, KnownStay, StayInput, Verdict, examine},
            store,
        },
        organizations,
    },
    kernel::{
        clock,
        finding::Finding,
        ids::{self, DeclarationId, EstablishmentId, OrganizationId},
    },
    platform::{
        db::{Answer, Failure, Work},
        events::{Actor, Event},
        http::{Problem, ProblemKind, idempotency::Idempotency},
        lang::Lang,
        signing,
        state::AppState,
    },
};

/// Most stays of one filing.
pub const MAX_STAYS: usize = 500;
/// How often a filing is examined anew because another one came between.
const ATTEMPTS: usize = 4;

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
        let unit = accounts::units::get_unit(conn, establishment.unit_id).await?;
        Ok(Self { establishment, unit })
    }

    fn organization(&self) -> OrganizationId {
        OrganizationId(self.establishment.organization_id)
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
    // Numbers as typed are not yet normalised, so a first pass without known stays finds what to look for.
    let facts = |known| Facts {
        establishment_id: destination.establishment.id,
        establishment_kind: destination.establishment.kind,
        remote: destination.unit.remote,
        channel,
        nationalities: &catalogue.nationalities,
        deadlines: &catalogue.deadlines,
        known,
    };
    let numbers = numbers_of(stays, &facts(&[]), door, now);
    let known: Vec<KnownStay> = store::known_stays(conn, destination.organization(), &numbers).await?;
    Ok(examine(stays, door, &facts(&known), now))
}

fn numbers_of(stays: &[StayInput], facts: &Facts<'_>, door: Door, now: DateTime<Utc>) -> Vec<String> {
    let examined = examine(stays, door, facts, now);
    let mut numbers: Vec<String> =
        examined.stays.iter().filter_map(|e| e.stay.as_ref()).map(|s| s.document_number.as_str().to_owned()).collect();
    numbers.sort();
    numbers.dedup();
    numbers
}

fn channel(channel: ChannelIn) -> Channel {
    match channel {
        ChannelIn::Electronic => Channel::Electronic,
        ChannelIn::Paper => Channel::Paper,
    }
}

fn count_findings(count: usize) -> Result<(), FilingError> {
    match count {
        0 => Err(FilingError::Findings(vec![Finding::block("no_stays", "/stays")])),
        n if n > MAX_STAYS => Err(FilingError::Findings(vec![
            Finding::block("too_many_stays", "/stays").with("max", MAX_STAYS.to_string()),
        ])),
        _ => Ok(()),
    }
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
    let scope = caller.scope()?;
    let conn = state.db.read();
    let destination = Destination::load(conn, &scope, input.establishment_id).await?;
    let channel = channel(input.channel);
    let checks = count_findings(input.stays.len()).and_then(|()| check_open(&destination));
    let findings = match checks {
        Err(FilingError::Findings(findings)) => findings,
        Err(error) => return Err(error.into()),
        Ok(()) => {
            let stays: Vec<StayInput> = input.stays.into_iter().map(Into::into).collect();
            examine_now(state, conn, &destination, channel, (Door::Json, &stays), state.clock.now()).await?.findings()
        }
    };
    Ok(ValidationOut {
        valid: !findings.iter().any(Finding::blocks),
        findings: findings
            .iter()
            .map(|finding| crate::platform::http::problem::FindingOut::new(finding, lang))
            .collect(),
    })
}

/// Files a declaration: all stays or none, or with `on_error=skip` the good ones.
pub async fn file(
    state: &AppState,
    caller: &Caller,
    input: DeclarationIn,
    on_error: OnError,
    idempotency: &Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let scope = caller.scope()?;
    let destination = Destination::load(state.db.read(), &scope, input.establishment_id).await?;
    count_findings(input.stays.len())?;
    check_open(&destination)?;
    let filing = Filing {
        state,
        actor: &caller.actor,
        destination,
        channel: channel(input.channel),
        client_reference: input.client_reference,
        stays: input.stays.into_iter().map(Into::into).collect(),
        on_error,
        idempotency,
        lang,
    };
    for _ in 0..ATTEMPTS {
        match filing.attempt().await {
            // Somebody was first with this key, this reference or this guest: look again at what is known.
            Err(FilingError::Database(Failure::Conflict(_))) => {
                if let Some(answer) = idempotency.replay(state).await? {
                    return Ok(answer);
                }
            }
            outcome => return outcome.map_err(Problem::from),
        }
    }
    Err(Problem::new(ProblemKind::RequestInProgress))
}

struct Filing<'a> {
    state: &'a AppState,
    actor: &'a Actor,
    destination: Destination,
    channel: Channel,
    client_reference: Option<String>,
    stays: Vec<StayInput>,
    on_error: OnError,
    idempotency: &'a Idempotency,
    lang: Lang,
}

impl Filing<'_> {
    async fn attempt(&self) -> Result<Answer, FilingError> {
        let now = self.state.clock.now();
        let conn = self.state.db.read();
        let verdict =
            examine_now(self.state, conn, &self.destination, self.channel, (Door::Json, &self.stays), now).await?;
        let fresh: Vec<&Examined> = verdict.stays.iter().filter(|e| e.stay.is_some() && e.already.is_none()).collect();
        if !verdict.is_good() && self.on_error == OnError::Refuse {
            return Err(FilingError::Findings(verdict.findings()));
        }
        let hash = content_hash(&self.destination, &verdict);
        if let Some(reference) = &self.client_reference
            && let Some(first) =
                store::find_by_client_reference(conn, self.destination.organization(), reference).await?
        {
            if first.content_hash != hash {
                return Err(FilingError::ClientReferenceReused);
            }
            return self.repeat(DeclarationId(first.id)).await;
        }
        if fresh.is_empty() {
            let first = verdict
                .stays
                .iter()
                .find_map(|e| e.already)
                .ok_or_else(|| FilingError::Findings(verdict.findings()))?;
            return self.repeat(DeclarationId(first)).await;
        }
        let serial = next_code(self.state, &self.destination.unit, now).await?;
        let filed = Filed::new(self, &fresh, serial, hash, now);
        let out = self.describe(&verdict, &filed).await?;
        let mut work = Work::begin(&self.state.db, self.actor, now).await?;
        filed.save(&mut work).await?;
        let location = format!("/api/v1/declarations/{}", filed.declaration.id);
        let answer = Answer::created(location, &out).version(filed.declaration.version);
        Ok(work.answer(self.idempotency, answer).await?)
    }

    /// The answer to a filing whose guests are all on record: the first record.
    async fn repeat(&self, id: DeclarationId) -> Result<Answer, FilingError> {
        let conn = self.state.db.read();
        let scope = Scope::Organization(self.destination.organization());
        let row = store::find(conn, &scope, id).await?.ok_or(FilingError::NoEstablishment)?;
        let stays = store::stays_of(conn, id).await?;
        let mut work = Work::begin(&self.state.db, self.actor, self.state.clock.now()).await?;
        work.publish(
            Event::about("declaration_repeated", "declaration", row.id)
                .of_organization(row.organization_id)
                .of_unit(Some(row.unit_id)),
        );
        let out = DeclarationOut {
            declaration: summary(self.state, &row),
            stays: stays.iter().map(|s| StayOut::new(s, self.lang).with_verdict(VerdictOut::AlreadyFiled)).collect(),
        };
        let location = format!("/api/v1/declarations/{}", row.id);
        let answer = Answer { location: Some(location), ..Answer::ok(&out).version(row.version).as_replay() };
        Ok(work.answer(self.idempotency, answer).await?)
    }

    /// One answer per stay sent, in the order in which they were sent.
    async fn describe(&self, verdict: &Verdict, filed: &Filed) -> Result<DeclarationOut, FilingError> {
        let mut rows = filed.stays.iter();
        let mut stays = Vec::with_capacity(verdict.stays.len());
        for examined in &verdict.stays {
            let out = match (&examined.stay, examined.already) {
                (None, _) => StayOut::rejected(&examined.findings, self.lang),
                (Some(good), Some(declaration)) => self.already(good, DeclarationId(declaration)).await?,
                (Some(_), None) => match rows.next() {
                    Some(row) => StayOut::new(row, self.lang).with_verdict(VerdictOut::Filed),
                    None => StayOut::rejected(&examined.findings, self.lang),
                },
            };
            stays.push(out);
        }
        Ok(DeclarationOut { declaration: summary(self.state, &filed.declaration), stays })
    }

    async fn already(&self, good: &GoodStay, declaration: DeclarationId) -> Result<StayOut, FilingError> {
        let key = good.natural_key(self.destination.establishment.id);
        let rows = store::stays_of(self.state.db.read(), declaration).await?;
        let row = rows.iter().find(|row| row.natural_key.as_deref() == Some(&key));
        Ok(row.map_or_else(
            || StayOut::rejected(&[], self.lang),
            |row| StayOut::new(row, self.lang).with_verdict(VerdictOut::AlreadyFiled),
        ))
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
    DeclarationSummaryOut::new(row, &state.config.public_url, verify_url(state, &row.reference_code))
}

/// What a receipt's QR opens.
pub(super) fn verify_url(state: &AppState, code: &str) -> String {
    format!("{}/verify/{code}?s={}", state.config.public_url, state.keys.sign_receipt(code))
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

/// The rows of a new declaration.
pub(super) struct Filed {
    pub declaration: declaration::Model,
    pub stays: Vec<stay::Model>,
    auto_confirmed: bool,
}

/// What a new declaration is made of, beside its stays.
pub(super) struct Head<'a> {
    pub destination: &'a Destination,
    pub channel: Channel,
    pub client_reference: Option<String>,
    pub actor: &'a Actor,
    pub import_id: Option<Uuid>,
    pub reference_code: String,
    pub content_hash: String,
}

impl Filed {
    fn new(
        filing: &Filing<'_>,
        fresh: &[&Examined],
        reference_code: String,
        content_hash: String,
        now: DateTime<Utc>,
    ) -> Self {
        let head = Head {
            destination: &filing.destination,
            channel: filing.channel,
            client_reference: filing.client_reference.clone(),
            actor: filing.actor,
            import_id: None,
            reference_code,
            content_hash,
        };
        Self::build(head, fresh, now)
    }

    /// Makes the rows. Without warnings and in a unit that wants it so, the declaration is confirmed at once.
    pub(super) fn build(head: Head<'_>, fresh: &[&Examined], now: DateTime<Utc>) -> Self {
        let Destination { establishment, unit } = head.destination;
        let id = DeclarationId::fresh(now);
        let stays: Vec<stay::Model> = fresh
            .iter()
            .filter_map(|examined| examined.stay.as_ref().map(|stay| (stay, examined)))
            .enumerate()
            .map(|(position, (good, examined))| stay_row(good, examined, id, position, establishment, now))
            .collect();
        let warnings: usize = fresh.iter().map(|examined| examined.warnings()).sum();
        let late = stays.iter().any(|stay| stay.timeliness == stay::Timeliness::Late);
        let earliest = stays.iter().min_by_key(|stay| stay.due_at);
        let auto_confirmed = unit.auto_confirm && warnings == 0;
        let declaration = declaration::Model {
            id: id.0,
            reference_code: head.reference_code,
            organization_id: establishment.organization_id,
            establishment_id: establishment.id,
            unit_id: unit.id,
            ward_code: establishment.ward_code.clone(),
            channel: match head.channel {
                Channel::Electronic => declaration::Channel::Electronic,
                Channel::Paper => declaration::Channel::Paper,
            },
            client_reference: head.client_reference,
            content_hash: head.content_hash,
            status: if auto_confirmed { declaration::Status::Confirmed } else { declaration::Status::Submitted },
            filed_at: now,
            due_at: earliest.map_or(now, |stay| stay.due_at),
            timeliness: if late { declaration::Timeliness::Late } else { declaration::Timeliness::OnTime },
            deadline_rule: earliest.map_or_else(String::new, |stay| stay.deadline_rule.clone()),
            stay_count: i32::try_from(stays.len()).unwrap_or(i32::MAX),
            warning_count: i32::try_from(warnings).unwrap_or(i32::MAX),
            urgency: i32::from(warnings == 0),
            filed_by_kind: match head.actor.kind {
                ::entity::audit_entry::ActorKind::Account => declaration::FiledByKind::Account,
                ::entity::audit_entry::ActorKind::Client => declaration::FiledByKind::Client,
                ::entity::audit_entry::ActorKind::System | ::entity::audit_entry::ActorKind::Public => {
                    declaration::FiledByKind::System
                }
            },
            filed_by: head.actor.id,
            import_id: head.import_id,
            decision_reason: None,
            decided_by: None,
            decided_at: auto_confirmed.then_some(now),
            version: 1,
            updated_at: now,
        };
        Self { declaration, stays, auto_confirmed }
    }

    /// Writes the rows and their events.
    pub(super) async fn save(&self, work: &mut Work) -> Result<(), Failure> {
        store::insert(work.tx(), self.declaration.clone(), self.stays.clone()).await?;
        let row = &self.declaration;
        let about = |action| {
            Event::about(action, "declaration", row.id).of_organization(row.organization_id).of_unit(Some(row.unit_id))
        };
        work.publish(about("declaration_filed").with(json!({
            "reference_code": row.reference_code,
            "stays": row.stay_count,
            "warnings": row.warning_count,
            "timeliness": row.timeliness,
            "import_id": row.import_id,
        })));
        if self.auto_confirmed {
            work.publish(about("declaration_confirmed").with(json!({ "by_rule": "no warnings" })));
        }
        Ok(())
    }
}

fn stay_row(
    good: &GoodStay,
    examined: &Examined,
    declaration: DeclarationId,
    position: usize,
    establishment: &establishment::Model,
    now: DateTime<Utc>,
) -> stay::Model {
    stay::Model {
        id: ids::fresh(now),
        declaration_id: declaration.0,
        position: i32::try_from(position).unwrap_or(i32::MAX),
        organization_id: establishment.organization_id,
        establishment_id: establishment.id,
        ward_code: establishment.ward_code.clone(),
        status: if good.departed_on.is_some() { stay::Status::Departed } else { stay::Status::Staying },
        natural_key: Some(good.natural_key(establishment.id)),
        full_name: good.full_name.as_str().to_owned(),
        full_name_folded: good.full_name.folded(),
        date_of_birth: good.date_of_birth.to_string(),
        sex: if good.sex == "M" { stay::Sex::M } else { stay::Sex::F },
        nationality: good.nationality.clone(),
        document_type: if good.is_passport { stay::DocumentType::Passport } else { stay::DocumentType::TravelDocument },
        document_number: good.document_number.as_str().to_owned(),
        document_expires_on: good.document_expires_on,
        room: good.room.clone(),
        arrived_on: good.arrival.on,
        arrived_at: good.arrival.at,
        expected_departure_on: good.expected_departure_on,
        departed_on: good.departed_on,
        permitted_stay_until: good.permitted_stay_until,
        visa_symbol: good.visa_symbol.clone(),
        visa_number: good.visa_number.clone(),
        purpose: good.purpose.clone(),
        due_at: good.due_at,
        timeliness: if good.late { stay::Timeliness::Late } else { stay::Timeliness::OnTime },
        deadline_rule: good.deadline_rule.clone(),
        findings: serde_json::to_value(&examined.findings).unwrap_or_default(),
        version: 1,
        updated_at: now,
    }
}
