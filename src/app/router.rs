//! All routes and the layers around them.

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware,
    response::Redirect,
    routing::get,
};
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    app::{health, openapi::Document},
    features::{accounts, audit, catalog, declarations, organizations, reports, travellers},
    platform::{
        http::{
            dialect::Dialect,
            edge::{self, Edge},
            pages,
        },
        state::AppState,
    },
};

/// Routes that answer failures in another contract's words.
const DIALECTS: &[Dialect] = &[declarations::NATIONAL];

/// The routes of the rooms with their document.
fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(accounts::routes())
        .merge(organizations::routes())
        .merge(declarations::routes())
        .merge(travellers::routes())
        .merge(catalog::routes())
        .merge(audit::routes())
        .merge(reports::routes())
        .merge(health::routes())
}

/// The document alone.
pub fn document() -> utoipa::openapi::OpenApi {
    api().split_for_parts().1
}

/// Everything that is served.
pub fn router(state: AppState) -> Router {
    let (routes, document) = api().split_for_parts();
    let docs: Router<AppState> = SwaggerUi::new("/docs").url("/openapi.json", document).into();
    let docs = docs.layer(middleware::map_response(allow_docs));
    Router::new()
        .merge(routes)
        .merge(docs)
        .route("/", get(|| async { Redirect::to("/docs/") }))
        .route("/problems", get(pages::list_problems))
        .route("/problems/{code}", get(pages::get_problem))
        .route("/assets/page.css", get(pages::style))
        .fallback(edge::no_route)
        .layer(CompressionLayer::new().gzip(true))
        .layer(middleware::from_fn_with_state(Edge::new(state.clone(), DIALECTS), edge::edge))
        .with_state(state)
}

/// The page of the contract needs its own script and inline styles; nothing from elsewhere.
async fn allow_docs(mut response: axum::response::Response) -> axum::response::Response {
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
             connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    );
    response
}
