//! The record as it is asked for and answered.

use ::entity::audit_entry::{self, ActorKind};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::kernel::clock::local;

/// Which entries are asked for; all conditions hold together.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    /// What happened, exactly, such as `declaration_filed`.
    #[param(max_length = 64, pattern = "^[a-z0-9_]+$")]
    pub action: Option<String>,
    /// Who did it: an account or API client.
    pub actor_id: Option<Uuid>,
    /// To which thing.
    pub subject_id: Option<Uuid>,
    /// Which organization is concerned.
    pub organization_id: Option<Uuid>,
    /// From this instant on (RFC 3339, included). A plus sign is written `%2B` in an address.
    #[param(format = DateTime, example = "2026-11-22T00:00:00+07:00")]
    pub from: Option<String>,
    /// Before this instant (RFC 3339, excluded).
    #[param(format = DateTime, example = "2026-11-23T00:00:00+07:00")]
    pub to: Option<String>,
    /// Items on the page, 1 to 200; 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A page of the record, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditList)]
pub struct AuditListOut {
    /// The entries.
    pub items: Vec<AuditEntryOut>,
    /// Where the next, older page begins; null on the last.
    pub next_cursor: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct AuditEntryOut {
    /// Id; ids grow with time.
    pub id: Uuid,
    /// When, by the server's clock.
    pub occurred_at: DateTime<FixedOffset>,
    /// What happened.
    #[schema(example = "organization_approved")]
    pub action: String,
    /// Who did it.
    pub actor: AuditActorOut,
    /// To which thing.
    pub subject: AuditSubjectOut,
    /// Organization concerned.
    pub organization_id: Option<Uuid>,
    /// Office or ward police concerned.
    pub unit_id: Option<Uuid>,
    /// The request in which it happened.
    pub request_id: String,
    /// What changed, without personal data.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// Who acted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
pub struct AuditActorOut {
    /// Sort of actor.
    pub kind: AuditActorKind,
    /// The account or API client; null for the server itself and for the public.
    pub id: Option<Uuid>,
}

/// Sort of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditActorKind {
    /// A person's account.
    Account,
    /// An organization's software.
    Client,
    /// The server itself: a job, a command line, the start.
    System,
    /// Somebody who had not signed in.
    Public,
}

/// The thing concerned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditSubject)]
pub struct AuditSubjectOut {
    /// Its table.
    #[schema(example = "organization")]
    pub kind: String,
    /// Its id; null for a list.
    pub id: Option<Uuid>,
}

impl From<ActorKind> for AuditActorKind {
    fn from(kind: ActorKind) -> Self {
        match kind {
            ActorKind::Account => Self::Account,
            ActorKind::Client => Self::Client,
            ActorKind::System => Self::System,
            ActorKind::Public => Self::Public,
        }
    }
}

impl From<audit_entry::Model> for AuditEntryOut {
    fn from(row: audit_entry::Model) -> Self {
        Self {
            id: row.id,
            occurred_at: local(row.occurred_at),
            action: row.action,
            actor: AuditActorOut { kind: row.actor_kind.into(), id: row.actor_id },
            subject: AuditSubjectOut { kind: row.subject_kind, id: row.subject_id },
            organization_id: row.organization_id,
            unit_id: row.unit_id,
            request_id: row.request_id,
            data: row.data,
        }
    }
}
