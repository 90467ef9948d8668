//! The problem catalogue: its codes and statuses are part of the contract, each has a page in both languages.

use tamtru::platform::http::ProblemKind;

use crate::harness::{app::TestApp, database::Kind};

#[test]
fn catalogue() {
    let lines: Vec<String> =
        ProblemKind::ALL.iter().map(|kind| format!("{} {}", kind.status().as_u16(), kind.code())).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_has_a_page_in_both_languages() {
    let app = TestApp::new(Kind::Sqlite).await.expect("SQLite is always there");
    for kind in ProblemKind::ALL {
        for (lang, other) in [("vi", "en"), ("en", "vi")] {
            let reply = app.anonymous().lang(lang).get(&format!("/problems/{}", kind.code())).await;
            assert_eq!(reply.status, 200, "{kind:?}");
            assert!(reply.text().contains(&format!("<html lang=\"{lang}\">")), "{kind:?} not {other}");
            assert!(!reply.text().contains("problem."), "{kind:?} shows a key");
        }
    }
    assert_eq!(app.anonymous().get("/problems").await.status, 200);
    let unknown = app.anonymous().get("/problems/unheard_of").await;
    assert_eq!((unknown.status, unknown.json["code"].as_str()), (404, Some("not_found")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_framework_speaks_in_problems_too() {
    let app = TestApp::new(Kind::Sqlite).await.expect("SQLite is always there");
    for (method, path, status, code) in [
        ("GET", "/nowhere", 404, "not_found"),
        ("DELETE", "/api/v1/declarations", 405, "method_not_allowed"),
        ("TRACE", "/api/v1/declarations", 405, "method_not_allowed"),
        ("GET", "/api/v1/declarations", 401, "unauthenticated"),
        ("GET", "/api/v1/catalog/nothing", 404, "not_found"),
    ] {
        let reply = app.anonymous().send(method, path, &[], None).await;
        assert_eq!((reply.status, reply.json["code"].as_str()), (status, Some(code)), "{method} {path}");
        assert!(reply.header("content-type").starts_with("application/problem+json"), "{method} {path}");
        assert_eq!(reply.json["type"], format!("/problems/{code}"));
        if status == 405 {
            assert!(!reply.header("allow").is_empty(), "405 names what is allowed");
        }
    }
}
