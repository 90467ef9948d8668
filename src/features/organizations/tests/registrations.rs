//! Registering, deciding, reading and changing organizations.

use ::entity::account::Status;
use argon2::{
    Argon2,
    password_hash::{PasswordVerifier, phc::PasswordHash},
};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::features::{
    organizations::tests::{active_organization, register, registration},
    test_world::{OTHER_WARD, WARD, worlds},
};

const REGISTRATIONS: &str = "/api/v1/registrations";

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_waits_is_read_and_approved() {
    for world in worlds("org_approve").await {
        let call = || world.anonymous(Method::POST, REGISTRATIONS).header("idempotency-key", "k1");
        let made = call().json(&registration("Mau@Hotel.Example")).await;
        assert_eq!((made.status, &made.body["status"]), (StatusCode::CREATED, &json!("pending")), "{:?}", made.body);
        let id = made.body["id"].as_str().expect("an id").to_owned();
        assert_eq!((made.header("location"), made.header("etag")), (&*format!("{REGISTRATIONS}/{id}"), "\"1\""));
        assert!(made.body.get("administrator").is_none(), "nothing about persons is kept with the key");
        let replay = call().json(&registration("Mau@Hotel.Example")).await;
        assert_eq!((replay.header("idempotent-replayed"), &replay.body), ("true", &made.body));
        let reused = call().json(&registration("other@hotel.example")).await;
        assert_eq!(reused.body["code"], "idempotency_key_reused");

        let account = world.accounts(&id).await.pop().expect("an account");
        assert_eq!((account.email.as_str(), account.status), ("mau@hotel.example", Status::Pending));
        let hash = account.password_hash.expect("a hash");
        let hash = PasswordHash::new(&hash).expect("PHC form");
        assert!(Argon2::default().verify_password(b"correct horse battery", &hash).is_ok());

        let list = world.ward_officer(WARD, Method::GET, "/api/v1/registrations?status=pending").send().await;
        assert_eq!((list.status, &list.body["items"][0]["id"]), (StatusCode::OK, &json!(id)));
        let path = format!("{REGISTRATIONS}/{id}");
        let read = world.ward_officer(WARD, Method::GET, &path).send().await;
        assert_eq!(read.body["administrator"], json!({ "full_name": "Trần Thị Mẫu", "email": "mau@hotel.example" }));

        let approve = format!("{path}/approve");
        let officer = || world.ward_officer(WARD, Method::POST, &approve);
        assert_eq!(officer().json(&json!({})).await.status, StatusCode::PRECONDITION_REQUIRED);
        assert_eq!(officer().seen(7).json(&json!({})).await.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(officer().seen(1).json(&json!({ "x": 1 })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let approved = officer().seen(1).header("idempotency-key", "a").json(&json!({})).await;
        assert_eq!((approved.status, approved.header("etag")), (StatusCode::OK, "\"2\""));
        assert_eq!(approved.body["status"], "active");
        let again = officer().seen(1).header("idempotency-key", "a").json(&json!({})).await;
        assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &approved.body));
        let twice = officer().seen(2).json(&json!({})).await;
        assert_eq!((twice.status, &twice.body["current_state"]), (StatusCode::CONFLICT, &json!("active")));
        assert_eq!(twice.body["allowed_actions"], json!(["update"]));
        assert_eq!(world.accounts(&id).await[0].status, Status::Active);
        assert_eq!(
            world.recorded(&id).await,
            ["organization_registered", "registration_read", "organization_approved"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_is_told_at_once_with_its_place() {
    for world in worlds("org_findings").await {
        register(&world, "taken@hotel.example").await;
        let mut body = registration("taken@hotel.example");
        body["organization"]["tax_code"] = Value::Null;
        body["organization"]["ward_code"] = json!("99999");
        body["organization"]["zone_code"] = json!("X");
        body["organization"]["name"] = json!("x".repeat(201));
        body["administrator"]["password"] = json!("short");
        let reply = world.anonymous(Method::POST, REGISTRATIONS).json(&body).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        let expected = [
            ("/administrator/email", "email_taken"),
            ("/administrator/password", "weak_password"),
            ("/organization/name", "too_long"),
            ("/organization/tax_code", "missing_tax_code"),
            ("/organization/ward_code", "unknown_ward"),
            ("/organization/zone_code", "unknown_zone"),
        ];
        assert_eq!(reply.findings(), expected.map(|(pointer, rule)| (pointer.to_owned(), rule.to_owned())));
        assert!(!reply.body.to_string().contains("short"), "a password is never sent back");

        for (change, pointer, rule) in [
            (json!({ "kind": "bank" }), "/organization/kind", "wrong_type"),
            (json!({ "owner": "x" }), "/organization/owner", "unknown_field"),
        ] {
            let mut body = registration("a@hotel.example");
            for (name, value) in change.as_object().expect("an object") {
                body["organization"][name] = value.clone();
            }
            let reply = world.anonymous(Method::POST, REGISTRATIONS).json(&body).await;
            assert_eq!(reply.findings(), [(pointer.to_owned(), rule.to_owned())]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_applicant_may_register_again() {
    for world in worlds("org_refuse").await {
        let id = register(&world, "mau@hotel.example").await;
        let refuse = format!("{REGISTRATIONS}/{id}/refuse");
        let officer = || world.officer(Method::POST, &refuse).seen(1);
        assert_eq!(officer().json(&json!({ "reason": "" })).await.findings()[0].1, "too_short");
        assert_eq!(officer().json(&json!({})).await.findings()[0].1, "missing_field");
        let refused = officer().json(&json!({ "reason": "Mã số thuế không đúng" })).await;
        assert_eq!((refused.status, &refused.body["status"]), (StatusCode::OK, &json!("refused")));
        assert_eq!(refused.body["decision_reason"], "Mã số thuế không đúng");
        assert!(refused.body["decided_at"].is_string());
        assert_eq!(world.accounts(&id).await[0].status, Status::Disabled);

        let again = register(&world, "mau@hotel.example").await;
        assert_ne!(again, id);
        assert_eq!(world.accounts(&id).await[0].email, format!("{}@refused.invalid", world.accounts(&id).await[0].id));
        let third = world.anonymous(Method::POST, REGISTRATIONS).json(&registration("mau@hotel.example")).await;
        assert_eq!(third.findings()[0].1, "email_taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_decisions_exactly_one_wins() {
    for world in worlds("org_race").await {
        let id = register(&world, "mau@hotel.example").await;
        let approve = format!("{REGISTRATIONS}/{id}/approve");
        let calls = (0..16)
            .map(|_| async { world.officer(Method::POST, &approve).header("if-match", "*").json(&json!({})).await });
        let replies = futures::future::join_all(calls).await;
        let won = replies.iter().filter(|reply| reply.status == StatusCode::OK).count();
        let lost = |status: StatusCode| status == StatusCode::CONFLICT || status == StatusCode::PRECONDITION_FAILED;
        assert_eq!((won, replies.iter().filter(|reply| lost(reply.status)).count()), (1, 15));
        assert_eq!(world.recorded(&id).await, ["organization_registered", "organization_approved"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_retries_with_one_key_make_one_registration() {
    for world in worlds("org_retry").await {
        let calls = (0..8).map(|_| async {
            let call = world.anonymous(Method::POST, REGISTRATIONS).header("idempotency-key", "same");
            call.json(&registration("mau@hotel.example")).await
        });
        let replies = futures::future::join_all(calls).await;
        let ids: std::collections::HashSet<String> = replies
            .iter()
            .map(|reply| {
                assert_eq!(reply.status, StatusCode::CREATED, "{:?}", reply.body);
                reply.body["id"].to_string()
            })
            .collect();
        assert_eq!(ids.len(), 1);
        let others = (0..8).map(|_| async {
            let call = world.anonymous(Method::POST, REGISTRATIONS);
            call.json(&registration("other@hotel.example")).await.status
        });
        let statuses = futures::future::join_all(others).await;
        assert_eq!(
            statuses.iter().filter(|status| **status == StatusCode::CREATED).count(),
            1,
            "one e-mail, one account"
        );
        assert!(statuses.iter().all(|status| [201, 422].contains(&status.as_u16())), "{statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations_outside_the_ward_do_not_exist() {
    for world in worlds("org_scope").await {
        let id = register(&world, "mau@hotel.example").await;
        let path = format!("{REGISTRATIONS}/{id}");
        let elsewhere = |method: Method, path: &str| world.ward_officer(OTHER_WARD, method, path);
        assert_eq!(elsewhere(Method::GET, REGISTRATIONS).send().await.body["items"], json!([]));
        assert_eq!(elsewhere(Method::GET, &path).send().await.status, StatusCode::NOT_FOUND);
        for action in ["approve", "refuse"] {
            let reply = elsewhere(Method::POST, &format!("{path}/{action}")).seen(1);
            let body = if action == "refuse" { json!({ "reason": "không" }) } else { json!({}) };
            assert_eq!(reply.json(&body).await.status, StatusCode::NOT_FOUND, "{action}");
        }
        assert_eq!(world.officer(Method::GET, &path).send().await.status, StatusCode::OK, "the office sees all");
        let nowhere = format!("{REGISTRATIONS}/{}", Uuid::max());
        assert_eq!(world.officer(Method::GET, &nowhere).send().await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.officer(Method::GET, "/api/v1/registrations/1").send().await.status, StatusCode::NOT_FOUND);

        register(&world, "second@hotel.example").await;
        let first = world.officer(Method::GET, "/api/v1/registrations?limit=1").send().await;
        assert_eq!(first.body["items"][0]["id"], json!(id), "oldest first");
        let cursor = first.body["next_cursor"].as_str().expect("there is more");
        let second = world.officer(Method::GET, &format!("{REGISTRATIONS}?limit=1&cursor={cursor}")).send().await;
        assert_eq!(
            (second.body["items"].as_array().map(Vec::len), &second.body["next_cursor"]),
            (Some(1), &Value::Null)
        );
        for bad in ["?status=new", "?limit=0", "?limit=x", "?cursor=!", "?x=1"] {
            let reply = world.officer(Method::GET, &format!("{REGISTRATIONS}{bad}")).send().await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_read_and_changed_by_its_own() {
    for world in worlds("org_change").await {
        let id = active_organization(&world, "mau@hotel.example").await;
        let other = active_organization(&world, "other@hotel.example").await;
        let path = format!("/api/v1/organizations/{id}");
        let read = world.member("declarant", &id, Method::GET, &path).send().await;
        assert_eq!((read.status, read.header("etag")), (StatusCode::OK, "\"2\""));
        assert_eq!(world.member("declarant", &other, Method::GET, &path).send().await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.ward_officer(OTHER_WARD, Method::GET, &path).send().await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.ward_officer(WARD, Method::GET, &path).send().await.status, StatusCode::OK);
        assert_eq!(world.role("admin", Method::GET, &path).send().await.status, StatusCode::OK);
        let scoped = |scope: &str| world.member("client", &id, Method::GET, &path).header("x-test-scopes", scope);
        assert_eq!(scoped("declarations:read").send().await.status, StatusCode::OK);
        assert_eq!(scoped("other").send().await.status, StatusCode::FORBIDDEN);

        let patch = || world.member("org_admin", &id, Method::PATCH, &path);
        let foreign = world.member("org_admin", &other, Method::PATCH, &path).seen(2).json(&json!({})).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        assert_eq!(patch().json(&json!({})).await.status, StatusCode::PRECONDITION_REQUIRED);
        assert_eq!(patch().seen(1).json(&json!({})).await.status, StatusCode::PRECONDITION_FAILED);
        for (body, pointer, rule) in [
            (json!({ "name": "Y" }), "/name", "unknown_field"),
            (json!({ "tax_code": "0401234567" }), "/tax_code", "unknown_field"),
            (json!({ "address": null }), "/address", "wrong_type"),
            (json!({ "ward_code": "1" }), "/ward_code", "unknown_ward"),
            (json!({ "phone": "12" }), "/phone", "bad_phone"),
        ] {
            let reply = patch().seen(2).json(&body).await;
            assert_eq!(
                (reply.status, reply.findings()),
                (StatusCode::UNPROCESSABLE_ENTITY, vec![(pointer.to_owned(), rule.to_owned())])
            );
        }
        let unchanged = patch().seen(2).json(&json!({ "ward_code": WARD })).await;
        assert_eq!((unchanged.status, &unchanged.body["version"]), (StatusCode::OK, &json!(2)), "no new version");
        let body = json!({ "phone": "0236 355 5001", "ward_code": OTHER_WARD, "zone_code": "HTP-DN" });
        let changed = patch().seen(2).json(&body).await;
        assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"3\""), "{:?}", changed.body);
        assert_eq!((&changed.body["phone"], &changed.body["zone_code"]), (&json!("0236 355 5001"), &json!("HTP-DN")));
        let cleared = patch().seen(3).json(&json!({ "phone": null })).await;
        assert_eq!(cleared.body["phone"], Value::Null);
        let recorded = world.recorded(&id).await;
        assert_eq!(recorded.iter().filter(|action| *action == "organization_changed").count(), 2);
        assert_eq!(recorded.iter().filter(|action| *action == "organization_read").count(), 2, "of outsiders only");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_organization_changes_nothing() {
    for world in worlds("org_pending").await {
        let id = register(&world, "mau@hotel.example").await;
        let path = format!("/api/v1/organizations/{id}");
        let reply = world.member("org_admin", &id, Method::PATCH, &path).seen(1).json(&json!({ "phone": null })).await;
        assert_eq!((reply.status, &reply.body["current_state"]), (StatusCode::CONFLICT, &json!("pending")));
        let body = json!({ "name": "Nhà A", "type": "KS", "address": "2 Lê Lợi", "ward_code": WARD });
        let reply = world.member("org_admin", &id, Method::POST, "/api/v1/establishments").json(&body).await;
        assert_eq!(reply.status, StatusCode::CONFLICT);
    }
}
