//! Units of the police.

use axum::{extract::State, response::IntoResponse, response::Response};
use uuid::Uuid;

use crate::{
    features::accounts::{
        Admin, SignedIn,
        dto::{UnitFilter, UnitList, UnitOut, UnitPatch},
        service::units,
    },
    kernel::page::PageRequest,
    platform::{
        db::{Answer, Work},
        http::{IdempotentJson, IfMatch, Path, Problem, Query, problem::ProblemOut, versioned},
        state::AppState,
    },
};

/// Lists the units of the police.
#[utoipa::path(get, path = "/api/v1/units", operation_id = "list_units", tag = "units", security(("bearer" = [])),
    params(UnitFilter),
    responses(
        (status = 200, description = "One page", body = UnitList),
        (status = 400, description = "The query cannot be meant", body = ProblemOut, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn list_units(
    State(state): State<AppState>,
    SignedIn(_caller): SignedIn,
    Query(filter): Query<UnitFilter>,
) -> Result<Response, Problem> {
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    let found = units::list_units(state.db.read(), filter.kind.map(Into::into), &page).await?;
    Ok(Answer::ok(&UnitList::from(found)).into_response())
}

/// Shows a unit of the police.
#[utoipa::path(get, path = "/api/v1/units/{id}", operation_id = "get_unit", tag = "units", security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "Unit")),
    responses(
        (status = 200, description = "The unit; `ETag` holds its version", body = UnitOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such unit", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn get_unit(
    State(state): State<AppState>,
    SignedIn(_caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let unit = units::get_unit(state.db.read(), id).await?;
    Ok(versioned(unit.version, &UnitOut::from(unit)))
}

/// Changes how a unit works: whether clean declarations are confirmed at once, whether its area counts as remote.
#[utoipa::path(patch, path = "/api/v1/units/{id}", operation_id = "change_unit", tag = "units",
    security(("bearer" = [])), request_body = UnitPatch,
    params(
        ("id" = Uuid, Path, description = "Unit"),
        ("If-Match" = String, Header, description = "`ETag` of the version that was seen")
    ),
    responses(
        (status = 200, description = "Changed", body = UnitOut),
        (status = 401, description = "Not signed in", body = ProblemOut, content_type = "application/problem+json"),
        (status = 403, description = "Only for administrators", body = ProblemOut, content_type = "application/problem+json"),
        (status = 404, description = "No such unit", body = ProblemOut, content_type = "application/problem+json"),
        (status = 412, description = "Somebody changed it meanwhile", body = ProblemOut, content_type = "application/problem+json"),
        (status = 422, description = "Breaks a rule", body = ProblemOut, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = ProblemOut, content_type = "application/problem+json")
    ))]
pub(super) async fn change_unit(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    request: IdempotentJson<UnitPatch>,
) -> Result<Answer, Problem> {
    let before = units::get_unit(state.db.read(), id).await?;
    if_match.check(before.version)?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let unit = units::change_unit(&mut work, &before, request.input.into()).await?;
    let version = unit.version;
    Ok(work.answer(&request.idempotency, Answer::ok(&UnitOut::from(unit)).version(version)).await?)
}
