//! What officers say of two documents.

use serde_json::{Value, json};

use super::{anna, each, file, recorded, timeline, with};
use crate::harness::app::{Caller, Reply, TestApp};

async fn link(caller: &Caller<'_>, id: &str, other: &str, verdict: &str) -> Reply {
    let body =
        json!({ "other_id": other, "verdict": verdict, "reason": "Đã đối chiếu hai hộ chiếu", "purpose": "case-12" });
    caller.post(&format!("/api/v1/travellers/{id}/links"), body).await
}

async fn withdraw(caller: &Caller<'_>, id: &str, seen: &str) -> Reply {
    let body = json!({ "reason": "Đối chiếu nhầm", "purpose": "case-12" });
    caller.post_with(&format!("/api/v1/traveller-links/{id}/withdraw"), &[("if-match", seen)], body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_word_joins_and_parts() {
    for app in TestApp::both().await {
        let first = file(&app, "hotel", anna(101, 10, 12)).await;
        let second = file(&app, "hotel2", anna(102, 12, 14)).await;
        let officer = app.sign_in("officer").await;
        assert_eq!(each(&timeline(&officer, &first).await.json["likely"], "traveller_id"), [second.as_str()]);

        let made = link(&officer, &first, &second, "same").await.expect(201);
        assert_eq!((made.header("etag"), &made.json["verdict"]), ("\"1\"", &json!("same")));
        for (one, other) in [(&first, &second), (&second, &first)] {
            let line = timeline(&officer, one).await.expect(200).json;
            assert_eq!(each(&line["stays"], "id"), [first.as_str(), second.as_str()]);
            assert_eq!(line["documents"][1]["traveller_id"], json!(other));
            assert_eq!(line["documents"][1]["link"]["id"], made.json["id"]);
            assert_eq!(line["likely"], json!([]));
        }
        // Said again, even from the other side, it is the first saying; the opposite waits for its withdrawal.
        let again = link(&officer, &second, &first, "same").await.expect(200);
        assert_eq!(again.json, made.json);
        let opposite = link(&officer, &first, &second, "different").await.expect(409);
        assert_eq!(
            (&opposite.json["current_state"], &opposite.json["allowed_actions"]),
            (&json!("same"), &json!(["withdraw"]))
        );

        assert_eq!(withdraw(&officer, &made.id(), "\"7\"").await.status, 412);
        let gone = withdraw(&officer, &made.id(), "\"1\"").await.expect(200);
        assert_eq!((gone.header("etag"), &gone.json["withdrawn_reason"]), ("\"2\"", &json!("Đối chiếu nhầm")));
        assert_eq!(withdraw(&officer, &made.id(), "\"2\"").await.status, 409);
        let denied = link(&officer, &second, &first, "different").await.expect(201);
        let line = timeline(&officer, &first).await.expect(200).json;
        assert_eq!((each(&line["stays"], "id"), &line["likely"]), (vec![first.as_str()], &json!([])));
        assert_eq!(line["ruled_out"][0]["traveller_id"], json!(second));
        assert_eq!(line["ruled_out"][0]["link"]["id"], denied.json["id"]);

        let entry = &recorded(&app, "traveller_linked").await[1];
        assert_eq!(
            entry["data"],
            json!({ "purpose": "case-12", "verdict": "same", "traveller_id": first, "other_id": second })
        );
        assert_eq!(recorded(&app, "traveller_link_withdrawn").await[0]["subject"]["id"], made.json["id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_spite_of_differences_is_likely() {
    for app in TestApp::both().await {
        let first = file(&app, "hotel", anna(101, 10, 12)).await;
        let married = file(&app, "hotel", with(anna(102, 12, 14), "full_name", json!("NOWAK EWA"))).await;
        let officer = app.sign_in("officer").await;
        assert_eq!(timeline(&officer, &first).await.expect(200).json["likely"], json!([]));
        link(&officer, &first, &married, "same").await.expect(201);
        let line = timeline(&officer, &first).await.expect(200).json;
        let why = each(&line["likely"][0]["why"], "rule");
        assert_eq!(why, ["other_name", "same_birth_date", "same_sex", "same_nationality", "link_confirmed"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ward_links_only_what_it_sees() {
    for app in TestApp::both().await {
        let near = file(&app, "hotel", anna(101, 10, 12)).await;
        let too = file(&app, "hotel", anna(102, 12, 14)).await;
        let far = file(&app, "hotel2", anna(103, 12, 14)).await;
        let (ward, office) = (app.sign_in("ward").await, app.sign_in("officer").await);
        assert_eq!(link(&ward, &near, &far, "same").await.status, 404);
        assert_eq!(link(&ward, &far, &near, "same").await.status, 404);
        let hidden = link(&office, &near, &far, "same").await.expect(201);
        assert_eq!(withdraw(&ward, &hidden.id(), "*").await.status, 404, "one of its documents is out of reach");
        let theirs = link(&office, &near, &too, "different").await.expect(201);
        assert_eq!(withdraw(&ward, &theirs.id(), "*").await.status, 403, "the office's word");
        withdraw(&office, &theirs.id(), "*").await.expect(200);
        let own = link(&ward, &near, &too, "same").await.expect(201);
        let line = timeline(&ward, &near).await.expect(200).json;
        assert_eq!(each(&line["stays"], "id"), [near.as_str(), too.as_str()]);
        withdraw(&ward, &own.id(), "*").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_makes_no_second_link() {
    for app in TestApp::both().await {
        let (first, second) =
            (file(&app, "hotel", anna(101, 10, 12)).await, file(&app, "hotel", anna(102, 12, 14)).await);
        let officer = app.sign_in("officer").await;
        let path = format!("/api/v1/travellers/{first}/links");
        let body = json!({ "other_id": second, "verdict": "same", "reason": "r", "purpose": "case-12" });
        let key = [("idempotency-key", "one")];
        let made = officer.post_with(&path, &key, body.clone()).await.expect(201);
        let again = officer.post_with(&path, &key, body.clone()).await.expect(201);
        assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &made.json));
        let racers = (0..8).map(|_| link(&officer, &second, &first, "same"));
        for reply in futures::future::join_all(racers).await {
            assert!(reply.status == 200 && reply.id() == made.id() || reply.status == 409, "{}", reply.text());
        }
        for (member, value, status, expected) in [
            ("other_id", json!(first), 422, "/other_id link_same_document"),
            ("verdict", json!("maybe"), 422, "/verdict wrong_type"),
            ("reason", json!("  "), 422, "/reason too_short"),
            ("reason", json!("r".repeat(1001)), 422, "/reason too_long"),
            ("purpose", Value::Null, 400, "/purpose purpose_missing"),
            ("purpose", json!("ZS 0000102"), 400, "/purpose purpose_names_person"),
            ("because", json!("r"), 422, "/because unknown_field"),
        ] {
            let refused = officer.post(&path, with(body.clone(), member, value)).await;
            assert_eq!((refused.status, refused.findings()), (status, vec![expected.to_owned()]), "{member}");
        }
        assert_eq!(recorded(&app, "traveller_linked").await.len(), 1);
    }
}
