//! Is it up, is it ready, how does it do.

use std::sync::OnceLock;

use axum::{extract::State, http::header, response::IntoResponse};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    features::accounts::Anonymous,
    platform::{
        http::{Problem, problem::ProblemOut},
        jobs,
        state::AppState,
    },
};

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts to count. A second call in one process changes nothing.
pub fn install_metrics() {
    METRICS.get_or_init(|| {
        let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let builder = PrometheusBuilder::new().set_buckets(&buckets).ok()?;
        builder.install_recorder().map_err(|error| tracing::warn!(%error, "metrics are off")).ok()
    });
}

/// Keeps the histograms small; called now and then.
pub fn tidy_metrics() {
    if let Some(Some(handle)) = METRICS.get() {
        handle.run_upkeep();
    }
}

/// The route table.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready)).routes(routes!(metrics))
}

/// State of the server.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

/// The process answers.
#[utoipa::path(
    get, path = "/health/live", operation_id = "get_liveness", tag = "health",
    responses((status = 200, description = "Up", body = Health))
)]
async fn live() -> axum::Json<Health> {
    axum::Json(Health { status: "ok" })
}

/// The database can be reached.
#[utoipa::path(
    get, path = "/health/ready", operation_id = "get_readiness", tag = "health",
    responses(
        (status = 200, description = "Ready", body = Health),
        (status = 503, description = "Not ready", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
async fn ready(_caller: Anonymous, State(state): State<AppState>) -> Result<axum::Json<Health>, Problem> {
    state.db.ping().await?;
    Ok(axum::Json(Health { status: "ok" }))
}

/// Counters for Prometheus. No personal data.
#[utoipa::path(
    get, path = "/metrics", operation_id = "get_metrics", tag = "health",
    responses((status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"))
)]
async fn metrics(_caller: Anonymous, State(state): State<AppState>) -> Result<impl IntoResponse, Problem> {
    let (open, failed) = jobs::backlog(&state).await?;
    metrics::gauge!("jobs_open").set(f64::from(u32::try_from(open).unwrap_or(u32::MAX)));
    metrics::gauge!("jobs_failed").set(f64::from(u32::try_from(failed).unwrap_or(u32::MAX)));
    let text = METRICS.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}
