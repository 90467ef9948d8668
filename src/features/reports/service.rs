//! Use cases of reports: count, then name what was counted.

use crate::{
    features::{
        accounts::Caller,
        reports::{
            dto::{OpenStaysAtOut, OpenStaysFilter, OpenStaysOut},
            store,
        },
    },
    kernel::{
        clock,
        finding::Finding,
        ids::{EstablishmentId, OrganizationId},
        page::PageRequest,
    },
    platform::{http::Problem, state::AppState},
};

/// Open stays by establishment. No person is shown, so nothing is recorded.
pub(super) async fn open_stays(
    state: &AppState,
    caller: &Caller,
    filter: &OpenStaysFilter,
) -> Result<OpenStaysOut, Problem> {
    let scope = caller.scope()?;
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    let as_of = filter.as_of.unwrap_or_else(|| clock::local_day(state.clock.now()));
    if !clock::is_sensible(as_of) {
        return Err(Problem::malformed(Finding::block("invalid_date", "/as_of")));
    }
    let conn = state.db.read();
    let counted = store::list_open_stays(conn, &scope, filter, as_of, (&page, page.after_id()?)).await?;
    let mut named = store::establishments(conn, &counted.items).await?;
    let next_cursor = counted.next_cursor;
    let establishments = counted
        .items
        .into_iter()
        .filter_map(|row| {
            let place = named.remove(&row.establishment_id)?;
            Some(OpenStaysAtOut {
                establishment_id: EstablishmentId(place.id),
                name: place.name,
                organization_id: OrganizationId(place.organization_id),
                ward_code: place.ward_code,
                count: row.count,
                oldest_expected_departure_on: row.oldest,
            })
        })
        .collect();
    Ok(OpenStaysOut { as_of, establishments, next_cursor })
}
