//! Signing in, refreshing, being locked out, the second factor.

use ::entity::account::Role;
use axum::http::{Method, StatusCode};
use chrono::Duration;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::features::accounts::tests::{App, PASSWORD, Reply, unauthenticated, worlds};

const HOTEL: &str = "chu@song-xanh.example";

async fn refresh(app: &App, token: &str) -> Reply {
    app.post("/api/v1/auth/refresh", "", json!({"refresh_token": token})).await
}

async fn login_with(app: &App, email: &str, password: &str, otp: Option<&str>) -> Reply {
    let mut body = json!({"email": email, "password": password});
    if let Some(otp) = otp {
        body["otp"] = json!(otp);
    }
    app.post("/api/v1/auth/login", "", body).await
}

#[tokio::test]
async fn sign_in_me_and_logout() {
    let (_dir, worlds) = worlds("signin").await;
    for app in worlds {
        let organization = app.organization(HOTEL).await;
        let reply = app.login("  CHU@Song-Xanh.Example ").await;
        assert_eq!((reply.status, reply.header("cache-control")), (StatusCode::OK, "no-store"), "{}", reply.body);
        assert_eq!((&reply.body["token_type"], &reply.body["expires_in"]), (&json!("Bearer"), &json!(900)));
        assert_eq!(reply.body["second_factor"], "none");
        let (token, refresh_token) = (reply.text("access_token"), reply.text("refresh_token"));
        let me = app.get("/api/v1/me", &token).await;
        assert_eq!((me.text("email").as_str(), me.text("role").as_str()), (HOTEL, "org_admin"));
        assert_eq!(me.body["organization_id"], json!(organization));
        assert!(me.text("session_expires_at").ends_with("+07:00"));

        let sessions = app.get("/api/v1/me/sessions", &token).await;
        assert_eq!(sessions.body["items"][0]["current"], true);
        assert_eq!(app.post("/api/v1/auth/logout", &token, Value::Null).await.status, StatusCode::NO_CONTENT);
        assert!(unauthenticated(&app.get("/api/v1/me", &token).await), "at once");
        assert!(unauthenticated(&refresh(&app, &refresh_token).await));

        for (email, password) in [(HOTEL, "wrong password 1"), ("khong.co@song-xanh.example", PASSWORD)] {
            let reply = login_with(&app, email, password, None).await;
            assert_eq!((reply.status, reply.code()), (StatusCode::UNAUTHORIZED, "invalid_credentials"), "{email}");
        }
        let entries = app.actions().await;
        for action in ["account_signed_in", "logged_out", "sign_in_failed"] {
            assert!(entries.iter().any(|entry| entry.action == action), "{action}");
        }
        assert!(entries.iter().all(|entry| !entry.data.to_string().contains("song-xanh")), "no address on the record");
    }
}

