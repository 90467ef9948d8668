//! Staff, members, units, and changes in the middle of a session.

use ::entity::account::{Role, Status};
use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::{
    features::{
        accounts::{
            AccountError, Change,
            members::{self, set_status_of_organization_accounts},
            setup,
            tests::{PASSWORD, unauthenticated, worlds},
            units,
        },
        catalog::{Wards, embedded_entries},
    },
    kernel::page::PageRequest,
};

const ADMIN: &str = "quan.tri@he-thong.example";
const HOTEL: &str = "chu@song-xanh.example";

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let (_dir, worlds) = worlds("setup").await;
    for app in worlds {
        let old = setup::issue_token(&app.state).await.expect("issued").expect("no admin yet");
        let new = setup::issue_token(&app.state).await.expect("issued").expect("no admin yet");
        let body = |token: &str, password: &str| json!({"token": token, "email": ADMIN, "full_name": "Quản Trị", "password": password});
        for (body, rule) in [
            (body(&old, PASSWORD), "bad_one_time_token"),
            (body(&new, "ngắn"), "password_too_short"),
            (json!({"token": new, "email": "x", "full_name": "x", "password": PASSWORD}), "bad_email"),
        ] {
            assert_eq!(app.post("/api/v1/auth/setup", "", body).await.rule(), rule);
        }
        let made = app.post("/api/v1/auth/setup", "", body(&new, PASSWORD)).await;
        assert_eq!((made.status, made.text("role").as_str()), (StatusCode::CREATED, "admin"), "{}", made.body);
        assert_eq!(app.post("/api/v1/auth/setup", "", body(&new, PASSWORD)).await.code(), "wrong_state");
        assert_eq!(setup::issue_token(&app.state).await.expect("asked"), None);
        assert_eq!(app.recorded("first_admin_created").await, 1);
    }
}

