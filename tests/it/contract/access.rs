//! Who may call what: every operation of the contract against every role.

use std::collections::BTreeMap;

use serde_json::Value;
use tamtru::app::router::document;

use crate::harness::{app::TestApp, database::Kind};

const NOBODY_NEEDED: &[&str] = &["public"];

/// Roles of the demo's accounts that are let in, by operation.
fn table() -> BTreeMap<&'static str, Vec<&'static str>> {
    let everybody = "hotel hr software officer admin auditor";
    let mut table = BTreeMap::new();
    for (roles, operations) in [
        (
            "public",
            "login refresh_session issue_client_token list_signing_keys activate_account set_up register_organization \
             list_catalog_tables get_catalog_table list_rules get_limits verify_receipt get_liveness get_readiness get_metrics",
        ),
        (
            "hotel software",
            "file_declaration validate_declaration create_import commit_import file_national_declarations \
             file_national_declarations_at amend_stay extend_stay check_out_stay withdraw_stay bulk_check_out \
             cancel_correction",
        ),
        (
            "hotel hr software officer",
            "list_declarations get_declaration get_receipt list_stays get_stay list_stay_versions list_corrections \
             get_correction list_imports get_import list_import_rows watch_import list_import_differences \
             get_import_receipt report_open_stays",
        ),
        ("hotel hr software", "export_stays get_import_report"),
        (
            "officer",
            "list_review_queue bulk_review confirm_declaration return_declaration refuse_declaration \
             recheck_declaration accept_correction refuse_correction list_registrations get_registration \
             approve_registration refuse_registration list_travellers search_travellers get_traveller_timeline \
             link_traveller withdraw_traveller_link",
        ),
        (
            "hotel",
            "list_members invite_member get_member change_member reset_member list_api_clients create_api_client \
             get_api_client rotate_api_client revoke_api_client create_establishment update_establishment \
             update_organization",
        ),
        ("hotel hr software officer admin", "get_organization list_establishments get_establishment"),
        (
            "admin",
            "list_accounts invite_account get_account change_account reset_account change_unit record_outage end_outage \
             withdraw_outage",
        ),
        ("auditor admin", "list_audit_entries"),
        (everybody, "get_me list_units get_unit list_outages get_outage"),
        (
            "hotel hr officer admin auditor",
            "logout change_password list_sessions end_session begin_second_factor confirm_second_factor \
             remove_second_factor",
        ),
    ] {
        for operation in operations.split_whitespace() {
            let roles = if roles == "public" { NOBODY_NEEDED.to_vec() } else { roles.split(' ').collect() };
            table.insert(operation, roles);
        }
    }
    table
}

fn operations() -> Vec<(String, String, String)> {
    let value = serde_json::to_value(document()).expect("the document");
    let mut found = Vec::new();
    for (path, methods) in value["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let name = operation["operationId"].as_str().expect("a name").to_owned();
            found.push((name, method.to_uppercase(), path.clone()));
        }
    }
    found
}

#[test]
fn every_operation_stands_in_the_table() {
    let table = table();
    let listed: Vec<&str> = operations().iter().map(|(name, ..)| name.clone()).map(|name| &*name.leak()).collect();
    let missing: Vec<&&str> = listed.iter().filter(|name| !table.contains_key(*name)).collect();
    let gone: Vec<&&str> = table.keys().filter(|name| !listed.contains(name)).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the table: {missing:?}; not in the contract: {gone:?}");
}

