//! An officer's answers, one by one and in bulk.

use ::entity::declaration;
use serde_json::json;

use crate::{
    features::{
        accounts::{Caller, Scope},
        declarations::{
            dto_review::{BulkReviewIn, BulkReviewItemOut, BulkReviewOut, ReviewIn},
            rules::{
                reason::{self, given},
                review::{Action, ReviewError, allowed, decide, status_name},
            },
            service::{filing::summary, history},
            store,
        },
    },
    kernel::ids::DeclarationId,
    platform::{
        db::{Answer, Work},
        events::Event,
        http::{
            IfMatch, Problem, ProblemKind,
            idempotency::{Idempotency, settle},
        },
        lang::Lang,
        state::AppState,
    },
};

fn problem(error: ReviewError) -> Problem {
    match error {
        ReviewError::WrongState { current } => {
            let actions: Vec<&str> = allowed(current).iter().map(|action| action.as_str()).collect();
            Problem::wrong_state(status_name(current), &actions)
        }
        ReviewError::ReasonMissing => Problem::finding(reason::missing()),
    }
}

/// Answers one declaration.
pub async fn review(
    state: &AppState,
    caller: &Caller,
    id: DeclarationId,
    action: Action,
    seen: &IfMatch,
    input: &ReviewIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let outcome = review_once(state, caller, id, action, seen, input, idempotency).await;
    settle(state, idempotency, outcome).await
}

async fn review_once(
    state: &AppState,
    caller: &Caller,
    id: DeclarationId,
    action: Action,
    seen: &IfMatch,
    input: &ReviewIn,
    idempotency: &Idempotency,
) -> Result<Answer, Problem> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let row = answer_one(&mut work, &caller.scope()?, caller, id, action, seen, input.reason.as_deref()).await?;
    let answer = Answer::ok(&summary(state, &row)).version(row.version);
    Ok(work.answer(idempotency, answer).await?)
}

/// Answers many declarations in one transaction; an answer that does not fit leaves the others standing.
pub async fn review_many(
    state: &AppState,
    caller: &Caller,
    input: &BulkReviewIn,
    idempotency: &Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let outcome = review_many_once(state, caller, input, idempotency, lang).await;
    settle(state, idempotency, outcome).await
}

async fn review_many_once(
    state: &AppState,
    caller: &Caller,
    input: &BulkReviewIn,
    idempotency: &Idempotency,
    lang: Lang,
) -> Result<Answer, Problem> {
    let scope = caller.scope()?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let mut items = Vec::with_capacity(input.items.len());
    // Rows are taken in one order by everybody, and answered in the order of the request.
    let mut order: Vec<usize> = (0..input.items.len()).collect();
    order.sort_by_key(|index| input.items[*index].id);
    for index in order {
        let item = &input.items[index];
        let seen = IfMatch::Versions(vec![item.version]);
        let outcome = answer_one(&mut work, &scope, caller, item.id, item.action, &seen, item.reason.as_deref()).await;
        let out = match outcome {
            Ok(row) => BulkReviewItemOut {
                id: item.id,
                outcome: "done",
                status: Some(row.status),
                version: Some(row.version),
                code: None,
                message: None,
            },
            Err(problem) if problem.kind().status().is_client_error() => BulkReviewItemOut {
                id: item.id,
                outcome: "refused",
                status: None,
                version: None,
                code: Some(problem.kind().code()),
                message: Some(lang.plain(&format!("problem.{}.title", problem.kind().code()))),
            },
            Err(problem) => return Err(problem),
        };
        items.push((index, out));
    }
    items.sort_by_key(|(index, _)| *index);
    let items: Vec<BulkReviewItemOut> = items.into_iter().map(|(_, out)| out).collect();
    let done = items.iter().filter(|item| item.outcome == "done").count();
    let out = BulkReviewOut { refused: items.len() - done, done, items };
    Ok(work.answer(idempotency, Answer::ok(&out)).await?)
}

async fn answer_one(
    work: &mut Work,
    scope: &Scope,
    caller: &Caller,
    id: DeclarationId,
    action: Action,
    seen: &IfMatch,
    reason: Option<&str>,
) -> Result<declaration::Model, Problem> {
    let found = store::find(work.tx(), scope, id).await?;
    let mut row = found.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    seen.check(row.version)?;
    let reason = given(reason);
    let (before, version) = (row.status, row.version);
    row.status = decide(before, action, reason.as_deref()).map_err(problem)?;
    row.decision_reason = reason;
    row.decided_by = caller.actor.id;
    row.decided_at = Some(work.now());
    row.version = version + 1;
    row.updated_at = work.now();
    if !store::decide(work.tx(), version, &row).await? {
        return Err(Problem::new(ProblemKind::StaleVersion));
    }
    if row.status == declaration::Status::Returned || row.status == declaration::Status::Refused {
        let stays = store::stays_of(work.tx(), id).await?;
        history::record_release(work, &caller.actor, &row, &stays).await?;
        store::release(work.tx(), &row).await?;
    }
    work.publish(
        Event::about(action.event(), "declaration", row.id)
            .of_organization(row.organization_id)
            .of_unit(Some(row.unit_id))
            .with(json!({ "from": status_name(before), "to": status_name(row.status), "version": row.version })),
    );
    Ok(row)
}