#[tokio::test]
async fn staff_are_invited_changed_and_reset() {
    let (_dir, worlds) = worlds("staff").await;
    for app in worlds {
        app.staff(ADMIN, Role::Admin).await;
        let admin = app.token(ADMIN).await;
        let mut work = app.work().await;
        let wards = Wards::from_entries(&embedded_entries().expect("sound")).expect("sound");
        assert_eq!(units::ensure_units(&mut work, &wards, "TT").await.expect("entered"), 95);
        work.commit().await.expect("committed");
        let mut work = app.work().await;
        assert_eq!(units::ensure_units(&mut work, &wards, "DN").await.expect("known"), 0, "idempotent");
        work.commit().await.expect("committed");
        let ward = units::find_unit_for_ward(app.state.db.read(), "20275").await.expect("read").expect("known");
        assert_eq!((ward.code.as_str(), ward.name_vi.as_str()), ("TT20275", "Công an phường An Hải"));

        let invite = |unit: Option<uuid::Uuid>, role: &str| json!({"email": "Can.Bo@ward.example", "full_name": "Cán  bộ", "role": role, "unit_id": unit});
        for (body, rule) in [
            (invite(None, "officer"), "missing_unit"),
            (invite(Some(ward.id), "auditor"), "unit_not_allowed"),
            (invite(Some(uuid::Uuid::from_u128(3)), "officer"), "unknown_unit"),
            (invite(None, "declarant"), "wrong_type"),
        ] {
            assert_eq!(app.post("/api/v1/accounts", &admin, body).await.rule(), rule);
        }
        let key = [("idempotency-key", "moi-1")];
        let invited =
            app.json_with(Method::POST, "/api/v1/accounts", &admin, invite(Some(ward.id), "officer"), &key).await;
        assert_eq!(
            (invited.status, invited.text("status").as_str()),
            (StatusCode::CREATED, "invited"),
            "{}",
            invited.body
        );
        let again =
            app.json_with(Method::POST, "/api/v1/accounts", &admin, invite(Some(ward.id), "officer"), &key).await;
        assert_eq!((&again.body["id"], &again.body["activation_token"]), (&invited.body["id"], &json!(null)));
        let taken = app.post("/api/v1/accounts", &admin, invite(Some(ward.id), "officer")).await;
        assert_eq!(taken.rule(), "email_taken");

        let activate = |token: &str, password: &str| json!({"token": token, "password": password});
        let token = invited.text("activation_token");
        assert_eq!(
            app.post("/api/v1/auth/activate", "", activate(&token, "can.bo-2026-xyz")).await.rule(),
            "password_holds_email"
        );
        assert_eq!(
            app.post("/api/v1/auth/activate", "", activate(&token, PASSWORD)).await.status,
            StatusCode::NO_CONTENT
        );
        assert_eq!(
            app.post("/api/v1/auth/activate", "", activate(&token, PASSWORD)).await.rule(),
            "bad_one_time_token"
        );
        let officer = app.login("can.bo@ward.example").await;
        assert_eq!(officer.body["second_factor"], "enrolment_required");

        let path = format!("/api/v1/accounts/{}", invited.text("id"));
        assert_eq!(app.get(&path, &admin).await.header("etag"), "\"2\"");
        let promoted = app.patch(&path, &admin, "\"2\"", json!({"role": "supervisor"})).await;
        assert_eq!((promoted.status, promoted.text("role").as_str()), (StatusCode::OK, "supervisor"));
        assert!(
            unauthenticated(&app.post("/api/v1/me/second-factor", &officer.text("access_token"), json!({})).await),
            "role change ends sessions"
        );
        assert_eq!(app.patch(&path, &admin, "\"2\"", json!({"status": "disabled"})).await.code(), "stale_version");
        let reset =
            app.json_with(Method::POST, &format!("{path}/reset"), &admin, json!({}), &[("if-match", "\"3\"")]).await;
        assert_eq!(reset.text("status"), "invited", "{}", reset.body);
        assert_eq!(app.login("can.bo@ward.example").await.code(), "invalid_credentials");
        let other = "một mật mã rất mới";
        assert_eq!(
            app.post("/api/v1/auth/activate", "", activate(&reset.text("activation_token"), other)).await.status,
            StatusCode::NO_CONTENT
        );

        let me = app.get("/api/v1/me", &admin).await.text("id");
        let own = format!("/api/v1/accounts/{me}");
        assert_eq!(app.patch(&own, &admin, "*", json!({"status": "disabled"})).await.rule(), "own_account");
        let list = app.get("/api/v1/accounts?status=active&limit=1", &admin).await;
        let next = list.text("next_cursor");
        let rest = app.get(&format!("/api/v1/accounts?status=active&cursor={next}"), &admin).await;
        assert_eq!(
            (list.body["items"].as_array().map(Vec::len), rest.body["items"].as_array().map(Vec::len)),
            (Some(1), Some(1))
        );

        let unit = format!("/api/v1/units/{}", ward.id);
        let changed = app.patch(&unit, &admin, "\"1\"", json!({"auto_confirm": true})).await;
        assert_eq!(
            (&changed.body["auto_confirm"], &changed.body["remote"], changed.header("etag")),
            (&json!(true), &json!(false), "\"2\"")
        );
        assert_eq!(app.get("/api/v1/units?kind=office", &admin).await.body["items"][0]["code"], "TT48");
        for action in ["account_invited", "account_activated", "account_changed", "account_reset", "unit_changed"] {
            assert!(app.recorded(action).await >= 1, "{action}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_administrator_of_an_organization_stays() {
    let (_dir, worlds) = worlds("members").await;
    for app in worlds {
        let organization = app.organization(HOTEL).await;
        app.organization("chu@khac.example").await;
        let (token, other) = (app.token(HOTEL).await, app.token("chu@khac.example").await);
        let head = app.get("/api/v1/me", &token).await.text("id").parse().expect("id");
        let me = format!("/api/v1/members/{head}");
        for body in [json!({"status": "disabled"}), json!({"role": "hr"})] {
            assert_eq!(app.patch(&me, &token, "*", body).await.rule(), "last_administrator");
        }
        assert_eq!(app.get(&me, &other).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.patch(&me, &other, "*", json!({"role": "hr"})).await.status, StatusCode::NOT_FOUND);
        let second = app.member(organization, "pho@song-xanh.example", Role::OrgAdmin).await;
        // Each disables the other at the same time: the one who comes second must fail.
        let first = members::get_member(app.state.db.read(), organization, head).await.expect("found");
        let second = members::get_member(app.state.db.read(), organization, second).await.expect("found");
        let disable = Change { enabled: Some(false), ..Change::default() };
        let mut work = app.work().await;
        members::patch_member(&mut work, organization, &first, &disable, Some(second.id)).await.expect("one remains");
        let (there, change) = (app.clone(), disable.clone());
        let mut meanwhile = tokio::spawn(async move {
            let mut work = there.work().await;
            let outcome = members::patch_member(&mut work, organization, &second, &change, Some(first.id)).await;
            work.commit().await.expect("committed");
            outcome.map(|account| account.status)
        });
        let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut meanwhile).await;
        assert!(early.is_err(), "it must wait for the first: {early:?}");
        work.commit().await.expect("committed");
        let late = meanwhile.await.expect("no panic");
        assert!(matches!(&late, Err(AccountError::Rule(finding)) if finding.rule == "last_administrator"), "{late:?}");
        let page = PageRequest::parse(None, None).expect("page");
        let members = members::list_members(app.state.db.read(), organization, &page).await;
        let active = members.expect("read").items.iter().filter(|m| m.status == Status::Active).count();
        assert_eq!(active, 1);
    }
}

#[tokio::test]
async fn changes_bite_in_the_middle_of_a_session() {
    let (_dir, worlds) = worlds("bite").await;
    for app in worlds {
        let organization = app.organization(HOTEL).await;
        let admin = app.token(HOTEL).await;
        let clerk = app.member(organization, "le.tan@song-xanh.example", Role::Declarant).await;
        let token = app.token("le.tan@song-xanh.example").await;
        assert_eq!(app.get("/api/v1/me", &token).await.text("role"), "declarant");
        assert_eq!(app.get("/api/v1/members", &token).await.status, StatusCode::FORBIDDEN);
        let path = format!("/api/v1/members/{clerk}");
        assert_eq!(app.patch(&path, &admin, "\"1\"", json!({"full_name": "Lễ Tân"})).await.status, StatusCode::OK);
        assert_eq!(app.get("/api/v1/me", &token).await.text("full_name"), "Lễ Tân", "a new name ends nothing");
        assert_eq!(app.patch(&path, &admin, "\"2\"", json!({"role": "org_admin"})).await.status, StatusCode::OK);
        assert!(unauthenticated(&app.get("/api/v1/me", &token).await), "a new role does");
        let token = app.token("le.tan@song-xanh.example").await;
        assert_eq!(app.get("/api/v1/members", &token).await.body["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(app.patch(&path, &admin, "\"3\"", json!({"status": "disabled"})).await.status, StatusCode::OK);
        assert!(unauthenticated(&app.get("/api/v1/me", &token).await));
        assert_eq!(app.login("le.tan@song-xanh.example").await.code(), "invalid_credentials");
        for (body, rule) in [
            (json!({"email": "a@b.example", "full_name": "A", "role": "admin"}), "wrong_type"),
            (json!({"email": "a@b.example", "full_name": " ", "role": "hr"}), "too_short"),
            (json!({"email": "khong phai thu", "full_name": "A", "role": "hr"}), "bad_email"),
            (json!({"email": "a@b.example", "full_name": "A", "role": "hr", "organization_id": 1}), "unknown_field"),
        ] {
            assert_eq!(app.post("/api/v1/members", &admin, body).await.rule(), rule);
        }

        let mut work = app.work().await;
        let moved =
            set_status_of_organization_accounts(&mut work, organization, Status::Active, Status::Disabled).await;
        assert_eq!(moved.expect("moved"), 1);
        work.commit().await.expect("committed");
        assert_eq!(app.login(HOTEL).await.code(), "invalid_credentials");
    }
}
