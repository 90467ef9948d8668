//! Reading and changing an organization.

use ::entity::account::{self, Status};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::app::TestApp,
    organizations::{
        ESTABLISHMENTS, OTHER_WARD, WARD, active_organization, patch,
        people::{member, officer_of, sign_in, software},
        recorded, register,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_read_by_its_own_and_by_those_over_it() {
    for app in TestApp::both().await {
        let id = active_organization(&app, "mau@hotel.example").await;
        active_organization(&app, "other@hotel.example").await;
        let path = format!("/api/v1/organizations/{id}");
        let (own, other) = (sign_in(&app, "mau@hotel.example").await, sign_in(&app, "other@hotel.example").await);
        let read = member(&app, &own, "declarant", "desk@hotel.example").await.get(&path).await.expect(200);
        assert_eq!((read.header("etag"), &read.json["id"]), ("\"2\"", &json!(id)));
        assert_eq!(member(&app, &other, "declarant", "desk@other.example").await.get(&path).await.status, 404);
        assert_eq!(officer_of(&app, OTHER_WARD).await.get(&path).await.status, 404);
        officer_of(&app, WARD).await.get(&path).await.expect(200);
        app.sign_in("admin").await.get(&path).await.expect(200);
        software(&app, &own, &["declarations:read"]).await.get(&path).await.expect(200);
        assert_eq!(software(&app, &own, &["declarations:write"]).await.get(&path).await.status, 403);
        let recorded = recorded(&app, &id).await;
        assert_eq!(recorded.iter().filter(|action| *action == "organization_read").count(), 2, "of outsiders only");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_changed_by_its_own() {
    for app in TestApp::both().await {
        let id = active_organization(&app, "mau@hotel.example").await;
        active_organization(&app, "other@hotel.example").await;
        let path = format!("/api/v1/organizations/{id}");
        let own = sign_in(&app, "mau@hotel.example").await;
        let change = async |seen: i32, body: Value| patch(&own, &path, seen, body).await;
        let other = sign_in(&app, "other@hotel.example").await;
        assert_eq!(patch(&other, &path, 2, json!({})).await.status, 404);
        let headers = [("content-type", "application/json")];
        assert_eq!(own.send("PATCH", &path, &headers, Some(b"{}".to_vec())).await.status, 428);
        assert_eq!(change(1, json!({})).await.status, 412);
        for (body, finding) in [
            (json!({ "name": "Y" }), "/name unknown_field"),
            (json!({ "tax_code": "0401234567" }), "/tax_code unknown_field"),
            (json!({ "address": null }), "/address wrong_type"),
            (json!({ "ward_code": "1" }), "/ward_code unknown_ward"),
            (json!({ "phone": "12" }), "/phone bad_phone"),
        ] {
            assert_eq!(change(2, body).await.expect(422).findings(), [finding]);
        }
        let unchanged = change(2, json!({ "ward_code": WARD })).await.expect(200);
        assert_eq!(unchanged.json["version"], 2, "no new version");
        let body = json!({ "phone": "0236 355 5001", "ward_code": OTHER_WARD, "zone_code": "HTP-DN" });
        let changed = change(2, body).await.expect(200);
        assert_eq!(changed.header("etag"), "\"3\"");
        assert_eq!((&changed.json["phone"], &changed.json["zone_code"]), (&json!("0236 355 5001"), &json!("HTP-DN")));
        assert_eq!(change(3, json!({ "phone": null })).await.expect(200).json["phone"], Value::Null);
        let recorded = recorded(&app, &id).await;
        assert_eq!(recorded.iter().filter(|action| *action == "organization_changed").count(), 2);
    }
}

/// Nobody of a pending organization can sign in. Should that ever give way, the organization's own state still holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_pending_organization_changes_nothing() {
    for app in TestApp::both().await {
        let id = register(&app, "mau@hotel.example").await;
        let tx = app.state.db.begin().await.expect("a transaction");
        account::Entity::update_many()
            .col_expr(account::Column::Status, Expr::value(Status::Active))
            .filter(account::Column::OrganizationId.eq(Uuid::parse_str(&id).expect("an id")))
            .exec(&tx)
            .await
            .expect("an account let in too early");
        tx.commit().await.expect("committed");
        let own = sign_in(&app, "mau@hotel.example").await;
        let reply = patch(&own, &format!("/api/v1/organizations/{id}"), 1, json!({ "phone": null })).await;
        assert_eq!((reply.status, &reply.json["current_state"]), (409, &json!("pending")));
        let body = json!({ "name": "Nhà A", "type": "KS", "address": "2 Lê Lợi", "ward_code": WARD });
        assert_eq!(own.post(ESTABLISHMENTS, body).await.status, 409);
    }
}
