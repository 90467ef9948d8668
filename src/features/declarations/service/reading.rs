//! Reading declarations and stays. Every read of a person is on the record before the answer is given.

use std::collections::HashMap;

use ::entity::{declaration, stay};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        accounts::{self, Caller, Scope},
        catalog::CatalogSnapshot,
        declarations::{
            dto::{DeclarationFilter, DeclarationOut, DeclarationPage, VerificationOut},
            dto_review::QueueFilter,
            dto_stay::{StayFilter, StayOut, StayPage},
            receipt::{self, Receipt, ReceiptStay, StayState},
            rules::{
                police::{Other, Seen, across_organizations},
                review,
            },
            service::{
                filing::{signed_text, stay_out, summary, verify_url},
                history,
                making::make_apart,
            },
            store::{self, QueuePosition},
        },
        organizations,
    },
    kernel::{
        clock, finding::Finding, ids::DeclarationId, ids::EstablishmentId, page::PageRequest, travel_document::mask,
    },
    platform::{
        db::Work,
        events::Event,
        http::{Problem, ProblemKind},
        lang::Lang,
        state::AppState,
    },
};

/// Longest text to search for.
const MAX_QUERY: usize = 100;

/// Puts a read on the record.
pub(super) async fn record(state: &AppState, caller: &Caller, event: Event) -> Result<(), Problem> {
    let mut work = Work::begin(&state.db, &caller.actor, state.clock.now()).await?;
    work.publish(event);
    work.commit().await?;
    Ok(())
}

/// A look at a list, by an organization at its own rows or by a unit at those in its reach.
pub(super) fn listed(caller: &Caller, action: &'static str, subject_kind: &'static str) -> Event {
    let event = Event::about_many(action, subject_kind);
    match caller.organization_id {
        Some(id) => event.of_organization(id.0),
        None => event.of_unit(caller.unit_id.map(|id| id.0)),
    }
}

fn bounded(text: Option<&str>, pointer: &str) -> Result<(), Problem> {
    if text.is_some_and(|text| text.chars().count() > MAX_QUERY) {
        return Err(Problem::malformed(Finding::block("too_long", pointer).with("max", MAX_QUERY.to_string())));
    }
    Ok(())
}

/// Refuses a day that cannot be meant.
pub(super) fn sensible(day: Option<chrono::NaiveDate>, pointer: &str) -> Result<(), Problem> {
    if day.is_some_and(|day| !clock::is_sensible(day)) {
        return Err(Problem::malformed(Finding::block("invalid_date", pointer)));
    }
    Ok(())
}

/// Declarations in scope. No guest is shown, so only searching for one is recorded.
pub async fn list(state: &AppState, caller: &Caller, filter: &DeclarationFilter) -> Result<DeclarationPage, Problem> {
    let scope = caller.scope()?;
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    bounded(filter.q.as_deref(), "/q")?;
    bounded(filter.client_reference.as_deref(), "/client_reference")?;
    bounded(filter.nationality.as_deref(), "/nationality")?;
    sensible(filter.from, "/from")?;
    sensible(filter.to, "/to")?;
    if filter.q.is_some() || filter.nationality.is_some() {
        record(state, caller, Event::about_many("declarations_searched", "declaration")).await?;
    }
    let rows = store::list(state.db.read(), &scope, filter, &page, page.after_id()?).await?;
    let page = rows.map(|row| summary(state, &row));
    Ok(DeclarationPage { items: page.items, next_cursor: page.next_cursor })
}

/// The desk of a unit.
pub async fn queue(state: &AppState, caller: &Caller, filter: &QueueFilter) -> Result<DeclarationPage, Problem> {
    let scope = caller.scope()?;
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    let after = match page.after.as_deref().map(QueuePosition::parse) {
        None => None,
        Some(Some(position)) => Some(position),
        Some(None) => return Err(crate::kernel::page::PageError::Cursor.into()),
    };
    let status = filter.status.unwrap_or(declaration::Status::Submitted);
    let page = store::queue(state.db.read(), &scope, status, &page, after).await?.map(|row| summary(state, &row));
    Ok(DeclarationPage { items: page.items, next_cursor: page.next_cursor })
}

