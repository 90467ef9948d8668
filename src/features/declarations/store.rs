//! Queries on declarations and stays. Every finder takes a [`Scope`]; a bare find does not exist.

use std::collections::{BTreeSet, HashMap};

use ::entity::{declaration, stay, stay_former_key};
use chrono::NaiveDate;
use sea_orm::{
    ActiveEnum, ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, Func, LikeExpr, Query, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    features::{
        accounts::Scope,
        declarations::{
            dto::DeclarationFilter,
            dto_stay::{ExportFilter, Presence, StayFilter},
            rules::{
                KnownStay,
                compare::{Declared, Guest},
            },
        },
    },
    kernel::{
        clock,
        ids::{DeclarationId, EstablishmentId, OrganizationId},
        page::{Page, PageRequest},
        text::fold,
    },
    platform::db::{Failure, in_powers_of_two, padded},
};

/// Rows in one statement: 33 columns stay below the limits of bound values of both databases.
const ROWS: usize = 512;
/// Most stays of other declarations that one is compared with.
const OTHERS: u64 = 2000;

fn in_scope(scope: &Scope) -> Condition {
    scope.on(declaration::Column::OrganizationId, declaration::Column::WardCode)
}

/// The stays in scope.
pub fn stay_in_scope(scope: &Scope) -> Condition {
    scope.on(stay::Column::OrganizationId, stay::Column::WardCode)
}

/// A declaration in scope.
pub async fn find(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: DeclarationId,
) -> Result<Option<declaration::Model>, DbErr> {
    declaration::Entity::find_by_id(id.0).filter(in_scope(scope)).one(conn).await
}

/// A declaration by its code, for the public check of a receipt: no guest is read.
pub async fn find_by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<declaration::Model>, DbErr> {
    declaration::Entity::find().filter(declaration::Column::ReferenceCode.eq(code)).one(conn).await
}

/// The stays of declarations that were found in scope, in their order.
pub async fn stays_of(conn: &impl ConnectionTrait, declaration: DeclarationId) -> Result<Vec<stay::Model>, DbErr> {
    stay::Entity::find()
        .filter(stay::Column::DeclarationId.eq(declaration.0))
        .order_by_asc(stay::Column::Position)
        .all(conn)
        .await
}

/// Under which a stay is found among those of its organization.
pub fn guest_key(organization: Uuid, document_number: &str) -> String {
    format!("{organization}|{document_number}")
}

/// Under which a declaration is found by its organization's own number.
pub fn reference_key(organization: Uuid, client_reference: &str) -> String {
    format!("{organization}|{client_reference}")
}

/// Stays of these guests that the same organization has declared and not withdrawn.
pub async fn known_stays_of_all(
    conn: &impl ConnectionTrait,
    guests: impl IntoIterator<Item = (OrganizationId, String)>,
) -> Result<HashMap<Uuid, Vec<KnownStay>>, DbErr> {
    let mut known: HashMap<Uuid, Vec<KnownStay>> = HashMap::new();
    let keys: BTreeSet<String> = guests.into_iter().map(|(id, number)| guest_key(id.0, &number)).collect();
    for chunk in keys.into_iter().collect::<Vec<_>>().chunks(512) {
        let rows = stay::Entity::find()
            .filter(stay::Column::GuestKey.is_in(padded(chunk.to_vec())))
            .filter(stay::Column::Status.ne(stay::Status::Withdrawn))
            .all(conn)
            .await?;
        // In this order, never at once: an amendment between the two has moved a key from the first to the second. The
        // other way round a repeat of the first filing would find it in neither, and double the guest.
        let former = stays_by_former_keys(conn, chunk).await?;
        for (row, key) in former {
            let as_filed = KnownStay {
                natural_key: Some(key.natural_key),
                former: true,
                full_name: key.full_name,
                date_of_birth: key.date_of_birth,
                ..known_stay(row.clone())
            };
            known.entry(row.organization_id).or_default().push(as_filed);
        }
        for row in rows {
            known.entry(row.organization_id).or_default().push(known_stay(row));
        }
    }
    Ok(known)
}

