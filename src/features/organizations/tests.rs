//! The roads of this room over HTTP, on both databases.

mod establishments;
mod registrations;

use axum::http::Method;
use serde_json::{Value, json};

use crate::features::test_world::{WARD, World};

/// A registration that has nothing wrong.
fn registration(email: &str) -> Value {
    json!({
        "organization": {
            "name": "Khách sạn Sông Hàn", "kind": "lodging", "tax_code": "0401234567",
            "address": "1 Bạch Đằng", "ward_code": WARD,
        },
        "administrator": { "full_name": "Trần Thị Mẫu", "email": email, "password": "correct horse battery" },
    })
}

/// Registers; gives the id.
async fn register(world: &World, email: &str) -> String {
    let reply = world.anonymous(Method::POST, "/api/v1/registrations").json(&registration(email)).await;
    assert_eq!(reply.status, 201, "{:?}", reply.body);
    reply.body["id"].as_str().expect("an id").to_owned()
}

/// Registers and is approved; gives the id.
async fn active_organization(world: &World, email: &str) -> String {
    let id = register(world, email).await;
    let path = format!("/api/v1/registrations/{id}/approve");
    assert_eq!(world.officer(Method::POST, &path).seen(1).json(&json!({})).await.status, 200);
    id
}
