//! Registering an organization and deciding on it.

use ::entity::{account, organization};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        accounts::{
            AccountError, Caller, Scope, members,
            registrants::{self, Registrant},
        },
        organizations::{
            OrganizationError,
            dto::{AdministratorOut, RefusalIn, RegistrationIn, RegistrationOut},
            rules::{
                Decision, NewAdministrator, NewOrganization, OrganizationStatus, RegistrationFacts, examine_refusal,
                examine_registration, one_spelling_of_email,
            },
            service::{Listing, place_facts},
            store::{self, Decided, Window},
        },
    },
    kernel::{
        finding::Finding,
        ids::{OrganizationId, fresh},
        page::Page,
    },
    platform::{
        db::{Answer, Work},
        events::{Actor, Event},
        http::{IfMatch, idempotency::Idempotency},
        state::AppState,
    },
};

/// Keeps an organization and its first administrator until an officer decides.
pub(in crate::features::organizations) async fn register_organization(
    state: &AppState,
    actor: &Actor,
    input: RegistrationIn,
    idempotency: &Idempotency,
) -> Result<Answer, OrganizationError> {
    let organization = &input.organization;
    let email = one_spelling_of_email(&input.administrator.email);
    let facts = RegistrationFacts {
        place: place_facts(state, Some(&organization.ward_code), organization.zone_code.as_deref()),
        email_taken: registrants::email_is_taken(state.db.read(), &email).await?,
        password: registrants::examine_password(
            input.administrator.password.expose(),
            &email,
            "/administrator/password",
        ),
    };
    let (new, administrator) = examine_registration(input, facts).map_err(OrganizationError::Findings)?;
    let password_hash = registrants::hash_password(administrator.password.expose(), &administrator.email).await?;

    let mut work = Work::begin(&state.db, actor, state.clock.now()).await?;
    let row = insert(&mut work, &new, &administrator, password_hash).await?;
    work.publish(Event::about("organization_registered", "organization", row.id).of_organization(row.id).with(json!({
        "kind": new.kind.as_str(),
        "ward_code": new.ward_code,
        "zone_code": new.zone_code,
    })));
    let out = RegistrationOut::from(row);
    let answer = Answer::created(format!("/api/v1/registrations/{}", out.id), &out).version(out.version);
    Ok(work.answer(idempotency, answer).await?)
}

async fn insert(
    work: &mut Work,
    new: &NewOrganization,
    administrator: &NewAdministrator,
    password_hash: String,
) -> Result<organization::Model, OrganizationError> {
    let id = fresh(work.now());
    let row = store::insert_organization(work.tx(), id, new, work.now()).await?;
    registrants::free_email_of_refused(work, &administrator.email).await?;
    let account = Registrant {
        email: administrator.email.clone(),
        full_name: administrator.full_name.clone(),
        organization_id: OrganizationId(id),
        password_hash,
    };
    registrants::enter(work, &account).await.map_err(|error| match error {
        // Another registration came between the examination and here.
        AccountError::EmailTaken => {
            OrganizationError::Findings(vec![Finding::block("email_taken", "/administrator/email")])
        }
        other => other.into(),
    })?;
    Ok(row)
}

/// Registrations in the officer's scope, oldest first. They hold landlords' own names, so the reading is recorded.
pub(in crate::features::organizations) async fn list_registrations(
    state: &AppState,
    caller: &Caller,
    scope: &Scope,
    status: Option<OrganizationStatus>,
    listing: &Listing,
) -> Result<Page<RegistrationOut>, OrganizationError> {
    let limit = listing.page.limit;
    let window = Window { after: listing.after, limit };
    let rows = store::list_organizations(state.db.read(), scope, status, &window).await?;
    let page = Page::from_surplus(rows, limit, |row| row.id.to_string());
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let data = json!({ "status": status.map(OrganizationStatus::as_str), "count": page.items.len() });
    let event = Event::about_many("registrations_listed", "organization");
    work.publish(event.of_unit(caller.unit_id.map(|id| id.0)).with(data));
    work.commit().await?;
    Ok(page.map(RegistrationOut::from))
}

/// One registration in the officer's scope, with its administrator. The reading is recorded.
pub(in crate::features::organizations) async fn read_registration(
    state: &AppState,
    caller: &Caller,
    scope: &Scope,
    id: OrganizationId,
) -> Result<RegistrationOut, OrganizationError> {
    let conn = state.db.read();
    let row = store::find_organization(conn, scope, id.0).await?.ok_or(OrganizationError::NotFound)?;
    let administrator = registrants::find_first_administrator(conn, id.0).await?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    work.publish(about(caller, "registration_read", id.0));
    work.commit().await?;
    let administrator = administrator.map(|(full_name, email)| AdministratorOut { full_name, email });
    Ok(RegistrationOut { administrator, ..row.into() })
}

/// Approves: the organization becomes active and its administrator may sign in.
pub(in crate::features::organizations) async fn approve_registration(
    state: &AppState,
    caller: &Caller,
    scope: &Scope,
    (id, if_match): (OrganizationId, &IfMatch),
    idempotency: &Idempotency,
) -> Result<Answer, OrganizationError> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let row = decide(&work, caller, scope, (id, if_match), (Decision::Approve, None)).await?;
    let (from, to) = (account::Status::Pending, account::Status::Active);
    members::set_status_of_organization_accounts(&mut work, id, from, to).await?;
    work.publish(about(caller, "organization_approved", id.0));
    let out = RegistrationOut::from(row);
    Ok(work.answer(idempotency, Answer::ok(&out).version(out.version)).await?)
}

/// Refuses, with a reason: the administrator's account is disabled, its e-mail address free again.
pub(in crate::features::organizations) async fn refuse_registration(
    state: &AppState,
    caller: &Caller,
    scope: &Scope,
    (id, if_match): (OrganizationId, &IfMatch),
    (input, idempotency): (RefusalIn, &Idempotency),
) -> Result<Answer, OrganizationError> {
    let reason = examine_refusal(&input.reason).map_err(OrganizationError::Findings)?;
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    let row = decide(&work, caller, scope, (id, if_match), (Decision::Refuse, Some(reason))).await?;
    let (from, to) = (account::Status::Pending, account::Status::Disabled);
    members::set_status_of_organization_accounts(&mut work, id, from, to).await?;
    // The reason is an officer's free text and may name a person: it stays out of the record.
    work.publish(about(caller, "organization_refused", id.0));
    let out = RegistrationOut::from(row);
    Ok(work.answer(idempotency, Answer::ok(&out).version(out.version)).await?)
}

async fn decide(
    work: &Work,
    caller: &Caller,
    scope: &Scope,
    (id, if_match): (OrganizationId, &IfMatch),
    (decision, reason): (Decision, Option<String>),
) -> Result<organization::Model, OrganizationError> {
    let found = store::find_organization(work.tx(), scope, id.0).await?;
    let mut row = found.ok_or(OrganizationError::NotFound)?;
    if !if_match.matches(row.version) {
        return Err(OrganizationError::Stale);
    }
    let status = OrganizationStatus::from(row.status).decide(decision)?;
    let decided = Decided { status, reason, by: caller.actor.id };
    if !store::decide_organization(work.tx(), &mut row, decided, work.now()).await? {
        return Err(OrganizationError::Stale);
    }
    Ok(row)
}

fn about(caller: &Caller, action: &'static str, id: Uuid) -> Event {
    Event::about(action, "organization", id).of_organization(id).of_unit(caller.unit_id.map(|unit| unit.0))
}
