//! Corrections of confirmed stays: asked for by the declarant, accepted or refused by an officer.

use ::entity::{
    correction_request::{self, Status},
    stay,
    stay_version::Change,
};
use serde_json::json;

use crate::{
    features::{
        accounts::Caller,
        declarations::{
            dto_life::{CorrectionChangeOut, CorrectionFilter, CorrectionOut, CorrectionPage},
            rules::{
                life::{Action, Patch},
                reason::{given, needed},
            },
            service::{
                history::Cause,
                living::{Subject, Wish, amend, withdraw, write},
                reading::{listed, record},
            },
            store_life,
        },
    },
    kernel::{
        clock,
        ids::{self, CorrectionId, DeclarationId, StayId},
        page::PageRequest,
    },
    platform::{
        db::{Answer, Work},
        events::Event,
        http::{
            IfMatch, Problem, ProblemKind,
            idempotency::{Idempotency, settle},
        },
        state::AppState,
    },
};

/// Makes a request of a wish whose declaration is confirmed. What would be refused later is refused now.
pub(super) async fn request(
    state: &AppState,
    mut work: Work,
    caller: &Caller,
    subject: Subject,
    wish: &Wish,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    if store_life::open_correction(work.tx(), subject.stay.id).await?.is_some() {
        return Err(Problem::wrong_state("correction_open", &["cancel"]));
    }
    let (action, patch, reason) = match wish {
        Wish::Amend(patch, reason) => {
            amend(state, &work, &subject, patch).await?;
            (correction_request::Action::Amend, patch.narrowed(&subject.stay), reason)
        }
        Wish::Withdraw(reason) => (correction_request::Action::Withdraw, Patch::default(), reason),
        Wish::Extend(_) | Wish::CheckOut(_) => return Err(Problem::new(ProblemKind::Internal)),
    };
    let reason = needed(reason.as_deref()).map_err(Problem::finding)?;
    let row = correction_request::Model {
        id: ids::fresh(work.now()),
        stay_id: subject.stay.id,
        declaration_id: subject.declaration.id,
        organization_id: subject.stay.organization_id,
        unit_id: subject.declaration.unit_id,
        ward_code: subject.stay.ward_code.clone(),
        action,
        before: serde_json::to_value(patch.before(&subject.stay)).unwrap_or_default(),
        patch: serde_json::to_value(&patch).unwrap_or_default(),
        reason,
        status: Status::Open,
        stay_version: subject.stay.version,
        requested_by_kind: caller.actor.by_kind(),
        requested_by: caller.actor.id,
        requested_at: work.now(),
        decided_by: None,
        decided_at: None,
        decision_reason: None,
        version: 1,
        updated_at: work.now(),
    };
    store_life::insert_correction(work.tx(), &row).await?;
    work.publish(event("correction_requested", &row));
    let out = describe(&row, Some(&subject.stay));
    let answer = Answer::accepted(format!("/api/v1/corrections/{}", row.id), &out).version(row.version);
    Ok(work.answer(idempotency, answer).await?)
}

fn event(action: &'static str, row: &correction_request::Model) -> Event {
    Event::about(action, "correction_request", row.id)
        .of_organization(row.organization_id)
        .of_unit(Some(row.unit_id))
        .with(json!({ "stay_id": row.stay_id, "action": row.action }))
}

fn describe(row: &correction_request::Model, stay: Option<&stay::Model>) -> CorrectionOut {
    let patch: Patch = serde_json::from_value(row.patch.clone()).unwrap_or_default();
    let open = stay.filter(|_| row.status == Status::Open);
    let changes = open.map_or_else(Vec::new, |stay| patch.changes(stay));
    CorrectionOut {
        id: CorrectionId(row.id),
        stay_id: StayId(row.stay_id),
        declaration_id: DeclarationId(row.declaration_id),
        action: row.action,
        status: row.status,
        reason: row.reason.clone(),
        changes: changes
            .into_iter()
            .map(|(pointer, before, after)| CorrectionChangeOut { pointer, before, after })
            .collect(),
        requested_at: clock::local(row.requested_at),
        decided_at: row.decided_at.map(clock::local),
        decision_reason: row.decision_reason.clone(),
        version: row.version,
    }
}

fn not_found() -> Problem {
    Problem::new(ProblemKind::NotFound)
}

