//! The public check of a receipt: what its QR opens.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    features::{
        accounts::Anonymous,
        declarations::{dto::VerificationOut, rules::review::status_name, service::reading},
    },
    kernel::clock,
    platform::{
        http::{Path, Problem, Query, pages, problem::ProblemOut},
        lang::Lang,
        state::AppState,
    },
};

/// The signature that stands in a receipt's address.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VerificationQuery {
    /// Number of the receipt; the first one if absent.
    v: Option<i32>,
    /// Signature of the code and the number.
    s: Option<String>,
}

#[derive(Template)]
#[template(path = "verify.html", config = "src/askama.toml")]
struct VerifyPage {
    lang: &'static str,
    title: String,
    verdict: String,
    tone: &'static str,
    rows: Vec<(String, String)>,
    note: String,
}

/// Tells anybody whether a receipt is real and where its declaration stands. Shows nobody's data.
///
/// A page by default; JSON for `Accept: application/json`.
#[utoipa::path(
    get, path = "/verify/{reference_code}", operation_id = "verify_receipt", tag = "public",
    params(("reference_code" = String, Path), VerificationQuery),
    responses(
        (status = 200, description = "The receipt exists", content(
            (VerificationOut = "application/json"), (String = "text/html"))),
        (status = 404, description = "No such receipt", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn verify_receipt(
    _caller: Anonymous,
    State(state): State<AppState>,
    Path(code): Path<String>,
    Query(query): Query<VerificationQuery>,
    headers: HeaderMap,
    lang: Lang,
) -> Result<Response, Problem> {
    let out = reading::verify(&state, &code, query.v, query.s.as_deref()).await?;
    let wants_json = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"));
    if wants_json {
        return Ok(axum::Json(out).into_response());
    }
    pages::page(template(&out, lang).render())
}

fn template(out: &VerificationOut, lang: Lang) -> VerifyPage {
    let (tone, verdict) = match (out.authentic, out.replaced_by) {
        (Some(true), None) => ("good", "verify.authentic"),
        (Some(true), Some(_)) => ("open", "verify.replaced"),
        (Some(false), _) => ("bad", "verify.forged"),
        (None, _) => ("open", "verify.unsigned"),
    };
    let code = (lang.plain("verify.code"), out.reference_code.clone());
    // A forged paper must not borrow the look of the record that it names.
    let rows = if out.authentic == Some(false) {
        vec![code]
    } else {
        let numbers = [("verify.receipt_version", out.receipt_version), ("verify.replaced_by", out.replaced_by)];
        let numbers = numbers.into_iter().filter_map(|(key, number)| Some((lang.plain(key), number?.to_string())));
        let state = [
            (lang.plain("verify.status"), lang.plain(&format!("status.{}", status_name(out.status)))),
            (lang.plain("verify.filed_on"), clock::written(out.filed_on)),
            (lang.plain("verify.stay_count"), out.stay_count.to_string()),
        ];
        std::iter::once(code).chain(numbers).chain(state).collect()
    };
    VerifyPage {
        lang: lang.tag(),
        title: lang.plain("verify.title"),
        verdict: lang.plain(verdict),
        tone,
        rows,
        note: lang.plain("verify.note"),
    }
}
