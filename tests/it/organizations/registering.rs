//! Asking to be let in.

use std::collections::HashSet;

use ::entity::account::Status;
use argon2::{
    Argon2,
    password_hash::{PasswordVerifier, phc::PasswordHash},
};
use serde_json::{Value, json};

use crate::{
    harness::app::TestApp,
    organizations::{
        REGISTRATIONS, WARD, accounts, decide,
        people::{PASSWORD, officer_of, sign_in},
        recorded, register, registration,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_waits_is_read_and_approved() {
    for app in TestApp::both().await {
        let key = [("idempotency-key", "k1")];
        let post = async |email: &str| app.anonymous().post_with(REGISTRATIONS, &key, registration(email)).await;
        let made = post("Mau@Hotel.Example").await.expect(201);
        assert_eq!(made.json["status"], "pending");
        let id = made.id();
        assert_eq!((made.header("location"), made.header("etag")), (&*format!("{REGISTRATIONS}/{id}"), "\"1\""));
        assert!(made.json.get("administrator").is_none(), "nothing about persons is kept with the key");
        let replay = post("Mau@Hotel.Example").await;
        assert_eq!((replay.header("idempotent-replayed"), &replay.json), ("true", &made.json));
        assert_eq!(post("other@hotel.example").await.json["code"], "idempotency_key_reused");

        let account = accounts(&app, &id).await.pop().expect("an account");
        assert_eq!((account.email.as_str(), account.status), ("mau@hotel.example", Status::Pending));
        let hash = account.password_hash.expect("a hash");
        let hash = PasswordHash::new(&hash).expect("PHC form");
        assert!(Argon2::default().verify_password(PASSWORD.as_bytes(), &hash).is_ok());
        let credentials = json!({ "email": "mau@hotel.example", "password": PASSWORD });
        assert_eq!(app.anonymous().post("/api/v1/auth/login", credentials).await.status, 401, "not before approval");

        let officer = officer_of(&app, WARD).await;
        let list = officer.get("/api/v1/registrations?status=pending").await.expect(200);
        assert_eq!(list.json["items"][0]["id"], json!(id));
        let path = format!("{REGISTRATIONS}/{id}");
        let read = officer.get(&path).await.expect(200);
        assert_eq!(read.json["administrator"], json!({ "full_name": "Trần Thị Mẫu", "email": "mau@hotel.example" }));

        let approve = format!("{path}/approve");
        assert_eq!(officer.post(&approve, json!({})).await.status, 428);
        assert_eq!(decide(&officer, &approve, 7, json!({})).await.status, 412);
        assert_eq!(decide(&officer, &approve, 1, json!({ "x": 1 })).await.status, 422);
        let headers = [("if-match", "\"1\""), ("idempotency-key", "a")];
        let approved = officer.post_with(&approve, &headers, json!({})).await.expect(200);
        assert_eq!((approved.header("etag"), &approved.json["status"]), ("\"2\"", &json!("active")));
        let again = officer.post_with(&approve, &headers, json!({})).await;
        assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &approved.json));
        let twice = decide(&officer, &approve, 2, json!({})).await;
        assert_eq!((twice.status, &twice.json["current_state"]), (409, &json!("active")));
        assert_eq!(twice.json["allowed_actions"], json!(["update"]));
        assert_eq!(accounts(&app, &id).await[0].status, Status::Active);
        let me = sign_in(&app, "mau@hotel.example").await.get("/api/v1/me").await.expect(200);
        assert_eq!((&me.json["role"], &me.json["organization_id"]), (&json!("org_admin"), &json!(id)));
        assert_eq!(
            recorded(&app, &id).await,
            ["organization_registered", "registration_read", "organization_approved"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_is_told_at_once_with_its_place() {
    for app in TestApp::both().await {
        register(&app, "taken@hotel.example").await;
        let mut body = registration("taken@hotel.example");
        body["organization"]["tax_code"] = Value::Null;
        body["organization"]["ward_code"] = json!("99999");
        body["organization"]["zone_code"] = json!("X");
        body["organization"]["name"] = json!("x".repeat(201));
        body["administrator"]["password"] = json!("qzj-7wx");
        let reply = app.anonymous().post(REGISTRATIONS, body).await.expect(422);
        let mut findings = reply.findings();
        findings.sort();
        let expected = [
            "/administrator/email email_taken",
            "/administrator/password password_too_short",
            "/organization/name too_long",
            "/organization/tax_code missing_tax_code",
            "/organization/ward_code unknown_ward",
            "/organization/zone_code unknown_zone",
        ];
        assert_eq!(findings, expected);
        assert!(!reply.text().contains("qzj-7wx"), "a password is never sent back");

        for (name, value, finding) in
            [("kind", "bank", "/organization/kind wrong_type"), ("owner", "x", "/organization/owner unknown_field")]
        {
            let mut body = registration("a@hotel.example");
            body["organization"][name] = json!(value);
            assert_eq!(app.anonymous().post(REGISTRATIONS, body).await.findings(), [finding]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_retries_with_one_key_make_one_registration() {
    for app in TestApp::both().await {
        let calls = (0..8).map(|_| async {
            let key = [("idempotency-key", "same")];
            let reply = app.anonymous().post_with(REGISTRATIONS, &key, registration("mau@hotel.example")).await;
            reply.expect(201).id()
        });
        let ids: HashSet<String> = futures::future::join_all(calls).await.into_iter().collect();
        assert_eq!(ids.len(), 1);
        let others = (0..8)
            .map(|_| async { app.anonymous().post(REGISTRATIONS, registration("other@hotel.example")).await.status });
        let statuses = futures::future::join_all(others).await;
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "one e-mail, one account");
        assert!(statuses.iter().all(|status| [201, 422].contains(status)), "{statuses:?}");
    }
}
