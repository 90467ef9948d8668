//! Jobs of this room.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    features::declarations::service::{importing, rejudging},
    kernel::ids::ImportId,
    platform::{
        jobs::{Handler, JobError},
        state::AppState,
    },
};

/// Which function does which kind.
pub const HANDLERS: &[(&str, Handler)] = &[
    (importing::READ_JOB, |state, payload| Box::pin(read_import(state, payload))),
    (importing::COMMIT_JOB, |state, payload| Box::pin(commit_import(state, payload))),
    (rejudging::REJUDGE_JOB, |state, payload| Box::pin(rejudge_stays(state, payload))),
];

#[derive(Deserialize)]
struct ImportJob {
    import_id: ImportId,
}

fn import_id(payload: Value) -> Result<ImportId, JobError> {
    let job: ImportJob = serde_json::from_value(payload).map_err(|error| JobError::GiveUp(error.to_string()))?;
    Ok(job.import_id)
}

async fn read_import(state: AppState, payload: Value) -> Result<(), JobError> {
    importing::read_file(&state, import_id(payload)?).await
}

async fn commit_import(state: AppState, payload: Value) -> Result<(), JobError> {
    importing::commit_file(&state, import_id(payload)?).await
}

async fn rejudge_stays(state: AppState, payload: Value) -> Result<(), JobError> {
    let job = serde_json::from_value(payload).map_err(|error| JobError::GiveUp(error.to_string()))?;
    rejudging::rejudge_page(&state, job).await
}
