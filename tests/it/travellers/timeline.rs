//! One person's stays on one line.

use serde_json::{Value, json};

use super::{anna, each, file, recorded, timeline, with};
use crate::harness::app::TestApp;

fn visa(stay: Value, number: &str) -> Value {
    with(stay, "visa", json!({ "symbol": "DL", "number": number }))
}

fn rules(why: &Value) -> Vec<&str> {
    each(why, "rule")
}

#[tokio::test(flavor = "multi_thread")]
async fn all_stays_of_a_document_stand_on_one_line() {
    for app in TestApp::both().await {
        let first = file(&app, "hotel", with(anna(101, 10, 12), "departed_on", json!("2026-11-12"))).await;
        let second = file(&app, "hotel2", anna(101, 15, 25)).await;
        let third = file(&app, "landlord", anna(101, 20, 22)).await;
        let officer = app.sign_in("officer").await;
        let line = timeline(&officer, &first).await.expect(200);
        for other in [&second, &third] {
            assert_eq!(timeline(&officer, other).await.expect(200).json, line.json, "any stay leads to it");
        }
        assert_eq!((&line.json["id"], &line.json["full_name"]), (&json!(first), &json!("KOWALCZYK ANNA MARIA")));
        let stays = &line.json["stays"];
        assert_eq!(each(stays, "id"), [first.as_str(), second.as_str(), third.as_str()]);
        assert_eq!(stays[0]["document"]["number"], "ZS0000101", "in full");
        assert_eq!(
            (&stays[0]["departed_on"], &stays[0]["status"], &stays[0]["room"]),
            (&json!("2026-11-12"), &json!("departed"), &json!("301"))
        );
        assert_eq!(stays[1]["establishment"]["name"], "Khách sạn Cầu Vàng Nhỏ");
        assert_eq!(stays[1]["establishment"]["ward_code"], "20242");
        assert_eq!(stays[1]["declaration"]["status"], "submitted");
        assert!(stays[1]["declaration"]["reference_code"].as_str().is_some_and(|code| code.len() > 10));
        assert!(rules(&stays[1]["findings"]).contains(&"declared_late"));
        let entries = line.json["entries"].as_array().expect("entries");
        let told: Vec<_> = entries.iter().map(|e| (&e["kind"], &e["from"], &e["to"], &e["stay_ids"])).collect();
        assert_eq!(
            told,
            [
                (&json!("gap"), &json!("2026-11-12"), &json!("2026-11-15"), &json!([first, second])),
                (&json!("overlap"), &json!("2026-11-20"), &json!("2026-11-22"), &json!([second, third])),
            ]
        );
        let message = entries[1]["finding"]["message"].as_str().expect("a sentence");
        assert!(
            message.starts_with("The nights from 20/11/2026 to 22/11/2026 are declared at two places"),
            "{message}"
        );
        assert_eq!((&line.json["likely"], &line.json["truncated"]), (&json!([]), &json!(false)));

        let entries = recorded(&app, "traveller_timeline_read").await;
        assert_eq!(entries.len(), 3);
        assert_eq!(
            entries[0]["data"],
            json!({ "purpose": "case-12", "traveller_id": first, "stays": [first, second, third] })
        );
        assert_eq!(entries[0]["subject"], json!({ "kind": "stay", "id": first }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_documents_are_joined_only_where_it_is_sure() {
    for app in TestApp::both().await {
        let first = file(&app, "hotel", visa(anna(101, 10, 12), "VA1234567")).await;
        let renewed = file(&app, "hotel2", visa(anna(102, 12, 14), "VA1234567")).await;
        let namesake = file(&app, "hotel", anna(103, 14, 16)).await;
        let turned = with(anna(104, 16, 18), "full_name", json!("ANNA MARIA KOWALCZYK"));
        let turned = file(&app, "hotel", turned).await;
        let german = file(&app, "landlord", with(anna(105, 18, 20), "nationality", json!("DEU"))).await;
        file(&app, "hotel", with(anna(106, 10, 12), "date_of_birth", json!("1990-01-01"))).await;
        file(&app, "hotel", with(anna(107, 10, 12), "full_name", json!("NOWAK ANNA EWA"))).await;
        let officer = app.sign_in("officer").await;
        let line = timeline(&officer, &first).await.expect(200).json;
        assert_eq!(each(&line["documents"], "traveller_id"), [first.as_str(), renewed.as_str()]);
        assert_eq!(each(&line["stays"], "id"), [first.as_str(), renewed.as_str()]);
        assert_eq!(line["documents"][1]["identity"], "sure");
        assert_eq!(
            rules(&line["documents"][1]["why"]),
            ["same_name", "same_birth_date", "same_sex", "same_nationality", "same_visa_number"]
        );
        let likely: Vec<(&str, String)> = line["likely"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| (item["traveller_id"].as_str().expect("an id"), rules(&item["why"]).join(" ")))
            .collect();
        let same = "same_birth_date same_sex";
        assert_eq!(
            likely,
            [
                (german.as_str(), format!("same_name {same} other_nationality nothing_binds")),
                (namesake.as_str(), format!("same_name {same} same_nationality nothing_binds")),
                (turned.as_str(), format!("name_order_differs {same} same_nationality nothing_binds")),
            ]
        );
        assert_eq!(line["likely"][1]["stays"][0]["id"], json!(namesake));
        // Whoever is shown stands on the record.
        let entry = &recorded(&app, "traveller_timeline_read").await[0];
        assert_eq!(entry["data"]["stays"].as_array().map(Vec::len), Some(5));
        // The ward sees the part in its ward, and no hint of the rest.
        let ward = app.sign_in("ward").await;
        let seen = timeline(&ward, &first).await.expect(200).json;
        assert_eq!(each(&seen["documents"], "traveller_id"), [first.as_str()]);
        assert_eq!(each(&seen["likely"], "traveller_id"), [namesake.as_str(), turned.as_str()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contradictions_of_one_document_are_told() {
    for app in TestApp::both().await {
        let first = file(&app, "hotel", anna(101, 10, 12)).await;
        let vague = file(&app, "hotel", with(anna(101, 12, 13), "date_of_birth", json!("1988"))).await;
        let other = with(anna(101, 14, 16), "full_name", json!("NOWAK EWA"));
        let other = file(&app, "hotel2", with(other, "date_of_birth", json!("1990-01-01"))).await;
        let officer = app.sign_in("officer").await;
        let line = timeline(&officer, &vague).await.expect(200).json;
        let told: Vec<_> = line["contradictions"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| (item["finding"]["rule"].as_str().expect("a rule"), item["stay_ids"].clone()))
            .collect();
        let both = json!([first, other]);
        assert_eq!(told, [("document_two_names", both.clone()), ("document_two_birth_dates", both)]);
        // A returned declaration stays on the line, and contradicts nobody.
        let id = line["stays"][2]["declaration"]["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/declarations/{id}/return");
        officer.post_with(&path, &[("if-match", "*")], json!({ "reason": "sai tên" })).await.expect(200);
        let line = timeline(&officer, &other).await.expect(200).json;
        assert_eq!((&line["contradictions"], &line["stays"][2]["status"]), (&json!([]), &json!("withdrawn")));
        assert_eq!(line["full_name"], "KOWALCZYK ANNA MARIA");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_stay_answers_like_none() {
    for app in TestApp::both().await {
        let far = file(&app, "hotel2", anna(101, 10, 12)).await;
        let ward = app.sign_in("ward").await;
        let absent = "01970000-0000-7000-8000-000000000000";
        let stable = |mut json: Value| {
            for name in ["instance", "request_id"] {
                json[name] = Value::Null;
            }
            json
        };
        let (theirs, nothing) = (timeline(&ward, &far).await.expect(404), timeline(&ward, absent).await.expect(404));
        assert_eq!(stable(theirs.json), stable(nothing.json));
        assert_eq!(timeline(&ward, "not-an-id").await.status, 404);
        let officer = app.sign_in("officer").await;
        for (query, expected) in [
            ("", "/purpose purpose_missing"),
            ("?purpose=Anna%20Maria%20Kowalczyk", "/purpose purpose_names_person"),
            ("?purpose=a&other=1", " bad_query"),
        ] {
            let refused = officer.get(&format!("/api/v1/travellers/{far}/timeline{query}")).await;
            assert_eq!((refused.status, refused.findings()), (400, vec![expected.to_owned()]), "{query}");
        }
        assert_eq!(recorded(&app, "traveller_timeline_read").await, Vec::<Value>::new());
        let hotel = app.sign_in("hotel2").await;
        assert_eq!(timeline(&hotel, &far).await.status, 403);
    }
}
