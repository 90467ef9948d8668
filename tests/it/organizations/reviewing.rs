//! Deciding on a registration, and who sees one.

use ::entity::account::Status;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::app::TestApp,
    organizations::{
        OTHER_WARD, REGISTRATIONS, accounts, count, decide,
        people::{PASSWORD, officer_of},
        recorded, register, registration,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_applicant_may_register_again() {
    for app in TestApp::both().await {
        let id = register(&app, "mau@hotel.example").await;
        let path = format!("{REGISTRATIONS}/{id}/refuse");
        let officer = app.sign_in("officer").await;
        let refuse = async |body: Value| decide(&officer, &path, 1, body).await;
        assert_eq!(refuse(json!({ "reason": "" })).await.findings(), ["/reason too_short"]);
        assert_eq!(refuse(json!({})).await.findings(), ["/reason missing_field"]);
        let refused = refuse(json!({ "reason": "Mã số thuế không đúng" })).await.expect(200);
        assert_eq!(refused.json["status"], "refused");
        assert_eq!(refused.json["decision_reason"], "Mã số thuế không đúng");
        assert!(refused.json["decided_at"].is_string());
        assert_eq!(accounts(&app, &id).await[0].status, Status::Disabled);
        let credentials = json!({ "email": "mau@hotel.example", "password": PASSWORD });
        assert_eq!(app.anonymous().post("/api/v1/auth/login", credentials).await.status, 401);

        let again = register(&app, "mau@hotel.example").await;
        assert_ne!(again, id);
        let account = accounts(&app, &id).await.remove(0);
        assert_eq!(account.email, format!("{}@refused.invalid", account.id));
        let third = app.anonymous().post(REGISTRATIONS, registration("mau@hotel.example")).await;
        assert_eq!(third.findings(), ["/administrator/email email_taken"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_decisions_exactly_one_wins() {
    for app in TestApp::both().await {
        let id = register(&app, "mau@hotel.example").await;
        let approve = format!("{REGISTRATIONS}/{id}/approve");
        let officer = app.sign_in("officer").await;
        let calls =
            (0..16).map(|_| async { officer.post_with(&approve, &[("if-match", "*")], json!({})).await.status });
        let statuses = futures::future::join_all(calls).await;
        let won = statuses.iter().filter(|status| **status == 200).count();
        let lost = statuses.iter().filter(|status| [409, 412].contains(status)).count();
        assert_eq!((won, lost), (1, 15), "{statuses:?}");
        assert_eq!(recorded(&app, &id).await, ["organization_registered", "organization_approved"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations_outside_the_ward_do_not_exist() {
    for app in TestApp::both().await {
        let id = register(&app, "mau@hotel.example").await;
        let path = format!("{REGISTRATIONS}/{id}");
        let elsewhere = officer_of(&app, OTHER_WARD).await;
        assert_eq!(elsewhere.get(REGISTRATIONS).await.expect(200).json["items"], json!([]));
        assert_eq!(elsewhere.get(&path).await.status, 404);
        for (action, body) in [("approve", json!({})), ("refuse", json!({ "reason": "không" }))] {
            let reply = decide(&elsewhere, &format!("{path}/{action}"), 1, body).await;
            assert_eq!(reply.status, 404, "{action}");
        }
        let demo = app.sign_in("ward").await.get(REGISTRATIONS).await.expect(200);
        assert_eq!((count(&demo), &demo.json["items"][0]["name"]), (Some(1), &json!("Khách sạn Sóng Biển")));

        let office = app.sign_in("officer").await;
        office.get(&path).await.expect(200);
        assert_eq!(count(&office.get(REGISTRATIONS).await), Some(5), "the office sees all, the demo's four too");
        assert_eq!(office.get(&format!("{REGISTRATIONS}/{}", Uuid::max())).await.status, 404);
        assert_eq!(office.get("/api/v1/registrations/1").await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_comes_oldest_first_page_by_page() {
    for app in TestApp::both().await {
        let first_id = register(&app, "mau@hotel.example").await;
        let second_id = register(&app, "second@hotel.example").await;
        let office = app.sign_in("officer").await;
        let waiting = format!("{REGISTRATIONS}?status=pending&limit=1");
        let first = office.get(&waiting).await.expect(200);
        assert_eq!(first.json["items"][0]["id"], json!(first_id), "oldest first");
        let cursor = first.json["next_cursor"].as_str().expect("there is more");
        let second = office.get(&format!("{waiting}&cursor={cursor}")).await.expect(200);
        assert_eq!((count(&second), &second.json["next_cursor"]), (Some(1), &Value::Null));
        assert_eq!(second.json["items"][0]["id"], json!(second_id));
        let oldest = office.get(&format!("{REGISTRATIONS}?limit=1")).await.expect(200);
        assert_eq!(oldest.json["items"][0]["name"], "Khách sạn Sóng Biển", "the demo's first");
        for bad in ["?status=new", "?limit=0", "?limit=x", "?cursor=!", "?x=1"] {
            assert_eq!(office.get(&format!("{REGISTRATIONS}{bad}")).await.status, 400, "{bad}");
        }
    }
}
