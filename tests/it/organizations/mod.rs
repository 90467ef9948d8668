//! Organizations and establishments over the routes, on both databases.

mod access;
mod changing;
mod establishments;
pub mod people;
mod registering;
mod reviewing;

use ::entity::{account, audit_entry};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::app::{Caller, Reply, TestApp},
    organizations::people::PASSWORD,
};

/// A ward in which nothing of the demo world lies.
const WARD: &str = "20257";
/// Another such ward.
const OTHER_WARD: &str = "20263";

const REGISTRATIONS: &str = "/api/v1/registrations";
const ESTABLISHMENTS: &str = "/api/v1/establishments";

/// A registration that has nothing wrong.
fn registration(email: &str) -> Value {
    json!({
        "organization": {
            "name": "Khách sạn Sông Hàn", "kind": "lodging", "tax_code": "0401234567",
            "address": "1 Bạch Đằng", "ward_code": WARD,
        },
        "administrator": { "full_name": "Trần Thị Mẫu", "email": email, "password": PASSWORD },
    })
}

/// Registers; gives the id.
async fn register(app: &TestApp, email: &str) -> String {
    app.anonymous().post(REGISTRATIONS, registration(email)).await.expect(201).id()
}

/// Registers and is approved; gives the id.
async fn active_organization(app: &TestApp, email: &str) -> String {
    let id = register(app, email).await;
    let path = format!("{REGISTRATIONS}/{id}/approve");
    app.sign_in("officer").await.post_with(&path, &[("if-match", "\"1\"")], json!({})).await.expect(200);
    id
}

/// Posts with the version seen.
async fn decide(caller: &Caller<'_>, path: &str, seen: i32, body: Value) -> Reply {
    caller.post_with(path, &[("if-match", &format!("\"{seen}\""))], body).await
}

/// Patches with the version seen.
async fn patch(caller: &Caller<'_>, path: &str, seen: i32, body: Value) -> Reply {
    let headers = [("content-type", "application/json"), ("if-match", &*format!("\"{seen}\""))];
    caller.send("PATCH", path, &headers, Some(body.to_string().into_bytes())).await
}

/// Actions on the record about a thing, oldest first.
async fn recorded(app: &TestApp, subject: &str) -> Vec<String> {
    let entries = audit_entry::Entity::find()
        .filter(audit_entry::Column::SubjectId.eq(Uuid::parse_str(subject).expect("an id")))
        .order_by_asc(audit_entry::Column::Id)
        .all(app.state.db.read())
        .await
        .expect("the record");
    entries.into_iter().map(|entry| entry.action).collect()
}

/// The accounts of an organization.
async fn accounts(app: &TestApp, organization: &str) -> Vec<account::Model> {
    let id = Uuid::parse_str(organization).expect("an id");
    let accounts = account::Entity::find().filter(account::Column::OrganizationId.eq(id));
    accounts.all(app.state.db.read()).await.expect("accounts")
}

/// Number of items on a page.
fn count(reply: &Reply) -> Option<usize> {
    reply.json["items"].as_array().map(Vec::len)
}
