//! The room behind its doors: the router with the edge around it, on a SQLite file and, where `TAMTRU_TEST_POSTGRES`
//! names a server, on a schema of its own there.

mod forged_tokens;
mod people;
mod sign_in;
mod software;

use ::entity::{
    account::{self, Role, Status},
    audit_entry, organization,
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
    middleware::from_fn_with_state,
};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    features::accounts::{Liveness, passwords, routes, service::accounts, setup, tokens},
    kernel::{
        clock::Clock,
        ids::{self, OrganizationId},
    },
    platform::{
        config::Settings,
        db::{Db, Work},
        events::Actor,
        http::edge,
        signing::{KeyRing, Vault},
        state::AppState,
    },
};

/// A password that every test account has.
const PASSWORD: &str = "cá chuồn bay qua cầu";

/// An account that no rule minds.
pub(crate) fn sample_account(role: Role, status: Status) -> account::Model {
    let at = DateTime::<Utc>::from_timestamp(1_795_000_000, 0).expect("valid");
    account::Model {
        id: Uuid::from_u128(9),
        email: "an.mau@song-xanh.example".to_owned(),
        full_name: "Người Mẫu".to_owned(),
        role,
        status,
        organization_id: None,
        unit_id: matches!(role, Role::Officer | Role::Supervisor).then(|| Uuid::from_u128(1)),
        password_hash: Some("x".to_owned()),
        totp_sealed: None,
        totp_confirmed: false,
        totp_last_step: None,
        second_factor_waived: false,
        version: 1,
        created_at: at,
        updated_at: at,
    }
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Reply {
    fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_default().to_owned()
    }

    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    fn rule(&self) -> &str {
        self.body["errors"][0]["rule"].as_str().unwrap_or_default()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

#[derive(Clone)]
struct App {
    state: AppState,
    router: Router,
}

impl App {
    async fn on(url: &str) -> Self {
        let db = Db::connect(url, 8).await.expect("connected");
        db.migrate().await.expect("migrated");
        let start = DateTime::parse_from_rfc3339("2026-11-22T09:00:00+07:00").expect("valid").with_timezone(&Utc);
        let clock = Clock::starting_at(start);
        let settings = Settings { rate_limit: Some(0), anonymous_rate_limit: Some(0), ..Settings::default() };
        let vault = Vault::from_secret(&[7; 32]).expect("vault");
        let keys = KeyRing::load(&db, vault, clock.now()).await.expect("keys");
        let mut rooms = axum::http::Extensions::new();
        rooms.insert(Liveness::default());
        let state = AppState::new(db, clock, settings.resolve(None).expect("settings"), keys, rooms);
        tokens::self_test(&state).expect("self-test");
        let (router, _) = routes().split_for_parts();
        let router =
            router.layer(from_fn_with_state(edge::Edge::new(state.clone(), &[]), edge::edge)).with_state(state.clone());
        Self { state, router }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).expect("request")).await;
        let (parts, body) = response.expect("infallible").into_parts();
        let bytes = body.collect().await.expect("body").to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        assert!(parts.status != StatusCode::INTERNAL_SERVER_ERROR, "{path}: {body}");
        Reply { status: parts.status, headers: parts.headers, body }
    }

    async fn json(&self, method: Method, path: &str, token: &str, body: Value) -> Reply {
        self.json_with(method, path, token, body, &[]).await
    }

    async fn json_with(&self, method: Method, path: &str, token: &str, body: Value, more: &[(&str, &str)]) -> Reply {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("content-type", "application/json")];
        if !token.is_empty() {
            headers.push(("authorization", &bearer));
        }
        headers.extend_from_slice(more);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &headers, body).await
    }

    async fn get(&self, path: &str, token: &str) -> Reply {
        self.json(Method::GET, path, token, Value::Null).await
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.json(Method::POST, path, token, body).await
    }

    async fn patch(&self, path: &str, token: &str, version: &str, body: Value) -> Reply {
        self.json_with(Method::PATCH, path, token, body, &[("if-match", version)]).await
    }

    async fn login(&self, email: &str) -> Reply {
        self.post("/api/v1/auth/login", "", json!({"email": email, "password": PASSWORD})).await
    }

    async fn token(&self, email: &str) -> String {
        let reply = self.login(email).await;
        assert_eq!(reply.status, StatusCode::OK, "{email}: {}", reply.body);
        reply.text("access_token")
    }

    async fn work(&self) -> Work {
        Work::begin(&self.state.db, &Actor::system("test"), self.state.clock.now()).await.expect("begun")
    }

    /// An organization with its administrator.
    async fn organization(&self, email: &str) -> OrganizationId {
        let (id, now) = (ids::fresh(self.state.clock.now()), self.state.clock.now());
        let row = organization::ActiveModel {
            id: Set(id),
            kind: Set(organization::Kind::Lodging),
            status: Set(organization::Status::Active),
            name: Set("Khách sạn Sông Xanh".to_owned()),
            tax_code: Set(None),
            phone: Set(None),
            email: Set(None),
            address: Set("1 Bạch Đằng".to_owned()),
            ward_code: Set("20275".to_owned()),
            zone_code: Set(None),
            decision_reason: Set(None),
            decided_by: Set(None),
            decided_at: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        let work = self.work().await;
        organization::Entity::insert(row).exec_without_returning(work.tx()).await.expect("inserted");
        work.commit().await.expect("committed");
        self.member(OrganizationId(id), email, Role::OrgAdmin).await;
        OrganizationId(id)
    }

    async fn member(&self, organization_id: OrganizationId, email: &str, role: Role) -> Uuid {
        let mut work = self.work().await;
        let draft = accounts::Draft {
            email,
            full_name: "Người Mẫu",
            role,
            organization_id: Some(organization_id.0),
            unit_id: None,
            password_hash: Some(passwords::hash_new(PASSWORD, email).await.expect("hashed")),
            status: Status::Active,
            second_factor_waived: false,
        };
        let account = accounts::enter(&mut work, draft).await.expect("entered");
        work.commit().await.expect("committed");
        account.id
    }

    /// Staff without a second factor, as in the demo world.
    async fn staff(&self, email: &str, role: Role) -> Uuid {
        let mut work = self.work().await;
        let new = setup::NewStaff { email, full_name: "Cán bộ Mẫu", role, unit_id: None };
        let account = setup::create_demo_staff(&mut work, &new, PASSWORD).await.expect("created");
        work.commit().await.expect("committed");
        account.id
    }

    async fn actions(&self) -> Vec<audit_entry::Model> {
        audit_entry::Entity::find().all(self.state.db.read()).await.expect("read")
    }

    async fn recorded(&self, action: &str) -> usize {
        self.actions().await.iter().filter(|entry| entry.action == action).count()
    }
}