fn known_stay(row: stay::Model) -> KnownStay {
    KnownStay {
        stay_id: row.id,
        declaration_id: row.declaration_id,
        establishment_id: row.establishment_id,
        natural_key: row.natural_key,
        former: false,
        nationality: row.nationality,
        document_number: row.document_number,
        full_name: row.full_name,
        date_of_birth: row.date_of_birth,
        arrived_on: row.arrived_on,
        expected_departure_on: row.expected_departure_on,
        departed_on: row.departed_on,
    }
}

/// Stays that were filed as other guests before they were amended, each with such a guest.
async fn stays_by_former_keys(
    conn: &impl ConnectionTrait,
    guest_keys: &[String],
) -> Result<Vec<(stay::Model, stay_former_key::Model)>, DbErr> {
    let keys = stay_former_key::Entity::find()
        .filter(stay_former_key::Column::GuestKey.is_in(padded(guest_keys.to_vec())))
        .all(conn)
        .await?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<Uuid> = keys.iter().map(|key| key.stay_id).collect();
    let rows = stay::Entity::find()
        .filter(stay::Column::Id.is_in(padded(ids.into_iter().collect())))
        .filter(stay::Column::Status.ne(stay::Status::Withdrawn))
        .all(conn)
        .await?;
    let rows: HashMap<Uuid, stay::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(keys.into_iter().filter_map(|key| Some((rows.get(&key.stay_id)?.clone(), key))).collect())
}

/// Stays of these documents in other declarations, whoever declared them: for the police alone, newest first.
/// The one finder of guests for a caller's eyes that takes no scope; its name says whose eyes.
pub async fn stays_anywhere_for_police(
    conn: &impl ConnectionTrait,
    but: DeclarationId,
    document_numbers: BTreeSet<String>,
) -> Result<Vec<stay::Model>, DbErr> {
    if document_numbers.is_empty() {
        return Ok(Vec::new());
    }
    stay::Entity::find()
        .filter(stay::Column::DocumentNumber.is_in(padded(document_numbers.into_iter().collect())))
        .filter(stay::Column::DeclarationId.ne(but.0))
        .filter(stay::Column::Status.ne(stay::Status::Withdrawn))
        .order_by_desc(stay::Column::Id)
        .limit(OTHERS)
        .all(conn)
        .await
}

/// The declarations that each of these organizations filed under these numbers of its own.
pub async fn by_client_references(
    conn: &impl ConnectionTrait,
    references: Vec<(OrganizationId, String)>,
) -> Result<HashMap<String, declaration::Model>, DbErr> {
    if references.is_empty() {
        return Ok(HashMap::new());
    }
    let keys = references.iter().map(|(id, reference)| reference_key(id.0, reference)).collect();
    let rows =
        declaration::Entity::find().filter(declaration::Column::ReferenceKey.is_in(padded(keys))).all(conn).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.reference_key.clone()?, row))).collect())
}

/// Sets the guests of a returned or refused declaration free: corrected, they can be declared again, even under the same
/// number of the organization's own. What was filed stays on record.
pub async fn release(conn: &impl ConnectionTrait, declaration: &declaration::Model) -> Result<(), DbErr> {
    let keyless = declaration::ActiveModel { reference_key: Set(None), ..Default::default() };
    declaration::Entity::update_many()
        .set(keyless)
        .filter(declaration::Column::Id.eq(declaration.id))
        .exec(conn)
        .await?;
    let withdrawn = stay::ActiveModel {
        status: Set(stay::Status::Withdrawn),
        natural_key: Set(None),
        updated_at: Set(declaration.updated_at),
        ..Default::default()
    };
    stay::Entity::update_many()
        .set(withdrawn)
        .col_expr(stay::Column::Version, Expr::col(stay::Column::Version).add(1))
        .filter(stay::Column::DeclarationId.eq(declaration.id))
        .filter(stay::Column::Status.ne(stay::Status::Withdrawn))
        .exec(conn)
        .await?;
    Ok(())
}

