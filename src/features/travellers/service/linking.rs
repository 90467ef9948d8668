//! What officers say of two documents.

use std::collections::BTreeSet;

use ::entity::traveller_link::{self, Verdict};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        accounts::{Caller, Scope},
        travellers::{
            dto::{LinkIn, LinkOut, LinkWithdrawalIn},
            rules::{
                asking::{purpose_names_nobody, read_purpose, read_reason},
                comparing::Key,
            },
            service::{not_found, refused},
            store::{self, Withdrawal},
        },
    },
    kernel::{
        finding::Finding,
        ids::{StayId, TravellerLinkId},
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

/// Says of two documents in scope that one person holds both, or that two persons do.
pub async fn link(
    state: &AppState,
    caller: &Caller,
    id: StayId,
    input: &LinkIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let outcome = link_once(state, caller, id, input, idempotency).await;
    settle(state, idempotency, outcome).await
}

async fn link_once(
    state: &AppState,
    caller: &Caller,
    id: StayId,
    input: &LinkIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let purpose = read_purpose(input.purpose.as_deref()).map_err(refused)?;
    let reason = read_reason(&input.reason).map_err(Problem::finding)?;
    let scope = caller.scope()?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let ours = document(&work, &scope, id, &purpose).await?;
    let theirs = document(&work, &scope, input.other_id, &purpose).await?;
    if ours == theirs {
        return Err(Problem::finding(Finding::block("link_same_document", "/other_id")));
    }
    let (first, second, pair_key) = Key::pair(&ours, &theirs);
    let verdict = Verdict::from(input.verdict);
    if let Some(standing) = store::find_standing(work.tx(), &pair_key).await? {
        if standing.verdict != verdict {
            return Err(Problem::wrong_state(verdict_name(standing.verdict), &["withdraw"]));
        }
        // Said before: the first saying stands, and a retry makes no second one.
        let answer = Answer::ok(&LinkOut::from(&standing)).version(standing.version);
        return Ok(work.answer(idempotency, answer).await?);
    }
    let row = traveller_link::Model {
        id: TravellerLinkId::fresh(work.now()).0,
        pair_key: Some(pair_key),
        first_nationality: first.nationality,
        first_number: first.number,
        second_nationality: second.nationality,
        second_number: second.number,
        verdict,
        reason,
        unit_id: caller.unit_id.map(|unit| unit.0),
        made_by: caller.actor.id,
        made_at: work.now(),
        withdrawn_reason: None,
        withdrawn_by: None,
        withdrawn_at: None,
        version: 1,
    };
    store::insert_link(work.tx(), row.clone()).await?;
    work.publish(event("traveller_linked", caller, row.id).with(json!({
        "purpose": purpose, "verdict": verdict_name(verdict), "traveller_id": id, "other_id": input.other_id,
    })));
    let answer = Answer::created(format!("/api/v1/travellers/{id}/timeline"), &LinkOut::from(&row));
    Ok(work.answer(idempotency, answer.version(row.version)).await?)
}

/// The document of a stay in scope, which the purpose may not name.
async fn document(work: &Work, scope: &Scope, id: StayId, purpose: &str) -> Result<Key, Problem> {
    let stay = store::find_stay(work.tx(), scope, id).await?.ok_or_else(not_found)?;
    purpose_names_nobody(purpose, &[&stay.full_name], &[&stay.document_number]).map_err(refused)?;
    Ok(store::key_of(&stay))
}

/// Takes a link back. An officer of a ward takes back those of the own unit only, the office all.
pub async fn withdraw(
    state: &AppState,
    caller: &Caller,
    id: TravellerLinkId,
    seen: &IfMatch,
    input: &LinkWithdrawalIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let outcome = withdraw_once(state, caller, id, seen, input, idempotency).await;
    settle(state, idempotency, outcome).await
}

async fn withdraw_once(
    state: &AppState,
    caller: &Caller,
    id: TravellerLinkId,
    seen: &IfMatch,
    input: &LinkWithdrawalIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let purpose = read_purpose(input.purpose.as_deref()).map_err(refused)?;
    let reason = read_reason(&input.reason).map_err(Problem::finding)?;
    let scope = caller.scope()?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let mut row = store::find_link(work.tx(), &scope, id).await?.ok_or_else(not_found)?;
    let numbers = store::link_keys(&row).map(|key| key.number);
    let numbers: BTreeSet<&str> = numbers.iter().map(String::as_str).collect();
    purpose_names_nobody(&purpose, &[], &Vec::from_iter(numbers)).map_err(refused)?;
    if scope != Scope::Everything && row.unit_id != caller.unit_id.map(|unit| unit.0) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    seen.check(row.version)?;
    if row.withdrawn_at.is_some() {
        return Err(Problem::wrong_state("withdrawn", &[]));
    }
    let withdrawal = Withdrawal { reason, by: caller.actor.id, at: work.now() };
    if !store::withdraw_link(work.tx(), &row, &withdrawal).await? {
        return Err(Problem::new(ProblemKind::StaleVersion));
    }
    row.version += 1;
    row.withdrawn_reason = Some(withdrawal.reason);
    row.withdrawn_by = withdrawal.by;
    row.withdrawn_at = Some(withdrawal.at);
    let data = json!({ "purpose": purpose, "verdict": verdict_name(row.verdict) });
    work.publish(event("traveller_link_withdrawn", caller, row.id).with(data));
    let answer = Answer::ok(&LinkOut::from(&row)).version(row.version);
    Ok(work.answer(idempotency, answer).await?)
}

fn event(action: &'static str, caller: &Caller, id: Uuid) -> Event {
    Event::about(action, "traveller_link", id).of_unit(caller.unit_id.map(|unit| unit.0))
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Different => "different",
    }
}