/// A request that says nothing is refused by role first: 401 or 403 tells the role, anything else the content.
#[tokio::test(flavor = "multi_thread")]
async fn every_operation_lets_in_whom_the_table_names() {
    let app = TestApp::new(Kind::Sqlite).await.expect("SQLite is always there");
    let mut wrong = Vec::new();
    let table = table();
    for role in ["public", "hotel", "hr", "software", "officer", "admin", "auditor"] {
        let caller = match role {
            "public" => app.anonymous(),
            "software" => app.software().await,
            account => app.sign_in(account).await,
        };
        for (name, method, path) in operations() {
            // Would end the session with which the others are asked; tested in the room's own tests.
            if name == "logout" {
                continue;
            }
            let path = path
                .replace("{id}", "01970000-0000-7000-8000-000000000000")
                .replace("{reference_code}", "TT20275-261122-999999")
                .replace("{establishment_id}", "01970000-0000-7000-8000-000000000000")
                .replace("{table}", "fees");
            let reply = caller
                .send(
                    &method,
                    &path,
                    &[("content-type", "application/json"), ("idempotency-key", "k")],
                    Some(b"{\"no\":1}".to_vec()),
                )
                .await;
            let open = table.get(&*name).is_some_and(|roles| roles == NOBODY_NEEDED);
            let allowed = open || table.get(&*name).is_some_and(|roles| roles.contains(&role));
            // The national interface has the status as its code.
            let unauthenticated = [Value::from("unauthenticated"), Value::from("401")];
            let refused = reply.status == 403 || (reply.status == 401 && unauthenticated.contains(&reply.json["code"]));
            let right = if open { reply.status < 500 } else { allowed != refused };
            if !right || reply.status >= 500 {
                wrong.push(format!("{role} {name}: {} {}", reply.status, reply.json["code"].as_str().unwrap_or("")));
            }
            if !allowed && role == "public" && reply.status != 401 {
                wrong.push(format!("{name} answers a stranger {}", reply.status));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Another organization's things answer like things that are not there, to the byte.
#[tokio::test(flavor = "multi_thread")]
async fn another_organizations_things_do_not_exist() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let body = serde_json::json!({ "establishment_id": app.establishment("hotel"), "stays": [crate::harness::app::guest(1)] });
        let filed = hotel.post("/api/v1/declarations", body.clone()).await.expect(201);
        let import = hotel
            .upload(
                "/api/v1/imports",
                &[("establishment_id", &app.establishment("hotel"))],
                "g.xml",
                include_bytes!("../../fixtures/guests.xml"),
            )
            .await
            .expect(202);
        app.drain_jobs().await;
        let absent = "01970000-0000-7000-8000-000000000000";
        let stable = |reply: &crate::harness::app::Reply| -> Value {
            let mut json = reply.json.clone();
            for name in ["instance", "request_id"] {
                json[name] = Value::Null;
            }
            json
        };
        for stranger in ["hotel2", "landlord"] {
            let caller = app.sign_in(stranger).await;
            for pattern in [
                format!("/api/v1/declarations/{}", filed.id()),
                format!("/api/v1/declarations/{}/receipt.pdf", filed.id()),
                format!("/api/v1/imports/{}", import.id()),
                format!("/api/v1/imports/{}/rows", import.id()),
                format!("/api/v1/imports/{}/report.xlsx", import.id()),
                format!("/api/v1/imports/{}/events", import.id()),
                format!("/api/v1/imports/{}/comparison", import.id()),
                format!("/api/v1/imports/{}/receipt.pdf", import.id()),
                format!("/api/v1/establishments/{}", app.establishment("hotel")),
            ] {
                let id = if pattern.contains("imports") {
                    import.id()
                } else if pattern.contains("establishments") {
                    app.establishment("hotel")
                } else {
                    filed.id()
                };
                let theirs = caller.get(&pattern).await;
                let nothing = caller.get(&pattern.replace(&id, absent)).await;
                assert_eq!((theirs.status, nothing.status), (404, 404), "{pattern}");
                assert_eq!(stable(&theirs), stable(&nothing), "{pattern}");
            }
            assert_eq!(caller.post("/api/v1/declarations", body.clone()).await.status, 404, "their establishment");
            for list in [
                "/api/v1/declarations",
                "/api/v1/stays?q=KOWALCZYK",
                "/api/v1/imports",
                "/api/v1/declarations?q=ZS0000001",
            ] {
                assert_eq!(caller.get(list).await.expect(200).json["items"], serde_json::json!([]), "{list}");
            }
            let export = format!("/api/v1/stays/export?format=csv&establishment_id={}", app.establishment("hotel"));
            let theirs = caller.get(&export).await;
            let nothing = caller.get(&export.replace(&app.establishment("hotel"), absent)).await;
            assert_eq!((theirs.status, theirs.findings()), (422, vec![" empty_export".to_owned()]));
            assert_eq!(stable(&theirs), stable(&nothing), "an export does not tell that the establishment exists");
        }
        // A ward's police sees its ward, and nothing of another.
        let far = serde_json::json!({ "establishment_id": app.establishment("hotel2"), "stays": [crate::harness::app::guest(2)] });
        let far = app.sign_in("hotel2").await.post("/api/v1/declarations", far).await.expect(201);
        let ward = app.sign_in("ward").await;
        assert_eq!(ward.get(&format!("/api/v1/declarations/{}", filed.id())).await.status, 200);
        assert_eq!(ward.get(&format!("/api/v1/declarations/{}", far.id())).await.status, 404);
        assert_eq!(ward.get("/api/v1/review/declarations").await.json["items"].as_array().map(Vec::len), Some(1));
        let office = app.sign_in("officer").await;
        assert_eq!(office.get("/api/v1/review/declarations").await.json["items"].as_array().map(Vec::len), Some(2));
    }
}
