//! The demo world: two hotels, a landlord, a company in the high-tech park, ward police, the immigration office.
//!
//! Invented people only. The world is made through the same routes that everybody uses, so it is a legal state; a
//! second start finds it and changes nothing but the secret of the API client.

use ::entity::account::Role;
use anyhow::{Context, ensure};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use crate::{app::router::router, features::accounts, platform::state::AppState};

/// Password of every account of the demo world; no other world has one.
pub const PASSWORD: &str = "demo-tamtru-2026";
/// Secret of the demo world, so that it can be started again on the same database.
pub const SECRET: &[u8; 32] = b"tamtru demo world, not for real!";

/// Ward of the first hotel (An Hải).
const HOTEL_WARD: &str = "20275";
/// Accounts in the order in which they are shown.
const ACCOUNTS: [&str; 9] = ["hotel", "hotel2", "landlord", "hr", "officer", "supervisor", "ward", "admin", "auditor"];

/// What the demo world offers.
#[derive(Clone, Debug)]
pub struct World {
    /// Ids of establishments by account.
    pub establishments: Map<String, Value>,
    /// OAuth client.
    pub client_id: String,
    /// Its secret, new at each start.
    pub client_secret: String,
}

/// E-mail address of a demo account.
pub fn email(name: &str) -> String {
    format!("{name}@demo.tamtru.example")
}

/// Makes the world where it is not there yet.
pub async fn seed(state: &AppState) -> anyhow::Result<World> {
    let client = Client { router: router(state.clone()) };
    if client.sign_in("admin").await.is_err() {
        staff(state).await?;
        tenants(&client).await.context("the demo world cannot be made")?;
    }
    world(&client).await
}

async fn staff(state: &AppState) -> anyhow::Result<()> {
    for (name, full_name, role, ward) in [
        ("officer", "Lê Văn Bình", Role::Officer, None),
        ("supervisor", "Trần Thị Cúc", Role::Supervisor, None),
        ("ward", "Phạm Văn Dũng", Role::Officer, Some(HOTEL_WARD)),
        ("admin", "Hồ Thị Em", Role::Admin, None),
        ("auditor", "Đỗ Văn Giang", Role::Auditor, None),
    ] {
        accounts::create_demo_staff(state, (&email(name), full_name), role, ward, PASSWORD)
            .await
            .with_context(|| format!("the demo account {name}"))?;
    }
    Ok(())
}

async fn tenants(client: &Client) -> anyhow::Result<()> {
    let supervisor = client.sign_in("supervisor").await?;
    for (name, kind, organization, person, ward, tax_code, zone) in [
        ("hotel", "lodging", "Khách sạn Sóng Biển", "Nguyễn Thị An", HOTEL_WARD, Some("0401234567"), None),
        ("hotel2", "lodging", "Khách sạn Cầu Vàng Nhỏ", "Võ Văn Hùng", "20242", Some("0401234574"), None),
        ("landlord", "landlord", "Nhà cho thuê bà Lý", "Bùi Thị Lý", "20285", None, None),
        (
            "company",
            "company",
            "Công ty TNHH Điện tử Ánh Dương",
            "Đinh Thị Kim",
            "20197",
            Some("0401234581"),
            Some("HTP-DN"),
        ),
    ] {
        let body = json!({
            "organization": {
                "name": organization, "kind": kind, "tax_code": tax_code, "phone": "0236 3000 000",
                "address": "12 Đường Thử Nghiệm", "ward_code": ward, "zone_code": zone,
            },
            "administrator": { "full_name": person, "email": email(name), "password": PASSWORD },
        });
        let registration = client.post(None, "/api/v1/registrations", &body).await?;
        let path = format!("/api/v1/registrations/{}/approve", text(&registration, "id")?);
        client.post(Some(&supervisor), &path, &json!({})).await?;
    }
    for (name, places) in [
        (
            "hotel",
            vec![
                ("Khách sạn Sóng Biển", "KS", "12 Võ Nguyên Giáp", HOTEL_WARD),
                ("Căn hộ Sóng Biển", "CC", "5 Hồ Nghinh", HOTEL_WARD),
            ],
        ),
        ("hotel2", vec![("Khách sạn Cầu Vàng Nhỏ", "KS", "88 Bạch Đằng", "20242")]),
        ("landlord", vec![("Nhà số 7", "NDKD", "7 An Thượng 4", "20285")]),
        ("company", vec![("Nhà ở chuyên gia Ánh Dương", "KCN", "Khu công nghệ cao", "20197")]),
    ] {
        let token = client.sign_in(name).await?;
        for (place, kind, address, ward) in places {
            let body = json!({ "name": place, "type": kind, "address": address, "ward_code": ward });
            client.post(Some(&token), "/api/v1/establishments", &body).await?;
        }
    }
    let company = client.sign_in("company").await?;
    let hr = json!({ "full_name": "Mai Thị Liên", "email": email("hr"), "role": "hr" });
    let invited = client.post(Some(&company), "/api/v1/members", &hr).await?;
    let activation = json!({ "token": text(&invited, "activation_token")?, "password": PASSWORD });
    client.post(None, "/api/v1/auth/activate", &activation).await?;
    let hotel = client.sign_in("hotel").await?;
    client.post(Some(&hotel), "/api/v1/api-clients", &json!({ "name": "Phần mềm khách sạn" })).await?;
    Ok(())
}