/// Writes declarations with their stays; says after each statement how many stays it wrote.
pub async fn insert_all(
    conn: &impl ConnectionTrait,
    mut declarations: Vec<declaration::Model>,
    mut stays: Vec<stay::Model>,
    mut written: impl FnMut(usize),
) -> Result<(), Failure> {
    // Everybody takes unique keys in one order, so that two transactions never wait for each other in a circle.
    declarations.sort_by(|a, b| a.reference_key.cmp(&b.reference_key));
    stays.sort_by(|a, b| a.natural_key.cmp(&b.natural_key));
    for rows in in_powers_of_two(declarations, ROWS) {
        let rows = rows.into_iter().map(|row| declaration::ActiveModel::from(row).reset_all());
        declaration::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    for rows in in_powers_of_two(stays, ROWS) {
        let person = |row: &stay::Model| (row.full_name.clone(), row.date_of_birth.clone());
        let guests: HashMap<String, (String, String)> =
            rows.iter().filter_map(|row| Some((row.natural_key.clone()?, person(row)))).collect();
        let rows = rows.into_iter().map(|row| stay::ActiveModel::from(row).reset_all());
        stay::Entity::insert_many(rows).exec_without_returning(conn).await?;
        refuse_amended_meanwhile(conn, &guests).await?;
        written(guests.len());
    }
    Ok(())
}

/// Refuses a stay that repeats one which was filed and amended to another key between the look at what is known and this
/// write. Asked after the write: whoever held the key has committed by then, so nothing can come between.
async fn refuse_amended_meanwhile(
    conn: &impl ConnectionTrait,
    guests: &HashMap<String, (String, String)>,
) -> Result<(), Failure> {
    let keys = guests.keys().cloned().collect();
    let former = stay_former_key::Entity::find()
        .filter(stay_former_key::Column::NaturalKey.is_in(padded(keys)))
        .all(conn)
        .await?;
    let is_same = |row: &stay_former_key::Model| {
        let guest = guests.get(&row.natural_key);
        guest.is_some_and(|(name, birth)| (name, birth) == (&row.full_name, &row.date_of_birth))
    };
    let same = former.into_iter().filter(is_same);
    let stays: Vec<Uuid> = same.map(|row| row.stay_id).collect();
    if stays.is_empty() {
        return Ok(());
    }
    let standing = stay::Entity::find()
        .filter(stay::Column::Id.is_in(padded(stays)))
        .filter(stay::Column::Status.ne(stay::Status::Withdrawn))
        .count(conn)
        .await?;
    if standing == 0 { Ok(()) } else { Err(Failure::Conflict("stay_former_key".to_owned())) }
}

/// Stays declared at an establishment that a list may speak of: of these documents, and those whose nights touch the
/// span. Withdrawn ones are left out.
pub async fn declared_at(
    conn: &impl ConnectionTrait,
    (organization, establishment): (OrganizationId, EstablishmentId),
    numbers: &[&str],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<Declared>, DbErr> {
    let here = || {
        stay::Entity::find()
            .filter(stay::Column::EstablishmentId.eq(establishment.0))
            .filter(stay::Column::Status.ne(stay::Status::Withdrawn))
    };
    let last_day = Func::coalesce([Expr::col(stay::Column::DepartedOn), Expr::col(stay::Column::ExpectedDepartureOn)]);
    let touching = here().filter(stay::Column::ArrivedOn.lte(to)).filter(Expr::expr(last_day).gte(from));
    let mut found = HashMap::new();
    for row in touching.all(conn).await? {
        found.insert(row.id, declared(row));
    }
    for chunk in numbers.chunks(512) {
        let keys = chunk.iter().map(|number| guest_key(organization.0, number)).collect();
        for row in here().filter(stay::Column::GuestKey.is_in(padded(keys))).all(conn).await? {
            found.entry(row.id).or_insert_with(|| declared(row));
        }
    }
    let mut found: Vec<Declared> = found.into_values().collect();
    found.sort_by_key(|stay| stay.stay_id);
    Ok(found)
}

fn declared(row: stay::Model) -> Declared {
    Declared {
        stay_id: row.id,
        guest: Guest {
            document_number: row.document_number,
            nationality: Some(row.nationality),
            full_name: Some(row.full_name),
            date_of_birth: Some(row.date_of_birth),
            room: row.room,
            arrived_on: Some(row.arrived_on),
            expected_departure_on: Some(row.expected_departure_on),
            departed_on: row.departed_on,
            permitted_stay_until: row.permitted_stay_until,
        },
    }
}

/// Writes an officer's answer if the declaration is still at the version seen; tells whether it was.
pub async fn decide(
    conn: &impl ConnectionTrait,
    seen_version: i32,
    decided: &declaration::Model,
) -> Result<bool, DbErr> {
    let change = declaration::ActiveModel {
        status: Set(decided.status),
        decision_reason: Set(decided.decision_reason.clone()),
        decided_by: Set(decided.decided_by),
        decided_at: Set(decided.decided_at),
        version: Set(decided.version),
        updated_at: Set(decided.updated_at),
        ..Default::default()
    };
    let result = declaration::Entity::update_many()
        .set(change)
        .filter(declaration::Column::Id.eq(decided.id))
        .filter(declaration::Column::Version.eq(seen_version))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Declarations in scope, newest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &DeclarationFilter,
    page: &PageRequest,
    after: Option<Uuid>,
) -> Result<Page<declaration::Model>, DbErr> {
    let mut query = declaration::Entity::find().filter(in_scope(scope));
    if let Some(status) = filter.status {
        query = query.filter(declaration::Column::Status.eq(status));
    }
    if let Some(id) = filter.establishment_id {
        query = query.filter(declaration::Column::EstablishmentId.eq(id.0));
    }
    if let Some(timeliness) = filter.timeliness {
        query = query.filter(declaration::Column::Timeliness.eq(timeliness));
    }
    if let Some(reference) = &filter.client_reference {
        query = query.filter(declaration::Column::ClientReference.eq(reference));
    }
    if let Some(from) = filter.from.and_then(|day| day.pred_opt()) {
        query = query.filter(declaration::Column::FiledAt.gt(clock::end_of_day(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(declaration::Column::FiledAt.lte(clock::end_of_day(to)));
    }
    if let Some(code) = &filter.nationality {
        let code = if code == "D" { "DEU" } else { code };
        query = query.filter(has_stay(stay::Column::Nationality.eq(code)));
    }
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let by_code = declaration::Column::ReferenceCode.eq(text.to_uppercase());
        query = query.filter(Condition::any().add(by_code).add(has_stay(person_matches(text))));
    }
    if let Some(after) = after {
        query = query.filter(declaration::Column::Id.lt(after));
    }
    let rows = query.order_by_desc(declaration::Column::Id).limit(page.limit + 1).all(conn).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}

/// The desk: warnings first, then what is due first.
pub async fn queue(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    status: declaration::Status,
    page: &PageRequest,
    after: Option<QueuePosition>,
) -> Result<Page<declaration::Model>, DbErr> {
    let mut query = declaration::Entity::find().filter(in_scope(scope)).filter(declaration::Column::Status.eq(status));
    if let Some(after) = after {
        let row = Expr::tuple([
            Expr::col(declaration::Column::Urgency),
            Expr::col(declaration::Column::DueAt),
            Expr::col(declaration::Column::Id),
        ]);
        let seen = Expr::tuple([Expr::value(after.urgency), Expr::value(after.due_at), Expr::value(after.id)]);
        query = query.filter(row.gt(seen));
    }
    let rows = query
        .order_by(declaration::Column::Urgency, Order::Asc)
        .order_by(declaration::Column::DueAt, Order::Asc)
        .order_by(declaration::Column::Id, Order::Asc)
        .limit(page.limit + 1)
        .all(conn)
        .await?;
    Ok(Page::from_surplus(rows, page.limit, |row| QueuePosition::of(row).to_string()))
}

/// A place in the desk's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePosition {
    urgency: i32,
    due_at: chrono::DateTime<chrono::Utc>,
    id: Uuid,
}

impl QueuePosition {
    fn of(row: &declaration::Model) -> Self {
        Self { urgency: row.urgency, due_at: row.due_at, id: row.id }
    }

    /// Reads what [`std::fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('|');
        let urgency = parts.next()?.parse().ok()?;
        let due_at = chrono::DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
        let id = parts.next()?.parse().ok()?;
        clock::is_sensible(due_at.date_naive()).then_some(Self { urgency, due_at, id })
    }
}

impl std::fmt::Display for QueuePosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}|{}|{}", self.urgency, self.due_at.timestamp_micros(), self.id)
    }
}