/// Correction requests in scope, oldest first. The changes name persons, so the look is on the record.
pub async fn list(state: &AppState, caller: &Caller, filter: &CorrectionFilter) -> Result<CorrectionPage, Problem> {
    let scope = caller.scope()?;
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    let conn = state.db.read();
    let rows = store_life::list_corrections(conn, &scope, filter, &page, page.after_id()?).await?;
    let ids = rows.items.iter().map(|row| StayId(row.stay_id));
    let stays = store_life::find_stays(conn, &scope, ids).await?;
    let seen: Vec<_> = rows.items.iter().map(|row| row.stay_id).collect();
    let event = listed(caller, "corrections_listed", "correction_request").with(json!({ "stays": seen }));
    record(state, caller, event).await?;
    let page = rows.map(|row| describe(&row, stays.iter().find(|stay| stay.id == row.stay_id)));
    Ok(CorrectionPage { items: page.items, next_cursor: page.next_cursor })
}

/// One correction request.
pub async fn get(state: &AppState, caller: &Caller, id: CorrectionId) -> Result<CorrectionOut, Problem> {
    let scope = caller.scope()?;
    let conn = state.db.read();
    let row = store_life::find_correction(conn, &scope, id).await?.ok_or_else(not_found)?;
    let stay = store_life::find_stay(conn, &scope, StayId(row.stay_id)).await?;
    record(state, caller, event("correction_read", &row)).await?;
    Ok(describe(&row, stay.as_ref()))
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// An officer: the change is made.
    Accept,
    /// An officer: the stay stays as it is.
    Refuse,
    /// The declarant thinks better of it.
    Cancel,
}

impl Decision {
    fn status(self) -> Status {
        match self {
            Self::Accept => Status::Accepted,
            Self::Refuse => Status::Refused,
            Self::Cancel => Status::Cancelled,
        }
    }

    /// As it stands on the record.
    fn event(self) -> &'static str {
        match self {
            Self::Accept => "correction_accepted",
            Self::Refuse => "correction_refused",
            Self::Cancel => "correction_cancelled",
        }
    }
}

/// Ends a request.
pub async fn decide(
    state: &AppState,
    caller: &Caller,
    id: CorrectionId,
    decision: Decision,
    seen: &IfMatch,
    reason: Option<&str>,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let outcome = decide_once(state, caller, id, decision, seen, reason, idempotency).await;
    settle(state, idempotency, outcome).await
}

async fn decide_once(
    state: &AppState,
    caller: &Caller,
    id: CorrectionId,
    decision: Decision,
    seen: &IfMatch,
    reason: Option<&str>,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let scope = caller.scope()?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let stay_of = store_life::find_correction(work.tx(), &scope, id).await?.ok_or_else(not_found)?.stay_id;
    let subject = Subject::hold(&work, &scope, StayId(stay_of)).await?;
    // Read again now that the declaration is held: whoever decided first has decided.
    let mut row = store_life::find_correction(work.tx(), &scope, id).await?.ok_or_else(not_found)?;
    seen.check(row.version)?;
    if row.status != Status::Open {
        return Err(Problem::wrong_state(status_name(row.status), &[]));
    }
    let reason = match decision {
        Decision::Refuse => Some(needed(reason).map_err(Problem::finding)?),
        Decision::Accept | Decision::Cancel => given(reason),
    };
    let before = row.version;
    row.status = decision.status();
    row.decision_reason = reason;
    row.decided_by = caller.actor.id;
    row.decided_at = Some(work.now());
    row.version += 1;
    row.updated_at = work.now();
    if !store_life::update_correction(work.tx(), &row, before).await? {
        return Err(Problem::new(ProblemKind::StaleVersion));
    }
    let subject = match decision {
        Decision::Accept => carry_out(state, &mut work, caller, subject, &row).await?,
        Decision::Refuse | Decision::Cancel => subject,
    };
    work.publish(event(decision.event(), &row));
    let answer = Answer::ok(&describe(&row, Some(&subject.stay))).version(row.version);
    Ok(work.answer(idempotency, answer).await?)
}

async fn carry_out(
    state: &AppState,
    work: &mut Work,
    caller: &Caller,
    subject: Subject,
    row: &correction_request::Model,
) -> Result<Subject, Problem> {
    let (action, next) = match row.action {
        correction_request::Action::Amend => {
            let patch: Patch = serde_json::from_value(row.patch.clone()).unwrap_or_default();
            // What was asked for was a change of what stood there then; something else stands there now.
            if serde_json::to_value(patch.before(&subject.stay)).unwrap_or_default() != row.before {
                return Err(Problem::wrong_state("stay_changed", &["refuse", "cancel"]));
            }
            (Action::Amend, amend(state, work, &subject, &patch).await?)
        }
        correction_request::Action::Withdraw => (Action::Withdraw, withdraw(&subject)),
    };
    action.road(subject.declaration.status, subject.stay.status)?;
    let cause = Cause { change: Change::Corrected, reason: Some(row.reason.clone()), correction: Some(row.id) };
    write(work, &caller.actor, subject, next, cause).await
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::Accepted => "accepted",
        Status::Refused => "refused",
        Status::Cancelled => "cancelled",
    }
}
