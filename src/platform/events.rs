//! The record: who did what, written in the transaction in which it happened.
//!
//! Rooms describe what happened as events of their own; this module turns them into rows of `audit_entry`.
//! Neither names nor document numbers ever go into `data`.

use ::entity::{
    audit_entry::{self, ActorKind},
    by_kind::ByKind,
};
use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use serde_json::Value;
use uuid::Uuid;

use crate::kernel::ids;

/// Who acts, and under which request.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Sort of actor.
    pub kind: ActorKind,
    /// The account or API client.
    pub id: Option<Uuid>,
    /// The request, so that the record and the log can be joined.
    pub request_id: String,
}

impl Actor {
    /// The server itself: a job, a command line, the start.
    pub fn system(request_id: impl Into<String>) -> Self {
        Self { kind: ActorKind::System, id: None, request_id: request_id.into() }
    }

    /// Somebody who has not signed in.
    pub fn public(request_id: impl Into<String>) -> Self {
        Self { kind: ActorKind::Public, id: None, request_id: request_id.into() }
    }

    /// Whoever made a row, acting again in its name.
    pub fn who_made(by: ByKind, id: Option<Uuid>, request_id: impl Into<String>) -> Self {
        let kind = match by {
            ByKind::Account => ActorKind::Account,
            ByKind::Client => ActorKind::Client,
            ByKind::System => ActorKind::System,
        };
        Self { kind, id, request_id: request_id.into() }
    }

    /// The sort of actor as rows keep it. What somebody does who has not signed in is the system's doing there.
    pub fn by_kind(&self) -> ByKind {
        match self.kind {
            ActorKind::Account => ByKind::Account,
            ActorKind::Client => ByKind::Client,
            ActorKind::System | ActorKind::Public => ByKind::System,
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// Past tense, such as `declaration_filed`.
    pub action: &'static str,
    /// Table of the thing concerned.
    pub subject_kind: &'static str,
    /// The thing concerned; none for a list.
    pub subject_id: Option<Uuid>,
    /// Organization concerned.
    pub organization_id: Option<Uuid>,
    /// Unit concerned.
    pub unit_id: Option<Uuid>,
    /// What changed, without personal data.
    pub data: Value,
}

impl Event {
    /// An event about one thing.
    pub fn about(action: &'static str, subject_kind: &'static str, subject_id: Uuid) -> Self {
        Self {
            action,
            subject_kind,
            subject_id: Some(subject_id),
            organization_id: None,
            unit_id: None,
            data: Value::Object(serde_json::Map::new()),
        }
    }

    /// An event about a list.
    pub fn about_many(action: &'static str, subject_kind: &'static str) -> Self {
        Self { subject_id: None, ..Self::about(action, subject_kind, Uuid::nil()) }
    }

    /// The same event, concerning an organization.
    #[must_use]
    pub fn of_organization(mut self, id: Uuid) -> Self {
        self.organization_id = Some(id);
        self
    }

    /// The same event, concerning a unit.
    #[must_use]
    pub fn of_unit(mut self, id: Option<Uuid>) -> Self {
        self.unit_id = id;
        self
    }

    /// The same event with what changed.
    #[must_use]
    pub fn with(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    pub(crate) fn into_row(self, actor: &Actor, now: DateTime<Utc>) -> audit_entry::ActiveModel {
        audit_entry::ActiveModel {
            id: Set(ids::fresh(now)),
            occurred_at: Set(now),
            action: Set(self.action.to_owned()),
            actor_kind: Set(actor.kind),
            actor_id: Set(actor.id),
            subject_kind: Set(self.subject_kind.to_owned()),
            subject_id: Set(self.subject_id),
            organization_id: Set(self.organization_id),
            unit_id: Set(self.unit_id),
            request_id: Set(actor.request_id.clone()),
            data: Set(self.data),
        }
    }
}
