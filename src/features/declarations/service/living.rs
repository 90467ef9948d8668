//! The life of a stay: amended, extended, checked out, withdrawn. Each change is a new version of the stay and makes a
//! new receipt of its declaration; what was before stays on record.

use ::entity::{declaration, stay, stay_version::Change};
use chrono::NaiveDate;
use serde_json::json;

use crate::{
    features::{
        accounts::{Caller, Scope},
        catalog::Channel,
        declarations::{
            dto_life::{CheckOutIn, ExtendIn, StayDetailOut, StayVersionsOut},
            dto_stay::StayOut,
            rules::{
                Examined, Place,
                life::{self, Action, Patch, Road, WrongState},
                reason::{given, needed},
            },
            service::{
                correcting,
                filing::{Destination, OnRecord, examine_change, rows::stay_row},
                history::{Cause, changed, describe, first_version, keep_history, sum_up},
                reading::record,
            },
            store, store_life,
        },
    },
    kernel::{
        clock,
        finding::Finding,
        ids::{CorrectionId, DeclarationId, EstablishmentId, StayId},
    },
    platform::{
        db::{Answer, Failure, Work},
        events::{Actor, Event},
        http::{
            IfMatch, Problem, ProblemKind,
            idempotency::{Idempotency, settle},
        },
        lang::Lang,
        state::AppState,
    },
};

/// How often a change is tried again because another filing came between.
const ATTEMPTS: usize = 3;

impl From<WrongState> for Problem {
    fn from(error: WrongState) -> Self {
        Self::wrong_state(error.current, &error.allowed)
    }
}

/// A wish of a declarant.
pub enum Wish {
    /// Change what was filed.
    Amend(Patch, Option<String>),
    /// Stay longer.
    Extend(ExtendIn),
    /// Leave.
    CheckOut(CheckOutIn),
    /// Take it back.
    Withdraw(Option<String>),
}

impl Wish {
    fn action(&self) -> Action {
        match self {
            Self::Amend(..) => Action::Amend,
            Self::Extend(_) => Action::Extend,
            Self::CheckOut(_) => Action::CheckOut,
            Self::Withdraw(_) => Action::Withdraw,
        }
    }
}

/// Does what a declarant wishes, or makes a correction request of it (202).
pub async fn change(
    state: &AppState,
    caller: &Caller,
    id: StayId,
    seen: &IfMatch,
    wish: Wish,
    idempotency: &Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let outcome = change_again(state, caller, id, seen, &wish, idempotency, lang).await;
    settle(state, idempotency, outcome).await
}

/// Another filing of the same guest may come between examination and write: the second look finds it.
async fn change_again(
    state: &AppState,
    caller: &Caller,
    id: StayId,
    seen: &IfMatch,
    wish: &Wish,
    idempotency: &Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let mut outcome = change_once(state, caller, id, seen, wish, idempotency, lang).await;
    for _ in 1..ATTEMPTS {
        if !outcome.as_ref().is_err_and(|problem| problem.kind() == ProblemKind::RequestInProgress) {
            break;
        }
        outcome = change_once(state, caller, id, seen, wish, idempotency, lang).await;
    }
    outcome
}

async fn change_once(
    state: &AppState,
    caller: &Caller,
    id: StayId,
    seen: &IfMatch,
    wish: &Wish,
    idempotency: &Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let subject = Subject::hold(&work, &caller.scope()?, id).await?;
    seen.check(subject.stay.version)?;
    let road = wish.action().road(subject.declaration.status, subject.stay.status)?;
    if road == Road::Correction {
        return correcting::request(state, work, caller, subject, wish, idempotency).await;
    }
    let subject = carry_out(state, &mut work, caller, subject, wish).await?;
    let open = store_life::open_correction(work.tx(), subject.stay.id).await?;
    let out = detail(&subject, open.map(|row| CorrectionId(row.id)), lang);
    let answer = Answer::ok(&out).version(subject.stay.version);
    Ok(work.answer(idempotency, answer).await?)
}

async fn carry_out(
    state: &AppState,
    work: &mut Work,
    caller: &Caller,
    subject: Subject,
    wish: &Wish,
) -> Result<Subject, Problem> {
    let (next, cause) = match wish {
        Wish::Amend(patch, reason) => {
            let reason = needed(reason.as_deref()).map_err(Problem::finding)?;
            let next = amend(state, work, &subject, patch).await?;
            (next, Cause::of(Change::Amended, Some(reason)))
        }
        Wish::Extend(input) => {
            life::extend(&subject.stay, input.expected_departure_on).map_err(Problem::finding)?;
            let mut next = subject.stay.clone();
            next.expected_departure_on = input.expected_departure_on;
            let until = (Place::ExpectedDeparture, input.expected_departure_on);
            next.findings = findings_after(state, work, &subject, until).await?;
            (next, Cause::of(Change::Extended, given(input.reason.as_deref())))
        }
        Wish::CheckOut(input) => {
            let next = checked_out(state, work, &subject, input.departed_on).await?;
            (next, Cause::of(Change::CheckedOut, given(input.reason.as_deref())))
        }
        Wish::Withdraw(reason) => {
            let reason = needed(reason.as_deref()).map_err(Problem::finding)?;
            (subject.withdrawn(), Cause::of(Change::Withdrawn, Some(reason)))
        }
    };
    write(work, &caller.actor, subject, next, cause).await
}

