//! Reading the record, which is itself recorded.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::{
    features::audit::{
        dto::AuditEntryOut,
        store::{self, Search},
    },
    kernel::{clock::local, page::Page},
    platform::{
        db::{Failure, Work},
        events::{Actor, Event},
        state::AppState,
    },
};

/// A page of the record. It is given out only after the reading has been recorded: which filters were set, and how
/// many entries were shown.
pub(super) async fn read_record(
    state: &AppState,
    actor: &Actor,
    search: &Search,
) -> Result<Page<AuditEntryOut>, Failure> {
    let rows = store::list_entries(state.db.read(), search).await?;
    let page = Page::from_surplus(rows, search.limit, |row| row.id.to_string());
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let instant = |instant: Option<DateTime<Utc>>| instant.map(|at| local(at).to_rfc3339());
    work.publish(Event::about_many("audit_read", "audit_entry").with(json!({
        "action": search.action,
        "actor_id": search.actor_id,
        "subject_id": search.subject_id,
        "organization_id": search.organization_id,
        "from": instant(search.from),
        "to": instant(search.to),
        "count": page.items.len(),
    })));
    work.commit().await?;
    Ok(page.map(AuditEntryOut::from))
}
