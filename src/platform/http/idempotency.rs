//! A retry never makes a second record: the answer under an `Idempotency-Key` is kept in the transaction of the write.

use ::entity::idempotency_key;
use axum::http::request::Parts;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::platform::{
    db::{Answer, Failure, padded},
    http::{Problem, ProblemKind},
    state::AppState,
};

/// Who calls, for scoping keys and limits. The extractor of each role leaves it in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerTag {
    /// `account:<id>`, `client:<id>` or `public`.
    pub name: String,
    /// Software must send a key; a person's browser need not.
    pub is_software: bool,
}

/// The key of one request with what it was sent with.
#[derive(Clone, Debug)]
pub struct Idempotency {
    pub(crate) key: Option<String>,
    pub(crate) caller: String,
    pub(crate) route: String,
    pub(crate) request_hash: String,
}

impl Idempotency {
    /// For doors other than HTTP, where the natural key alone guards.
    pub fn none() -> Self {
        Self { key: None, caller: String::new(), route: String::new(), request_hash: String::new() }
    }

    /// Reads the key of a request whose body is known. Software must send one.
    pub(crate) fn read(parts: &Parts, body: &[&[u8]], state: &AppState) -> Result<Self, Problem> {
        let idempotency = Self::read_if_sent(parts, body, state)?;
        let is_software = parts.extensions.get::<CallerTag>().is_some_and(|tag| tag.is_software);
        if is_software && idempotency.key.is_none() {
            return Err(Problem::new(ProblemKind::IdempotencyKeyMissing));
        }
        Ok(idempotency)
    }

    /// Reads the key of a request whose body is known, where nobody must send one: what is stored guards itself.
    pub(crate) fn read_if_sent(parts: &Parts, body: &[&[u8]], state: &AppState) -> Result<Self, Problem> {
        let tag = parts.extensions.get::<CallerTag>();
        let key = match parts.headers.get("idempotency-key") {
            Some(value) => Some(
                value
                    .to_str()
                    .ok()
                    .filter(|key| (1..=255).contains(&key.len()))
                    .ok_or_else(|| Problem::new(ProblemKind::IdempotencyKeyMissing))?
                    .to_owned(),
            ),
            None => None,
        };
        let route = parts
            .extensions
            .get::<axum::extract::MatchedPath>()
            .map_or_else(String::new, |path| format!("{} {}", parts.method, path.as_str()));
        Ok(Self {
            key,
            caller: tag.map_or_else(|| "public".to_owned(), |tag| tag.name.clone()),
            route,
            request_hash: {
                let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
                let head = format!("{} {path}\n", parts.method);
                let parts: Vec<&[u8]> = std::iter::once(head.as_bytes()).chain(body.iter().copied()).collect();
                state.keys.fingerprint(&parts)
            },
        })
    }

    /// The answer given before under this key, if any.
    pub async fn replay(&self, state: &AppState) -> Result<Option<Answer>, Problem> {
        let mut found = replays(state, &[self]).await?;
        found.pop().flatten().transpose()
    }

    fn fits(&self, row: &idempotency_key::Model) -> bool {
        self.key.as_deref() == Some(&row.key_text) && self.caller == row.caller && self.route == row.route
    }

    fn answer(&self, row: &idempotency_key::Model) -> Result<Answer, Problem> {
        if row.request_hash != self.request_hash {
            return Err(Problem::new(ProblemKind::IdempotencyKeyReused));
        }
        Ok(Answer {
            status: u16::try_from(row.status).unwrap_or(500),
            location: row.location.clone(),
            etag: row.etag.clone(),
            body: row.body.clone(),
            replayed: true,
        })
    }
}

/// The answers given before under these keys, in their order.
pub async fn replays(
    state: &AppState,
    requests: &[&Idempotency],
) -> Result<Vec<Option<Result<Answer, Problem>>>, Failure> {
    let keys: Vec<&str> = requests.iter().filter_map(|request| request.key.as_deref()).collect();
    if keys.is_empty() {
        return Ok(requests.iter().map(|_| None).collect());
    }
    let rows = idempotency_key::Entity::find()
        .filter(idempotency_key::Column::KeyText.is_in(padded(keys)))
        .all(state.db.read())
        .await?;
    let now = state.clock.now();
    let (live, over): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.expires_at > now);
    if !over.is_empty() {
        let tx = state.db.begin().await?;
        let ids = over.iter().map(|row| row.id);
        idempotency_key::Entity::delete_many().filter(idempotency_key::Column::Id.is_in(ids)).exec(&tx).await?;
        tx.commit().await?;
    }
    Ok(requests
        .iter()
        .map(|request| live.iter().find(|row| request.fits(row)).map(|row| request.answer(row)))
        .collect())
}

/// The answer of a use case. Of two requests with one key that run at the same time, the slower one is refused for what
/// the faster one did (newer version, other state): it gets the faster one's answer instead.
pub async fn settle<E: Into<Problem>>(
    state: &AppState,
    idempotency: &Idempotency,
    outcome: Result<Answer, E>,
) -> Result<Answer, Problem> {
    match outcome {
        Ok(answer) => Ok(answer),
        Err(refusal) => idempotency.replay(state).await?.ok_or_else(|| refusal.into()),
    }
}

/// Forgets keys whose time is over; tells how many.
pub async fn purge(state: &AppState) -> Result<u64, Failure> {
    let tx = state.db.begin().await?;
    let gone = idempotency_key::Entity::delete_many()
        .filter(idempotency_key::Column::ExpiresAt.lte(state.clock.now()))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}
