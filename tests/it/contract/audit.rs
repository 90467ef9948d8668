//! Every mutating operation leaves an entry on the record: each is called once with success and must have written.

use std::collections::BTreeSet;

use ::entity::audit_entry;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tamtru::app::{demo, router::document};

use crate::harness::app::{Caller, Reply, TestApp, guest};

/// Mutating by method, but storing nothing.
const DRY: &[&str] = &["validate_declaration"];
/// The rotation of a refresh token changes nobody's rights; its reuse is recorded, which the room's tests show.
const SILENT: &[&str] = &["refresh_session", "issue_client_token"];

struct Story<'a> {
    app: &'a TestApp,
    told: BTreeSet<String>,
}

impl Story<'_> {
    async fn entries(&self) -> u64 {
        audit_entry::Entity::find().count(self.app.state.db.read()).await.expect("a count")
    }

    /// Calls an operation and checks that it succeeded and wrote.
    async fn tell(&mut self, operation: &str, caller: &Caller<'_>, method: &str, path: &str, body: Value) -> Reply {
        let before = self.entries().await;
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        let reply = caller.send(method, path, &headers, Some(body.to_string().into_bytes())).await;
        assert!((200..300).contains(&reply.status), "{operation}: {} {}", reply.status, reply.text());
        assert!(self.entries().await > before, "{operation} left nothing on the record");
        self.told.insert(operation.to_owned());
        reply
    }
}

fn mutating() -> BTreeSet<String> {
    let value = serde_json::to_value(document()).expect("the document");
    let mut found = BTreeSet::new();
    for methods in value["paths"].as_object().expect("paths").values() {
        for (method, operation) in methods.as_object().expect("methods") {
            if method != "get" {
                found.insert(operation["operationId"].as_str().expect("a name").to_owned());
            }
        }
    }
    found.retain(|name| !DRY.contains(&name.as_str()) && !SILENT.contains(&name.as_str()));
    found
}

