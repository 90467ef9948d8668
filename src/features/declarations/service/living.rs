//! The life of a stay: amended, extended, checked out, withdrawn. Each change is a new version of the stay and makes a
//! new receipt of its declaration; what was before stays on record.

use ::entity::{
    declaration, stay,
    stay_version::{self, Change},
};
use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        accounts::{Caller, Scope},
        catalog::Channel,
        declarations::{
            dto::StayOut,
            dto_life::{
                BulkCheckOutIn, BulkCheckOutItemIn, BulkCheckOutItemOut, BulkCheckOutOut, CheckOutIn, ExtendIn,
                StayDetailOut, StayVersionOut, StayVersionsOut,
            },
            rules::{
                Examined, Place,
                life::{self, Action, Patch, Road, WrongState},
                reason::{given, needed},
            },
            service::{
                correcting,
                filing::{Destination, OnRecord, examine_change, rows::stay_row},
            },
            store, store_life,
        },
    },
    kernel::{
        clock,
        finding::{Finding, Severity},
        ids::{self, CorrectionId, DeclarationId, EstablishmentId, StayId},
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

/// What is written beside a new version.
pub(super) struct Cause {
    pub change: Change,
    pub reason: Option<String>,
    pub correction: Option<Uuid>,
}

impl Cause {
    pub(super) fn of(change: Change, reason: Option<String>) -> Self {
        Self { change, reason, correction: None }
    }

    fn event(&self) -> &'static str {
        match self.change {
            Change::Filed => "stay_filed",
            Change::Amended => "stay_amended",
            Change::Extended => "stay_extended",
            Change::CheckedOut => "stay_checked_out",
            Change::Withdrawn => "stay_withdrawn",
            Change::Corrected => "stay_corrected",
            Change::Released => "stay_released",
            Change::Rejudged => "stay_rejudged",
        }
    }
}

fn version_row(stay: &stay::Model, content_version: i32, change: Change, actor: &Actor) -> stay_version::Model {
    stay_version::Model {
        id: ids::fresh(stay.updated_at),
        stay_id: stay.id,
        declaration_id: stay.declaration_id,
        version: stay.version,
        content_version,
        change,
        reason: None,
        correction_id: None,
        snapshot: serde_json::to_value(stay).unwrap_or_default(),
        made_by_kind: actor.by_kind(),
        made_by: actor.id,
        made_at: stay.updated_at,
    }
}

/// The version with which a stay came in, written when the first change makes it history.
fn first_version(stay: &stay::Model, declaration: &declaration::Model) -> stay_version::Model {
    let filer = Actor::who_made(declaration.filed_by_kind, declaration.filed_by, "");
    version_row(stay, 1, Change::Filed, &filer)
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
    if next.natural_key.is_some() && next.natural_key != before.natural_key {
        store_life::keep_former_key(work.tx(), &before).await?;
    }
    keep_history(work, actor, &declaration, &[(&before, &next)], &cause, declaration.content_version + 1).await?;
    declaration.content_version += 1;
    let stays = store::stays_of(work.tx(), DeclarationId(declaration.id)).await?;
    sum_up(&mut declaration, &stays);
    declaration.version += 1;
    declaration.updated_at = work.now();
    store_life::update_declaration(work.tx(), &declaration).await?;
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

/// What a declaration says of its stays, those withdrawn left out. Without any left it is withdrawn itself.
pub(super) fn sum_up(declaration: &mut declaration::Model, stays: &[stay::Model]) {
    use declaration::Status::{Confirmed, Recheck, Submitted};
    let standing: Vec<&stay::Model> = stays.iter().filter(|stay| stay.status != stay::Status::Withdrawn).collect();
    let Some(earliest) = standing.iter().min_by_key(|stay| stay.due_at) else {
        if matches!(declaration.status, Submitted | Confirmed | Recheck) {
            declaration.status = declaration::Status::Withdrawn;
            declaration.stay_count = 0;
        }
        return;
    };
    declaration.stay_count = i32::try_from(standing.len()).unwrap_or(i32::MAX);
    declaration.due_at = earliest.due_at;
    declaration.deadline_rule.clone_from(&earliest.deadline_rule);
    let late = standing.iter().any(|stay| stay.timeliness == stay::Timeliness::Late);
    declaration.timeliness = if late { declaration::Timeliness::Late } else { declaration::Timeliness::OnTime };
    let warnings: usize = standing.iter().map(|stay| warnings(stay)).sum();
    declaration.warning_count = i32::try_from(warnings).unwrap_or(i32::MAX);
    declaration.urgency = i32::from(warnings == 0);
}

fn warnings(stay: &stay::Model) -> usize {
    let findings: Vec<Finding> = serde_json::from_value(stay.findings.clone()).unwrap_or_default();
    findings.iter().filter(|finding| finding.severity == Severity::Warn).count()
}

/// The stays of a declaration that no longer stand because an officer returned or refused it, as history.
pub(super) async fn record_release(
    work: &Work,
    actor: &Actor,
    declaration: &declaration::Model,
    before: &[stay::Model],
) -> Result<(), Failure> {
    let released = |stay: &stay::Model| stay::Model {
        status: stay::Status::Withdrawn,
        natural_key: None,
        version: stay.version + 1,
        updated_at: declaration.updated_at,
        ..stay.clone()
    };
    let after: Vec<stay::Model> = before.iter().map(released).collect();
    let changes: Vec<_> = before.iter().zip(&after).collect();
    let cause = Cause::of(Change::Released, declaration.decision_reason.clone());
    keep_history(work, actor, declaration, &changes, &cause, declaration.content_version).await?;
    Ok(store_life::cancel_corrections(work.tx(), declaration, None).await?)
}

/// Writes versions of stays, each with the one with which it came in where nothing was history yet. `content_version` is
/// the receipt that shows them first.
pub(super) async fn keep_history(
    work: &Work,
    actor: &Actor,
    declaration: &declaration::Model,
    changes: &[(&stay::Model, &stay::Model)],
    cause: &Cause,
    content_version: i32,
) -> Result<(), Failure> {
    let known = store_life::with_versions(work.tx(), changes.iter().map(|(before, _)| before.id)).await?;
    let mut rows = Vec::new();
    for (before, after) in changes {
        if !known.contains(&before.id) {
            rows.push(first_version(before, declaration));
        }
        rows.push(stay_version::Model {
            reason: cause.reason.clone(),
            correction_id: cause.correction,
            ..version_row(after, content_version, cause.change, actor)
        });
    }
    Ok(store_life::insert_versions(work.tx(), rows).await?)
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

async fn checked_out(
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
        Some(_) => serde_json::to_value(&examined.findings).unwrap_or_default(),
        None => subject.stay.findings.clone(),
    })
}

