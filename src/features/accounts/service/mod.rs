//! Use cases of this room.

pub mod accounts;
pub mod api_clients;
pub(crate) mod guard;
pub mod members;
pub(crate) mod oauth;
pub mod registrants;
pub(crate) mod second_factor;
pub mod sessions;
pub mod setup;
pub(crate) mod sign_in;
pub mod units;

use ::entity::audit_entry::ActorKind;
use uuid::Uuid;

use crate::{
    features::accounts::error::AccountError,
    kernel::text::nfc_collapsed,
    platform::{
        db::Work,
        events::{Actor, Event},
        signing,
        state::AppState,
    },
};

/// An e-mail address as it is stored and compared.
pub(crate) fn folded_email(email: &str) -> String {
    nfc_collapsed(email).to_lowercase()
}

/// The hash under which a bearer secret is kept: the secrets have 256 random bits, so a plain digest is enough.
pub(crate) fn secret_hash(secret: &str) -> String {
    signing::sha256_hex(&[secret.as_bytes()])
}

/// The person who acts, under the request of somebody who had not signed in before.
pub(crate) fn as_account(actor: &Actor, id: Uuid) -> Actor {
    Actor { kind: ActorKind::Account, id: Some(id), request_id: actor.request_id.clone() }
}

/// Puts one event on the record, in a transaction of its own.
pub(crate) async fn record(state: &AppState, actor: &Actor, event: Event) -> Result<(), AccountError> {
    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    work.publish(event);
    work.commit().await?;
    Ok(())
}