async fn current_code(secret: &str, app: &TestApp, step: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("a secret");
    let totp = totp_rs::Builder::new().with_secret(secret.as_ref().to_vec()).build().expect("a generator");
    totp.generate(u64::try_from(app.state.clock.now().timestamp() + step * 30).expect("a time")).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutating_operation_is_on_the_record() {
    for app in TestApp::both().await {
        let mut story = Story { app: &app, told: BTreeSet::new() };
        tell_filing(&mut story).await;
        tell_life(&mut story).await;
        tell_organizations(&mut story).await;
        tell_outages(&mut story).await;
        tell_travellers(&mut story).await;
        tell_accounts(&mut story).await;
        tell_first_administrator(&mut story).await;
        let missing: Vec<_> = mutating().difference(&story.told).cloned().collect();
        assert_eq!(missing, Vec::<String>::new(), "not told");
    }
}

async fn tell_filing(story: &mut Story<'_>) {
    let app = story.app;
    let (hotel, officer) = (app.sign_in("hotel").await, app.sign_in("officer").await);
    for (number, action) in [(1, "confirm"), (2, "return"), (3, "refuse"), (4, "recheck"), (5, "bulk")] {
        let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(number)] });
        let filed = story.tell("file_declaration", &hotel, "POST", "/api/v1/declarations", body).await;
        if action == "bulk" {
            let items = json!({ "items": [{ "id": filed.id(), "version": 1, "action": "confirm" }] });
            story.tell("bulk_review", &officer, "POST", "/api/v1/review/declarations/bulk", items).await;
        } else {
            let path = format!("/api/v1/declarations/{}/{action}", filed.id());
            story.tell(&format!("{action}_declaration"), &officer, "POST", &path, json!({ "reason": "r" })).await;
        }
    }
    for (number, operation, account, place) in [
        (6, "file_national_declarations", "hotel2", String::new()),
        (7, "file_national_declarations_at", "hotel", format!("/{}", app.establishment("hotel"))),
    ] {
        let body = json!([{
            "hoTen": "KOWALCZYK ANNA MARIA", "quocTich": "POL", "soHoChieu": format!("ZS{number:07}"), "gioiTinh": "F",
            "loaiNgayThangNamSinh": "D", "ngayThangNamSinhStr": "1988-03-12", "ngayDenCsltStr": "2026-11-22 19:45:00",
            "ngayDiDuKienStr": "2026-11-25 12:00:00", "soPhong": "301", "thoiHanTamTruStr": "2026-12-30 00:00:00",
        }]);
        let caller = app.sign_in(account).await;
        story.tell(operation, &caller, "POST", &format!("/compat/kbtt{place}/declarations"), body).await;
    }
    let before = story.entries().await;
    let fields = [("establishment_id", app.establishment("hotel"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let import = hotel
        .upload("/api/v1/imports", &fields, "g.xml", include_bytes!("../../fixtures/guests.xml"))
        .await
        .expect(202);
    assert!(story.entries().await > before);
    story.told.insert("create_import".to_owned());
    app.drain_jobs().await;
    story.tell("commit_import", &hotel, "POST", &format!("/api/v1/imports/{}/commit", import.id()), json!({})).await;
}

async fn tell_life(story: &mut Story<'_>) {
    let app = story.app;
    let (hotel, officer) = (app.sign_in("hotel").await, app.sign_in("officer").await);
    let stays: Vec<Value> = (21..26).map(guest).collect();
    let body = json!({ "establishment_id": app.establishment("hotel"), "stays": stays });
    let filed = hotel.post("/api/v1/declarations", body).await.expect(201);
    let path = |index: usize| format!("/api/v1/stays/{}", filed.json["stays"][index]["id"].as_str().expect("an id"));
    let amendment = json!({ "room": "305", "reason": "đổi phòng" });
    story.tell("amend_stay", &hotel, "PATCH", &path(0), amendment.clone()).await;
    let longer = json!({ "expected_departure_on": "2026-11-28" });
    story.tell("extend_stay", &hotel, "POST", &format!("{}/extend", path(0)), longer).await;
    story.tell("check_out_stay", &hotel, "POST", &format!("{}/check-out", path(1)), json!({})).await;
    let back = json!({ "reason": "không đến" });
    story.tell("withdraw_stay", &hotel, "POST", &format!("{}/withdraw", path(2)), back).await;
    let items = json!({ "items": [{ "id": filed.json["stays"][3]["id"], "version": 1 }] });
    story.tell("bulk_check_out", &hotel, "POST", "/api/v1/stays/check-out", items).await;
    let confirm = format!("/api/v1/declarations/{}/confirm", filed.id());
    officer.post_with(&confirm, &[("if-match", "*")], json!({})).await.expect(200);
    for (action, who) in [("cancel", &hotel), ("refuse", &officer), ("accept", &officer)] {
        let asked = story.tell("amend_stay", &hotel, "PATCH", &path(4), amendment.clone()).await.expect(202);
        let path = format!("/api/v1/corrections/{}/{action}", asked.id());
        story.tell(&format!("{action}_correction"), who, "POST", &path, json!({ "reason": "r" })).await;
    }
}

async fn tell_travellers(story: &mut Story<'_>) {
    let app = story.app;
    let (hotel, officer) = (app.sign_in("hotel").await, app.sign_in("officer").await);
    let mut stays = Vec::new();
    for number in [11, 12] {
        let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(number)] });
        let filed = hotel.post("/api/v1/declarations", body).await.expect(201);
        stays.push(filed.json["stays"][0]["id"].as_str().expect("an id").to_owned());
    }
    let body = json!({ "q": "kowalczyk", "purpose": "case-12" });
    story.tell("search_travellers", &officer, "POST", "/api/v1/travellers/search", body).await;
    let path = format!("/api/v1/travellers/{}/links", stays[0]);
    let body = json!({ "other_id": stays[1], "verdict": "same", "reason": "r", "purpose": "case-12" });
    let link = story.tell("link_traveller", &officer, "POST", &path, body).await;
    let path = format!("/api/v1/traveller-links/{}/withdraw", link.id());
    let body = json!({ "reason": "r", "purpose": "case-12" });
    story.tell("withdraw_traveller_link", &officer, "POST", &path, body).await;
}

