//! Persons over the routes, on both databases.

mod linking;
mod searching;
mod timeline;

use serde_json::{Value, json};

use crate::harness::app::{Caller, Reply, TestApp, guest};

/// Anna with a document of this number, arriving and leaving on these days of November 2026.
fn anna(number: u32, from: u32, to: u32) -> Value {
    let mut stay = guest(number);
    stay["arrived_at"] = json!(format!("2026-11-{from:02}"));
    stay["expected_departure_on"] = json!(format!("2026-11-{to:02}"));
    stay
}

/// The same stay with another value of a member.
fn with(mut stay: Value, member: &str, value: Value) -> Value {
    stay[member] = value;
    stay
}

/// Files one stay as a demo account at its first establishment; gives the stay's id.
async fn file(app: &TestApp, account: &str, stay: Value) -> String {
    let body = json!({ "establishment_id": app.establishment(account), "stays": [stay] });
    let filed = app.sign_in(account).await.post("/api/v1/declarations", body).await.expect(201);
    filed.json["stays"][0]["id"].as_str().expect("an id").to_owned()
}

/// Looks for persons with the search in the body.
async fn search(caller: &Caller<'_>, mut criteria: Value) -> Reply {
    criteria["purpose"] = json!("Vụ 12/2026");
    caller.post("/api/v1/travellers/search", criteria).await
}

async fn timeline(caller: &Caller<'_>, id: &str) -> Reply {
    caller.get(&format!("/api/v1/travellers/{id}/timeline?purpose=case-12")).await
}

/// Values of a member of each item.
fn each<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().expect("a list").iter().filter_map(|item| item[member].as_str()).collect()
}

/// Entries on the record with this action, newest first.
async fn recorded(app: &TestApp, action: &str) -> Vec<Value> {
    let auditor = app.sign_in("auditor").await;
    let page = auditor.get(&format!("/api/v1/audit?action={action}")).await.expect(200);
    page.json["items"].as_array().expect("items").clone()
}