async fn get_row(state: &AppState, scope: &Scope, id: DeclarationId) -> Result<declaration::Model, Problem> {
    store::find(state.db.read(), scope, id).await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

fn read_event(action: &'static str, row: &declaration::Model) -> Event {
    Event::about(action, "declaration", row.id).of_organization(row.organization_id).of_unit(Some(row.unit_id))
}

/// One declaration with its guests; for the police with what stays of all organizations say about them.
pub async fn get(state: &AppState, caller: &Caller, id: DeclarationId, lang: Lang) -> Result<DeclarationOut, Problem> {
    let scope = caller.scope()?;
    let row = get_row(state, &scope, id).await?;
    let stays = store::stays_of(state.db.read(), id).await?;
    let compared = match scope {
        Scope::Organization(_) => Compared::default(),
        Scope::Ward(_) | Scope::Everything => compare_with_all(state, &scope, id, &stays).await?,
    };
    let event = read_event("declaration_read", &row);
    let event =
        if compared.others.is_empty() { event } else { event.with(json!({ "compared_stays": compared.others })) };
    record(state, caller, event).await?;
    let with_findings = |(index, stay): (usize, &stay::Model)| {
        let own = stay_out(state, stay, row.filed_at, lang);
        own.with_findings(compared.findings.get(index).map_or(&[][..], Vec::as_slice), lang)
    };
    Ok(DeclarationOut {
        declaration: summary(state, &row),
        stays: stays.iter().enumerate().map(with_findings).collect(),
    })
}

/// What the police learns from stays of other declarations.
#[derive(Default)]
struct Compared {
    /// Findings on each stay, in their order.
    findings: Vec<Vec<Finding>>,
    /// The other stays of which they tell, for the record.
    others: Vec<Uuid>,
}

/// Compares with the stays of the same documents, whoever declared them. A ward's officer learns ward and dates, the
/// immigration office the establishment too.
async fn compare_with_all(
    state: &AppState,
    scope: &Scope,
    id: DeclarationId,
    stays: &[stay::Model],
) -> Result<Compared, Problem> {
    let conn = state.db.read();
    let standing = |row: &&stay::Model| row.status != stay::Status::Withdrawn;
    let numbers = stays.iter().filter(standing).map(|row| row.document_number.clone()).collect();
    let others = store::stays_anywhere_for_police(conn, id, numbers).await?;
    if others.is_empty() {
        return Ok(Compared::default());
    }
    let names = match scope {
        Scope::Everything => {
            organizations::establishment_names(conn, others.iter().map(|r| r.establishment_id)).await?
        }
        Scope::Ward(_) | Scope::Organization(_) => HashMap::new(),
    };
    let catalogue = state.room::<CatalogSnapshot>().current();
    let place = |row: &stay::Model| {
        let ward = catalogue.wards.get(&row.ward_code).map_or(row.ward_code.as_str(), |ward| ward.name.as_str());
        names.get(&row.establishment_id).map_or_else(|| ward.to_owned(), |name| format!("{name}, {ward}"))
    };
    let seen: Vec<Other> = others.iter().map(|row| Other { place: place(row), stay: Seen::from(row) }).collect();
    let of_stay = |(index, row): (usize, &stay::Model)| match row.status {
        stay::Status::Withdrawn => Vec::new(),
        stay::Status::Staying | stay::Status::Departed => across_organizations(&Seen::from(row), &seen, index),
    };
    Ok(Compared {
        findings: stays.iter().enumerate().map(of_stay).collect(),
        others: others.iter().map(|row| row.id).collect(),
    })
}

/// Who is, or was, here. The police sees only the end of document numbers in a list.
pub async fn list_stays(
    state: &AppState,
    caller: &Caller,
    filter: &StayFilter,
    lang: Lang,
) -> Result<StayPage, Problem> {
    let scope = caller.scope()?;
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    bounded(filter.q.as_deref(), "/q")?;
    sensible(filter.present_on, "/present_on")?;
    sensible(filter.overdue_on, "/overdue_on")?;
    let rows = store::list_stays(state.db.read(), &scope, filter, &page, page.after_id()?).await?;
    let seen: Vec<_> = rows.items.iter().map(|row| row.id).collect();
    let event = listed(caller, "stays_listed", "stay").with(json!({
        "present_on": filter.present_on,
        "overdue_on": filter.overdue_on,
        "searched": filter.q.is_some(),
        "stays": seen,
    }));
    record(state, caller, event).await?;
    let own = matches!(scope, Scope::Organization(_));
    let page = rows.map(|row| {
        let out = StayOut::new(&row, lang);
        if own { out } else { out.masked() }
    });
    Ok(StayPage { items: page.items, next_cursor: page.next_cursor })
}

/// The receipt as PDF: the present one, or an earlier one as it was, which then says what replaced it.
pub async fn receipt_pdf(
    state: &AppState,
    caller: &Caller,
    id: DeclarationId,
    version: Option<i32>,
    lang: Lang,
) -> Result<(String, Vec<u8>), Problem> {
    let scope = caller.scope()?;
    let conn = state.db.read();
    let row = get_row(state, &scope, id).await?;
    let not_found = || Problem::new(ProblemKind::NotFound);
    let establishment =
        organizations::find_establishment(conn, &Scope::Everything, EstablishmentId(row.establishment_id))
            .await?
            .ok_or_else(not_found)?;
    let unit = accounts::units::get_unit(conn, row.unit_id).await?;
    let organization_name = organizations::organization_names(conn, &[row.organization_id])
        .await?
        .remove(&row.organization_id)
        .unwrap_or_default();
    let version = version.unwrap_or(row.content_version);
    if !(1..=row.content_version).contains(&version) {
        return Err(not_found());
    }
    let stays = history::stays_at(state, &row, version).await?;
    let standing = || stays.iter().filter(|stay| stay.status != stay::Status::Withdrawn);
    let late = standing().any(|stay| stay.timeliness == stay::Timeliness::Late);
    record(state, caller, read_event("receipt_made", &row).with(json!({ "receipt_version": version }))).await?;
    let receipt = Receipt {
        language: lang,
        version,
        replaced_by: (version < row.content_version).then_some(row.content_version),
        unit_name_vi: unit.name_vi,
        unit_name_en: unit.name_en,
        organization_name,
        establishment_name: establishment.name,
        establishment_address: establishment.address,
        channel: both_languages(&format!("channel.{}", channel_name(row.channel))),
        filed_at: row.filed_at,
        due_at: standing().map(|stay| stay.due_at).min().unwrap_or(row.due_at),
        timeliness: if late { receipt::Timeliness::Late } else { receipt::Timeliness::OnTime },
        status: both_languages(&format!("status.{}", review::status_name(row.status))),
        verify_url: verify_url(state, &row.reference_code, version),
        stays: stays.iter().map(|stay| receipt_stay(state, stay)).collect(),
        generated_at: state.clock.now(),
        reference_code: row.reference_code.clone(),
    };
    let pdf = make_apart("receipt", move || receipt::render(&receipt)).await?;
    Ok((row.reference_code, pdf))
}

fn channel_name(channel: declaration::Channel) -> &'static str {
    match channel {
        declaration::Channel::Electronic => "electronic",
        declaration::Channel::Paper => "paper",
    }
}

