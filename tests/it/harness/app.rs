//! The whole program in this process: its router, a movable clock, a database of its own with the demo world in it.

use std::{collections::HashMap, sync::Mutex};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use serde_json::Value;
use tamtru::{
    app::{demo, router::router, run},
    features::declarations,
    kernel::clock::Clock,
    platform::{config::Settings, jobs, signing::Vault, state::AppState},
};
use tower::ServiceExt;

use crate::harness::database::{Kind, Place, fresh_url};

/// The evening of 22 November 2026 in Da Nang, when the demo's guests arrive.
pub const NOW: &str = "2026-11-22T20:00:00+07:00";

pub struct TestApp {
    pub state: AppState,
    pub world: demo::World,
    router: Router,
    tokens: Mutex<HashMap<String, String>>,
    _place: Place,
}

impl TestApp {
    /// With the demo world in it; none where the database is not there.
    pub async fn new(kind: Kind) -> Option<Self> {
        let mut app = Self::empty(kind).await?;
        app.world = demo::seed(&app.state).await.expect("the demo world");
        Some(app)
    }

    /// Without anybody in it.
    pub async fn empty(kind: Kind) -> Option<Self> {
        let place = fresh_url(kind).await?;
        let settings = Settings {
            database: Some(place.url().to_owned()),
            public_url: Some("http://tamtru.test".to_owned()),
            database_connections: Some(8),
            rate_limit: Some(0),
            anonymous_rate_limit: Some(0),
            ..Settings::default()
        };
        let config = settings.resolve(None).expect("good settings");
        let start: DateTime<Utc> = NOW.parse().expect("an instant");
        let vault = Vault::from_secret(demo::SECRET).expect("a vault");
        let state = run::prepare(config, Some(vault), Clock::starting_at(start)).await.expect("a prepared state");
        let nobody = String::new();
        let world =
            demo::World { establishments: Default::default(), client_id: nobody.clone(), client_secret: nobody };
        let router = router(state.clone());
        Some(Self { state, world, router, tokens: Mutex::default(), _place: place })
    }

    /// Both databases; PostgreSQL is left out where it is not there.
    pub async fn both() -> Vec<Self> {
        let mut apps = Vec::new();
        for kind in [Kind::Sqlite, Kind::Postgres] {
            apps.extend(Self::new(kind).await);
        }
        apps
    }

    /// First establishment of a demo account.
    pub fn establishment(&self, account: &str) -> String {
        self.world.establishments[account][0].as_str().expect("an establishment").to_owned()
    }

    pub fn anonymous(&self) -> Caller<'_> {
        Caller { app: self, token: None, lang: "en" }
    }

    /// A demo account, signed in once per test.
    pub async fn sign_in(&self, account: &str) -> Caller<'_> {
        let known = self.tokens.lock().expect("tokens").get(account).cloned();
        let token = match known {
            Some(token) => token,
            None => {
                let body = serde_json::json!({ "email": demo::email(account), "password": demo::PASSWORD });
                let reply = self.anonymous().post("/api/v1/auth/login", body).await;
                let token =
                    reply.json["access_token"].as_str().unwrap_or_else(|| panic!("{account}: {}", reply.text()));
                self.tokens.lock().expect("tokens").insert(account.to_owned(), token.to_owned());
                token.to_owned()
            }
        };
        Caller { app: self, token: Some(token), lang: "en" }
    }

    /// The same, with a token of this moment: earlier ones may be over.
    pub async fn sign_in_anew(&self, account: &str) -> Caller<'_> {
        self.tokens.lock().expect("tokens").remove(account);
        self.sign_in(account).await
    }

    /// The hotel's software.
    pub async fn software(&self) -> Caller<'_> {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            self.world.client_id, self.world.client_secret
        );
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let reply = self.anonymous().send("POST", "/oauth/token", &headers, Some(form.into_bytes())).await;
        let token = reply.json["access_token"].as_str().unwrap_or_else(|| panic!("{}", reply.text()));
        Caller { app: self, token: Some(token.to_owned()), lang: "en" }
    }

    /// Runs every job that is due.
    pub async fn drain_jobs(&self) {
        while jobs::run_one(&self.state, declarations::HANDLERS).await.expect("jobs") {}
    }
}

/// Somebody who calls.
#[derive(Clone)]
pub struct Caller<'a> {
    app: &'a TestApp,
    token: Option<String>,
    lang: &'static str,
}

impl Caller<'_> {
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub fn lang(mut self, lang: &'static str) -> Self {
        self.lang = lang;
        self
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.post_with(path, &[], body).await
    }

    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, Some(body.to_string().into_bytes())).await
    }

    /// A file as a browser sends it.
    pub async fn upload(&self, path: &str, fields: &[(&str, &str)], file_name: &str, bytes: &[u8]) -> Reply {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        body.extend_from_slice(
            format!("--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n")
                .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--XX--\r\n");
        self.send("POST", path, &[("content-type", "multipart/form-data; boundary=XX")], Some(body)).await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Reply {
        let response = self.respond(method, path, headers, body).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status.as_u16(), headers: parts.headers, bytes, json }
    }

    /// An answer of which nothing is read yet.
    pub async fn open(&self, path: &str) -> axum::response::Response {
        self.respond("GET", path, &[], None).await
    }

    async fn respond(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT_LANGUAGE, self.lang);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).expect("a request");
        self.app.router.clone().oneshot(request).await.expect("an answer")
    }
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The same reply, its status checked with the body in the message.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.text())).to_owned()
    }

    /// `pointer rule` of each finding of a problem.
    pub fn findings(&self) -> Vec<String> {
        let of = |list: &Value| -> Vec<String> {
            list.as_array()
                .into_iter()
                .flatten()
                .map(|e| format!("{} {}", e["pointer"].as_str().unwrap_or("?"), e["rule"].as_str().unwrap_or("?")))
                .collect()
        };
        if self.json["errors"].is_array() { of(&self.json["errors"]) } else { of(&self.json["findings"]) }
    }
}

/// A guest who may be declared; `number` makes him another one.
pub fn guest(number: u32) -> Value {
    serde_json::json!({
        "full_name": "KOWALCZYK ANNA MARIA", "date_of_birth": "1988-03-12", "sex": "F", "nationality": "POL",
        "document": { "type": "passport", "number": format!("ZS{number:07}"), "expires_on": "2031-05-01" },
        "room": "301", "arrived_at": "2026-11-22T19:45:00+07:00", "expected_departure_on": "2026-11-25",
        "permitted_stay_until": "2026-12-30", "visa": { "symbol": "DL", "number": null }, "purpose": "tourism", "mrz": null
    })
}
