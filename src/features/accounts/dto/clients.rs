//! API clients.

use ::entity::api_client;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::kernel::{clock::local, page::Page};

/// Software that is to file for the organization.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiClientIn {
    /// Which software.
    #[validate(length(max = 100, code = "too_long"))]
    #[schema(example = "PMS Sông Xanh")]
    pub name: String,
    /// `declarations:read`, `declarations:write`; both if absent.
    #[validate(length(max = 2, code = "too_long"))]
    pub scopes: Option<Vec<String>>,
}

/// Whether an API client may ask for tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiClientStatus {
    /// It may.
    Active,
    /// Never again.
    Revoked,
}

/// Software that files for the organization.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApiClient)]
pub struct ApiClientOut {
    /// Id.
    pub id: Uuid,
    /// The same, under the name that `POST /oauth/token` knows.
    pub client_id: Uuid,
    /// Which software.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Whether it may ask for tokens.
    pub status: ApiClientStatus,
    /// Counts changes; also the `ETag`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// When it was last changed.
    pub updated_at: DateTime<FixedOffset>,
}

impl From<api_client::Model> for ApiClientOut {
    fn from(client: api_client::Model) -> Self {
        Self {
            id: client.id,
            client_id: client.id,
            name: client.name,
            scopes: client.scopes.split_whitespace().map(ToOwned::to_owned).collect(),
            status: match client.status {
                api_client::Status::Active => ApiClientStatus::Active,
                api_client::Status::Revoked => ApiClientStatus::Revoked,
            },
            version: client.version,
            created_at: local(client.created_at),
            updated_at: local(client.updated_at),
        }
    }
}

/// Software that files for the organization, with its secret.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = ApiClientSecret)]
pub struct ApiClientSecretOut {
    /// The API client.
    #[serde(flatten)]
    pub client: ApiClientOut,
    /// For `POST /oauth/token`. Shown once: null when the answer is repeated.
    pub client_secret: Option<String>,
}

/// The organization's API clients.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiClientList {
    /// The API clients.
    pub items: Vec<ApiClientOut>,
    /// For the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl From<Page<api_client::Model>> for ApiClientList {
    fn from(page: Page<api_client::Model>) -> Self {
        let page = page.map(Into::into);
        Self { items: page.items, next_cursor: page.next_cursor }
    }
}
