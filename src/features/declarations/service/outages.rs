//! Outages: recorded, ended, withdrawn. Each change has the stays judged anew that it touches.

use ::entity::outage;
use chrono::{DateTime, FixedOffset, SubsecRound, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::{
    features::{
        accounts::{self, Caller},
        declarations::{
            dto_outage::{OutageEndIn, OutageFilter, OutageIn, OutageOut, OutagePage, OutageWithdrawalIn},
            rules::{
                outages::{Change, State, check_end, check_times},
                reason::needed,
            },
            service::rejudging,
            store_outage as store,
        },
    },
    kernel::{
        finding::Finding,
        ids::{OutageId, UnitId},
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

/// A page of outages. They are nobody's secret: a declarant must know why a deadline moved.
pub async fn list(state: &AppState, filter: &OutageFilter) -> Result<OutagePage, Problem> {
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    Ok(store::list(state.db.read(), &page, page.after_id()?).await?.into())
}

/// One outage.
pub async fn get(state: &AppState, id: OutageId) -> Result<OutageOut, Problem> {
    Ok(find(state.db.read(), id).await?.into())
}

async fn find(conn: &impl ConnectionTrait, id: OutageId) -> Result<outage::Model, Problem> {
    store::find(conn, id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// Records an outage.
pub async fn record(
    state: &AppState,
    caller: &Caller,
    input: OutageIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let outcome = record_once(state, caller, input, idempotency).await;
    settle(state, idempotency, outcome).await
}

async fn record_once(
    state: &AppState,
    caller: &Caller,
    input: OutageIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let now = state.clock.now();
    let (starts_at, ends_at) = (stored(input.starts_at), input.ends_at.map(stored));
    let mut findings = check_times(starts_at, ends_at, now);
    let reason = needed(Some(&input.reason)).unwrap_or_else(|finding| {
        findings.push(finding);
        String::new()
    });
    if !unit_exists(state, input.unit_id).await? {
        findings.push(Finding::block("unknown_unit", "/unit_id"));
    }
    if !findings.is_empty() {
        return Err(Problem::findings(findings));
    }
    let row = outage::Model {
        id: OutageId::fresh(now).0,
        unit_id: input.unit_id.map(|id| id.0),
        starts_at,
        ends_at,
        reason,
        recorded_by: caller.actor.id.unwrap_or_default(),
        recorded_at: now,
        withdrawn_at: None,
        withdrawn_by: None,
        withdrawn_reason: None,
        version: 1,
        updated_at: now,
    };
    let mut work = Work::begin(&state.db, &caller.actor, now).await?;
    store::insert(work.tx(), row.clone()).await?;
    publish(&mut work, "outage_recorded", &row);
    rejudging::ask(&mut work, &row, row.ends_at).await?;
    let (location, version) = (format!("/api/v1/outages/{}", row.id), row.version);
    let answer = Answer::created(location, &OutageOut::from(row)).version(version);
    let answer = work.answer(idempotency, answer).await?;
    state.bell.ring();
    Ok(answer)
}

/// Ends an outage that goes on.
pub async fn end(
    state: &AppState,
    caller: &Caller,
    id: OutageId,
    seen: &IfMatch,
    input: &OutageEndIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let make = |row: &mut outage::Model, now| {
        let ends_at = input.ends_at.map_or(now, stored);
        match check_end(row.starts_at, ends_at, now) {
            Some(finding) => Err(Problem::finding(finding)),
            None => {
                row.ends_at = Some(ends_at);
                Ok(())
            }
        }
    };
    let outcome = change_once(state, caller, (id, seen), Change::End, make, idempotency).await;
    settle(state, idempotency, outcome).await
}

/// Withdraws an outage that was recorded wrongly.
pub async fn withdraw(
    state: &AppState,
    caller: &Caller,
    id: OutageId,
    seen: &IfMatch,
    input: &OutageWithdrawalIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let make = |row: &mut outage::Model, now| {
        row.withdrawn_at = Some(now);
        row.withdrawn_by = caller.actor.id;
        row.withdrawn_reason = Some(needed(Some(&input.reason)).map_err(Problem::finding)?);
        Ok(())
    };
    let outcome = change_once(state, caller, (id, seen), Change::Withdraw, make, idempotency).await;
    settle(state, idempotency, outcome).await
}

/// One change of an outage: checked against version and state, made, put on the record; its stays are judged anew.
async fn change_once(
    state: &AppState,
    caller: &Caller,
    (id, seen): (OutageId, &IfMatch),
    change: Change,
    make: impl FnOnce(&mut outage::Model, DateTime<Utc>) -> Result<(), Problem>,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let mut row = find(work.tx(), id).await?;
    seen.check(row.version)?;
    let before = State::of(row.ends_at.is_some(), row.withdrawn_at.is_some());
    if !before.allowed().contains(&change) {
        let allowed: Vec<&str> = before.allowed().iter().map(|change| change.as_str()).collect();
        return Err(Problem::wrong_state(before.as_str(), &allowed));
    }
    // While it went on it touched whoever arrived: also who arrived after the end that is only now known.
    let (seen_version, touched_until) = (row.version, row.ends_at);
    make(&mut row, work.now())?;
    row.version = seen_version + 1;
    row.updated_at = work.now();
    if !store::save(work.tx(), seen_version, &row).await? {
        return Err(Problem::new(ProblemKind::StaleVersion));
    }
    publish(&mut work, change.event(), &row);
    rejudging::ask(&mut work, &row, touched_until).await?;
    let version = row.version;
    let answer = work.answer(idempotency, Answer::ok(&OutageOut::from(row)).version(version)).await?;
    state.bell.ring();
    Ok(answer)
}

/// Puts a change on the record. The reason stays in the outage itself: the record holds no free text.
fn publish(work: &mut Work, action: &'static str, row: &outage::Model) {
    work.publish(Event::about(action, "outage", row.id).of_unit(row.unit_id).with(json!({
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "version": row.version,
    })));
}

/// An instant as both databases keep it.
fn stored(instant: DateTime<FixedOffset>) -> DateTime<Utc> {
    instant.to_utc().trunc_subsecs(6)
}

async fn unit_exists(state: &AppState, id: Option<UnitId>) -> Result<bool, Problem> {
    let Some(id) = id else { return Ok(true) };
    Ok(accounts::units::units_by_id(state.db.read(), [id.0]).await?.contains_key(&id.0))
}