async fn world(client: &Client) -> anyhow::Result<World> {
    let mut establishments = Map::new();
    for name in ["hotel", "hotel2", "landlord", "company"] {
        let token = client.sign_in(name).await?;
        let page = client.get(&token, "/api/v1/establishments").await?;
        let items = page["items"].as_array().context("a list of establishments")?;
        let mut ids: Vec<Value> = items.iter().map(|item| item["id"].clone()).collect();
        ids.sort_by_key(|id| id.as_str().map(ToOwned::to_owned));
        establishments.insert(name.to_owned(), Value::Array(ids));
    }
    let hotel = client.sign_in("hotel").await?;
    let clients = client.get(&hotel, "/api/v1/api-clients").await?;
    let id = text(&clients["items"][0], "id")?;
    let rotated = client.post(Some(&hotel), &format!("/api/v1/api-clients/{id}/rotate"), &json!({})).await?;
    Ok(World {
        establishments,
        client_id: text(&rotated, "client_id")?,
        client_secret: text(&rotated, "client_secret")?,
    })
}

fn text(value: &Value, member: &str) -> anyhow::Result<String> {
    value[member].as_str().map(ToOwned::to_owned).with_context(|| format!("no {member} in the answer"))
}

/// Speaks to the routes without a network.
struct Client {
    router: Router,
}

impl Client {
    async fn sign_in(&self, name: &str) -> anyhow::Result<String> {
        let body = json!({ "email": email(name), "password": PASSWORD });
        let answer = self.post(None, "/api/v1/auth/login", &body).await?;
        text(&answer, "access_token")
    }

    async fn post(&self, token: Option<&str>, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(Method::POST, token, path, Some(body)).await
    }

    async fn get(&self, token: &str, path: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, Some(token), path, None).await
    }

    async fn send(
        &self,
        method: Method,
        token: Option<&str>,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let mut request = Request::builder().method(method).uri(path).header(header::IF_MATCH, "*");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let response = self.router.clone().oneshot(request.body(body)?).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        ensure!(status.is_success(), "{path} answered {status}: {}", String::from_utf8_lossy(&bytes));
        Ok(if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? })
    }
}

/// The one JSON object for scripts.
pub fn as_json(base_url: &str, world: &World) -> Value {
    let accounts: Map<String, Value> = ACCOUNTS
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "email": email(name), "password": PASSWORD })))
        .collect();
    json!({
        "base_url": base_url,
        "accounts": accounts,
        "establishments": world.establishments,
        "api_client": { "client_id": world.client_id, "client_secret": world.client_secret },
    })
}

