//! Establishments, and who may call what.

use axum::http::{Method, StatusCode};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    features::{
        accounts::Scope,
        organizations::{find_establishment, organization_names, tests::active_organization},
        test_world::{OTHER_WARD, WARD, worlds},
    },
    kernel::ids::{EstablishmentId, OrganizationId},
};

const ESTABLISHMENTS: &str = "/api/v1/establishments";

fn establishment(ward_code: &str) -> Value {
    json!({ "name": "Sông Hàn 1", "type": "KS", "address": "1 Bạch Đằng", "ward_code": ward_code })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_establishment_is_entered_moved_closed_and_reopened() {
    for world in worlds("est_road").await {
        let id = active_organization(&world, "mau@hotel.example").await;
        let post = || world.member("org_admin", &id, Method::POST, ESTABLISHMENTS).header("idempotency-key", "e1");
        let made = post().json(&establishment(WARD)).await;
        assert_eq!((made.status, made.header("etag")), (StatusCode::CREATED, "\"1\""), "{:?}", made.body);
        let unit = &made.body["receiving_unit"];
        assert_eq!((&unit["id"], &made.body["type"]), (&json!(world.ward_unit), &json!("KS")), "the ward's police");
        assert_eq!((&unit["name_en"], &made.body["status"]), (&json!("Unit"), &json!("open")));
        assert_eq!(post().json(&establishment(WARD)).await.header("idempotent-replayed"), "true");
        let path = made.header("location").to_owned();
        let read =
            world.member("client", &id, Method::GET, &path).header("x-test-scopes", "declarations:read").send().await;
        assert_eq!(read.body, made.body);

        let patch = |version: i64| world.member("org_admin", &id, Method::PATCH, &path).seen(version);
        let moved = patch(1).json(&json!({ "ward_code": OTHER_WARD, "phone": "0236 355 5001" })).await;
        assert_eq!(
            (moved.status, &moved.body["receiving_unit"]["id"]),
            (StatusCode::OK, &json!(world.office)),
            "no unit there"
        );
        assert_eq!(patch(1).json(&json!({ "name": "Khác" })).await.status, StatusCode::PRECONDITION_FAILED);
        let closed = patch(2).json(&json!({ "status": "closed" })).await;
        assert_eq!((&closed.body["status"], &closed.body["version"]), (&json!("closed"), &json!(3)));
        assert_eq!(patch(3).json(&json!({ "status": "closed" })).await.body["version"], 3, "nothing to change");
        assert_eq!(patch(3).json(&json!({ "status": "open", "phone": null })).await.body["phone"], Value::Null);
        for (body, pointer, rule) in [
            (json!({ "type": "VL" }), "/type", "unknown_field"),
            (json!({ "status": "gone" }), "/status", "wrong_type"),
            (json!({ "name": null }), "/name", "wrong_type"),
            (json!({ "ward_code": "x" }), "/ward_code", "unknown_ward"),
        ] {
            assert_eq!(patch(4).json(&body).await.findings(), [(pointer.to_owned(), rule.to_owned())]);
        }
        let thing = made.body["id"].as_str().expect("an id");
        assert_eq!(
            world.recorded(thing).await,
            ["establishment_created", "establishment_changed", "establishment_closed", "establishment_reopened"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_only_the_establishments_in_scope() {
    for world in worlds("est_scope").await {
        let mine = active_organization(&world, "mau@hotel.example").await;
        let other = active_organization(&world, "other@hotel.example").await;
        let mut paths = Vec::new();
        for (organization, ward) in [(&mine, WARD), (&mine, OTHER_WARD), (&other, WARD)] {
            let call = world.member("org_admin", organization, Method::POST, ESTABLISHMENTS);
            paths.push(call.json(&establishment(ward)).await.header("location").to_owned());
        }
        let count = |body: &Value| body["items"].as_array().map(Vec::len);
        let own = world.member("declarant", &mine, Method::GET, ESTABLISHMENTS).send().await;
        assert_eq!(count(&own.body), Some(2));
        let cross = format!("{ESTABLISHMENTS}?organization_id={other}");
        assert_eq!(count(&world.member("declarant", &mine, Method::GET, &cross).send().await.body), Some(0));
        let ward = world.ward_officer(WARD, Method::GET, ESTABLISHMENTS).send().await;
        assert_eq!(count(&ward.body), Some(2));
        assert_eq!(count(&world.officer(Method::GET, ESTABLISHMENTS).send().await.body), Some(3));
        assert_eq!(count(&world.officer(Method::GET, &cross).send().await.body), Some(1));
        let closed = format!("{ESTABLISHMENTS}?status=closed");
        assert_eq!(count(&world.officer(Method::GET, &closed).send().await.body), Some(0));
        let page = world.officer(Method::GET, &format!("{ESTABLISHMENTS}?limit=2")).send().await;
        let cursor = page.body["next_cursor"].as_str().expect("there is more");
        let rest = world.officer(Method::GET, &format!("{ESTABLISHMENTS}?limit=2&cursor={cursor}")).send().await;
        assert_eq!(count(&rest.body), Some(1));

        let foreign = world.member("org_admin", &mine, Method::PATCH, &paths[2]).seen(1).json(&json!({})).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        assert_eq!(world.member("hr", &mine, Method::GET, &paths[2]).send().await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.ward_officer(WARD, Method::GET, &paths[1]).send().await.status, StatusCode::NOT_FOUND);

        // What the other rooms use.
        let id = |text: &str| Uuid::parse_str(text.rsplit('/').next().unwrap_or_default()).expect("an id");
        let conn = world.state.db.read();
        let scope = Scope::Organization(OrganizationId(id(&mine)));
        for (path, seen) in [(&paths[0], true), (&paths[2], false)] {
            let found = find_establishment(conn, &scope, EstablishmentId(id(path))).await.expect("read");
            assert_eq!(found.is_some(), seen);
        }
        let names = organization_names(conn, &[id(&mine), Uuid::max()]).await.expect("read");
        assert_eq!(names.into_values().collect::<Vec<_>>(), ["Khách sạn Sông Hàn"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_unit_nothing_can_be_entered() {
    for world in worlds("est_units").await {
        let id = active_organization(&world, "mau@hotel.example").await;
        let tx = world.state.db.begin().await.expect("tx");
        ::entity::unit::Entity::delete_by_id(world.office).exec(&tx).await.expect("deleted");
        tx.commit().await.expect("committed");
        let reply = world.member("org_admin", &id, Method::POST, ESTABLISHMENTS).json(&establishment(OTHER_WARD)).await;
        assert_eq!(reply.findings(), [("/ward_code".to_owned(), "no_receiving_unit".to_owned())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_under_every_role() {
    const ROLES: [&str; 9] =
        ["nobody", "declarant", "hr", "org_admin", "client", "officer", "supervisor", "admin", "auditor"];
    let readers: &[&str] = &["declarant", "hr", "org_admin", "client", "officer", "supervisor", "admin"];
    let officers: &[&str] = &["officer", "supervisor"];
    let routes = [
        (Method::GET, "/api/v1/registrations", officers),
        (Method::GET, "/api/v1/registrations/x", officers),
        (Method::POST, "/api/v1/registrations/x/approve", officers),
        (Method::POST, "/api/v1/registrations/x/refuse", officers),
        (Method::GET, "/api/v1/organizations/x", readers),
        (Method::PATCH, "/api/v1/organizations/x", &["org_admin"]),
        (Method::GET, "/api/v1/establishments", readers),
        (Method::POST, "/api/v1/establishments", &["org_admin"]),
        (Method::GET, "/api/v1/establishments/x", readers),
        (Method::PATCH, "/api/v1/establishments/x", &["org_admin"]),
    ];
    for world in worlds("org_roles").await {
        for (method, path, allowed) in &routes {
            for role in ROLES {
                let call = world.role(role, method.clone(), path).header("x-test-scopes", "declarations:read");
                let call = call
                    .header("x-test-unit", &world.office.to_string())
                    .header("x-test-org", &Uuid::max().to_string());
                let status = call.header("if-match", "*").json(&json!({})).await.status;
                let expected = if allowed.contains(&role) {
                    None
                } else if role == "nobody" {
                    Some(401)
                } else {
                    Some(403)
                };
                match expected {
                    Some(code) => assert_eq!(status.as_u16(), code, "{method} {path} {role}"),
                    None => assert!(![401, 403, 500].contains(&status.as_u16()), "{method} {path} {role}: {status}"),
                }
            }
        }
    }
}
