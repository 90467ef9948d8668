//! API clients and their tokens.

use ::entity::account::Role;
use axum::http::{Method, StatusCode};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::Duration;
use serde_json::{Value, json};

use crate::features::accounts::tests::{App, Reply, unauthenticated, worlds};

async fn ask(app: &App, basic: Option<(&str, &str)>, form: &str) -> Reply {
    let field = basic.map(|(id, secret)| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))));
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
    if let Some(field) = &field {
        headers.push(("authorization", field));
    }
    app.send(Method::POST, "/oauth/token", &headers, form.to_owned()).await
}

#[tokio::test]
async fn clients_are_created_rotated_and_revoked() {
    let (_dir, worlds) = worlds("software").await;
    for app in worlds {
        app.organization("chu@song-xanh.example").await;
        app.organization("chu@khac.example").await;
        let token = app.token("chu@song-xanh.example").await;
        let create = || async {
            let key = [("idempotency-key", "tao-1")];
            app.json_with(Method::POST, "/api/v1/api-clients", &token, json!({"name": "PMS Mẫu"}), &key).await
        };
        let created = create().await;
        assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
        let (id, secret) = (created.text("client_id"), created.text("client_secret"));
        assert_eq!((secret.len(), created.header("etag")), (43, "\"1\""));
        let replayed = create().await;
        assert_eq!((replayed.status, replayed.header("idempotent-replayed")), (StatusCode::CREATED, "true"));
        assert_eq!((replayed.text("client_id"), &replayed.body["client_secret"]), (id.clone(), &Value::Null));

        let grant = "grant_type=client_credentials";
        let given = ask(&app, Some((&id, &secret)), grant).await;
        assert_eq!((given.status, given.header("cache-control")), (StatusCode::OK, "no-store"), "{}", given.body);
        assert_eq!(given.text("scope"), "declarations:read declarations:write");
        let body = format!("{grant}&client_id={id}&client_secret={secret}&scope=declarations%3Aread");
        let narrow = ask(&app, None, &body).await;
        assert_eq!((narrow.status, narrow.text("scope").as_str()), (StatusCode::OK, "declarations:read"));
        let me = app.get("/api/v1/me", &narrow.text("access_token")).await;
        assert_eq!((&me.body["role"], &me.body["scopes"]), (&json!("client"), &json!(["declarations:read"])));
        assert_eq!(app.get("/api/v1/members", &given.text("access_token")).await.code(), "forbidden");
        assert_eq!(app.get("/api/v1/me/sessions", &given.text("access_token")).await.code(), "forbidden");
        assert_eq!(app.post("/api/v1/auth/logout", &given.text("access_token"), Value::Null).await.code(), "forbidden");
        assert_eq!(app.recorded("access_denied").await, 3, "each denial is recorded");

        for (basic, form, status, error) in [
            (Some((id.as_str(), "wrong")), grant.to_owned(), 401, "invalid_client"),
            (Some(("nobody", secret.as_str())), grant.to_owned(), 401, "invalid_client"),
            (None, grant.to_owned(), 401, "invalid_client"),
            (Some((id.as_str(), secret.as_str())), body.clone(), 400, "invalid_request"),
            (Some((id.as_str(), secret.as_str())), "grant_type=password".to_owned(), 400, "unsupported_grant_type"),
            (Some((id.as_str(), secret.as_str())), String::new(), 400, "invalid_request"),
            (Some((id.as_str(), secret.as_str())), format!("{grant}&scope=admin"), 400, "invalid_scope"),
        ] {
            let reply = ask(&app, basic, &form).await;
            assert_eq!((reply.status.as_u16(), reply.text("error").as_str()), (status, error), "{form}");
            assert_eq!(
                (reply.header("cache-control"), reply.header("www-authenticate").is_empty()),
                ("no-store", status == 400)
            );
        }
        let json_body =
            app.send(Method::POST, "/oauth/token", &[("content-type", "application/json")], "{}".into()).await;
        assert_eq!(json_body.text("error"), "invalid_request");

        // Another organization's administrator does not learn that it exists.
        let path = format!("/api/v1/api-clients/{id}");
        let other = app.token("chu@khac.example").await;
        let matching = [("if-match", "\"1\"")];
        assert_eq!(app.get(&path, &other).await.status, StatusCode::NOT_FOUND);
        for action in ["rotate", "revoke"] {
            let reply = app.json_with(Method::POST, &format!("{path}/{action}"), &other, json!({}), &matching).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{action}");
            let reply = app.json(Method::POST, &format!("{path}/{action}"), &token, json!({})).await;
            assert_eq!(reply.status, StatusCode::PRECONDITION_REQUIRED, "{action}");
        }

        let rotated = app.json_with(Method::POST, &format!("{path}/rotate"), &token, json!({}), &matching).await;
        assert_eq!((rotated.status, rotated.header("etag")), (StatusCode::OK, "\"2\""), "{}", rotated.body);
        let renewed = rotated.text("client_secret");
        assert_ne!(renewed, secret);
        let stale = app.json_with(Method::POST, &format!("{path}/rotate"), &token, json!({}), &matching).await;
        assert_eq!(stale.code(), "stale_version");
        for secret in [&secret, &renewed] {
            assert_eq!(ask(&app, Some((&id, secret)), grant).await.status, StatusCode::OK, "two live secrets");
        }
        app.state.clock.advance(Duration::hours(24) + Duration::seconds(1));
        assert_eq!(ask(&app, Some((&id, &secret)), grant).await.text("error"), "invalid_client");
        let last = ask(&app, Some((&id, &renewed)), grant).await.text("access_token");
        assert_eq!(app.get("/api/v1/me", &last).await.status, StatusCode::OK);

        let token = app.token("chu@song-xanh.example").await;
        let second = [("if-match", "\"2\"")];
        let revoked = app.json_with(Method::POST, &format!("{path}/revoke"), &token, json!({}), &second).await;
        assert_eq!((revoked.status, revoked.text("status").as_str()), (StatusCode::OK, "revoked"));
        assert!(unauthenticated(&app.get("/api/v1/me", &last).await), "its tokens are refused at once");
        assert_eq!(ask(&app, Some((&id, &renewed)), grant).await.text("error"), "invalid_client");
        let third = [("if-match", "\"3\"")];
        let again = app.json_with(Method::POST, &format!("{path}/revoke"), &token, json!({}), &third).await;
        assert_eq!(again.code(), "wrong_state");
        for (body, rule) in [
            (json!({"name": " "}), "too_short"),
            (json!({"name": "x".repeat(101)}), "too_long"),
            (json!({"name": "x", "scopes": ["admin"]}), "unknown_scope"),
            (json!({"name": "x", "scopes": []}), "too_short"),
        ] {
            assert_eq!(app.post("/api/v1/api-clients", &token, body).await.rule(), rule);
        }
        let member = app.get("/api/v1/me", &token).await.body["organization_id"].clone();
        let id = serde_json::from_value(member).expect("id");
        app.member(id, "hr@song-xanh.example", Role::Hr).await;
        let hr = app.token("hr@song-xanh.example").await;
        assert_eq!(app.get("/api/v1/api-clients", &hr).await.status, StatusCode::FORBIDDEN);
    }
}