fn both_languages(key: &str) -> String {
    format!("{} / {}", Lang::Vi.plain(key), Lang::En.plain(key))
}

fn receipt_stay(state: &AppState, stay: &stay::Model) -> ReceiptStay {
    let birth: Vec<&str> = stay.date_of_birth.split('-').rev().collect();
    let catalogue = state.room::<CatalogSnapshot>().current();
    let nation = catalogue.nationalities.get(&stay.nationality);
    ReceiptStay {
        full_name: stay.full_name.clone(),
        date_of_birth: birth.join("/"),
        sex: both_languages(match stay.sex {
            stay::Sex::M => "sex.M",
            stay::Sex::F => "sex.F",
        }),
        nationality: nation.map_or_else(|| stay.nationality.clone(), |nation| nation.name_vi.clone()),
        document_number_masked: mask(&stay.document_number),
        room: stay.room.clone(),
        state: match stay.status {
            stay::Status::Staying => StayState::Staying,
            stay::Status::Departed => StayState::Departed,
            stay::Status::Withdrawn => StayState::Withdrawn,
        },
        arrived: clock::written(stay.arrived_on),
        expected_departure: clock::written(stay.departed_on.unwrap_or(stay.expected_departure_on)),
        permitted_stay_until: stay.permitted_stay_until.map(clock::written),
    }
}

/// What the public may know of a receipt: that it is real and where it stands; nobody's data.
pub async fn verify(
    state: &AppState,
    code: &str,
    version: Option<i32>,
    signature: Option<&str>,
) -> Result<VerificationOut, Problem> {
    let plausible = code.len() <= 40 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let row = if plausible { store::find_by_code(state.db.read(), &code.to_ascii_uppercase()).await? } else { None };
    let row = row.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let receipt_version = version.unwrap_or(1);
    let signed = signed_text(&row.reference_code, receipt_version);
    Ok(VerificationOut {
        authentic: signature.map(|signature| state.keys.verify_receipt(&signed, signature)),
        receipt_version: signature.map(|_| receipt_version),
        replaced_by: (signature.is_some() && receipt_version < row.content_version).then_some(row.content_version),
        status: row.status,
        filed_on: clock::local_day(row.filed_at),
        stay_count: row.stay_count,
        version: row.version,
        reference_code: row.reference_code,
    })
}
