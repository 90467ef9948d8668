//! Reports over HTTP.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    features::{
        accounts::StayReader,
        reports::{
            dto::{OpenStaysFilter, OpenStaysOut},
            service,
        },
    },
    platform::{
        http::{Problem, Query, problem::ProblemOut},
        state::AppState,
    },
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(report_open_stays))
}

/// Counts, by establishment, the guests whose planned departure has passed without a check-out.
///
/// For the organization's people and software: its own establishments; for the police: those in scope. The state of a stay
/// is today's; `as_of` only moves the day before which it was to end. No person is shown, so the reading is not recorded;
/// the guests themselves are at `GET /api/v1/stays?overdue_on=`, where it is.
#[utoipa::path(
    get, path = "/api/v1/reports/open-stays", operation_id = "report_open_stays", tag = "reports",
    security(("bearer" = [])), params(OpenStaysFilter),
    responses(
        (status = 200, description = "A page of establishments", body = OpenStaysOut),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
async fn report_open_stays(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Query(filter): Query<OpenStaysFilter>,
) -> Result<axum::Json<OpenStaysOut>, Problem> {
    service::open_stays(&state, &caller, &filter).await.map(axum::Json)
}
