//! A whole application on a database of its own, driven in process: for the tests of the rooms.

use ::entity::{account, audit_entry, unit};
use axum::{
    Router,
    body::Body,
    http::{Extensions, HeaderMap, Method, Request, StatusCode},
    middleware,
};
use chrono::{DateTime, TimeZone, Utc};
use http_body_util::BodyExt;
use sea_orm::{ColumnTrait, ConnectionTrait, Database, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use tower::ServiceExt;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::{
    features::{
        audit,
        catalog::{self, CatalogSnapshot},
        organizations,
    },
    kernel::{clock::Clock, ids},
    platform::{
        config::Settings,
        db::Db,
        http::edge,
        signing::{KeyRing, Vault},
        state::AppState,
    },
};

/// Ward of the seeded ward police.
pub const WARD: &str = "20242";
/// A ward without a unit of its own.
pub const OTHER_WARD: &str = "20275";

/// An application with its database.
pub struct World {
    pub state: AppState,
    /// Police of [`WARD`].
    pub ward_unit: Uuid,
    /// Immigration office.
    pub office: Uuid,
    router: Router,
    _directory: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// `(pointer, rule)` of each finding, sorted.
    pub fn findings(&self) -> Vec<(String, String)> {
        let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<_> = errors.iter().map(|error| (text(error, "pointer"), text(error, "rule"))).collect();
        found.sort();
        found
    }
}

/// A request that is put together.
#[derive(Debug)]
pub struct Call<'a> {
    world: &'a World,
    builder: axum::http::request::Builder,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}

/// 22 November 2026, noon in Viet Nam.
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 5, 0, 0).single().expect("valid")
}

/// An empty database on SQLite, and one on PostgreSQL if `TAMTRU_TEST_POSTGRES` names a server.
pub async fn databases(name: &str) -> Vec<(Db, tempfile::TempDir)> {
    let directory = || tempfile::tempdir().expect("temp dir");
    let sqlite = directory();
    let url = format!("sqlite:{}", sqlite.path().join("test.sqlite").display());
    let mut found = vec![(Db::connect(&url, 4).await.expect("SQLite opens"), sqlite)];
    if let Ok(server) = std::env::var("TAMTRU_TEST_POSTGRES") {
        let schema = format!("{name}_{}", ids::fresh(Clock::system().now()).simple());
        let admin = Database::connect(&server).await.expect("PostgreSQL answers");
        admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.expect("schema is made");
        admin.close().await.expect("closed");
        let url = format!("{server}?options=-csearch_path%3D{schema}");
        found.push((Db::connect(&url, 20).await.expect("PostgreSQL opens"), directory()));
    }
    for (db, _) in &found {
        db.migrate().await.expect("migrated");
    }
    found
}

/// The application on each database.
pub async fn worlds(name: &str) -> Vec<World> {
    let mut worlds = Vec::new();
    for (db, directory) in databases(name).await {
        let clock = Clock::starting_at(noon());
        let vault = Vault::from_secret(&[7; 32]).expect("vault");
        let keys = KeyRing::load(&db, vault, clock.now()).await.expect("keys");
        let mut rooms = Extensions::new();
        let catalogue = catalog::load(&db, clock.now()).await.expect("catalogue");
        rooms.insert(CatalogSnapshot::new(catalogue));
        let settings = Settings { anonymous_rate_limit: Some(0), ..Settings::default() };
        let config = settings.resolve(None).expect("settings");
        let state = AppState::new(db, clock, config, keys, rooms);
        let (router, _) = OpenApiRouter::<AppState>::new()
            .merge(organizations::routes())
            .merge(audit::routes())
            .merge(catalog::routes())
            .split_for_parts();
        let router = router
            .fallback(edge::no_route)
            .layer(middleware::from_fn_with_state(state.clone(), edge::edge))
            .with_state(state.clone());
        let ward_unit = seed_unit(&state, unit::Kind::Ward, Some(WARD)).await;
        let office = seed_unit(&state, unit::Kind::Office, None).await;
        worlds.push(World { state, ward_unit, office, router, _directory: directory });
    }
    worlds
}

async fn seed_unit(state: &AppState, kind: unit::Kind, ward_code: Option<&str>) -> Uuid {
    let now = state.clock.now();
    let row = unit::Model {
        id: ids::fresh(now),
        code: format!("U{}", ward_code.unwrap_or("0")),
        kind,
        name_vi: "Đơn vị".to_owned(),
        name_en: "Unit".to_owned(),
        ward_code: ward_code.map(ToOwned::to_owned),
        remote: false,
        auto_confirm: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let id = row.id;
    let tx = state.db.begin().await.expect("tx");
    let active: unit::ActiveModel = row.into();
    unit::Entity::insert(sea_orm::ActiveModelTrait::reset_all(active)).exec(&tx).await.expect("unit");
    tx.commit().await.expect("committed");
    id
}

impl World {
    /// A request without a token.
    pub fn anonymous(&self, method: Method, path: &str) -> Call<'_> {
        Call { world: self, builder: Request::builder().method(method).uri(path) }
    }

    /// A request of somebody with this role and nothing else.
    pub fn role(&self, role: &str, method: Method, path: &str) -> Call<'_> {
        self.anonymous(method, path).header("x-test-role", role).header("x-test-account", &Uuid::max().to_string())
    }

    /// A request of a member of an organization.
    pub fn member(&self, role: &str, organization: &str, method: Method, path: &str) -> Call<'_> {
        self.role(role, method, path).header("x-test-org", organization)
    }

    /// A request of an officer of the immigration office.
    pub fn officer(&self, method: Method, path: &str) -> Call<'_> {
        self.role("officer", method, path).header("x-test-unit", &self.office.to_string())
    }

    /// A request of an officer of a ward.
    pub fn ward_officer(&self, ward: &str, method: Method, path: &str) -> Call<'_> {
        self.role("officer", method, path)
            .header("x-test-unit", &self.ward_unit.to_string())
            .header("x-test-ward", ward)
    }

    /// Actions on the record about a thing, oldest first.
    pub async fn recorded(&self, subject: &str) -> Vec<String> {
        let id = Uuid::parse_str(subject).expect("an id");
        let entries = audit_entry::Entity::find()
            .filter(audit_entry::Column::SubjectId.eq(id))
            .order_by_asc(audit_entry::Column::Id)
            .all(self.state.db.read())
            .await
            .expect("record");
        entries.into_iter().map(|entry| entry.action).collect()
    }

    /// The accounts of an organization.
    pub async fn accounts(&self, organization: &str) -> Vec<account::Model> {
        let id = Uuid::parse_str(organization).expect("an id");
        let accounts = account::Entity::find().filter(account::Column::OrganizationId.eq(id));
        accounts.all(self.state.db.read()).await.expect("accounts")
    }
}

impl Call<'_> {
    /// With a header field.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    /// With `If-Match` for a version.
    pub fn seen(self, version: i64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    /// Sends it without a body.
    pub async fn send(self) -> Reply {
        self.finish(Body::empty()).await
    }

    /// Sends it with a JSON body.
    pub async fn json(self, body: &Value) -> Reply {
        self.header("content-type", "application/json").finish(Body::from(body.to_string())).await
    }

    async fn finish(self, body: Body) -> Reply {
        let request = self.builder.body(body).expect("a request");
        let response = self.world.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }
}
