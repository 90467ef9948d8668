//! One use case, one transaction: state, record and idempotent answer commit together or not at all.

use ::entity::{audit_entry, idempotency_key, job};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    kernel::ids,
    platform::{
        db::{COMMIT, Db, Failure, in_powers_of_two},
        events::{Actor, Event},
        http::idempotency::Idempotency,
    },
};

/// How long an idempotency key is remembered: hotels retry after a weekend.
const KEY_LIFE: Duration = Duration::days(7);

/// A transaction with the events that it will leave behind.
#[derive(Debug)]
pub struct Work {
    tx: DatabaseTransaction,
    actor: Actor,
    now: DateTime<Utc>,
    entries: Vec<audit_entry::ActiveModel>,
    answers: Vec<idempotency_key::ActiveModel>,
}

/// Rows in one statement, below the limits of bound values of both databases.
const ROWS: usize = 1024;

impl Work {
    /// Begins.
    pub async fn begin(db: &Db, actor: &Actor, now: DateTime<Utc>) -> Result<Self, Failure> {
        Ok(Self { tx: db.begin().await?, actor: actor.clone(), now, entries: Vec::new(), answers: Vec::new() })
    }

    /// The transaction, for the stores.
    pub fn tx(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// The instant of the whole transaction.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Puts an event on the record, in this transaction.
    pub fn publish(&mut self, event: Event) {
        self.entries.push(event.into_row(&self.actor, self.now));
    }

    /// Puts an event of somebody else on the record, where one transaction serves several.
    pub fn publish_as(&mut self, actor: &Actor, event: Event) {
        self.entries.push(event.into_row(actor, self.now));
    }

    /// Keeps an answer for a retry, in this transaction.
    pub fn remember(&mut self, idempotency: &Idempotency, answer: &Answer) {
        let Some(key) = &idempotency.key else { return };
        self.answers.push(idempotency_key::ActiveModel {
            id: Set(ids::fresh(self.now)),
            caller: Set(idempotency.caller.clone()),
            route: Set(idempotency.route.clone()),
            key_text: Set(key.clone()),
            request_hash: Set(idempotency.request_hash.clone()),
            status: Set(i32::from(answer.status)),
            location: Set(answer.location.clone()),
            etag: Set(answer.etag.clone()),
            body: Set(answer.body.clone()),
            created_at: Set(self.now),
            expires_at: Set(self.now + KEY_LIFE),
        });
    }

    /// Asks for work after the commit, in this transaction. Jobs of one lane are done one after the other, so that one
    /// customer's work leaves workers for the others.
    pub async fn enqueue(&mut self, kind: &'static str, lane: String, payload: Value) -> Result<Uuid, Failure> {
        self.enqueue_for(kind, lane, payload, self.now).await
    }

    /// Asks for work at a later time, in this transaction.
    pub async fn enqueue_for(
        &mut self,
        kind: &'static str,
        lane: String,
        payload: Value,
        run_at: DateTime<Utc>,
    ) -> Result<Uuid, Failure> {
        let id = ids::fresh(self.now);
        let row = job::ActiveModel {
            id: Set(id),
            kind: Set(kind.to_owned()),
            payload: Set(payload),
            lane: Set(Some(lane)),
            run_at: Set(run_at),
            lease_until: Set(None),
            attempts: Set(0),
            done_at: Set(None),
            failed_at: Set(None),
            last_error: Set(None),
            created_at: Set(self.now),
        };
        job::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(id)
    }

    /// Writes the record and commits.
    pub async fn commit(self) -> Result<(), Failure> {
        let Self { tx, entries, mut answers, .. } = self;
        answers.sort_by_key(|answer| answer.key_text.clone().take());
        for rows in in_powers_of_two(answers, ROWS) {
            idempotency_key::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        }
        for rows in in_powers_of_two(entries, ROWS) {
            audit_entry::Entity::insert_many(rows).exec_without_returning(&tx).await?;
        }
        match tokio::time::timeout(COMMIT, tx.commit()).await {
            Ok(result) => result.map_err(|error| match Failure::from(error) {
                Failure::Unavailable(_) => Failure::OutcomeUnknown,
                other => other,
            }),
            Err(_elapsed) => Err(Failure::OutcomeUnknown),
        }
    }

    /// Keeps the answer for a retry, writes the record and commits.
    pub async fn answer(mut self, idempotency: &Idempotency, answer: Answer) -> Result<Answer, Failure> {
        self.remember(idempotency, &answer);
        self.commit().await?;
        Ok(answer)
    }
}

/// An answer as it is sent and as it is kept under an idempotency key.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Location`.
    pub location: Option<String>,
    /// `ETag`.
    pub etag: Option<String>,
    /// JSON body.
    pub body: Value,
    /// Whether it was given before.
    pub replayed: bool,
}

impl Answer {
    /// 200 with a body.
    pub fn ok(body: &impl Serialize) -> Self {
        Self::with_status(200, body)
    }

    /// 201 with a body and where it now lives.
    pub fn created(location: String, body: &impl Serialize) -> Self {
        Self { location: Some(location), ..Self::with_status(201, body) }
    }

    /// 202 with a body and where to ask how far it is.
    pub fn accepted(location: String, body: &impl Serialize) -> Self {
        Self { location: Some(location), ..Self::with_status(202, body) }
    }

    /// The same answer with the version of the resource.
    #[must_use]
    pub fn version(mut self, version: i32) -> Self {
        self.etag = Some(crate::platform::http::etag(version));
        self
    }

    /// The same answer, marked as given before.
    #[must_use]
    pub fn as_replay(mut self) -> Self {
        self.replayed = true;
        self
    }

    fn with_status(status: u16, body: &impl Serialize) -> Self {
        Self {
            status,
            location: None,
            etag: None,
            body: serde_json::to_value(body).unwrap_or(Value::Null),
            replayed: false,
        }
    }
}
