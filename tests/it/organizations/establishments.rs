//! Establishments.

use ::entity::{account::Role, unit};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tamtru::{
    app::demo,
    features::{
        accounts::{Scope, create_demo_staff},
        organizations::{find_establishment, organization_names},
    },
    kernel::ids::{EstablishmentId, OrganizationId},
};
use uuid::Uuid;

use crate::{
    harness::{app::TestApp, database::Kind},
    organizations::{
        ESTABLISHMENTS, OTHER_WARD, REGISTRATIONS, WARD, active_organization, count, decide, patch,
        people::{member, officer_of, sign_in, software},
        recorded, register,
    },
};

fn establishment(ward_code: &str) -> Value {
    json!({ "name": "Sông Hàn 1", "type": "KS", "address": "1 Bạch Đằng", "ward_code": ward_code })
}

/// The unit of a ward, or the immigration office.
async fn unit_of(app: &TestApp, ward: Option<&str>) -> unit::Model {
    let units = match ward {
        Some(ward) => unit::Entity::find().filter(unit::Column::WardCode.eq(ward)),
        None => unit::Entity::find().filter(unit::Column::Kind.eq(unit::Kind::Office)),
    };
    units.one(app.state.db.read()).await.expect("units").expect("a unit")
}

async fn remove_unit(app: &TestApp, id: Uuid) {
    let tx = app.state.db.begin().await.expect("a transaction");
    unit::Entity::delete_by_id(id).exec(&tx).await.expect("deleted");
    tx.commit().await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_establishment_is_entered_moved_closed_and_reopened() {
    for app in TestApp::both().await {
        active_organization(&app, "mau@hotel.example").await;
        let own = sign_in(&app, "mau@hotel.example").await;
        let (ward_unit, office) = (unit_of(&app, Some(WARD)).await, unit_of(&app, None).await);
        remove_unit(&app, unit_of(&app, Some(OTHER_WARD)).await.id).await;
        let post =
            async || own.post_with(ESTABLISHMENTS, &[("idempotency-key", "e1")], establishment(WARD)).await.expect(201);
        let made = post().await;
        assert_eq!((made.header("etag"), made.header("idempotent-replayed")), ("\"1\"", ""));
        let unit = &made.json["receiving_unit"];
        assert_eq!((&unit["id"], &made.json["type"]), (&json!(ward_unit.id), &json!("KS")), "the ward's police");
        assert_eq!((&unit["name_en"], &made.json["status"]), (&json!(ward_unit.name_en), &json!("open")));
        assert_eq!(post().await.header("idempotent-replayed"), "true");
        let path = made.header("location").to_owned();
        let read = software(&app, &own, &["declarations:read"]).await.get(&path).await;
        assert_eq!(read.json, made.json);

        let change = async |seen: i32, body: Value| patch(&own, &path, seen, body).await;
        let moved = change(1, json!({ "ward_code": OTHER_WARD, "phone": "0236 355 5001" })).await.expect(200);
        assert_eq!(moved.json["receiving_unit"]["id"], json!(office.id), "no unit there");
        assert_eq!(change(1, json!({ "name": "Khác" })).await.status, 412);
        let closed = change(2, json!({ "status": "closed" })).await;
        assert_eq!((&closed.json["status"], &closed.json["version"]), (&json!("closed"), &json!(3)));
        assert_eq!(change(3, json!({ "status": "closed" })).await.json["version"], 3, "nothing to change");
        assert_eq!(change(3, json!({ "status": "open", "phone": null })).await.expect(200).json["phone"], Value::Null);
        for (body, finding) in [
            (json!({ "type": "VL" }), "/type unknown_field"),
            (json!({ "status": "gone" }), "/status wrong_type"),
            (json!({ "name": null }), "/name wrong_type"),
            (json!({ "ward_code": "x" }), "/ward_code unknown_ward"),
        ] {
            assert_eq!(change(4, body).await.findings(), [finding]);
        }
        assert_eq!(
            recorded(&app, &made.id()).await,
            ["establishment_created", "establishment_changed", "establishment_closed", "establishment_reopened"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_only_the_establishments_in_scope() {
    for app in TestApp::both().await {
        let mine_id = active_organization(&app, "mau@hotel.example").await;
        let other_id = active_organization(&app, "other@hotel.example").await;
        let (mine, other) = (sign_in(&app, "mau@hotel.example").await, sign_in(&app, "other@hotel.example").await);
        let mut paths = Vec::new();
        for (caller, ward) in [(&mine, WARD), (&mine, OTHER_WARD), (&other, WARD)] {
            let made = caller.post(ESTABLISHMENTS, establishment(ward)).await.expect(201);
            paths.push(made.header("location").to_owned());
        }
        let declarant = member(&app, &mine, "declarant", "desk@hotel.example").await;
        let (ward, office) = (officer_of(&app, WARD).await, app.sign_in("officer").await);
        assert_eq!(count(&declarant.get(ESTABLISHMENTS).await), Some(2));
        let cross = format!("{ESTABLISHMENTS}?organization_id={other_id}");
        assert_eq!(count(&declarant.get(&cross).await), Some(0));
        assert_eq!(count(&ward.get(ESTABLISHMENTS).await), Some(2));
        assert_eq!(count(&office.get(ESTABLISHMENTS).await), Some(8), "the demo's five and these");
        assert_eq!(count(&office.get(&cross).await), Some(1));
        assert_eq!(count(&office.get(&format!("{ESTABLISHMENTS}?status=closed")).await), Some(0));
        let page = office.get(&format!("{ESTABLISHMENTS}?limit=7")).await;
        assert_eq!(count(&page), Some(7));
        let cursor = page.json["next_cursor"].as_str().expect("there is more");
        let rest = office.get(&format!("{ESTABLISHMENTS}?limit=7&cursor={cursor}")).await;
        assert_eq!((count(&rest), &rest.json["next_cursor"]), (Some(1), &Value::Null));

        assert_eq!(patch(&mine, &paths[2], 1, json!({})).await.status, 404);
        let hr = member(&app, &mine, "hr", "hr@hotel.example").await;
        assert_eq!((hr.get(&paths[0]).await.status, hr.get(&paths[2]).await.status), (200, 404));
        assert_eq!((ward.get(&paths[0]).await.status, ward.get(&paths[1]).await.status), (200, 404));

        // What the other rooms use.
        let id = |text: &str| Uuid::parse_str(text.rsplit('/').next().unwrap_or_default()).expect("an id");
        let conn = app.state.db.read();
        let scope = Scope::Organization(OrganizationId(id(&mine_id)));
        for (path, seen) in [(&paths[0], true), (&paths[2], false)] {
            let found = find_establishment(conn, &scope, EstablishmentId(id(path))).await.expect("read");
            assert_eq!(found.is_some(), seen);
        }
        let names = organization_names(conn, &[id(&mine_id), Uuid::max()]).await.expect("read");
        assert_eq!(names.into_values().collect::<Vec<_>>(), ["Khách sạn Sông Hàn"]);
    }
}

/// In a world without the demo, whose officers belong to the immigration office: it could not be removed.
#[tokio::test(flavor = "multi_thread")]
async fn without_any_unit_nothing_can_be_entered() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(app) = TestApp::empty(kind).await else { continue };
        let who = (&*demo::email("ward"), "Cán Bộ Mẫu");
        create_demo_staff(&app.state, who, Role::Officer, Some(WARD), demo::PASSWORD).await.expect("an officer");
        let id = register(&app, "mau@hotel.example").await;
        let officer = app.sign_in("ward").await;
        decide(&officer, &format!("{REGISTRATIONS}/{id}/approve"), 1, json!({})).await.expect(200);
        for gone in [unit_of(&app, None).await, unit_of(&app, Some(OTHER_WARD)).await] {
            remove_unit(&app, gone.id).await;
        }
        let own = sign_in(&app, "mau@hotel.example").await;
        let reply = own.post(ESTABLISHMENTS, establishment(OTHER_WARD)).await.expect(422);
        assert_eq!(reply.findings(), ["/ward_code no_receiving_unit"]);
    }
}
