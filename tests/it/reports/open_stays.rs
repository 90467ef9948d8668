//! Open stays: who was to leave and has no check-out, by establishment and one by one.

use ::entity::{audit_entry, stay};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement, sea_query::Expr,
};
use serde_json::{Value, json};

use crate::harness::app::{TestApp, guest};

const REPORT: &str = "/api/v1/reports/open-stays";

/// Files a guest of the past at an establishment.
async fn file(app: &TestApp, account: &str, place: usize, number: u32, days: (&str, &str)) {
    let establishment = &app.world.establishments[account][place];
    let mut guest = guest(number);
    guest["arrived_at"] = json!(days.0);
    guest["expected_departure_on"] = json!(days.1);
    let body = json!({ "establishment_id": establishment, "stays": [guest] });
    app.sign_in(account).await.post("/api/v1/declarations", body).await.expect(201);
}

/// Two overdue guests and one who is not at the hotel, one each at its flats and at the other hotel.
async fn world(app: &TestApp) {
    file(app, "hotel", 0, 1, ("2026-11-10", "2026-11-15")).await;
    file(app, "hotel", 0, 2, ("2026-11-18", "2026-11-21")).await;
    file(app, "hotel", 0, 3, ("2026-11-21", "2026-11-22")).await;
    file(app, "hotel", 1, 4, ("2026-11-12", "2026-11-20")).await;
    file(app, "hotel2", 0, 5, ("2026-11-01", "2026-11-02")).await;
    // One who has left is not open, however early he was to leave.
    let mut gone = guest(6);
    gone["arrived_at"] = json!("2026-11-08");
    gone["expected_departure_on"] = json!("2026-11-09");
    gone["departed_on"] = json!("2026-11-09");
    let body = json!({ "establishment_id": app.establishment("hotel"), "stays": [gone] });
    app.sign_in("hotel").await.post("/api/v1/declarations", body).await.expect(201);
}

