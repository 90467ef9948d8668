//! The catalog over HTTP: public, cacheable, answered from memory.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    features::{
        accounts::Anonymous,
        catalog::{
            CatalogSnapshot, CatalogTable, Catalogue,
            dto::{CatalogFilter, CatalogRowsOut, CatalogTableListOut, CatalogTableOut},
            in_force,
        },
    },
    kernel::{clock::local_day, finding::Finding},
    platform::{
        http::{Path, Problem, ProblemKind, Query, problem::ProblemOut},
        signing::sha256_hex,
        state::AppState,
    },
};

/// How long a client may answer from its own copy, in seconds: rows start with a day and are announced long before.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_catalog_tables)).routes(routes!(get_catalog_table))
}

/// Names the code tables with their number of rows.
///
/// For everybody. The `ETag` changes whenever any row of any table does: ask with `If-None-Match`.
#[utoipa::path(
    get,
    path = "/api/v1/catalog",
    operation_id = "list_catalog_tables",
    tag = "catalog",
    security(()),
    params(("If-None-Match" = Option<String>, Header, description = "`ETag` of the copy at hand")),
    responses(
        (status = 200, body = CatalogTableListOut, description = "The tables",
            headers(("ETag" = String, description = "Changes with any row"))),
        (status = 304, description = "The copy at hand is good"),
        (status = 429, body = ProblemOut, content_type = "application/problem+json", description = "Too many requests"),
    )
)]
pub async fn list_catalog_tables(
    _caller: Anonymous,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let catalogue = state.room::<CatalogSnapshot>().current();
    let on = local_day(state.clock.now());
    let tag = entity_tag(&catalogue, "", Some(on));
    Ok(cached(&headers, &tag, || {
        let items = catalogue.tables().iter().map(|table| CatalogTableOut {
            table: table.table.name,
            key_columns: table.table.key_columns.to_vec(),
            rows: in_force(&table.entries, on).len(),
            versions: table.entries.len(),
        });
        CatalogTableListOut { edition: catalogue.edition.clone(), on, items: items.collect() }
    }))
}

/// Reads one code table: the rows in force on a day, or every version of every row.
///
/// For everybody. Answers 404 for a table that does not exist and 400 for a day that cannot be read. The `ETag`
/// changes whenever any row of any table does: ask with `If-None-Match`.
#[utoipa::path(
    get,
    path = "/api/v1/catalog/{table}",
    operation_id = "get_catalog_table",
    tag = "catalog",
    security(()),
    params(
        ("table" = String, Path, description = "Name of the table", example = "nationality_codes"),
        CatalogFilter,
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of the copy at hand"),
    ),
    responses(
        (status = 200, body = CatalogRowsOut, description = "The rows",
            headers(("ETag" = String, description = "Changes with any row"))),
        (status = 304, description = "The copy at hand is good"),
        (status = 400, body = ProblemOut, content_type = "application/problem+json", description = "Unreadable query"),
        (status = 404, body = ProblemOut, content_type = "application/problem+json", description = "No such table"),
        (status = 429, body = ProblemOut, content_type = "application/problem+json", description = "Too many requests"),
    )
)]
pub async fn get_catalog_table(
    _caller: Anonymous,
    Path(name): Path<String>,
    Query(filter): Query<CatalogFilter>,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let table = CatalogTable::find(&name).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let on = day_asked_for(&filter, local_day(state.clock.now()))?;
    let catalogue = state.room::<CatalogSnapshot>().current();
    let tag = entity_tag(&catalogue, table.name, on);
    Ok(cached(&headers, &tag, || {
        let versions = catalogue.versions(table.name).unwrap_or_default();
        let items = match on {
            Some(day) => in_force(versions, day).iter().map(Into::into).collect(),
            None => versions.iter().map(Into::into).collect(),
        };
        CatalogRowsOut { table: table.name, edition: catalogue.edition.clone(), on, items }
    }))
}

/// The day, or `None` for every version.
fn day_asked_for(filter: &CatalogFilter, today: NaiveDate) -> Result<Option<NaiveDate>, Problem> {
    match (filter.on.as_deref(), filter.all.unwrap_or(false)) {
        (Some(_), true) => Err(Problem::malformed(Finding::block("bad_query", "/on"))),
        (None, true) => Ok(None),
        (None, false) => Ok(Some(today)),
        (Some(text), false) => NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            // The parser would also accept `2026-7-1`.
            .filter(|day| day.to_string() == text)
            .map(Some)
            .ok_or_else(|| Problem::malformed(Finding::block("invalid_date", "/on"))),
    }
}

/// A strong entity tag: the same content asked for in the same way by the same release gives the same bytes.
fn entity_tag(catalogue: &Catalogue, table: &str, on: Option<NaiveDate>) -> String {
    let day = on.map_or_else(|| "all".to_owned(), |day| day.to_string());
    let parts = [env!("CARGO_PKG_VERSION"), &catalogue.edition, table, &day].join("\n");
    format!("\"{}\"", &sha256_hex(&[parts.as_bytes()])[..32])
}

/// 304 when the client has this very answer, else 200 with it.
fn cached<T: Serialize>(request: &HeaderMap, tag: &str, body: impl FnOnce() -> T) -> Response {
    let known = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .any(|field| names_tag(field, tag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { Json(body()).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
    if let Ok(value) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, value);
    }
    response
}

/// Whether an `If-None-Match` field names the tag; weak comparison (RFC 9110 section 13.1.2).
fn names_tag(field: &str, tag: &str) -> bool {
    field.trim() == "*" || field.split(',').map(str::trim).any(|item| item.strip_prefix("W/").unwrap_or(item) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_none_match_table() {
        for (field, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(names_tag(field, "\"a\""), known, "{field}");
        }
    }

    #[test]
    fn day_table() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("valid");
        let day = |on: Option<&str>, all: Option<bool>| {
            day_asked_for(&CatalogFilter { on: on.map(str::to_owned), all }, today).map_err(|p| p.kind())
        };
        assert_eq!(day(None, None), Ok(Some(today)));
        assert_eq!(day(None, Some(false)), Ok(Some(today)));
        assert_eq!(day(None, Some(true)), Ok(None));
        assert_eq!(day(Some("2026-07-01"), None), Ok(NaiveDate::from_ymd_opt(2026, 7, 1)));
        for bad in ["2026-7-1", "2026-02-30", "", "+2026-07-1", "today"] {
            assert_eq!(day(Some(bad), None), Err(ProblemKind::Malformed), "{bad}");
        }
        assert_eq!(day(Some("2026-07-01"), Some(true)), Err(ProblemKind::Malformed));
    }
}
