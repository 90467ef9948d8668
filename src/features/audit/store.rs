//! Reading the record. The auditor's scope is the whole of it; nobody else comes here.

use ::entity::audit_entry;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::platform::db::Failure;

/// Which entries; all conditions hold together.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    pub action: Option<String>,
    pub actor_id: Option<Uuid>,
    pub subject_id: Option<Uuid>,
    pub organization_id: Option<Uuid>,
    /// Included.
    pub from: Option<DateTime<Utc>>,
    /// Excluded.
    pub to: Option<DateTime<Utc>>,
    /// Entries with smaller ids only.
    pub before: Option<Uuid>,
    /// Entries on the page; one more is read, to tell whether there is a next page.
    pub limit: u64,
}

/// Entries, newest first, one more than the limit.
pub(super) async fn list_entries(
    conn: &impl ConnectionTrait,
    search: &Search,
) -> Result<Vec<audit_entry::Model>, Failure> {
    let condition = Condition::all()
        .add_option(search.action.as_ref().map(|action| audit_entry::Column::Action.eq(action)))
        .add_option(search.actor_id.map(|id| audit_entry::Column::ActorId.eq(id)))
        .add_option(search.subject_id.map(|id| audit_entry::Column::SubjectId.eq(id)))
        .add_option(search.organization_id.map(|id| audit_entry::Column::OrganizationId.eq(id)))
        .add_option(search.from.map(|instant| audit_entry::Column::OccurredAt.gte(instant)))
        .add_option(search.to.map(|instant| audit_entry::Column::OccurredAt.lt(instant)))
        .add_option(search.before.map(|id| audit_entry::Column::Id.lt(id)));
    Ok(audit_entry::Entity::find()
        .filter(condition)
        .order_by_desc(audit_entry::Column::Id)
        .limit(search.limit + 1)
        .all(conn)
        .await?)
}