/// Checks many guests out in one transaction; a departure that does not fit leaves the others standing.
pub async fn check_out_many(
    state: &AppState,
    caller: &Caller,
    input: &BulkCheckOutIn,
    idempotency: &Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let outcome = check_out_many_once(state, caller, input, idempotency, lang).await;
    settle(state, idempotency, outcome).await
}

async fn check_out_many_once(
    state: &AppState,
    caller: &Caller,
    input: &BulkCheckOutIn,
    idempotency: &Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let scope = caller.scope()?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let known = store_life::find_stays(work.tx(), &scope, input.items.iter().map(|item| item.id)).await?;
    // Declarations are held in one order by everybody, and answered in the order of the request.
    let place = |item: &BulkCheckOutItemIn| known.iter().position(|stay| stay.id == item.id.0).unwrap_or(usize::MAX);
    let mut order: Vec<usize> = (0..input.items.len()).collect();
    order.sort_by_key(|index| place(&input.items[*index]));
    let mut items = Vec::with_capacity(order.len());
    for index in order {
        let item = &input.items[index];
        let out = match check_out_one(state, &mut work, caller, &scope, item).await {
            Ok(version) => {
                BulkCheckOutItemOut { id: item.id, outcome: "done", version: Some(version), code: None, message: None }
            }
            // A collision has ended the transaction; anything else concerns this stay alone.
            Err(problem) if problem.kind() == ProblemKind::RequestInProgress => return Err(problem),
            Err(problem) if problem.kind().status().is_client_error() => refused(item.id, &problem, lang),
            Err(problem) => return Err(problem),
        };
        items.push((index, out));
    }
    items.sort_by_key(|(index, _)| *index);
    let items: Vec<BulkCheckOutItemOut> = items.into_iter().map(|(_, out)| out).collect();
    let done = items.iter().filter(|item| item.outcome == "done").count();
    let out = BulkCheckOutOut { refused: items.len() - done, done, items };
    Ok(work.answer(idempotency, Answer::ok(&out)).await?)
}

async fn check_out_one(
    state: &AppState,
    work: &mut Work,
    caller: &Caller,
    scope: &Scope,
    item: &BulkCheckOutItemIn,
) -> Result<i32, Problem> {
    let subject = Subject::hold(work, scope, item.id).await?;
    IfMatch::Versions(vec![item.version]).check(subject.stay.version)?;
    Action::CheckOut.road(subject.declaration.status, subject.stay.status)?;
    let next = checked_out(state, work, &subject, item.departed_on).await?;
    let after = write(work, &caller.actor, subject, next, Cause::of(Change::CheckedOut, None)).await?;
    Ok(after.stay.version)
}

