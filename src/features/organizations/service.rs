//! The use cases of this room: load facts, decide, save, put on the record, commit.

mod establishments;
mod organizations;
mod registrations;

use crate::{
    features::{
        catalog::CatalogSnapshot,
        organizations::rules::{PlaceFacts, non_blank},
    },
    kernel::page::PageRequest,
    platform::state::AppState,
};

pub(super) use establishments::{create_establishment, list_establishments, read_establishment, update_establishment};
pub(super) use organizations::{read_organization, update_organization};
pub(super) use registrations::{
    approve_registration, list_registrations, read_registration, refuse_registration, register_organization,
};

/// A page of a list: how many rows, and after which id.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub page: PageRequest,
    pub after: Option<uuid::Uuid>,
}

/// What the catalogue knows of a place; what was not named is not unknown.
fn place_facts(state: &AppState, ward_code: Option<&str>, zone_code: Option<&str>) -> PlaceFacts {
    let catalogue = state.room::<CatalogSnapshot>().current();
    PlaceFacts {
        ward_known: ward_code.is_none_or(|code| catalogue.wards.get(code).is_some()),
        zone_known: non_blank(zone_code).is_none_or(|code| catalogue.zones.get(&code).is_some()),
    }
}
