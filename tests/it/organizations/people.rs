//! People and software whom the demo world lacks, each signed in with a token of its own.

use ::entity::account::Role;
use serde_json::{Value, json};
use tamtru::features::accounts::create_demo_staff;

use crate::harness::app::{Caller, TestApp};

/// Password of everybody who comes into being here.
pub const PASSWORD: &str = "correct horse battery";

/// A caller for each role by the role's name, `nobody` among them; those of an organization belong to the demo's hotel
/// but for HR, who is the demo company's.
pub async fn of_every_role(app: &TestApp) -> Vec<(&'static str, Caller<'_>)> {
    let mut callers = vec![("nobody", app.anonymous()), ("client", app.software().await)];
    for (role, account) in [
        ("hr", "hr"),
        ("org_admin", "hotel"),
        ("officer", "officer"),
        ("supervisor", "supervisor"),
        ("admin", "admin"),
        ("auditor", "auditor"),
    ] {
        callers.push((role, app.sign_in(account).await));
    }
    let hotel = app.sign_in("hotel").await;
    callers.push(("declarant", member(app, &hotel, "declarant", "desk@hotel.example").await));
    for (role, caller) in callers.iter().filter(|(role, _)| *role != "nobody") {
        assert_eq!(caller.get("/api/v1/me").await.expect(200).json["role"], *role);
    }
    callers
}

/// Somebody with an account and [`PASSWORD`].
pub async fn sign_in<'a>(app: &'a TestApp, email: &str) -> Caller<'a> {
    let body = json!({ "email": email, "password": PASSWORD });
    let reply = app.anonymous().post("/api/v1/auth/login", body).await.expect(200);
    with_token_of(app, &reply.json)
}

/// A new member of an administrator's organization.
pub async fn member<'a>(app: &'a TestApp, administrator: &Caller<'_>, role: &str, email: &str) -> Caller<'a> {
    let body = json!({ "full_name": "Thành Viên Mẫu", "email": email, "role": role });
    let invited = administrator.post("/api/v1/members", body).await.expect(201);
    let activation = json!({ "token": invited.json["activation_token"], "password": PASSWORD });
    let activated = app.anonymous().post("/api/v1/auth/activate", activation).await;
    assert!((200..300).contains(&activated.status), "{}", activated.text());
    sign_in(app, email).await
}

/// New software of an administrator's organization.
pub async fn software<'a>(app: &'a TestApp, administrator: &Caller<'_>, scopes: &[&str]) -> Caller<'a> {
    let body = json!({ "name": "Phần mềm mẫu", "scopes": scopes });
    let client = administrator.post("/api/v1/api-clients", body).await.expect(201).json;
    let text = |name: &str| client[name].as_str().unwrap_or_else(|| panic!("no {name}: {client}")).to_owned();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        text("client_id"),
        text("client_secret")
    );
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let reply = app.anonymous().send("POST", "/oauth/token", &headers, Some(form.into_bytes())).await.expect(200);
    with_token_of(app, &reply.json)
}

/// A new officer of a ward's police.
pub async fn officer_of<'a>(app: &'a TestApp, ward: &str) -> Caller<'a> {
    let email = format!("ward{ward}@police.example");
    let who = (&*email, "Cán Bộ Mẫu");
    create_demo_staff(&app.state, who, Role::Officer, Some(ward), PASSWORD).await.expect("an officer");
    sign_in(app, &email).await
}

fn with_token_of<'a>(app: &'a TestApp, answer: &Value) -> Caller<'a> {
    let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}"));
    app.anonymous().with_token(token)
}