async fn tell_organizations(story: &mut Story<'_>) {
    let app = story.app;
    let (hotel, officer, admin) =
        (app.sign_in("hotel").await, app.sign_in("officer").await, app.sign_in("admin").await);
    for (name, action) in [("one", "approve"), ("two", "refuse")] {
        let body = json!({
            "organization": { "name": name, "kind": "landlord", "address": "1 Đường Thử", "ward_code": "20242" },
            "administrator": { "full_name": "Người Thử", "email": format!("{name}@example.org"), "password": "mèo-sông-núi-gió" },
        });
        let new = story.tell("register_organization", &app.anonymous(), "POST", "/api/v1/registrations", body).await;
        let path = format!("/api/v1/registrations/{}/{action}", new.id());
        let body = if action == "refuse" { json!({ "reason": "thiếu giấy tờ" }) } else { json!({}) };
        story.tell(&format!("{action}_registration"), &officer, "POST", &path, body).await;
    }
    let me = hotel.get("/api/v1/me").await.expect(200);
    let own = format!("/api/v1/organizations/{}", me.json["organization_id"].as_str().expect("an organization"));
    story.tell("update_organization", &hotel, "PATCH", &own, json!({ "phone": "0905000111" })).await;
    let place = json!({ "name": "Nhà mới", "type": "VL", "address": "2 Đường Thử", "ward_code": "20242" });
    let place = story.tell("create_establishment", &hotel, "POST", "/api/v1/establishments", place).await;
    let path = format!("/api/v1/establishments/{}", place.id());
    story.tell("update_establishment", &hotel, "PATCH", &path, json!({ "status": "closed" })).await;
    let unit =
        app.sign_in("ward").await.get("/api/v1/me").await.json["unit"]["id"].as_str().expect("a unit").to_owned();
    story.tell("change_unit", &admin, "PATCH", &format!("/api/v1/units/{unit}"), json!({ "remote": true })).await;
}

async fn tell_outages(story: &mut Story<'_>) {
    let admin = story.app.sign_in("admin").await;
    let body = json!({ "starts_at": "2026-11-22T19:00:00+07:00", "reason": "mất điện" });
    let outage = story.tell("record_outage", &admin, "POST", "/api/v1/outages", body).await;
    let path = format!("/api/v1/outages/{}", outage.id());
    story.tell("end_outage", &admin, "POST", &format!("{path}/end"), json!({})).await;
    let reason = json!({ "reason": "ghi nhầm" });
    story.tell("withdraw_outage", &admin, "POST", &format!("{path}/withdraw"), reason).await;
}

async fn tell_accounts(story: &mut Story<'_>) {
    let app = story.app;
    let (hotel, admin, nobody) = (app.sign_in("hotel").await, app.sign_in("admin").await, app.anonymous());
    let client = story.tell("create_api_client", &hotel, "POST", "/api/v1/api-clients", json!({ "name": "PMS" })).await;
    let id = client.json["id"].as_str().or(client.json["client_id"].as_str()).expect("an id").to_owned();
    for action in ["rotate", "revoke"] {
        let path = format!("/api/v1/api-clients/{id}/{action}");
        story.tell(&format!("{action}_api_client"), &hotel, "POST", &path, json!({})).await;
    }
    let member = json!({ "email": "member@example.org", "full_name": "Thành Viên", "role": "declarant" });
    let member = story.tell("invite_member", &hotel, "POST", "/api/v1/members", member).await;
    let token = member.json["activation_token"].as_str().expect("a token").to_owned();
    let activation = json!({ "token": token, "password": "mèo-sông-núi-gió" });
    story.tell("activate_account", &nobody, "POST", "/api/v1/auth/activate", activation).await;
    let path = format!("/api/v1/members/{}", member.id());
    story.tell("change_member", &hotel, "PATCH", &path, json!({ "full_name": "Thành Viên Mới" })).await;
    tell_session(story).await;
    story.tell("reset_member", &hotel, "POST", &format!("{path}/reset"), json!({})).await;
    let staff = json!({ "email": "auditor2@example.org", "full_name": "Kiểm Toán", "role": "auditor" });
    let staff = story.tell("invite_account", &admin, "POST", "/api/v1/accounts", staff).await;
    let path = format!("/api/v1/accounts/{}", staff.id());
    story.tell("reset_account", &admin, "POST", &format!("{path}/reset"), json!({})).await;
    story.tell("change_account", &admin, "PATCH", &path, json!({ "full_name": "Kiểm Toán Viên" })).await;
}

