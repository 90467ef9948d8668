//! Departures of many guests at once.

use ::entity::stay_version::Change;

use crate::{
    features::{
        accounts::{Caller, Scope},
        declarations::{
            dto_life::{BulkCheckOutIn, BulkCheckOutItemIn, BulkCheckOutItemOut, BulkCheckOutOut},
            rules::life::Action,
            service::{
                history::Cause,
                living::{Subject, checked_out, write},
            },
            store_life,
        },
    },
    kernel::ids::StayId,
    platform::{
        db::{Answer, Work},
        http::{
            IfMatch, Problem, ProblemKind,
            idempotency::{Idempotency, settle},
        },
        lang::Lang,
        state::AppState,
    },
};
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
