//! API clients: software that files for an organization.

use ::entity::api_client::{self, Status};
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::accounts::{
        error::AccountError,
        rules::{self, CLIENT_SCOPES},
        service::secret_hash,
        store,
    },
    kernel::{
        finding::Finding,
        ids,
        ids::OrganizationId,
        page::{Page, PageRequest},
        text::nfc_collapsed,
    },
    platform::{db::Work, events::Event, signing},
};

/// An API client of the organization.
pub async fn get(
    conn: &impl ConnectionTrait,
    organization_id: OrganizationId,
    id: Uuid,
) -> Result<api_client::Model, AccountError> {
    store::clients::find(conn, organization_id, id).await?.ok_or(AccountError::NotFound)
}

/// A page of the organization's API clients.
pub async fn list(
    conn: &impl ConnectionTrait,
    organization_id: OrganizationId,
    page: &PageRequest,
) -> Result<Page<api_client::Model>, AccountError> {
    let rows = store::clients::list(conn, organization_id, page.after_id()?, page.limit).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}

/// Enters an API client with its first secret, which is told to nobody again. Without `scopes` it gets all.
pub async fn create(
    work: &mut Work,
    organization_id: OrganizationId,
    name: &str,
    scopes: Option<&[String]>,
) -> Result<(api_client::Model, String), AccountError> {
    let (now, name) = (work.now(), nfc_collapsed(name));
    if name.is_empty() {
        return Err(AccountError::Rule(Finding::block("too_short", "/name").with("min", "1")));
    }
    let scopes = granted(scopes)?;
    let row = api_client::ActiveModel {
        id: Set(ids::fresh(now)),
        organization_id: Set(organization_id.0),
        name: Set(name),
        scopes: Set(scopes.clone()),
        status: Set(Status::Active),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let client = store::clients::insert(work.tx(), row).await?;
    let secret = give_secret(work, client.id).await?;
    work.publish(about("api_client_created", &client).with(json!({"scopes": scopes})));
    Ok((client, secret))
}

/// Gives a new secret; the old one stays good for a day, so that the software can be changed over.
pub async fn rotate(work: &mut Work, before: &api_client::Model) -> Result<(api_client::Model, String), AccountError> {
    refuse_revoked(before)?;
    let now = work.now();
    let client = store::clients::touch(work.tx(), before, Status::Active, now).await?.ok_or(AccountError::Stale)?;
    store::clients::retire_secrets(work.tx(), client.id, now + rules::ROTATION_OVERLAP).await?;
    let secret = give_secret(work, client.id).await?;
    work.publish(about("api_client_rotated", &client));
    Ok((client, secret))
}

/// Revokes an API client for good: its secrets go, and its tokens are refused within seconds.
pub async fn revoke(work: &mut Work, before: &api_client::Model) -> Result<api_client::Model, AccountError> {
    refuse_revoked(before)?;
    let now = work.now();
    let client = store::clients::touch(work.tx(), before, Status::Revoked, now).await?.ok_or(AccountError::Stale)?;
    store::clients::delete_secrets(work.tx(), client.id).await?;
    work.publish(about("api_client_revoked", &client));
    Ok(client)
}

/// Revokes all API clients of an organization that is suspended; tells how many.
pub async fn revoke_all(work: &mut Work, organization_id: OrganizationId) -> Result<u64, AccountError> {
    let revoked = store::clients::revoke_all(work.tx(), organization_id, work.now()).await?;
    for id in &revoked {
        store::clients::delete_secrets(work.tx(), *id).await?;
        work.publish(Event::about("api_client_revoked", "api_client", *id).of_organization(organization_id.0));
    }
    Ok(u64::try_from(revoked.len()).unwrap_or(u64::MAX))
}

/// The granted scopes as they are kept: in our order, each once.
fn granted(scopes: Option<&[String]>) -> Result<String, AccountError> {
    let Some(scopes) = scopes else { return Ok(CLIENT_SCOPES.join(" ")) };
    if let Some(at) = scopes.iter().position(|scope| !CLIENT_SCOPES.contains(&scope.as_str())) {
        return Err(AccountError::Rule(Finding::block("unknown_scope", format!("/scopes/{at}"))));
    }
    if scopes.is_empty() {
        return Err(AccountError::Rule(Finding::block("too_short", "/scopes").with("min", "1")));
    }
    let kept: Vec<&str> = CLIENT_SCOPES.into_iter().filter(|scope| scopes.iter().any(|asked| asked == scope)).collect();
    Ok(kept.join(" "))
}

async fn give_secret(work: &mut Work, client_id: Uuid) -> Result<String, AccountError> {
    let secret = signing::random_token()?;
    store::clients::insert_secret(work.tx(), client_id, secret_hash(&secret), work.now()).await?;
    Ok(secret)
}

fn refuse_revoked(client: &api_client::Model) -> Result<(), AccountError> {
    match client.status {
        Status::Active => Ok(()),
        Status::Revoked => Err(AccountError::WrongState { current: "revoked", allowed: &[] }),
    }
}

fn about(action: &'static str, client: &api_client::Model) -> Event {
    Event::about(action, "api_client", client.id).of_organization(client.organization_id)
}
