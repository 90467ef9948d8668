//! Reading and changing an organization.

use ::entity::organization;
use serde_json::json;

use crate::{
    features::{
        accounts::{Caller, Scope},
        organizations::{
            OrganizationError,
            dto::{OrganizationOut, OrganizationPatch},
            rules::{OrganizationChange, OrganizationStatus, examine_organization_change},
            service::place_facts,
            store,
        },
    },
    kernel::ids::OrganizationId,
    platform::{
        db::{Answer, Work},
        events::Event,
        http::{IfMatch, idempotency::Idempotency},
        state::AppState,
    },
};

/// An organization in the caller's scope. Somebody who does not belong to it leaves a trace: a landlord is a person.
pub(in crate::features::organizations) async fn read_organization(
    state: &AppState,
    caller: &Caller,
    scope: &Scope,
    id: OrganizationId,
) -> Result<OrganizationOut, OrganizationError> {
    let found = store::find_organization(state.db.read(), scope, id.0).await?;
    let row = found.ok_or(OrganizationError::NotFound)?;
    if caller.organization_id != Some(id) {
        let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
        let event = Event::about("organization_read", "organization", id.0).of_organization(id.0);
        work.publish(event.of_unit(caller.unit_id.map(|unit| unit.0)));
        work.commit().await?;
    }
    Ok(row.into())
}

/// Changes what may change of an organization. A change that changes nothing makes no version.
pub(in crate::features::organizations) async fn update_organization(
    state: &AppState,
    caller: &Caller,
    scope: &Scope,
    (id, if_match): (OrganizationId, &IfMatch),
    (patch, idempotency): (OrganizationPatch, &Idempotency),
) -> Result<Answer, OrganizationError> {
    let zone_code = patch.zone_code.as_ref().and_then(|zone| zone.as_deref());
    let facts = place_facts(state, patch.ward_code.as_deref(), zone_code);
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    // Found before it is examined: what does not exist for the caller has no findings.
    let before = store::find_organization(work.tx(), scope, id.0).await?.ok_or(OrganizationError::NotFound)?;
    if !if_match.matches(before.version) {
        return Err(OrganizationError::Stale);
    }
    OrganizationStatus::from(before.status).may_change()?;
    let change = examine_organization_change(patch, facts).map_err(OrganizationError::Findings)?;
    let mut after = apply(before.clone(), change);
    let changed = changed_members(&before, &after);
    if !changed.is_empty() {
        if !store::save_organization(work.tx(), &mut after, before.version, work.now()).await? {
            return Err(OrganizationError::Stale);
        }
        let event = Event::about("organization_changed", "organization", id.0).of_organization(id.0);
        let data = json!({ "changed": changed, "ward_code": after.ward_code, "zone_code": after.zone_code });
        work.publish(event.with(data));
    }
    let out = OrganizationOut::from(after);
    Ok(work.answer(idempotency, Answer::ok(&out).version(out.version)).await?)
}

fn apply(mut row: organization::Model, change: OrganizationChange) -> organization::Model {
    let OrganizationChange { phone, email, address, ward_code, zone_code } = change;
    row.phone = phone.unwrap_or(row.phone);
    row.email = email.unwrap_or(row.email);
    row.address = address.unwrap_or(row.address);
    row.ward_code = ward_code.unwrap_or(row.ward_code);
    row.zone_code = zone_code.unwrap_or(row.zone_code);
    row
}

fn changed_members(before: &organization::Model, after: &organization::Model) -> Vec<&'static str> {
    let members = [
        ("phone", before.phone != after.phone),
        ("email", before.email != after.email),
        ("address", before.address != after.address),
        ("ward_code", before.ward_code != after.ward_code),
        ("zone_code", before.zone_code != after.zone_code),
    ];
    members.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
}
