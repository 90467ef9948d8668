//! Use cases: look for persons, read one person's timeline, link documents. Each look is on the record before the answer
//! is given.

pub mod linking;
pub mod searching;
pub mod timeline;

use serde_json::Value;

use crate::{
    features::accounts::Caller,
    kernel::{finding::Finding, ids::StayId},
    platform::{
        db::Work,
        events::Event,
        http::{Problem, ProblemKind},
        state::AppState,
    },
};

/// Puts a look at persons on the record: by whom, what for, at which stays.
async fn record(state: &AppState, caller: &Caller, event: Event, data: Value) -> Result<(), Problem> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    work.publish(event.of_unit(caller.unit_id.map(|id| id.0)).with(data));
    work.commit().await?;
    Ok(())
}

fn read_event(action: &'static str, id: StayId) -> Event {
    Event::about(action, "stay", id.0)
}

fn refused(finding: Finding) -> Problem {
    Problem::malformed(finding)
}

fn not_found() -> Problem {
    Problem::new(ProblemKind::NotFound)
}