fn refused(id: StayId, problem: &Problem, lang: Lang) -> BulkCheckOutItemOut {
    let (code, message) = match problem.errors().first() {
        Some(finding) => (finding.rule.clone(), lang.finding(finding).0),
        None => {
            let code = problem.kind().code();
            (code.to_owned(), lang.plain(&format!("problem.{code}.title")))
        }
    };
    BulkCheckOutItemOut { id, outcome: "refused", version: None, code: Some(code), message: Some(message) }
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

async fn look_up(state: &AppState, scope: &Scope, id: StayId) -> Result<Subject, Problem> {
    let conn = state.db.read();
    let not_found = || Problem::new(ProblemKind::NotFound);
    let stay = store_life::find_stay(conn, scope, id).await?.ok_or_else(not_found)?;
    let declaration = store::find(conn, scope, DeclarationId(stay.declaration_id)).await?.ok_or_else(not_found)?;
    Ok(Subject { stay, declaration })
}

async fn record(state: &AppState, caller: &Caller, action: &'static str, subject: &Subject) -> Result<(), Failure> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    work.publish(
        Event::about(action, "stay", subject.stay.id)
            .of_organization(subject.stay.organization_id)
            .of_unit(Some(subject.declaration.unit_id)),
    );
    work.commit().await
}

/// One stay with what can be done to it.
pub async fn get(state: &AppState, caller: &Caller, id: StayId, lang: Lang) -> Result<(i32, StayDetailOut), Problem> {
    let subject = look_up(state, &caller.scope()?, id).await?;
    record(state, caller, "stay_read", &subject).await?;
    let open = store_life::open_correction(state.db.read(), id.0).await?;
    Ok((subject.stay.version, detail(&subject, open.map(|row| CorrectionId(row.id)), lang)))
}

/// The history of a stay.
pub async fn versions(state: &AppState, caller: &Caller, id: StayId, lang: Lang) -> Result<StayVersionsOut, Problem> {
    let subject = look_up(state, &caller.scope()?, id).await?;
    record(state, caller, "stay_versions_read", &subject).await?;
    let mut rows = store_life::versions_of(state.db.read(), id).await?;
    if rows.is_empty() {
        rows.push(first_version(&subject.stay, &subject.declaration));
    }
    let mut items = Vec::with_capacity(rows.len());
    let mut before: Option<stay::Model> = None;
    for row in rows {
        let stay: stay::Model = serde_json::from_value(row.snapshot.clone()).map_err(|error| {
            tracing::error!(%error, stay.id = %id, "a version cannot be read");
            Problem::new(ProblemKind::Internal)
        })?;
        let changed = before.as_ref().map_or_else(Vec::new, |before| changed(before, &stay));
        let Some(stored) = StayOut::new(&stay, lang).stay else { continue };
        items.push(StayVersionOut {
            version: row.version,
            change: row.change,
            reason: row.reason,
            correction_id: row.correction_id.map(CorrectionId),
            receipt_version: row.content_version,
            changed,
            made_by_kind: row.made_by_kind,
            made_by: row.made_by,
            made_at: clock::local(row.made_at),
            stay: stored,
        });
        before = Some(stay);
    }
    Ok(StayVersionsOut { items })
}

/// Pointers to the members that differ.
fn changed(before: &stay::Model, after: &stay::Model) -> Vec<String> {
    let mut changed: Vec<String> =
        life::as_patch(after).changes(before).into_iter().map(|(pointer, ..)| pointer).collect();
    if before.status != after.status {
        changed.push("/status".to_owned());
    }
    if before.timeliness != after.timeliness {
        changed.push("/timeliness".to_owned());
    }
    changed
}

/// The stays of a declaration as an earlier receipt showed them.
pub(super) async fn stays_at(
    state: &AppState,
    declaration: &declaration::Model,
    content_version: i32,
) -> Result<Vec<stay::Model>, Problem> {
    let id = DeclarationId(declaration.id);
    let mut stays = store::stays_of(state.db.read(), id).await?;
    if content_version >= declaration.content_version {
        return Ok(stays);
    }
    let versions = store_life::versions_of_declaration(state.db.read(), id).await?;
    for stay in &mut stays {
        let then = versions.iter().rfind(|row| row.stay_id == stay.id && row.content_version <= content_version);
        if let Some(Ok(then)) = then.map(|row| serde_json::from_value::<stay::Model>(row.snapshot.clone())) {
            *stay = then;
        }
    }
    Ok(stays)
}
