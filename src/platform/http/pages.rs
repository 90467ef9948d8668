//! The few pages of the platform itself: what each problem means, and the style of all pages.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

use crate::platform::{
    http::{Path, Problem, ProblemKind},
    lang::Lang,
};

/// Content security policy of a page without script.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

#[derive(Template)]
#[template(path = "problem.html", config = "src/askama.toml")]
struct ProblemPage {
    lang: &'static str,
    title: String,
    detail: String,
    status: u16,
    code: &'static str,
    all: String,
}

#[derive(Template)]
#[template(path = "problems.html", config = "src/askama.toml")]
struct ProblemsPage {
    lang: &'static str,
    title: String,
    meaning: String,
    rows: Vec<(u16, &'static str, String)>,
}

/// Puts a rendered template on the wire with a policy that allows no script.
pub fn page(html: Result<String, askama::Error>) -> Result<Response, Problem> {
    let html = html.map_err(|error| {
        tracing::error!(%error, "a page could not be made");
        Problem::new(ProblemKind::Internal)
    })?;
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// All problems.
pub async fn list_problems(lang: Lang) -> Result<Response, Problem> {
    let rows = ProblemKind::ALL
        .iter()
        .map(|kind| (kind.status().as_u16(), kind.code(), lang.plain(&format!("problem.{}.title", kind.code()))));
    let template = ProblemsPage {
        lang: lang.tag(),
        title: lang.plain("page.problems.title"),
        meaning: lang.plain("page.problems.meaning"),
        rows: rows.collect(),
    };
    page(template.render())
}

/// One problem.
pub async fn get_problem(Path(code): Path<String>, lang: Lang) -> Result<Response, Problem> {
    let kind = ProblemKind::ALL.iter().find(|kind| kind.code() == code);
    let kind = kind.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let params = std::collections::BTreeMap::from([("request_id".to_owned(), "…".to_owned())]);
    let template = ProblemPage {
        lang: lang.tag(),
        title: lang.plain(&format!("problem.{code}.title")),
        detail: lang.text(&format!("problem.{code}.detail"), &params),
        status: kind.status().as_u16(),
        code: kind.code(),
        all: lang.plain("page.problems.title"),
    };
    page(template.render())
}

/// The style of all pages.
pub async fn style() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("../pages/page.css"))
}
