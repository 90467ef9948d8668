//! Looking for persons.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    features::{
        accounts::Caller,
        travellers::{
            dto::{TravellerDocumentOut, TravellerOut, TravellerPage, TravellerPlaceOut, TravellerSearch},
            rules::asking::{Asked, purpose_names_nobody, read_purpose, read_search},
            service::{record, refused},
            store::{self, Brief, Hit},
        },
    },
    kernel::{
        ids::{EstablishmentId, StayId},
        page::{Page, PageRequest},
        travel_document::mask,
    },
    platform::{events::Event, http::Problem, state::AppState},
};

/// Persons in scope who fit, by document.
pub async fn search(state: &AppState, caller: &Caller, input: &TravellerSearch) -> Result<TravellerPage, Problem> {
    let scope = caller.scope()?;
    let purpose = read_purpose(input.purpose.as_deref()).map_err(refused)?;
    let search = read_search(&Asked::from(input)).map_err(refused)?;
    let names: Vec<&str> = input.q.as_deref().into_iter().collect();
    let numbers: Vec<&str> = search.number.as_deref().into_iter().collect();
    purpose_names_nobody(&purpose, &names, &numbers).map_err(refused)?;
    let page = PageRequest::parse(input.limit, input.cursor.as_deref())?;
    let conn = state.db.read();
    let hits = store::search(conn, &scope, &search, page.limit, page.after_id()?).await?;
    let hits = Page::from_surplus(hits, page.limit, |hit| hit.id.to_string());
    let briefs = if hits.items.is_empty() { Vec::new() } else { store::briefs(conn, &scope, &hits.items).await? };
    let places: BTreeSet<_> = briefs.iter().map(|brief| brief.establishment_id).collect();
    let places = store::establishments(conn, places).await?;
    let place = |brief: &Brief| {
        let known = places.get(&brief.establishment_id);
        TravellerPlaceOut {
            id: EstablishmentId(brief.establishment_id),
            name: known.map(|row| row.name.clone()).unwrap_or_default(),
            ward_code: known.map(|row| row.ward_code.clone()).unwrap_or_default(),
        }
    };
    // A stay may be withdrawn between the two reads; its document then has nothing left to show.
    let items: Vec<_> = hits.items.iter().filter_map(|hit| traveller(hit, &briefs, place)).collect();
    let shown: Vec<_> = items.iter().map(|item| item.id).collect();
    let data = json!({ "purpose": purpose, "criteria": search.criteria(), "travellers": shown });
    record(state, caller, Event::about_many("travellers_searched", "stay"), data).await?;
    Ok(TravellerPage { items, next_cursor: hits.next_cursor })
}

fn traveller(hit: &Hit, briefs: &[Brief], place: impl Fn(&Brief) -> TravellerPlaceOut) -> Option<TravellerOut> {
    let of_hit = |brief: &&Brief| brief.document_number == hit.document_number && brief.nationality == hit.nationality;
    let own: Vec<&Brief> = briefs.iter().filter(of_hit).collect();
    let earliest = own.first()?;
    let last = own.iter().max_by_key(|brief| (brief.arrived_on, brief.id))?;
    Some(TravellerOut {
        id: StayId(earliest.id),
        full_name: last.full_name.clone(),
        date_of_birth: last.date_of_birth.clone(),
        sex: last.sex,
        nationality: last.nationality.clone(),
        document: TravellerDocumentOut { r#type: last.document_type, number: mask(&last.document_number) },
        stay_count: own.len(),
        last_establishment: place(last),
        last_arrived_on: last.arrived_on,
        staying: own.iter().any(|brief| brief.status == ::entity::stay::Status::Staying),
    })
}
