//! What the police sees across organizations, and nobody else.

use ::entity::audit_entry;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::harness::app::{Reply, TestApp, guest};

async fn file(app: &TestApp, who: &str, stay: Value) -> String {
    let body = json!({ "establishment_id": app.establishment(who), "stays": [stay] });
    app.sign_in(who).await.post("/api/v1/declarations", body).await.expect(201).id()
}

async fn read(app: &TestApp, who: &str, id: &str) -> Reply {
    app.sign_in(who).await.get(&format!("/api/v1/declarations/{id}")).await.expect(200)
}

fn findings(reply: &Reply) -> Vec<Value> {
    reply.json["stays"][0]["findings"].as_array().expect("findings").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_police_sees_stays_of_all_organizations_and_a_declarant_does_not() {
    for app in TestApp::both().await {
        let id = file(&app, "hotel", guest(1)).await;
        let alone = read(&app, "hotel", &id).await.bytes;
        let software = app.software().await;
        let path = format!("/api/v1/declarations/{id}");
        let by_software = software.get(&path).await.expect(200).bytes;
        for who in ["officer", "supervisor", "ward"] {
            assert_eq!(findings(&read(&app, who, &id).await), Vec::<Value>::new(), "{who}");
        }

        // The same passport in another organization's house: once under another name.
        let mut other = guest(1);
        other["full_name"] = json!("NOWAK JAN");
        let theirs = file(&app, "hotel2", other).await;
        file(&app, "landlord", guest(1)).await;

        assert_eq!(read(&app, "hotel", &id).await.bytes, alone, "the declarant sees the same bytes");
        assert_eq!(software.get(&path).await.expect(200).bytes, by_software);
        assert_eq!(findings(&read(&app, "hotel2", &theirs).await), Vec::<Value>::new());
        let dry = json!({ "establishment_id": app.establishment("hotel2"), "stays": [guest(1)] });
        let dry = app.sign_in("hotel2").await.post("/api/v1/declarations/validate", dry).await.expect(200);
        assert!(!dry.text().contains("police"), "{}", dry.text());

        for who in ["officer", "supervisor", "ward"] {
            let reply = read(&app, who, &id).await;
            let found = findings(&reply);
            let mut rules: Vec<&str> = found.iter().filter_map(|finding| finding["rule"].as_str()).collect();
            rules.sort_unstable();
            assert_eq!(
                rules,
                ["police_overlapping_stay", "police_overlapping_stay", "police_same_document_other_person"],
                "{who}"
            );
            assert!(found.iter().all(|finding| finding["audience"] == "police"), "{who}");
            assert!(!reply.text().contains("NOWAK"), "the other name is not told");
            let words: String = found.iter().filter_map(|finding| finding["message"].as_str()).collect();
            assert!(words.contains("22/11/2026") && words.contains("25/11/2026"), "{words}");
            let named = words.contains("Cầu Vàng Nhỏ");
            assert_eq!(named, who != "ward", "{who}: {words}");
            assert!(words.contains("Phường") || words.contains("Xã"), "the ward is named: {words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_across_organizations_is_on_the_record() {
    for app in TestApp::both().await {
        let id = file(&app, "hotel", guest(1)).await;
        file(&app, "hotel2", guest(1)).await;
        let last = async || {
            let reads = audit_entry::Entity::find().filter(audit_entry::Column::Action.eq("declaration_read"));
            let reads = reads.order_by_desc(audit_entry::Column::Id).one(app.state.db.read()).await;
            reads.expect("an answer").expect("a read").data
        };
        read(&app, "officer", &id).await;
        assert_eq!(last().await["compared_stays"].as_array().map(Vec::len), Some(1));
        read(&app, "hotel", &id).await;
        assert_eq!(last().await, json!({}));
    }
}

/// A stay that does not stand, and one of another document, say nothing.
#[tokio::test(flavor = "multi_thread")]
async fn only_standing_stays_of_the_same_document_are_compared() {
    for app in TestApp::both().await {
        let id = file(&app, "hotel", guest(1)).await;
        let returned = file(&app, "hotel2", guest(1)).await;
        file(&app, "hotel2", guest(2)).await;
        let mut german = guest(1);
        german["nationality"] = json!("DEU");
        file(&app, "landlord", german).await;
        let officer = app.sign_in("officer").await;
        let path = format!("/api/v1/declarations/{returned}/return");
        officer.post_with(&path, &[("if-match", "*")], json!({ "reason": "sai" })).await.expect(200);
        assert_eq!(findings(&read(&app, "officer", &id).await), Vec::<Value>::new());
        assert_eq!(findings(&read(&app, "officer", &returned).await), Vec::<Value>::new());
    }
}