/// What a person reads: the address, the accounts, and a command for each step of the main job.
pub fn as_text(base_url: &str, world: &World, day: chrono::NaiveDate) -> String {
    let establishment = world.establishments["hotel"][0].as_str().unwrap_or_default();
    let mut out = format!(
        "\ntamtru demo world (invented people only) at {base_url}\n\n  contract {base_url}/docs\n\n  accounts, all with password {PASSWORD}:\n"
    );
    for name in ACCOUNTS {
        out.push_str(&format!("    {:<11} {}\n", name, email(name)));
    }
    out.push_str(&format!(
        "    api client  {} / {}\n\n  the main job, ready to paste:\n\n",
        world.client_id, world.client_secret
    ));
    let (tomorrow, later) = (day + chrono::Duration::days(1), day + chrono::Duration::days(30));
    let steps = [
        (
            "sign in as the hotel",
            format!(
                "HOTEL=$(curl -s {base_url}/api/v1/auth/login -H 'Content-Type: application/json' -d '{{\"email\":\"{}\",\"password\":\"{PASSWORD}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
                email("hotel")
            ),
        ),
        (
            "declare a guest",
            format!(
                "curl -s {base_url}/api/v1/declarations -H \"Authorization: Bearer $HOTEL\" -H 'Content-Type: application/json' -H \"Idempotency-Key: $(date +%s%N)\" -d '{{\"establishment_id\":\"{establishment}\",\"stays\":[{{\"full_name\":\"KOWALCZYK ANNA MARIA\",\"date_of_birth\":\"1988-03-12\",\"sex\":\"F\",\"nationality\":\"POL\",\"document\":{{\"type\":\"passport\",\"number\":\"ZS0000101\"}},\"room\":\"301\",\"arrived_at\":\"{day}\",\"expected_departure_on\":\"{tomorrow}\",\"permitted_stay_until\":\"{later}\"}}]}}'"
            ),
        ),
        (
            "hand in a guest file",
            format!(
                "curl -s {base_url}/api/v1/imports -H \"Authorization: Bearer $HOTEL\" -F establishment_id={establishment} -F mode=preview -F file=@tests/fixtures/guests.xlsx"
            ),
        ),
        (
            "look at its rows, then file them (ID from the answer)",
            format!(
                "curl -s {base_url}/api/v1/imports/ID/rows -H \"Authorization: Bearer $HOTEL\"\n    curl -s -X POST {base_url}/api/v1/imports/ID/commit -H \"Authorization: Bearer $HOTEL\""
            ),
        ),
        (
            "sign in as the officer and look at the desk",
            format!(
                "OFFICER=$(curl -s {base_url}/api/v1/auth/login -H 'Content-Type: application/json' -d '{{\"email\":\"{}\",\"password\":\"{PASSWORD}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n    curl -s {base_url}/api/v1/review/declarations -H \"Authorization: Bearer $OFFICER\"",
                email("officer")
            ),
        ),
        (
            "confirm a declaration (ID from the desk)",
            format!(
                "curl -s -X POST {base_url}/api/v1/declarations/ID/confirm -H \"Authorization: Bearer $OFFICER\" -H 'If-Match: \"1\"'"
            ),
        ),
        (
            "fetch the receipt, whose QR code anybody can check",
            format!(
                "curl -s -o receipt.pdf {base_url}/api/v1/declarations/ID/receipt.pdf -H \"Authorization: Bearer $HOTEL\""
            ),
        ),
        (
            "check the receipt as anybody can (CODE from the receipt)",
            format!("curl -s -H 'Accept: application/json' {base_url}/verify/CODE"),
        ),
    ];
    for (what, command) in steps {
        out.push_str(&format!("  # {what}\n    {command}\n\n"));
    }
    out
}
