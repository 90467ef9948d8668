//! The door of the national interface: its shape in every answer, the corridor of all other doors behind it.

use axum::{Router, middleware::from_fn_with_state, routing::get};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tamtru::{
    features::declarations,
    platform::http::{
        Problem, ProblemKind,
        edge::{self, Edge},
    },
};
use tower::ServiceExt;

use crate::harness::app::{Reply, TestApp, guest};

/// The same guest as [`guest`], as the national interface writes him.
fn national(number: u32) -> Value {
    json!({
        "hoTen": "KOWALCZYK ANNA MARIA", "quocTich": "POL", "soHoChieu": format!("ZS{number:07}"), "gioiTinh": "F",
        "loaiNgayThangNamSinh": "D", "ngayThangNamSinhStr": "1988-03-12", "ngayDenCsltStr": "2026-11-22 19:45:00",
        "ngayDiDuKienStr": "2026-11-25 12:00:00", "soPhong": "301", "thoiHanTamTruStr": "2026-12-30 00:00:00",
    })
}

fn with(number: u32, member: &str, value: Value) -> Value {
    let mut guest = national(number);
    guest[member] = value;
    guest
}

fn at(app: &TestApp) -> String {
    format!("/compat/kbtt/{}/declarations", app.establishment("hotel"))
}

async fn stays(app: &TestApp) -> Vec<Value> {
    let page = app.sign_in("hotel").await.get("/api/v1/stays?limit=200").await.expect(200);
    page.json["items"].as_array().expect("items").clone()
}