/// A stay in scope, held with its declaration until the transaction ends.
pub(super) struct Subject {
    pub stay: stay::Model,
    pub declaration: declaration::Model,
}

impl Subject {
    pub(super) async fn hold(work: &Work, scope: &Scope, id: StayId) -> Result<Self, Problem> {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let seen = store_life::find_stay(work.tx(), scope, id).await?.ok_or_else(not_found)?;
        let declaration = store_life::lock_declaration(work.tx(), seen.declaration_id).await?.ok_or_else(not_found)?;
        // Whoever held the declaration before may have changed the stay.
        let stay = store_life::find_stay(work.tx(), scope, id).await?.ok_or_else(not_found)?;
        Ok(Self { stay, declaration })
    }

    pub(super) async fn destination(&self, work: &Work) -> Result<Destination, Problem> {
        let id = EstablishmentId(self.stay.establishment_id);
        Ok(Destination::load(work.tx(), &Scope::Everything, id).await?)
    }

    pub(super) async fn examine(
        &self,
        state: &AppState,
        work: &Work,
        destination: &Destination,
        patch: &Patch,
    ) -> Result<Examined, Problem> {
        let on_record = OnRecord {
            stay_id: self.stay.id,
            channel: match self.declaration.channel {
                declaration::Channel::Electronic => Channel::Electronic,
                declaration::Channel::Paper => Channel::Paper,
            },
            filed_at: self.declaration.filed_at,
        };
        let input = patch.onto(&self.stay);
        Ok(examine_change(state, work.tx(), destination, &on_record, &input, work.now()).await?)
    }

    /// The stay with an examined change.
    pub(super) fn amended(&self, examined: &Examined, destination: &Destination) -> Result<stay::Model, Problem> {
        let refused: Vec<Finding> = examined.findings.iter().filter(|finding| finding.blocks()).cloned().collect();
        let Some(good) = &examined.stay else { return Err(Problem::findings(refused)) };
        let declaration = DeclarationId(self.declaration.id);
        let fresh = stay_row(good, examined, declaration, 0, &destination.establishment, self.stay.updated_at);
        Ok(stay::Model {
            id: self.stay.id,
            position: self.stay.position,
            ward_code: self.stay.ward_code.clone(),
            version: self.stay.version,
            ..fresh
        })
    }

    fn withdrawn(&self) -> stay::Model {
        stay::Model { status: stay::Status::Withdrawn, natural_key: None, ..self.stay.clone() }
    }
}

/// What makes a filing the same filing: the key, and the person under it.
fn filed_as(stay: &stay::Model) -> (Option<&str>, &str, &str) {
    (stay.natural_key.as_deref(), &stay.full_name, &stay.date_of_birth)
}

/// Writes the next version of a stay that is held, with its declaration, its history and the record.
pub(super) async fn write(
    work: &mut Work,
    actor: &Actor,
    subject: Subject,
    mut next: stay::Model,
    cause: Cause,
) -> Result<Subject, Problem> {
    let Subject { stay: before, mut declaration } = subject;
    next.version = before.version + 1;
    next.updated_at = work.now();
    if !store_life::update_stay(work.tx(), &next, before.version).await? {
        return Err(Problem::new(ProblemKind::StaleVersion));
    }
    if next.natural_key.is_some() && filed_as(&next) != filed_as(&before) {
        store_life::keep_former_key(work.tx(), &before).await?;
    }
    keep_history(work, actor, &declaration, &[(&before, &next)], &cause, declaration.content_version + 1).await?;
    declaration.content_version += 1;
    let stays = store::stays_of(work.tx(), DeclarationId(declaration.id)).await?;
    sum_up(&mut declaration, &stays);
    let seen = declaration.version;
    declaration.version += 1;
    declaration.updated_at = work.now();
    if !store_life::update_declaration(work.tx(), &declaration, seen).await? {
        // The stay is written by now: nothing of this transaction may stand.
        return Err(Failure::Conflict("declaration".to_owned()).into());
    }
    if next.status == stay::Status::Withdrawn {
        store_life::cancel_corrections(work.tx(), &declaration, Some(next.id)).await?;
    }
    work.publish(
        Event::about(cause.event(), "stay", next.id)
            .of_organization(next.organization_id)
            .of_unit(Some(declaration.unit_id))
            .with(json!({
                "declaration_id": declaration.id,
                "version": next.version,
                "receipt_version": declaration.content_version,
                "changed": changed(&before, &next),
                "correction_id": cause.correction,
            })),
    );
    Ok(Subject { stay: next, declaration })
}

