//! Who may call what.

use crate::{harness::app::TestApp, organizations::people::of_every_role};

#[tokio::test(flavor = "multi_thread")]
async fn every_route_under_every_role() {
    let readers: &[&str] = &["declarant", "hr", "org_admin", "client", "officer", "supervisor", "admin"];
    let officers: &[&str] = &["officer", "supervisor"];
    let routes = [
        ("GET", "/api/v1/registrations", officers),
        ("GET", "/api/v1/registrations/x", officers),
        ("POST", "/api/v1/registrations/x/approve", officers),
        ("POST", "/api/v1/registrations/x/refuse", officers),
        ("GET", "/api/v1/organizations/x", readers),
        ("PATCH", "/api/v1/organizations/x", &["org_admin"]),
        ("GET", "/api/v1/establishments", readers),
        ("POST", "/api/v1/establishments", &["org_admin"]),
        ("GET", "/api/v1/establishments/x", readers),
        ("PATCH", "/api/v1/establishments/x", &["org_admin"]),
    ];
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    for app in TestApp::both().await {
        let callers = of_every_role(&app).await;
        assert_eq!(callers.len(), 9);
        for (method, path, allowed) in routes {
            for (role, caller) in &callers {
                let status = caller.send(method, path, &headers, Some(b"{}".to_vec())).await.status;
                if allowed.contains(role) {
                    assert!(![401, 403, 500].contains(&status), "{method} {path} {role}: {status}");
                } else {
                    let expected = if *role == "nobody" { 401 } else { 403 };
                    assert_eq!(status, expected, "{method} {path} {role}");
                }
            }
        }
    }
}
