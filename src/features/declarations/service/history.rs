//! Versions of stays: what is written beside each change, and what an earlier receipt or a reader of the history is shown.

use ::entity::{
    declaration, stay,
    stay_version::{self, Change},
};
use uuid::Uuid;

use crate::{
    features::declarations::{dto_life::StayVersionOut, dto_stay::StayOut, rules::life, store, store_life},
    kernel::{
        clock,
        finding::{Finding, Severity},
        ids::{self, CorrectionId, DeclarationId},
    },
    platform::{
        db::{Failure, Work},
        events::Actor,
        http::{Problem, ProblemKind},
        lang::Lang,
        state::AppState,
    },
};

/// What is written beside a new version.
pub(super) struct Cause {
    pub change: Change,
    pub reason: Option<String>,
    pub correction: Option<Uuid>,
}

impl Cause {
    /// A change that no correction asked for.
    pub(super) fn of(change: Change, reason: Option<String>) -> Self {
        Self { change, reason, correction: None }
    }

    /// As it stands on the record.
    pub(super) fn event(&self) -> &'static str {
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
pub(super) fn first_version(stay: &stay::Model, declaration: &declaration::Model) -> stay_version::Model {
    let filer = Actor::who_made(declaration.filed_by_kind, declaration.filed_by, "");
    version_row(stay, 1, Change::Filed, &filer)
}

/// The stays of a declaration that no longer stand because an officer returned or refused it, as history. What was
/// withdrawn before has nothing to be released from.
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
    let standing = || before.iter().filter(|stay| stay.status != stay::Status::Withdrawn);
    let after: Vec<stay::Model> = standing().map(released).collect();
    let changes: Vec<_> = standing().zip(&after).collect();
    let cause = Cause::of(Change::Released, declaration.decision_reason.clone());
    keep_history(work, actor, declaration, &changes, &cause, declaration.content_version).await?;
    Ok(store_life::cancel_corrections(work.tx(), declaration, None).await?)
}

/// What a declaration says of its stays, those withdrawn left out. Without any left it is withdrawn itself, and sets the
/// organization's own number free like a returned one: under it the guests can be declared again.
pub(super) fn sum_up(declaration: &mut declaration::Model, stays: &[stay::Model]) {
    use declaration::Status::{Confirmed, Recheck, Submitted};
    let standing: Vec<&stay::Model> = stays.iter().filter(|stay| stay.status != stay::Status::Withdrawn).collect();
    let Some(earliest) = standing.iter().min_by_key(|stay| stay.due_at) else {
        if matches!(declaration.status, Submitted | Confirmed | Recheck) {
            declaration.status = declaration::Status::Withdrawn;
            declaration.stay_count = 0;
            declaration.reference_key = None;
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
    let findings = Finding::stored(&stay.findings);
    findings.iter().filter(|finding| finding.severity == Severity::Warn).count()
}

/// Pointers to the members that differ.
pub(super) fn changed(before: &stay::Model, after: &stay::Model) -> Vec<String> {
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

/// Versions of one stay on the wire, oldest first.
pub(super) fn describe(rows: Vec<stay_version::Model>, lang: Lang) -> Result<Vec<StayVersionOut>, Problem> {
    let mut items = Vec::with_capacity(rows.len());
    let mut before: Option<stay::Model> = None;
    for row in rows {
        let stay = as_it_stood(&row)?;
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
    Ok(items)
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
        if let Some(then) = then {
            *stay = as_it_stood(then)?;
        }
    }
    Ok(stays)
}

/// The stay of a version. One that cannot be read is told, never passed over: in its place a receipt would show what the
/// stay says today.
fn as_it_stood(version: &stay_version::Model) -> Result<stay::Model, Problem> {
    serde_json::from_value(version.snapshot.clone()).map_err(|error| {
        tracing::error!(%error, stay.id = %version.stay_id, version.version, "a version of a stay cannot be read");
        Problem::new(ProblemKind::Internal)
    })
}