/// Every answer has the three members of the national interface and nothing else.
#[track_caller]
fn check_shape(reply: &Reply, status: u16) -> String {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/json; charset=utf-8");
    let message = reply.json["message"].as_str().expect("a message").to_owned();
    assert_eq!(reply.json, json!({ "code": status.to_string(), "message": message, "data": null }));
    assert!(!message.is_empty());
    message
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filed_as_by_our_own_door() {
    for app in TestApp::both().await {
        let software = app.software().await;
        let mut german = with(2, "quocTich", json!("D"));
        for (member, value) in [
            ("loaiNgayThangNamSinh", "Y"),
            ("ngayThangNamSinhStr", "1966-01-01"),
            ("ngayDenCsltStr", "2026-11-22 00:00:00"),
            ("gioiTinh", "M"),
            ("anhHoChieuB64", "aGVsbG8="),
            ("truongMoi", "x"),
        ] {
            german[member] = json!(value);
        }
        let month = with(3, "loaiNgayThangNamSinh", json!("M"));
        let filed = software.post(&at(&app), json!([national(1), german, month])).await;
        let message = check_shape(&filed, 200);
        let code = filed.header("x-tamtru-reference");
        assert_eq!(code, "TT20275-261122-000001");
        assert_eq!(message, format!("Đã tiếp nhận khai báo, mã {code}."));
        assert_eq!(filed.header("idempotent-replayed"), "");

        let hotel = app.sign_in("hotel").await;
        let read = hotel.get(filed.header("location")).await.expect(200);
        assert_eq!((&read.json["reference_code"], &read.json["timeliness"]), (&json!(code), &json!("on_time")));
        let member = |index: usize, name: &str| read.json["stays"][index][name].clone();
        assert_eq!(member(0, "arrived_at"), "2026-11-22T19:45:00+07:00");
        assert_eq!(member(0, "expected_departure_on"), "2026-11-25");
        assert_eq!(member(0, "permitted_stay_until"), "2026-12-30");
        assert_eq!((member(0, "date_of_birth"), member(0, "room")), (json!("1988-03-12"), json!("301")));
        assert_eq!((member(1, "date_of_birth"), member(1, "arrived_at")), (json!("1966"), json!("2026-11-22")));
        assert_eq!((member(1, "nationality"), member(1, "sex")), (json!("DEU"), json!("M")));
        assert_eq!(member(2, "date_of_birth"), "1988-03");
        assert!(!read.text().contains("aGVsbG8="), "the photo is not kept");

        // The guest filed here is known to the other door, and the other way round.
        let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(1)] });
        let same = hotel.post("/api/v1/declarations", body).await.expect(200);
        assert_eq!(same.id(), read.id());
        let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [guest(9)] });
        let other = hotel.post("/api/v1/declarations", body).await.expect(201);
        let again = software.post(&at(&app), json!([national(9)])).await;
        check_shape(&again, 200);
        assert_eq!(again.header("location"), other.header("location"));
        assert_eq!(stays(&app).await.len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_answers_with_the_first_record() {
    for app in TestApp::both().await {
        let software = app.software().await;
        let first = software.post(&at(&app), json!([national(1)])).await;
        check_shape(&first, 200);
        let again = software.post(&at(&app), json!([national(1)])).await;
        let message = check_shape(&again, 200);
        let code = first.header("x-tamtru-reference");
        assert!(message.contains("trước đó") && message.contains(code), "{message}");
        assert_eq!(again.header("idempotent-replayed"), "true");
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.header("x-tamtru-reference"), first.header("x-tamtru-reference"));

        // Known and new guests in one list: the new ones are filed.
        let mixed = software.post(&at(&app), json!([national(1), national(2)])).await;
        check_shape(&mixed, 200);
        assert_ne!(mixed.header("location"), first.header("location"));
        assert_eq!(stays(&app).await.len(), 2);

        let key = [("idempotency-key", "k-1")];
        let keyed = software.post_with(&at(&app), &key, json!([national(3)])).await;
        check_shape(&keyed, 200);
        let replayed = software.post_with(&at(&app), &key, json!([national(3)])).await;
        assert_eq!(
            (check_shape(&replayed, 200), replayed.header("idempotent-replayed")),
            (check_shape(&keyed, 200), "true")
        );
        let reused = software.post_with(&at(&app), &key, json!([national(4)])).await;
        check_shape(&reused, 400);
        assert_eq!(stays(&app).await.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_lists_at_once_make_one_record() {
    for app in TestApp::both().await {
        let software = app.software().await;
        for round in 0..3_u32 {
            let body = json!([national(100 + round), national(200 + round)]);
            let path = at(&app);
            let racers = (0..8).map(|_| software.post(&path, body.clone()));
            let replies = futures::future::join_all(racers).await;
            let mut codes: Vec<&str> = Vec::new();
            for reply in &replies {
                check_shape(reply, 200);
                codes.push(reply.header("x-tamtru-reference"));
            }
            codes.dedup();
            assert_eq!(codes.len(), 1, "{codes:?}");
        }
        assert_eq!(stays(&app).await.len(), 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_by_position() {
    for app in TestApp::both().await {
        let software = app.software().await;
        let long = "x".repeat(300);
        for (member, value, said) in [
            ("hoTen", Value::Null, "Thiếu họ tên"),
            ("quocTich", json!("VNM"), "Khách có quốc tịch Việt Nam"),
            ("quocTich", json!("Atlantis"), "Không xác định chắc chắn được quốc tịch"),
            ("soHoChieu", json!(""), "Thiếu số hộ chiếu"),
            ("soHoChieu", json!(12_345_678), "Giá trị sai kiểu hoặc không được phép"),
            ("gioiTinh", json!("X"), "Giới tính thiếu hoặc không phải M hay F"),
            ("loaiNgayThangNamSinh", json!("Q"), "Chưa rõ ngày sinh đúng đến đâu"),
            ("loaiNgayThangNamSinh", Value::Null, "Chưa rõ ngày sinh đúng đến đâu"),
            ("ngayThangNamSinhStr", json!("12/03/1988"), "Ngày không tồn tại hoặc viết sai cách"),
            ("ngayDenCsltStr", json!("22/11/2026 14:05:00"), "Ngày không tồn tại hoặc viết sai cách"),
            ("ngayDenCsltStr", json!("2026-11-22 25:05:00"), "Ngày không tồn tại hoặc viết sai cách"),
            ("ngayDenCsltStr", Value::Null, "Thiếu ngày đến"),
            ("ngayDiDuKienStr", json!("2026-11-20 12:00:00"), "Ngày đi dự kiến trước ngày đến"),
            ("ngayDiDuKienStr", json!({ "a": 1 }), "Giá trị sai kiểu hoặc không được phép"),
            ("soPhong", json!(" "), "Thiếu số phòng"),
            ("thoiHanTamTruStr", json!("2026-13-01 00:00:00"), "Ngày không tồn tại hoặc viết sai cách"),
            ("hoTen", json!(long), "quá dài"),
        ] {
            let reply = software.post(&at(&app), json!([national(1), national(2), with(3, member, value)])).await;
            let message = check_shape(&reply, 400);
            assert!(message.starts_with("Khai báo 3: ") && message.lines().count() == 1, "{member}: {message}");
            let lower = message.to_lowercase();
            assert!(
                lower.contains(&said.to_lowercase()) && message.contains(&format!("({member})")),
                "{member}: {message}"
            );
        }
        let mut two = with(2, "soPhong", Value::Null);
        two["gioiTinh"] = json!("nam");
        let reply = software.post(&at(&app), json!([two, national(3), with(4, "hoTen", json!("")), national(3)])).await;
        let message = check_shape(&reply, 400);
        let lines: Vec<&str> = message.lines().collect();
        assert_eq!(lines.len(), 3, "{message}");
        for (line, start, parts) in
            [(lines[0], "Khai báo 1: ", 2), (lines[1], "Khai báo 3: ", 1), (lines[2], "Khai báo 4: ", 1)]
        {
            assert!(line.starts_with(start) && line.split("; ").count() == parts, "{message}");
        }
        assert_eq!(stays(&app).await, Vec::<Value>::new(), "all or none");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_are_none_are_refused() {
    for app in TestApp::both().await {
        let software = app.software().await;
        let json_type = [("content-type", "application/json")];
        let path = at(&app);
        let twice = format!("[{{\"soHoChieu\":\"A1\",{}", &national(1).to_string()[1..]) + "]";
        for (body, status, said) in [
            (b"[{\"hoTen\":".to_vec(), 400, "Không phải JSON đúng"),
            (b"".to_vec(), 400, "sai kiểu"),
            (b"{}".to_vec(), 400, "sai kiểu"),
            (b"null".to_vec(), 400, "sai kiểu"),
            (b"[]".to_vec(), 400, "Không có khách nào"),
            (b"[{},null]".to_vec(), 400, "Khai báo 2: "),
            (b"[[\"A\"]]".to_vec(), 400, "Khai báo 1: "),
            (b"[{\"hoTen\":\"\xff\"}]".to_vec(), 400, "UTF-8"),
            (b"[{\"hoTen\":\"\\u0000\"}]".to_vec(), 400, "NUL"),
            ("[".repeat(50_000).into_bytes(), 400, ""),
            (twice.into_bytes(), 400, "Khai báo 1: Trường xuất hiện hai lần (soHoChieu)"),
            (Value::Array((0..501).map(national).collect()).to_string().into_bytes(), 400, "tối đa 500"),
            (format!("[{}{{}}]", "{},".repeat(2_000_000)).into_bytes(), 400, "tối đa 500"),
            (vec![b' '; 16 * 1024 * 1024 + 1], 413, "/api/v1/limits"),
        ] {
            let reply = software.send("POST", &path, &json_type, Some(body)).await;
            let message = check_shape(&reply, status);
            assert!(message.contains(said), "{said}: {message}");
        }
        let huge = [("content-type", "application/json"), ("content-length", "10000000000")];
        check_shape(&software.send("POST", &path, &huge, Some(Vec::new())).await, 413);
        for headers in [
            &[("content-type", "text/plain")][..],
            &[("content-type", "application/json; charset=utf-16")],
            &[("content-type", "application/json"), ("content-encoding", "gzip")],
        ] {
            check_shape(&software.send("POST", &path, headers, Some(b"[{}]".to_vec())).await, 415);
        }
        assert_eq!(stays(&app).await, Vec::<Value>::new());

        // Photos make a body large, and are taken; a caller has few places for such bodies.
        let photo = with(1, "anhHoChieuB64", json!("A".repeat(3 * 1024 * 1024)));
        let places: Vec<_> = (0..8).map(|n| app.state.uploads.take(&format!("other {n}")).expect("a place")).collect();
        let busy = software.post(&path, json!([photo])).await;
        check_shape(&busy, 429);
        assert_eq!(busy.header("retry-after"), "2");
        check_shape(&software.post(&path, json!([national(2)])).await, 200);
        drop(places);
        check_shape(&software.post(&path, json!([photo])).await, 200);
        assert_eq!(stays(&app).await.len(), 2);
        let limits = app.anonymous().get("/api/v1/limits").await.expect(200);
        assert_eq!(limits.json["compat_json_bytes"], 16 * 1024 * 1024);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_file_and_only_at_his_own_place() {
    for app in TestApp::both().await {
        let body = json!([national(1)]);
        for (caller, status) in [
            (app.anonymous(), 401),
            (app.anonymous().with_token("not-a-token"), 401),
            (app.sign_in("hr").await, 403),
            (app.sign_in("officer").await, 403),
            (app.sign_in("hotel2").await, 404),
            (app.sign_in("landlord").await, 404),
        ] {
            check_shape(&caller.post(&at(&app), body.clone()).await, status);
        }
        assert!(app.anonymous().post(&at(&app), body.clone()).await.header("www-authenticate").starts_with("Bearer"));
        let software = app.software().await;
        for (method, path, status) in [
            ("POST", "/compat/kbtt/0197/declarations".to_owned(), 404),
            ("POST", "/compat/kbtt/unknown".to_owned(), 404),
            ("GET", at(&app), 405),
        ] {
            let headers = [("content-type", "application/json")];
            let reply = software.send(method, &path, &headers, Some(body.to_string().into_bytes())).await;
            check_shape(&reply, status);
        }
        assert_eq!(stays(&app).await, Vec::<Value>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_open_establishment_need_not_be_named() {
    for app in TestApp::both().await {
        let path = "/compat/kbtt/declarations";
        let small = app.sign_in("hotel2").await;
        let filed = small.post(path, json!([national(1)])).await;
        check_shape(&filed, 200);
        let read = small.get(filed.header("location")).await.expect(200);
        assert_eq!(read.json["establishment_id"], app.establishment("hotel2"));

        let hotel = app.sign_in("hotel").await;
        let message = check_shape(&hotel.post(path, json!([national(1)])).await, 400);
        let ids: Vec<&str> =
            app.world.establishments["hotel"].as_array().expect("ids").iter().filter_map(Value::as_str).collect();
        assert!(ids.len() == 2 && ids.iter().all(|id| message.contains(id)), "{message}");
        let close = json!({ "status": "closed" }).to_string().into_bytes();
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        for (n, id) in ids.iter().enumerate() {
            let closed =
                hotel.send("PATCH", &format!("/api/v1/establishments/{id}"), &headers, Some(close.clone())).await;
            closed.expect(200);
            let reply = hotel.post(path, json!([national(1)])).await;
            if n == 0 {
                check_shape(&reply, 200);
                let read = hotel.get(reply.header("location")).await.expect(200);
                assert_eq!(read.json["establishment_id"], ids[1]);
                let message = check_shape(
                    &hotel.post(&format!("/compat/kbtt/{id}/declarations"), json!([national(1)])).await,
                    400,
                );
                assert_eq!(message, "Cơ sở lưu trú đã đóng");
            } else {
                assert_eq!(check_shape(&reply, 400), "Tổ chức không có cơ sở lưu trú nào đang mở");
            }
        }
    }
}

/// The ministry refuses these; the law wants the guest declared all the same.
#[tokio::test(flavor = "multi_thread")]
async fn late_is_recorded_and_never_refused() {
    for app in TestApp::both().await {
        let software = app.software().await;
        let mut late = with(1, "ngayDenCsltStr", json!("2026-11-15 10:00:00"));
        late["ngayDiDuKienStr"] = json!("2026-11-18 12:00:00");
        late["thoiHanTamTruStr"] = json!("2026-11-20 00:00:00");
        let filed = software.post(&at(&app), json!([late])).await;
        check_shape(&filed, 200);
        let read = app.sign_in("hotel").await.get(filed.header("location")).await.expect(200);
        assert_eq!(read.json["timeliness"], "late");
        assert_eq!(
            read.json["stays"][0]["findings"]
                .as_array()
                .expect("findings")
                .iter()
                .map(|f| f["pointer"].clone())
                .collect::<Vec<_>>(),
            ["/0/thoiHanTamTruStr", "/0/ngayDenCsltStr"]
        );
    }
}

/// What fails outside every handler has the shape too.
#[tokio::test(flavor = "multi_thread")]
async fn faults_and_overload_have_the_shape() {
    for app in TestApp::both().await {
        let router: Router = Router::new()
            .route("/compat/kbtt/fault", get(|| async { panic!("a fault of a test") as () }))
            .route("/compat/kbtt/down", get(|| async { Problem::new(ProblemKind::Unavailable) }))
            .route("/compat/kbtt/unknown", get(|| async { Problem::new(ProblemKind::OutcomeUnknown) }))
            .route("/elsewhere", get(|| async { Problem::new(ProblemKind::Unavailable) }))
            .layer(from_fn_with_state(Edge::new(app.state.clone(), &[declarations::NATIONAL]), edge::edge));
        for (path, status, retry, national) in [
            ("/compat/kbtt/fault", 500, None, true),
            ("/compat/kbtt/down", 503, Some("2"), true),
            ("/compat/kbtt/unknown", 503, Some("2"), true),
            ("/elsewhere", 503, Some("2"), false),
        ] {
            let request = axum::http::Request::get(path).body(axum::body::Body::empty()).expect("a request");
            let (head, body) = router.clone().oneshot(request).await.expect("an answer").into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            let json: Value = serde_json::from_slice(&body).expect("JSON");
            let code = status.to_string();
            assert_eq!(head.status.as_u16(), status, "{path}");
            assert_eq!(head.headers.get("retry-after").and_then(|value| value.to_str().ok()), retry, "{path}");
            assert_eq!(json["code"] == code.as_str() && json.get("data") == Some(&Value::Null), national, "{path}");
            assert_eq!(head.headers["content-type"].as_bytes().starts_with(b"application/problem+json"), !national);
        }
    }
}
