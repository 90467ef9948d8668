//! Reading the tables over HTTP.

use serde_json::{Value, json};

use crate::harness::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_public_and_cached() {
    for app in TestApp::both().await {
        let nobody = app.anonymous();
        let items = |json: &Value| json["items"].as_array().map(Vec::len);
        let list = nobody.get("/api/v1/catalog").await.expect(200);
        assert_eq!(list.header("cache-control"), "public, max-age=300");
        assert_eq!(items(&list.json), Some(17));
        let first = &list.json["items"][0];
        assert_eq!((&first["table"], &first["rows"]), (&json!("admin_units"), &json!(94)));
        assert_eq!(list.json["on"], "2026-11-22");

        let path = "/api/v1/catalog/deadlines";
        let now = nobody.get(path).await.expect(200);
        assert_eq!(items(&now.json), Some(4));
        assert_eq!(now.json["edition"], list.json["edition"]);
        let item = &now.json["items"][0];
        assert!(item["code"].is_string() && item["valid_from"].is_string() && item["data"]["rule"].is_string());
        let tag = now.header("etag").to_owned();
        assert!(tag.starts_with('"'), "a strong tag");
        let at_hand = [("if-none-match", &*tag)];
        let again = nobody.send("GET", path, &at_hand, None).await;
        assert_eq!((again.status, &*again.bytes, again.header("etag")), (304, &b""[..], &*tag));
        assert_eq!(again.header("cache-control"), "public, max-age=300");

        let then = nobody.send("GET", "/api/v1/catalog/deadlines?on=2026-07-01", &at_hand, None).await.expect(200);
        assert_eq!(then.json["on"], "2026-07-01");
        assert_ne!(then.json["items"], now.json["items"]);
        let all = nobody.get("/api/v1/catalog/deadlines?all=true").await;
        assert_eq!((&all.json["on"], items(&all.json)), (&Value::Null, Some(8)));

        for (path, status, code) in [
            ("/api/v1/catalog/nothing", 404, "not_found"),
            ("/api/v1/catalog/zones?on=2026-13-01", 400, "malformed"),
            ("/api/v1/catalog/zones?all=true&on=2026-01-01", 400, "malformed"),
            ("/api/v1/catalog/zones?other=1", 400, "malformed"),
        ] {
            let reply = nobody.get(path).await;
            assert_eq!((reply.status, reply.json["code"].as_str()), (status, Some(code)), "{path}");
        }
    }
}