#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_ends_the_family() {
    let (_dir, worlds) = worlds("refresh").await;
    for app in worlds {
        app.organization(HOTEL).await;
        let first = app.login(HOTEL).await;
        let second = refresh(&app, &first.text("refresh_token")).await;
        assert_eq!(second.status, StatusCode::OK);
        assert_eq!(app.get("/api/v1/me", &second.text("access_token")).await.status, StatusCode::OK);
        assert!(unauthenticated(&refresh(&app, &first.text("refresh_token")).await), "used before");
        assert!(unauthenticated(&refresh(&app, &second.text("refresh_token")).await), "the family is over");
        assert!(unauthenticated(&app.get("/api/v1/me", &second.text("access_token")).await), "its tokens, too");
        assert!(unauthenticated(&refresh(&app, "nonsense").await));
        assert_eq!(app.recorded("refresh_reuse_detected").await, 1);

        // Idle for longer than a fortnight.
        let idle = app.login(HOTEL).await;
        app.state.clock.advance(Duration::days(14) + Duration::minutes(1));
        assert!(unauthenticated(&refresh(&app, &idle.text("refresh_token")).await));
        // Used every ten days, but not for longer than thirty.
        let mut tokens = app.login(HOTEL).await;
        for expected in [200, 200, 401] {
            app.state
                .clock
                .advance(Duration::days(10) - Duration::minutes(1) + Duration::minutes(i64::from(expected == 401) * 5));
            tokens = refresh(&app, &tokens.text("refresh_token")).await;
            assert_eq!(tokens.status.as_u16(), expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_exchanges_at_once_exactly_one_wins() {
    let (_dir, worlds) = worlds("race").await;
    for app in worlds {
        app.organization(HOTEL).await;
        for _ in 0..5 {
            let token = app.login(HOTEL).await.text("refresh_token");
            let replies = join_all((0..8).map(|_| {
                let (app, token) = (app.clone(), token.clone());
                tokio::spawn(async move { refresh(&app, &token).await.status })
            }))
            .await;
            let won = replies.iter().filter(|reply| matches!(reply, Ok(StatusCode::OK))).count();
            let lost = replies.iter().filter(|reply| matches!(reply, Ok(StatusCode::UNAUTHORIZED))).count();
            assert_eq!((won, lost), (1, 7));
        }
    }
}

#[tokio::test]
async fn five_failures_lock_the_name_and_nobody_else() {
    let (_dir, worlds) = worlds("lock").await;
    for app in worlds {
        let organization = app.organization(HOTEL).await;
        app.member(organization, "le.tan@song-xanh.example", Role::Declarant).await;
        for email in [HOTEL, "khong.co@song-xanh.example"] {
            for _ in 0..5 {
                let reply = login_with(&app, email, "wrong password 1", None).await;
                assert_eq!(reply.code(), "invalid_credentials", "{email}");
            }
            let locked = app.login(email).await;
            assert_eq!((locked.status, locked.code()), (StatusCode::TOO_MANY_REQUESTS, "sign_in_locked"), "{email}");
            let wait: u64 = locked.header("retry-after").parse().expect("seconds");
            assert!((55..=60).contains(&wait), "{wait}");
        }
        assert_eq!(app.login("le.tan@song-xanh.example").await.status, StatusCode::OK, "others are not locked");
        app.state.clock.advance(Duration::seconds(61));
        assert_eq!(login_with(&app, HOTEL, "wrong password 1", None).await.code(), "invalid_credentials");
        app.state.clock.advance(Duration::seconds(61));
        assert_eq!(app.login(HOTEL).await.code(), "sign_in_locked", "the second lock is longer");
        app.state.clock.advance(Duration::seconds(60));
        assert_eq!(app.login(HOTEL).await.status, StatusCode::OK);
        assert_eq!(login_with(&app, HOTEL, "wrong password 1", None).await.code(), "invalid_credentials");
        assert_eq!(app.login(HOTEL).await.status, StatusCode::OK, "a success resets");
        assert!(app.recorded("sign_in_refused").await >= 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_sent_at_once_do_not_slip_under_the_lock() {
    let (_dir, worlds) = worlds("burst").await;
    for app in worlds {
        app.organization(HOTEL).await;
        let replies = join_all((0..20).map(|_| {
            let app = app.clone();
            tokio::spawn(async move { login_with(&app, HOTEL, "wrong password 1", None).await.status.as_u16() })
        }))
        .await;
        let told = replies.iter().filter(|reply| matches!(reply, Ok(401))).count();
        assert_eq!(told, 5, "{replies:?}");
    }
}

fn code(app: &App, secret: &str, steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base 32");
    let totp = totp_rs::Builder::new().with_secret(secret.as_ref().to_vec()).build().expect("totp");
    let at = app.state.clock.now().timestamp() + steps * 30;
    totp.generate(u64::try_from(at).expect("positive")).to_string()
}

async fn enrol(app: &App, token: &str) -> String {
    let begun = app.post("/api/v1/me/second-factor", token, Value::Null).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
    let secret = begun.text("secret");
    assert!(begun.text("otpauth_url").starts_with("otpauth://totp/tamtru:"), "{}", begun.body);
    let wrong = app.post("/api/v1/me/second-factor/confirm", token, json!({"code": "000000"})).await;
    assert_eq!(wrong.rule(), "wrong_code");
    let confirmed = app.post("/api/v1/me/second-factor/confirm", token, json!({"code": code(app, &secret, 0)})).await;
    assert_eq!(confirmed.status, StatusCode::NO_CONTENT, "{}", confirmed.body);
    secret
}

#[tokio::test]
async fn staff_must_enrol_and_a_code_works_once() {
    let (_dir, worlds) = worlds("totp").await;
    for app in worlds {
        let setup = crate::features::accounts::setup::issue_token(&app.state).await.expect("issued").expect("no admin");
        let admin = "quan.tri@he-thong.example";
        let first = json!({"token": setup, "email": admin, "full_name": "Quản Trị", "password": PASSWORD});
        assert_eq!(app.post("/api/v1/auth/setup", "", first).await.status, StatusCode::CREATED);
        let reply = app.login(admin).await;
        assert_eq!(reply.body["second_factor"], "enrolment_required");
        let token = reply.text("access_token");
        for path in ["/api/v1/me", "/api/v1/accounts", "/api/v1/units", "/api/v1/me/sessions"] {
            assert_eq!(app.get(path, &token).await.code(), "second_factor_missing", "{path}");
        }
        let thief = app.token(admin).await;
        let secret = enrol(&app, &token).await;
        assert_eq!(app.get("/api/v1/me", &token).await.body["second_factor"], "verified");
        assert!(unauthenticated(&app.get("/api/v1/me", &thief).await), "other sessions have proven nothing");
        let again = app.post("/api/v1/me/second-factor", &token, Value::Null).await;
        assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "wrong_state"));

        assert_eq!(app.login(admin).await.code(), "otp_required");
        let spent = code(&app, &secret, 0);
        assert_eq!(login_with(&app, admin, PASSWORD, Some(&spent)).await.code(), "otp_required", "used to enrol");
        app.state.clock.advance(Duration::seconds(30));
        let fresh = code(&app, &secret, 0);
        let reply = login_with(&app, admin, PASSWORD, Some(&fresh)).await;
        assert_eq!((reply.status, &reply.body["second_factor"]), (StatusCode::OK, &json!("verified")));
        assert_eq!(login_with(&app, admin, PASSWORD, Some(&fresh)).await.code(), "otp_required", "replay");
        assert_eq!(login_with(&app, admin, PASSWORD, Some(&spent)).await.code(), "otp_required", "an older step");
        let far = code(&app, &secret, 5);
        for _ in 0..3 {
            assert_eq!(login_with(&app, admin, PASSWORD, Some(&far)).await.code(), "otp_required");
        }
        let locked = login_with(&app, admin, PASSWORD, Some(&code(&app, &secret, 1))).await;
        assert_eq!(locked.code(), "sign_in_locked", "wrong codes count");
        assert_eq!(app.recorded("second_factor_enrolled").await, 1);

        // Staff keep theirs; a hotel's desk may set one up and take it away.
        let body = json!({"password": PASSWORD, "otp": "123456"});
        let kept = app.json(Method::DELETE, "/api/v1/me/second-factor", &reply.text("access_token"), body).await;
        assert_eq!(kept.status, StatusCode::FORBIDDEN);
        app.organization(HOTEL).await;
        let token = app.token(HOTEL).await;
        let secret = enrol(&app, &token).await;
        assert_eq!(app.login(HOTEL).await.code(), "otp_required");
        app.state.clock.advance(Duration::seconds(30));
        let wrong = json!({"password": "wrong password 1", "otp": code(&app, &secret, 0)});
        let refused = app.json(Method::DELETE, "/api/v1/me/second-factor", &token, wrong).await;
        assert_eq!(refused.rule(), "wrong_password");
        let right = json!({"password": PASSWORD, "otp": code(&app, &secret, 0)});
        let gone = app.json(Method::DELETE, "/api/v1/me/second-factor", &token, right).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
        assert_eq!(app.login(HOTEL).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let (_dir, worlds) = worlds("password").await;
    for app in worlds {
        app.organization(HOTEL).await;
        let (here, there) = (app.token(HOTEL).await, app.token(HOTEL).await);
        let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
        for (body, rule) in [
            (change("wrong password 1", "một mật mã rất mới"), "wrong_password"),
            (change(PASSWORD, "ngắn"), "password_too_short"),
            (change(PASSWORD, "Password123456"), "password_too_common"),
            (change(PASSWORD, PASSWORD), "password_unchanged"),
        ] {
            let reply = app.post("/api/v1/me/password", &here, body).await;
            assert_eq!((reply.status, reply.rule()), (StatusCode::UNPROCESSABLE_ENTITY, rule));
        }
        let changed = app.post("/api/v1/me/password", &here, change(PASSWORD, "một mật mã rất mới")).await;
        assert_eq!(changed.status, StatusCode::NO_CONTENT, "{}", changed.body);
        assert_eq!(app.get("/api/v1/me", &here).await.status, StatusCode::OK);
        assert!(unauthenticated(&app.get("/api/v1/me", &there).await));
        assert_eq!(app.login(HOTEL).await.code(), "invalid_credentials");
        assert_eq!(login_with(&app, HOTEL, "một mật mã rất mới", None).await.status, StatusCode::OK);

        let sessions = app.get("/api/v1/me/sessions", &here).await;
        let other = sessions.body["items"].as_array().expect("list").iter().find(|s| s["current"] == false);
        let path = format!("/api/v1/me/sessions/{}", other.expect("another")["id"].as_str().expect("id"));
        assert_eq!(app.json(Method::DELETE, &path, &here, Value::Null).await.status, StatusCode::NO_CONTENT);
        assert_eq!(app.json(Method::DELETE, &path, &here, Value::Null).await.status, StatusCode::NOT_FOUND);
        app.state.clock.advance(Duration::days(70));
        assert!(crate::features::accounts::purge(&app.state).await.expect("purged") >= 3);
    }
}