/// Stays in scope, newest first.
pub async fn list_stays(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &StayFilter,
    page: &PageRequest,
    after: Option<Uuid>,
) -> Result<Page<stay::Model>, DbErr> {
    let mut query =
        stay::Entity::find().filter(stay_in_scope(scope)).filter(stay::Column::Status.ne(stay::Status::Withdrawn));
    if let Some(id) = filter.establishment_id {
        query = query.filter(stay::Column::EstablishmentId.eq(id.0));
    }
    if let Some(day) = filter.present_on {
        query = query.filter(present_on(day));
    }
    if let Some(day) = filter.overdue_on {
        query = query.filter(open_stay()).filter(stay::Column::ExpectedDepartureOn.lt(day));
    }
    if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        query = query.filter(person_matches(text));
    }
    if let Some(after) = after {
        query = query.filter(stay::Column::Id.lt(after));
    }
    let rows = query.order_by_desc(stay::Column::Id).limit(page.limit + 1).all(conn).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}

/// Still staying. A literal, not a bound value: a generic plan of PostgreSQL could not use the index of open stays.
fn open_stay() -> SimpleExpr {
    Expr::col((stay::Entity, stay::Column::Status)).eq(SimpleExpr::Constant(stay::Status::Staying.to_value().into()))
}

/// Present from arrival until a check-out; without one the guest is still here, however long ago he meant to go.
fn present_on(day: NaiveDate) -> Condition {
    Condition::all()
        .add(stay::Column::ArrivedOn.lte(day))
        .add(Condition::any().add(stay::Column::DepartedOn.is_null()).add(stay::Column::DepartedOn.gte(day)))
}

