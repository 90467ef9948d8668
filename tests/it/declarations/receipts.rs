//! Receipts and their public check.

use serde_json::json;

use crate::harness::app::{TestApp, guest};

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_a_pdf_that_anybody_can_check() {
    for app in TestApp::both().await {
        let hotel = app.sign_in("hotel").await;
        let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(1)] });
        let filed = hotel.post("/api/v1/declarations", body).await.expect(201);
        let pdf = hotel.get(&format!("/api/v1/declarations/{}/receipt.pdf", filed.id())).await.expect(200);
        assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.header("content-type") == "application/pdf");
        assert!(pdf.header("content-disposition").contains("TT20275-261122-000001.pdf"));

        let url = filed.json["receipt"]["verify_url"].as_str().expect("a URL").to_owned();
        let path = url.strip_prefix("http://tamtru.test").expect("our address").to_owned();
        let accept = [("accept", "application/json")];
        let genuine = app.anonymous().send("GET", &path, &accept, None).await.expect(200);
        assert_eq!((&genuine.json["authentic"], &genuine.json["status"]), (&json!(true), &json!("submitted")));
        let bare = path.split('?').next().expect("a path");
        let unsigned = app.anonymous().send("GET", bare, &accept, None).await.expect(200);
        assert_eq!(unsigned.json["authentic"], json!(null));
        let forged = app.anonymous().send("GET", &format!("{bare}?s=AAAAAAAAAAAAAA"), &accept, None).await.expect(200);
        assert_eq!(forged.json["authentic"], json!(false));
        for (lang, words) in [("vi", "Mới"), ("en", "New")] {
            let page = app.anonymous().lang(lang).get(&path).await.expect(200);
            assert!(page.header("content-type").starts_with("text/html") && page.text().contains(words));
            for private in ["KOWALCZYK", "ZS0000001", "Sóng Biển", "1988"] {
                assert!(!page.text().contains(private) && !genuine.text().contains(private), "{private}");
            }
        }
        for unknown in ["/verify/TT20275-261122-999999", "/verify/x", "/verify/%F0%9F%98%80"] {
            assert_eq!(app.anonymous().get(unknown).await.status, 404, "{unknown}");
        }
    }
}
