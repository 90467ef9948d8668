//! Entering, reading and changing establishments.

use ::entity::{establishment, unit};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::{
    features::{
        accounts::{Caller, Scope, units},
        organizations::{
            OrganizationError,
            dto::{EstablishmentFilter, EstablishmentIn, EstablishmentOut, EstablishmentPatch},
            rules::{
                EstablishmentChange, EstablishmentStatus, OrganizationStatus, examine_establishment,
                examine_establishment_change,
            },
            service::{Listing, place_facts},
            store::{self, Window},
        },
    },
    kernel::{
        finding::Finding,
        ids::{EstablishmentId, OrganizationId},
        page::Page,
    },
    platform::{
        db::{Answer, Work},
        events::Event,
        http::{IfMatch, idempotency::Idempotency},
        state::AppState,
    },
};

/// Enters an establishment of an active organization.
pub(in crate::features::organizations) async fn create_establishment(
    state: &AppState,
    caller: &Caller,
    organization_id: OrganizationId,
    (input, idempotency): (EstablishmentIn, &Idempotency),
) -> Result<Answer, OrganizationError> {
    let facts = place_facts(state, Some(&input.ward_code), None);
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    check_organization(work.tx(), organization_id).await?;
    let new = examine_establishment(input, facts).map_err(OrganizationError::Findings)?;
    let unit = receiving_unit(work.tx(), &new.ward_code).await?;
    let row = store::insert_establishment(work.tx(), organization_id.0, new, unit.id, work.now()).await?;
    let event = about("establishment_created", &row);
    let out = EstablishmentOut::new(row, &unit);
    work.publish(event.with(json!({ "type": out.kind, "ward_code": out.ward_code })));
    let answer = Answer::created(format!("/api/v1/establishments/{}", out.id), &out).version(out.version);
    Ok(work.answer(idempotency, answer).await?)
}

/// Establishments in the caller's scope, oldest first.
pub(in crate::features::organizations) async fn list_establishments(
    state: &AppState,
    scope: &Scope,
    filter: &EstablishmentFilter,
    listing: &Listing,
) -> Result<Page<EstablishmentOut>, OrganizationError> {
    let conn = state.db.read();
    let limit = listing.page.limit;
    let window = Window { after: listing.after, limit };
    let rows = store::list_establishments(conn, scope, filter.status, filter.organization_id, &window).await?;
    let page = Page::from_surplus(rows, limit, |row| row.id.to_string());
    let units = units::units_by_id(conn, page.items.iter().map(|row| row.unit_id)).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        let unit = units.get(&row.unit_id).ok_or(OrganizationError::NotFound)?;
        items.push(EstablishmentOut::new(row, unit));
    }
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// An establishment in the caller's scope.
pub(in crate::features::organizations) async fn read_establishment(
    state: &AppState,
    scope: &Scope,
    id: EstablishmentId,
) -> Result<EstablishmentOut, OrganizationError> {
    let conn = state.db.read();
    let row = store::find_establishment(conn, scope, id).await?.ok_or(OrganizationError::NotFound)?;
    let unit = unit_of(conn, &row).await?;
    Ok(EstablishmentOut::new(row, &unit))
}

/// Changes, closes or reopens an establishment. A change that changes nothing makes no version.
pub(in crate::features::organizations) async fn update_establishment(
    state: &AppState,
    caller: &Caller,
    organization_id: OrganizationId,
    (id, if_match): (EstablishmentId, &IfMatch),
    (patch, idempotency): (EstablishmentPatch, &Idempotency),
) -> Result<Answer, OrganizationError> {
    let facts = place_facts(state, patch.ward_code.as_deref(), None);
    let scope = Scope::Organization(organization_id);
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let before = store::find_establishment(work.tx(), &scope, id).await?.ok_or(OrganizationError::NotFound)?;
    if !if_match.matches(before.version) {
        return Err(OrganizationError::Stale);
    }
    check_organization(work.tx(), organization_id).await?;
    let change = examine_establishment_change(patch, facts).map_err(OrganizationError::Findings)?;
    let unit = match &change.ward_code {
        Some(ward_code) => receiving_unit(work.tx(), ward_code).await?,
        None => unit_of(work.tx(), &before).await?,
    };
    let mut after = apply(before.clone(), change, &unit);
    let changed = changed_members(&before, &after);
    if !changed.is_empty() {
        if !store::save_establishment(work.tx(), &mut after, before.version, work.now()).await? {
            return Err(OrganizationError::Stale);
        }
        let data = json!({ "changed": changed, "ward_code": after.ward_code });
        work.publish(about(change_event(&before, &after), &after).with(data));
    }
    let out = EstablishmentOut::new(after, &unit);
    Ok(work.answer(idempotency, Answer::ok(&out).version(out.version)).await?)
}

/// Refuses unless the caller's organization is active.
async fn check_organization(conn: &impl ConnectionTrait, id: OrganizationId) -> Result<(), OrganizationError> {
    let found = store::find_organization(conn, &Scope::Organization(id), id.0).await?;
    let organization = found.ok_or(OrganizationError::NotFound)?;
    Ok(OrganizationStatus::from(organization.status).may_change()?)
}

async fn receiving_unit(conn: &impl ConnectionTrait, ward_code: &str) -> Result<unit::Model, OrganizationError> {
    let unit = units::find_receiving_unit(conn, ward_code).await?;
    unit.ok_or_else(|| OrganizationError::Findings(vec![Finding::block("no_receiving_unit", "/ward_code")]))
}

/// A foreign key keeps every establishment's unit in place.
async fn unit_of(conn: &impl ConnectionTrait, row: &establishment::Model) -> Result<unit::Model, OrganizationError> {
    units::units_by_id(conn, [row.unit_id]).await?.remove(&row.unit_id).ok_or(OrganizationError::NotFound)
}

fn apply(mut row: establishment::Model, change: EstablishmentChange, unit: &unit::Model) -> establishment::Model {
    let EstablishmentChange { name, address, ward_code, phone, status } = change;
    row.name = name.unwrap_or(row.name);
    row.address = address.unwrap_or(row.address);
    row.ward_code = ward_code.unwrap_or(row.ward_code);
    row.phone = phone.unwrap_or(row.phone);
    row.status = status.map_or(row.status, Into::into);
    row.unit_id = unit.id;
    row
}

fn changed_members(before: &establishment::Model, after: &establishment::Model) -> Vec<&'static str> {
    let members = [
        ("name", before.name != after.name),
        ("address", before.address != after.address),
        ("ward_code", before.ward_code != after.ward_code),
        ("phone", before.phone != after.phone),
        ("status", before.status != after.status),
        ("receiving_unit", before.unit_id != after.unit_id),
    ];
    members.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
}

fn change_event(before: &establishment::Model, after: &establishment::Model) -> &'static str {
    match (EstablishmentStatus::from(before.status), EstablishmentStatus::from(after.status)) {
        (EstablishmentStatus::Open, EstablishmentStatus::Closed) => "establishment_closed",
        (EstablishmentStatus::Closed, EstablishmentStatus::Open) => "establishment_reopened",
        (EstablishmentStatus::Open, EstablishmentStatus::Open)
        | (EstablishmentStatus::Closed, EstablishmentStatus::Closed) => "establishment_changed",
    }
}

fn about(action: &'static str, row: &establishment::Model) -> Event {
    Event::about(action, "establishment", row.id).of_organization(row.organization_id).of_unit(Some(row.unit_id))
}