fn to_export(scope: &Scope, filter: &ExportFilter) -> Condition {
    let status = filter.status.map(|presence| match presence {
        Presence::Staying => stay::Status::Staying,
        Presence::Departed => stay::Status::Departed,
    });
    Condition::all()
        .add(stay_in_scope(scope))
        .add(stay::Column::Status.ne(stay::Status::Withdrawn))
        .add_option(filter.establishment_id.map(|id| stay::Column::EstablishmentId.eq(id.0)))
        .add_option(filter.arrived_from.map(|day| stay::Column::ArrivedOn.gte(day)))
        .add_option(filter.arrived_to.map(|day| stay::Column::ArrivedOn.lte(day)))
        .add_option(status.map(|status| stay::Column::Status.eq(status)))
        .add_option(filter.present_on.map(present_on))
}

/// How many stays in scope a file would hold.
pub async fn count_to_export(conn: &impl ConnectionTrait, scope: &Scope, filter: &ExportFilter) -> Result<u64, DbErr> {
    stay::Entity::find().filter(to_export(scope, filter)).count(conn).await
}

/// The next stays in scope for a file, by day of arrival, then id.
pub async fn list_to_export(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &ExportFilter,
    after: Option<(NaiveDate, Uuid)>,
    limit: u64,
) -> Result<Vec<stay::Model>, DbErr> {
    let mut query = stay::Entity::find().filter(to_export(scope, filter));
    if let Some((arrived_on, id)) = after {
        let row = Expr::tuple([Expr::col(stay::Column::ArrivedOn), Expr::col(stay::Column::Id)]);
        query = query.filter(row.gt(Expr::tuple([Expr::value(arrived_on), Expr::value(id)])));
    }
    query
        .order_by(stay::Column::ArrivedOn, Order::Asc)
        .order_by(stay::Column::Id, Order::Asc)
        .limit(limit)
        .all(conn)
        .await
}

/// A document number exactly, or part of a name without diacritics.
fn person_matches(text: &str) -> SimpleExpr {
    let escaped = fold(text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let name = stay::Column::FullNameFolded.like(LikeExpr::new(format!("%{escaped}%")).escape('\\'));
    let number: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    name.or(stay::Column::DocumentNumber.eq(number))
}

fn has_stay(which: SimpleExpr) -> SimpleExpr {
    let mut stays = Query::select();
    stays
        .expr(Expr::val(1))
        .from(stay::Entity)
        .and_where(
            Expr::col((stay::Entity, stay::Column::DeclarationId))
                .equals((declaration::Entity, declaration::Column::Id)),
        )
        .and_where(which);
    Expr::exists(stays)
}