fn rows(report: &Value) -> Vec<(String, i64, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let row = |row: &Value| {
        let count = row["count"].as_i64().expect("a count");
        (text(&row["establishment_id"]), count, text(&row["oldest_expected_departure_on"]))
    };
    report["establishments"].as_array().expect("establishments").iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reader_sees_the_open_stays_of_his_scope() {
    for app in TestApp::both().await {
        world(&app).await;
        let id =
            |account: &str, place: usize| app.world.establishments[account][place].as_str().expect("an id").to_owned();
        let mut own = vec![(id("hotel", 0), 2, "2026-11-15".to_owned()), (id("hotel", 1), 1, "2026-11-20".to_owned())];
        own.sort();
        let other = (id("hotel2", 0), 1, "2026-11-02".to_owned());
        let mut all = own.clone();
        all.push(other.clone());
        all.sort();
        for (caller, expected) in [
            (app.sign_in("hotel").await, &own),
            (app.software().await, &own),
            (app.sign_in("ward").await, &own),
            (app.sign_in("hotel2").await, &vec![other.clone()]),
            (app.sign_in("landlord").await, &vec![]),
            (app.sign_in("hr").await, &vec![]),
            (app.sign_in("officer").await, &all),
        ] {
            let report = caller.get(REPORT).await.expect(200);
            assert_eq!(rows(&report.json), *expected);
            assert_eq!((&report.json["as_of"], &report.json["next_cursor"]), (&json!("2026-11-22"), &Value::Null));
        }
        let hotel = app.sign_in("hotel").await;
        let named = hotel.get(&format!("{REPORT}?establishment_id={}", id("hotel", 0))).await.expect(200);
        let organization = hotel.get("/api/v1/me").await.json["organization_id"].clone();
        assert_eq!(
            named.json["establishments"],
            json!([{
                "establishment_id": id("hotel", 0), "name": "Khách sạn Sóng Biển", "organization_id": organization,
                "ward_code": "20275", "count": 2, "oldest_expected_departure_on": "2026-11-15",
            }])
        );
        let theirs = hotel.get(&format!("{REPORT}?establishment_id={}", id("hotel2", 0))).await.expect(200);
        assert_eq!(theirs.json["establishments"], json!([]), "another organization's establishment");
        // On its last day a stay is not overdue, on the next it is.
        for (as_of, count) in
            [("2026-11-15", None), ("2026-11-16", Some(1)), ("2026-11-22", Some(2)), ("2026-11-23", Some(3))]
        {
            let report =
                hotel.get(&format!("{REPORT}?as_of={as_of}&establishment_id={}", id("hotel", 0))).await.expect(200);
            assert_eq!(report.json["establishments"][0]["count"].as_i64(), count, "{as_of}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_bad_questions() {
    for app in TestApp::both().await {
        world(&app).await;
        let officer = app.sign_in("officer").await;
        let whole = rows(&officer.get(REPORT).await.expect(200).json);
        let (mut seen, mut path) = (Vec::new(), format!("{REPORT}?limit=1"));
        loop {
            let page = officer.get(&path).await.expect(200).json;
            seen.extend(rows(&page));
            let Some(next) = page["next_cursor"].as_str() else { break };
            path = format!("{REPORT}?limit=1&cursor={next}");
        }
        assert_eq!((seen.len(), &seen), (3, &whole));
        for query in [
            "limit=0",
            "limit=201",
            "cursor=%25",
            "cursor=YWJj",
            "as_of=2026-13-01",
            "as_of=9999-01-01",
            "as_of=-262143-01-01",
            "establishment_id=x",
            "who=me",
        ] {
            assert_eq!(officer.get(&format!("{REPORT}?{query}")).await.status, 400, "{query}");
        }
        assert_eq!(app.anonymous().get(REPORT).await.status, 401);
        assert_eq!(app.sign_in("auditor").await.get(REPORT).await.status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stays_themselves_are_listed_and_the_look_is_on_record() {
    for app in TestApp::both().await {
        world(&app).await;
        let hotel = app.sign_in("hotel").await;
        let numbers = |page: &Value| -> Vec<String> {
            let items = page["items"].as_array().expect("items").iter();
            items.map(|item| item["document"]["number"].as_str().expect("a number").to_owned()).collect()
        };
        let listed = hotel.get("/api/v1/stays?overdue_on=2026-11-22").await.expect(200);
        assert_eq!(numbers(&listed.json), ["ZS0000004", "ZS0000002", "ZS0000001"]);
        let there = format!("/api/v1/stays?overdue_on=2026-11-22&establishment_id={}", app.establishment("hotel"));
        assert_eq!(numbers(&hotel.get(&there).await.expect(200).json), ["ZS0000002", "ZS0000001"]);
        let first = hotel.get(&format!("{there}&limit=1")).await.expect(200);
        let next = first.json["next_cursor"].as_str().expect("a next page").to_owned();
        let second = hotel.get(&format!("{there}&limit=1&cursor={next}")).await.expect(200);
        assert_eq!((numbers(&first.json), numbers(&second.json)), (vec!["ZS0000002".into()], vec!["ZS0000001".into()]));
        assert_eq!(second.json["next_cursor"], Value::Null);
        let ward = app.sign_in("ward").await.get("/api/v1/stays?overdue_on=2026-11-22").await.expect(200);
        assert!(numbers(&ward.json).len() == 3 && !ward.text().contains("ZS0000001"), "masked for the police");
        assert_eq!(hotel.get("/api/v1/stays?overdue_on=9999-01-01").await.status, 400);

        let count = || async { audit_entry::Entity::find().count(app.state.db.read()).await.expect("a count") };
        let before = count().await;
        hotel.get(REPORT).await.expect(200);
        assert_eq!(count().await, before, "the report shows nobody");
        hotel.get("/api/v1/stays?overdue_on=2026-11-22").await.expect(200);
        assert_eq!(count().await, before + 1, "the list does");
    }
}

/// The condition of the report is the condition of the index, on both databases.
#[tokio::test(flavor = "multi_thread")]
async fn the_index_of_open_stays_serves() {
    use sea_orm::{
        ActiveEnum, QueryOrder, QuerySelect, QueryTrait,
        sea_query::{ExprTrait, SimpleExpr},
    };
    for app in TestApp::both().await {
        let conn = app.state.db.read();
        let backend = conn.get_database_backend();
        let staying = SimpleExpr::Constant(stay::Status::Staying.to_value().into());
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        let query = stay::Entity::find()
            .select_only()
            .column(stay::Column::EstablishmentId)
            .column_as(stay::Column::ExpectedDepartureOn.count(), "count")
            .filter(Expr::col((stay::Entity, stay::Column::Status)).eq(staying))
            .filter(stay::Column::ExpectedDepartureOn.lt(day))
            .group_by(stay::Column::EstablishmentId)
            .order_by_asc(stay::Column::EstablishmentId)
            .limit(51_u64)
            .build(backend);
        assert!(query.sql.contains("'staying'"), "{}", query.sql);
        let explain = if backend == DbBackend::Postgres { "EXPLAIN" } else { "EXPLAIN QUERY PLAN" };
        let values = query.values.unwrap_or_else(|| sea_orm::Values(Vec::new()));
        let plan = Statement::from_sql_and_values(backend, format!("{explain} {}", query.sql), values);
        let rows = conn.query_all_raw(plan).await.expect("a plan");
        let column = if backend == DbBackend::Postgres { "QUERY PLAN" } else { "detail" };
        let lines: Vec<String> = rows.iter().map(|row| row.try_get("", column).expect("a line")).collect();
        assert!(lines.iter().any(|line| line.contains("ix_stay_open")), "{lines:?}");
    }
}