/// The stay with the changes, examined as a whole like a filing.
pub(super) async fn amend(
    state: &AppState,
    work: &Work,
    subject: &Subject,
    patch: &Patch,
) -> Result<stay::Model, Problem> {
    patch.check(&subject.stay).map_err(Problem::finding)?;
    if let Some(Some(departure)) = patch.0.get(&Place::Departure)
        && let Ok(day) = departure.trim().parse::<NaiveDate>()
        && day > clock::local_day(work.now())
    {
        return Err(Problem::finding(Finding::block("departure_in_future", "/departed_on")));
    }
    let destination = subject.destination(work).await?;
    let examined = subject.examine(state, work, &destination, patch).await?;
    subject.amended(&examined, &destination)
}

/// The stay after a withdrawal that an officer accepted.
pub(super) fn withdraw(subject: &Subject) -> stay::Model {
    subject.withdrawn()
}

pub(super) async fn checked_out(
    state: &AppState,
    work: &Work,
    subject: &Subject,
    departed_on: Option<NaiveDate>,
) -> Result<stay::Model, Problem> {
    let today = clock::local_day(work.now());
    let departed_on = departed_on.unwrap_or(today);
    life::check_out(&subject.stay, departed_on, today).map_err(Problem::finding)?;
    let mut next = subject.stay.clone();
    next.status = stay::Status::Departed;
    next.departed_on = Some(departed_on);
    next.findings = findings_after(state, work, subject, (Place::Departure, departed_on)).await?;
    Ok(next)
}

/// What is found after a change that is never refused for what it does not touch (a room that became mandatory since).
async fn findings_after(
    state: &AppState,
    work: &Work,
    subject: &Subject,
    (place, day): (Place, NaiveDate),
) -> Result<serde_json::Value, Problem> {
    let destination = subject.destination(work).await?;
    let patch = Patch([(place, Some(day.to_string()))].into());
    let examined = subject.examine(state, work, &destination, &patch).await?;
    Ok(match examined.stay {
        Some(_) => Finding::to_store(&examined.findings),
        None => subject.stay.findings.clone(),
    })
}

/// One stay with what can be done to it.
pub async fn get(state: &AppState, caller: &Caller, id: StayId, lang: Lang) -> Result<(i32, StayDetailOut), Problem> {
    let subject = look_up(state, &caller.scope()?, id).await?;
    record(state, caller, read_event("stay_read", &subject)).await?;
    let open = store_life::open_correction(state.db.read(), id.0).await?;
    Ok((subject.stay.version, detail(&subject, open.map(|row| CorrectionId(row.id)), lang)))
}

/// The history of a stay.
pub async fn versions(state: &AppState, caller: &Caller, id: StayId, lang: Lang) -> Result<StayVersionsOut, Problem> {
    let subject = look_up(state, &caller.scope()?, id).await?;
    record(state, caller, read_event("stay_versions_read", &subject)).await?;
    let mut rows = store_life::versions_of(state.db.read(), id).await?;
    if rows.is_empty() {
        rows.push(first_version(&subject.stay, &subject.declaration));
    }
    Ok(StayVersionsOut { items: describe(rows, lang)? })
}

async fn look_up(state: &AppState, scope: &Scope, id: StayId) -> Result<Subject, Problem> {
    let conn = state.db.read();
    let not_found = || Problem::new(ProblemKind::NotFound);
    let stay = store_life::find_stay(conn, scope, id).await?.ok_or_else(not_found)?;
    let declaration = store::find(conn, scope, DeclarationId(stay.declaration_id)).await?.ok_or_else(not_found)?;
    Ok(Subject { stay, declaration })
}

fn read_event(action: &'static str, subject: &Subject) -> Event {
    Event::about(action, "stay", subject.stay.id)
        .of_organization(subject.stay.organization_id)
        .of_unit(Some(subject.declaration.unit_id))
}

fn detail(subject: &Subject, open: Option<CorrectionId>, lang: Lang) -> StayDetailOut {
    let Subject { stay, declaration } = subject;
    StayDetailOut {
        stay: StayOut::new(stay, lang),
        reference_code: declaration.reference_code.clone(),
        declaration_status: declaration.status,
        receipt_version: declaration.content_version,
        allowed_actions: life::allowed(declaration.status, stay.status),
        open_correction: open,
    }
}