/// The worlds in which each test runs; keep the folder as long as them.
async fn worlds(name: &str) -> (tempfile::TempDir, Vec<App>) {
    let dir = tempfile::tempdir().expect("temp dir");
    let mut worlds = vec![App::on(&format!("sqlite:{}", dir.path().join("test.sqlite").display())).await];
    match std::env::var("TAMTRU_TEST_POSTGRES") {
        Err(_) => eprintln!("TAMTRU_TEST_POSTGRES is not set: {name} ran on SQLite only"),
        Ok(url) => {
            let schema = format!("accounts_{name}_{}", std::process::id());
            let db = Db::connect(&url, 1).await.expect("connected");
            let tx = db.begin().await.expect("begun");
            tx.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.expect("schema");
            tx.commit().await.expect("committed");
            db.close().await.expect("closed");
            let mark = if url.contains('?') { '&' } else { '?' };
            worlds.push(App::on(&format!("{url}{mark}options=-csearch_path%3D{schema}")).await);
        }
    }
    (dir, worlds)
}

fn unauthenticated(reply: &Reply) -> bool {
    reply.status == StatusCode::UNAUTHORIZED
        && reply.code() == "unauthenticated"
        && !reply.header(header::WWW_AUTHENTICATE.as_str()).is_empty()
}
