//! The rows of a new declaration.

use ::entity::{declaration, establishment, stay};
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        catalog::Channel,
        declarations::{
            rules::{Examined, GoodStay},
            service::filing::Destination,
            store,
        },
    },
    kernel::{
        finding::Finding,
        ids::{self, DeclarationId},
    },
    platform::events::{Actor, Event},
};

/// A declaration that is about to be written.
pub(in crate::features::declarations::service) struct Filed {
    pub declaration: declaration::Model,
    pub stays: Vec<stay::Model>,
    auto_confirmed: bool,
}

/// What a new declaration is made of, beside its stays.
pub(in crate::features::declarations::service) struct Head<'a> {
    pub destination: &'a Destination,
    pub channel: Channel,
    pub client_reference: Option<String>,
    pub actor: &'a Actor,
    pub import_id: Option<Uuid>,
    pub reference_code: String,
    pub content_hash: String,
}

impl Filed {
    /// Makes the rows. Without warnings and in a unit that wants it so, the declaration is confirmed at once.
    pub(in crate::features::declarations::service) fn build(
        head: Head<'_>,
        fresh: &[&Examined],
        now: DateTime<Utc>,
    ) -> Self {
        let Destination { establishment, unit, .. } = head.destination;
        let id = DeclarationId::fresh(now);
        let stays: Vec<stay::Model> = fresh
            .iter()
            .filter_map(|examined| examined.stay.as_ref().map(|stay| (stay, examined)))
            .enumerate()
            .map(|(position, (good, examined))| stay_row(good, examined, id, position, establishment, now))
            .collect();
        let warnings: usize = fresh.iter().map(|examined| examined.warnings()).sum();
        let late = stays.iter().any(|stay| stay.timeliness == stay::Timeliness::Late);
        let earliest = stays.iter().min_by_key(|stay| stay.due_at);
        let auto_confirmed = unit.auto_confirm && warnings == 0;
        let declaration = declaration::Model {
            id: id.0,
            reference_code: head.reference_code,
            organization_id: establishment.organization_id,
            establishment_id: establishment.id,
            unit_id: unit.id,
            ward_code: establishment.ward_code.clone(),
            channel: match head.channel {
                Channel::Electronic => declaration::Channel::Electronic,
                Channel::Paper => declaration::Channel::Paper,
            },
            reference_key: head
                .client_reference
                .as_deref()
                .map(|reference| store::reference_key(establishment.organization_id, reference)),
            client_reference: head.client_reference,
            content_hash: head.content_hash,
            status: if auto_confirmed { declaration::Status::Confirmed } else { declaration::Status::Submitted },
            filed_at: now,
            due_at: earliest.map_or(now, |stay| stay.due_at),
            timeliness: if late { declaration::Timeliness::Late } else { declaration::Timeliness::OnTime },
            deadline_rule: earliest.map_or_else(String::new, |stay| stay.deadline_rule.clone()),
            stay_count: i32::try_from(stays.len()).unwrap_or(i32::MAX),
            warning_count: i32::try_from(warnings).unwrap_or(i32::MAX),
            urgency: i32::from(warnings == 0),
            filed_by_kind: head.actor.by_kind(),
            filed_by: head.actor.id,
            import_id: head.import_id,
            decision_reason: None,
            decided_by: None,
            decided_at: auto_confirmed.then_some(now),
            version: 1,
            updated_at: now,
            content_version: 1,
        };
        Self { declaration, stays, auto_confirmed }
    }

    /// What stands on the record about it.
    pub(in crate::features::declarations::service) fn events(&self) -> Vec<Event> {
        let row = &self.declaration;
        let about = |action| {
            Event::about(action, "declaration", row.id).of_organization(row.organization_id).of_unit(Some(row.unit_id))
        };
        let mut events = vec![about("declaration_filed").with(json!({
            "reference_code": row.reference_code,
            "stays": row.stay_count,
            "warnings": row.warning_count,
            "timeliness": row.timeliness,
            "import_id": row.import_id,
        }))];
        if self.auto_confirmed {
            events.push(about("declaration_confirmed").with(json!({ "by_rule": "no warnings" })));
        }
        events
    }
}

/// A stay as filed.
pub(in crate::features::declarations::service) fn stay_row(
    good: &GoodStay,
    examined: &Examined,
    declaration: DeclarationId,
    position: usize,
    establishment: &establishment::Model,
    now: DateTime<Utc>,
) -> stay::Model {
    stay::Model {
        id: ids::fresh(now),
        declaration_id: declaration.0,
        position: i32::try_from(position).unwrap_or(i32::MAX),
        organization_id: establishment.organization_id,
        establishment_id: establishment.id,
        ward_code: establishment.ward_code.clone(),
        status: if good.departed_on.is_some() { stay::Status::Departed } else { stay::Status::Staying },
        natural_key: Some(good.natural_key(establishment.id)),
        guest_key: store::guest_key(establishment.organization_id, good.document_number.as_str()),
        full_name: good.full_name.as_str().to_owned(),
        full_name_folded: good.full_name.folded(),
        date_of_birth: good.date_of_birth.to_string(),
        sex: if good.sex == "M" { stay::Sex::M } else { stay::Sex::F },
        nationality: good.nationality.clone(),
        document_type: if good.is_passport { stay::DocumentType::Passport } else { stay::DocumentType::TravelDocument },
        document_number: good.document_number.as_str().to_owned(),
        document_expires_on: good.document_expires_on,
        room: good.room.clone(),
        arrived_on: good.arrival.on,
        arrived_at: good.arrival.at,
        expected_departure_on: good.expected_departure_on,
        departed_on: good.departed_on,
        permitted_stay_until: good.permitted_stay_until,
        visa_symbol: good.visa_symbol.clone(),
        visa_number: good.visa_number.clone(),
        purpose: good.purpose.clone(),
        due_at: good.due_at,
        timeliness: if good.late { stay::Timeliness::Late } else { stay::Timeliness::OnTime },
        deadline_rule: good.deadline_rule.clone(),
        findings: Finding::to_store(&examined.findings),
        version: 1,
        updated_at: now,
    }
}
