//! Looking for persons.

use serde_json::{Value, json};

use super::{anna, each, file, recorded, search, with};
use crate::harness::app::{Reply, TestApp};

fn ids(reply: &Reply) -> Vec<&str> {
    each(&reply.json["items"], "id")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_by_name_and_document() {
    for app in TestApp::both().await {
        let first = file(&app, "hotel", anna(101, 10, 12)).await;
        file(&app, "hotel2", anna(101, 14, 25)).await;
        let hoa = with(anna(202, 20, 25), "full_name", json!("NGUYỄN-LI THỊ HOÀ"));
        let hoa = file(&app, "hotel", with(hoa, "date_of_birth", json!("1990"))).await;
        let officer = app.sign_in("officer").await;
        let item = search(&officer, json!({ "q": "anna KOWALCZYK" })).await.expect(200).json["items"].clone();
        let place = app.establishment("hotel2");
        assert_eq!(
            item,
            json!([{
                "id": first, "full_name": "KOWALCZYK ANNA MARIA", "date_of_birth": "1988-03-12", "sex": "F",
                "nationality": "POL", "document": { "type": "passport", "number": "••••••101" }, "stay_count": 2,
                "last_establishment": { "id": place, "name": "Khách sạn Cầu Vàng Nhỏ", "ward_code": "20242" },
                "last_arrived_on": "2026-11-14", "staying": true,
            }])
        );
        for (criteria, expected) in [
            (json!({ "q": "hoa nguyen" }), vec![&hoa]),
            (json!({ "q": "Hoà" }), vec![&hoa]),
            (json!({ "q": "li hoa" }), vec![&hoa]),
            (json!({ "q": "an hoa" }), vec![]),
            (json!({ "q": "kowal" }), vec![&first]),
            (json!({ "q": "kow%" }), vec![]),
            (json!({ "q": "h_a" }), vec![]),
            (json!({ "document_number": "zs0000101" }), vec![&first]),
            (json!({ "document_number": "0000" }), vec![&hoa, &first]),
            (json!({ "document_number": "0000", "nationality": "POL", "limit": 200 }), vec![&hoa, &first]),
            (json!({ "document_number": "0000", "nationality": "D" }), vec![]),
            (json!({ "document_number": "0000", "date_of_birth": "1988" }), vec![&first]),
            (json!({ "document_number": "0000", "date_of_birth": "1990-05-01" }), vec![&hoa]),
            (json!({ "document_number": "0000", "date_of_birth": "1988-04" }), vec![]),
            (json!({ "document_number": "0000", "ward_code": "20242" }), vec![&first]),
            (json!({ "document_number": "0000", "establishment_id": app.establishment("hotel2") }), vec![&first]),
            (json!({ "document_number": "0000", "present_to": "2026-11-19" }), vec![&first]),
            (
                json!({ "document_number": "0000", "present_from": "2026-11-20", "present_to": "2026-11-20" }),
                vec![&hoa, &first],
            ),
        ] {
            let found = search(&officer, criteria.clone()).await.expect(200);
            // A person's place is that of the earliest stay that fits; its id is always that of the earliest stay.
            assert_eq!(ids(&found), expected, "{criteria}");
        }
        let listed = officer.get("/api/v1/travellers?q=kowalczyk%20anna&purpose=case-12").await.expect(200);
        assert_eq!(listed.json["items"], item, "both doors answer alike");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_stable_while_guests_are_declared() {
    for app in TestApp::both().await {
        let mut filed = Vec::new();
        for number in 0..5 {
            filed.push(file(&app, "hotel", anna(number, 10, 12)).await);
        }
        let officer = app.sign_in("officer").await;
        let (mut seen, mut cursor) = (Vec::new(), Value::Null);
        for page in 0..3 {
            let reply = search(&officer, json!({ "q": "anna", "limit": 2, "cursor": cursor })).await.expect(200);
            seen.extend(ids(&reply).into_iter().map(ToOwned::to_owned));
            cursor = reply.json["next_cursor"].clone();
            assert_eq!(cursor.is_null(), page == 2);
            // Somebody shown and somebody still to come are declared again.
            file(&app, "hotel2", anna(4, 13 + page, 14 + page)).await;
            file(&app, "hotel2", anna(0, 13 + page, 14 + page)).await;
        }
        filed.reverse();
        assert_eq!(seen, filed);
        let wrong = search(&officer, json!({ "q": "anna", "cursor": "x" })).await;
        assert_eq!((wrong.status, wrong.findings()), (400, vec!["/cursor bad_cursor".to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ward_finds_only_whom_it_housed() {
    for app in TestApp::both().await {
        let far = file(&app, "hotel2", anna(101, 10, 12)).await;
        let (ward, office) = (app.sign_in("ward").await, app.sign_in("officer").await);
        for criteria in [json!({ "q": "kowalczyk" }), json!({ "document_number": "ZS0000101", "ward_code": "20242" })] {
            assert_eq!(search(&ward, criteria.clone()).await.expect(200).json["items"], json!([]));
            assert_eq!(ids(&search(&office, criteria).await), [far.as_str()]);
        }
        // Of one who stayed in both wards it sees its own part, down to the id.
        let near = file(&app, "hotel", anna(101, 14, 16)).await;
        let seen = search(&ward, json!({ "q": "kowalczyk" })).await.expect(200).json["items"].clone();
        assert_eq!((&seen[0]["id"], &seen[0]["stay_count"]), (&json!(near), &json!(1)));
        assert_eq!(seen[0]["last_establishment"]["ward_code"], "20275");
        let all = search(&office, json!({ "q": "kowalczyk" })).await.expect(200).json["items"].clone();
        assert_eq!((&all[0]["id"], &all[0]["stay_count"]), (&json!(far), &json!(2)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_look_is_recorded_with_its_purpose() {
    for app in TestApp::both().await {
        let id = file(&app, "hotel", anna(101, 10, 12)).await;
        let officer = app.sign_in("officer").await;
        search(&officer, json!({ "q": "kowalczyk", "nationality": "POL" })).await.expect(200);
        officer.get("/api/v1/travellers?document_number=XX99999&purpose=case-13").await.expect(200);
        let entries = recorded(&app, "travellers_searched").await;
        let data: Vec<&Value> = entries.iter().map(|entry| &entry["data"]).collect();
        assert_eq!(
            data,
            [
                &json!({ "purpose": "case-13", "criteria": ["document_number"], "travellers": [] }),
                &json!({ "purpose": "Vụ 12/2026", "criteria": ["q", "nationality"], "travellers": [id] }),
            ]
        );
        let me = officer.get("/api/v1/me").await.expect(200);
        assert_eq!(entries[0]["actor"]["id"], me.json["id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused() {
    for app in TestApp::both().await {
        let officer = app.sign_in("officer").await;
        for (query, expected) in [
            ("q=kowalczyk", "/purpose purpose_missing"),
            ("q=kowalczyk&purpose=%20", "/purpose purpose_missing"),
            ("q=kowalczyk&purpose=tim%20Kowalczyk", "/purpose purpose_names_person"),
            ("document_number=ZS0000101&purpose=zs%200000101", "/purpose purpose_names_person"),
            ("purpose=a", " criterion_missing"),
            ("purpose=a&nationality=POL&date_of_birth=1988-03-12&ward_code=20275", " criterion_missing"),
            ("purpose=a&document_number=ZS0", "/document_number too_short"),
            ("purpose=a&q=k", "/q too_short"),
            ("purpose=a&q=kowal&date_of_birth=12/03/1988", "/date_of_birth invalid_date"),
            ("purpose=a&q=kowal&present_from=2026-11-22&present_to=2026-11-21", "/present_to days_reversed"),
            ("purpose=a&q=kowal&present_from=yesterday", " bad_query"),
            ("purpose=a&q=kowal&limit=201", "/limit bad_limit"),
            ("purpose=a&q=kowal&name=x", " bad_query"),
            ("purpose=a&q=kowal%00", " nul_character"),
        ] {
            let refused = officer.get(&format!("/api/v1/travellers?{query}")).await;
            assert_eq!((refused.status, refused.findings()), (400, vec![expected.to_owned()]), "{query}");
        }
        let post = async |body: Value| officer.post("/api/v1/travellers/search", body).await;
        for (body, status, expected) in [
            (json!({}), 400, "/purpose purpose_missing"),
            (json!({ "purpose": "a", "nationality": "POL" }), 400, " criterion_missing"),
            (json!({ "purpose": "a", "q": "kowal", "name": "x" }), 422, "/name unknown_field"),
            (json!({ "purpose": "a", "q": 1 }), 422, "/q wrong_type"),
            (json!({ "purpose": "a", "q": "kowal", "present_from": "2026-02-30" }), 422, "/present_from wrong_type"),
        ] {
            let refused = post(body.clone()).await;
            assert_eq!((refused.status, refused.findings()), (status, vec![expected.to_owned()]), "{body}");
        }
        assert_eq!(recorded(&app, "travellers_searched").await, Vec::<Value>::new());
        for account in ["hotel", "hr", "admin", "auditor"] {
            let other = app.sign_in(account).await;
            assert_eq!(other.get("/api/v1/travellers?q=kowalczyk&purpose=a").await.status, 403, "{account}");
        }
    }
}