fn signed_in<'a>(nobody: &Caller<'a>, reply: &Reply) -> Caller<'a> {
    nobody.clone().with_token(reply.json["access_token"].as_str().expect("a token"))
}

async fn tell_session(story: &mut Story<'_>) {
    let app = story.app;
    let credentials = |password: &str| json!({ "email": "member@example.org", "password": password });
    let nobody = app.anonymous();
    let first = story.tell("login", &nobody, "POST", "/api/v1/auth/login", credentials("mèo-sông-núi-gió")).await;
    let second = nobody.post("/api/v1/auth/login", credentials("mèo-sông-núi-gió")).await.expect(200);
    let (me, other) = (signed_in(&nobody, &first), signed_in(&nobody, &second));
    let sessions = me.get("/api/v1/me/sessions").await.expect(200);
    let items = sessions.json["items"].as_array().expect("sessions").clone();
    let theirs = items.iter().find(|item| item["current"] == json!(false)).expect("another session");
    let path = format!("/api/v1/me/sessions/{}", theirs["id"].as_str().expect("an id"));
    story.tell("end_session", &me, "DELETE", &path, json!({})).await;
    assert_eq!(other.get("/api/v1/me").await.status, 401, "its tokens end at once");
    let change = json!({ "current_password": "mèo-sông-núi-gió", "new_password": "trăng-đá-mây-cát" });
    story.tell("change_password", &me, "POST", "/api/v1/me/password", change).await;
    let begun = story.tell("begin_second_factor", &me, "POST", "/api/v1/me/second-factor", json!({})).await;
    let secret = begun.json["secret"].as_str().expect("a secret").to_owned();
    let code = current_code(&secret, app, 0).await;
    story.tell("confirm_second_factor", &me, "POST", "/api/v1/me/second-factor/confirm", json!({ "code": code })).await;
    let code = current_code(&secret, app, 1).await;
    let removal = json!({ "password": "trăng-đá-mây-cát", "otp": code });
    story.tell("remove_second_factor", &me, "DELETE", "/api/v1/me/second-factor", removal).await;
    story.tell("logout", &me, "POST", "/api/v1/auth/logout", json!({})).await;
}

/// The first administrator comes into an empty world, so this one is told on a world of its own.
async fn tell_first_administrator(story: &mut Story<'_>) {
    let state = &story.app.state;
    // The demo has an administrator; the token is refused once there is one.
    assert!(tamtru::features::accounts::issue_setup_token(state).await.expect("an answer").is_none());
    let body =
        json!({ "token": "x", "email": "first@example.org", "full_name": "Quản Trị", "password": demo::PASSWORD });
    assert_ne!(story.app.anonymous().post("/api/v1/auth/setup", body).await.status, 200);
    let fresh = TestApp::empty(crate::harness::database::Kind::Sqlite).await.expect("SQLite is always there");
    let token = tamtru::features::accounts::issue_setup_token(&fresh.state).await.expect("an answer").expect("a token");
    let body = json!({ "token": token, "email": "first@example.org", "full_name": "Quản Trị", "password": "mèo-sông-núi-gió" });
    let mut first = Story { app: &fresh, told: BTreeSet::new() };
    first.tell("set_up", &fresh.anonymous(), "POST", "/api/v1/auth/setup", body.clone()).await;
    assert!(fresh.anonymous().post("/api/v1/auth/setup", body).await.status >= 400, "a token works once");
    story.told.extend(first.told);
}
