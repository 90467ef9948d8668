//! Queries on stays as persons, and on the links between documents. Every finder takes a [`Scope`]: the police of a ward
//! knows a person only through the stays in its ward.

use std::collections::{BTreeSet, HashMap};

use ::entity::{declaration, establishment, stay, traveller_link};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Alias, DynIden, Expr, ExprTrait, Func, IntoIden, LikeExpr, Query, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    features::{
        accounts::Scope,
        travellers::rules::{
            asking::{Search, Word, split_words},
            comparing::{Document, Key},
        },
    },
    kernel::ids::{StayId, TravellerLinkId},
    platform::db::{Failure, padded},
};

/// What stands for a document on a page of travellers: the earliest of its stays that fit.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Hit {
    pub id: Uuid,
    pub nationality: String,
    pub document_number: String,
}

/// A stay as far as a list of travellers needs it.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Brief {
    pub id: Uuid,
    pub nationality: String,
    pub document_number: String,
    pub document_type: stay::DocumentType,
    pub full_name: String,
    pub date_of_birth: String,
    pub sex: stay::Sex,
    pub establishment_id: Uuid,
    pub arrived_on: NaiveDate,
    pub status: stay::Status,
}

const BRIEF: [stay::Column; 10] = [
    stay::Column::Id,
    stay::Column::Nationality,
    stay::Column::DocumentNumber,
    stay::Column::DocumentType,
    stay::Column::FullName,
    stay::Column::DateOfBirth,
    stay::Column::Sex,
    stay::Column::EstablishmentId,
    stay::Column::ArrivedOn,
    stay::Column::Status,
];

fn stay_in_scope(backend: DbBackend, scope: &Scope) -> Condition {
    in_scope(&stay::Entity.into_iden(), backend, scope)
}

fn in_scope(table: &DynIden, backend: DbBackend, scope: &Scope) -> Condition {
    let place = |column: stay::Column| not_by_index(backend, Expr::col((table.clone(), column)));
    match scope {
        Scope::Organization(id) => Condition::all().add(place(stay::Column::OrganizationId).eq(id.0)),
        Scope::Ward(code) => Condition::all().add(place(stay::Column::WardCode).eq(code)),
        Scope::Everything => Condition::all(),
    }
}

/// A place as SQLite shall not look for it: without figures of its own it would rather walk the index of a large ward,
/// once for each hit, and read the table behind it, than use the search index or that of the document.
fn not_by_index(backend: DbBackend, place: SimpleExpr) -> SimpleExpr {
    match backend {
        DbBackend::Postgres => place,
        _ => Func::coalesce([place.clone(), place]).into(),
    }
}

/// Documents with a stay that fits, by the earliest such stay, newest first; one more than the limit.
///
/// A document keeps its place while it is declared again, because its earliest stay stays the same.
pub(super) async fn search(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    search: &Search,
    limit: u64,
    after: Option<Uuid>,
) -> Result<Vec<Hit>, Failure> {
    let (outer, inner): (DynIden, DynIden) = (stay::Entity.into_iden(), Alias::new("earlier").into_iden());
    let backend = conn.get_database_backend();
    let column = |table: &DynIden, column: stay::Column| Expr::col((table.clone(), column));
    let mut earlier = Query::select();
    earlier
        .expr(Expr::val(1))
        .from_as(stay::Entity, Alias::new("earlier"))
        .and_where(column(&inner, stay::Column::DocumentNumber).equals((outer.clone(), stay::Column::DocumentNumber)))
        .and_where(column(&inner, stay::Column::Nationality).equals((outer.clone(), stay::Column::Nationality)))
        .and_where(column(&inner, stay::Column::Id).lt(column(&outer, stay::Column::Id)))
        .cond_where(fits(&inner, backend, scope, search));
    let mut query = stay::Entity::find()
        .select_only()
        .columns([stay::Column::Id, stay::Column::Nationality, stay::Column::DocumentNumber])
        .filter(fits(&outer, backend, scope, search))
        .filter(Expr::exists(earlier).not());
    if let Some(after) = after {
        query = query.filter(stay::Column::Id.lt(after));
    }
    let query = query.order_by_desc(newest_first(backend)).limit(limit + 1);
    Ok(query.into_model::<Hit>().all(conn).await?)
}

/// The order of a search. SQLite reads its search index from the end, so that a common name needs no more than a page of
/// it. PostgreSQL would for the same reason leave the trigrams aside and read the whole table for a rare name; an
/// expression is an order that no index gives.
fn newest_first(backend: DbBackend) -> SimpleExpr {
    let id = || Expr::col((stay::Entity, stay::Column::Id));
    match backend {
        DbBackend::Postgres => Func::coalesce([id(), id()]).into(),
        _ => id(),
    }
}

/// A standing stay in scope that has all that is searched for.
fn fits(table: &DynIden, backend: DbBackend, scope: &Scope, search: &Search) -> Condition {
    let column = |column: stay::Column| Expr::col((table.clone(), column));
    let place = |place: stay::Column| not_by_index(backend, column(place));
    let mut all = in_scope(table, backend, scope).add(column(stay::Column::Status).ne("withdrawn"));
    for word in &search.words {
        all = all.add(has_word(column(stay::Column::FullNameFolded), word));
    }
    if let Some(number) = &search.number {
        all = all.add(column(stay::Column::DocumentNumber).like(within(number)));
    }
    if let Some(birth) = search.birth {
        // As far as both are known: the year alone on one side agrees with a day of it on the other.
        let text = birth.to_string();
        let vaguer = ["0000", "0000-00"].map(str::len).into_iter().filter(|length| *length < text.len());
        let vaguer: Vec<&str> = vaguer.filter_map(|length| text.get(..length)).collect();
        let born = column(stay::Column::DateOfBirth);
        let agrees = Condition::any().add(born.clone().like(format!("{text}%"))).add(born.is_in(vaguer));
        all = all.add(agrees);
    }
    let departed = column(stay::Column::DepartedOn);
    all.add_option(search.nationality.as_ref().map(|code| column(stay::Column::Nationality).eq(code)))
        .add_option(search.ward_code.as_ref().map(|code| place(stay::Column::WardCode).eq(code)))
        .add_option(search.establishment_id.map(|id| place(stay::Column::EstablishmentId).eq(id)))
        .add_option(search.present_to.map(|day| column(stay::Column::ArrivedOn).lte(day)))
        // Without a check-out the guest is still here, however long ago he meant to go.
        .add_option(search.present_from.map(|day| departed.clone().is_null().or(departed.gte(day))))
}

fn has_word(name: SimpleExpr, word: &Word) -> Condition {
    match word {
        Word::Part(word) => Condition::all().add(name.like(within(word))),
        // A blank or a hyphen on either side, or an end of the name; each pattern holds a trigram.
        Word::Whole(word) => {
            let word = escaped(word);
            let sides = |before: &str, after: &str| LikeExpr::new(format!("{before}{word}{after}")).escape('\\');
            let mut any = Condition::any();
            for before in ["", "% ", "%-"] {
                for after in ["", " %", "-%"] {
                    any = any.add(name.clone().like(sides(before, after)));
                }
            }
            any
        }
    }
}

fn within(text: &str) -> LikeExpr {
    LikeExpr::new(format!("%{}%", escaped(text))).escape('\\')
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// The stays of documents that were found in scope, within the same scope and still standing, oldest first.
pub(super) async fn briefs(conn: &impl ConnectionTrait, scope: &Scope, hits: &[Hit]) -> Result<Vec<Brief>, Failure> {
    let numbers: BTreeSet<&str> = hits.iter().map(|hit| hit.document_number.as_str()).collect();
    let query = stay::Entity::find()
        .select_only()
        .columns(BRIEF)
        .filter(stay_in_scope(conn.get_database_backend(), scope))
        .filter(stay::Column::Status.ne(stay::Status::Withdrawn))
        .filter(stay::Column::DocumentNumber.is_in(padded(numbers.into_iter().collect())))
        .order_by_asc(stay::Column::Id);
    Ok(query.into_model::<Brief>().all(conn).await?)
}

/// A stay in scope, standing or not.
pub(super) async fn find_stay(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: StayId,
) -> Result<Option<stay::Model>, Failure> {
    Ok(stay::Entity::find_by_id(id.0).filter(stay_in_scope(conn.get_database_backend(), scope)).one(conn).await?)
}

/// The stays in scope with these documents, standing or not, newest first; at most `most`, and one more if there are.
pub(super) async fn stays_of(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    keys: &BTreeSet<Key>,
    most: u64,
) -> Result<Vec<stay::Model>, Failure> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: BTreeSet<&str> = keys.iter().map(|key| key.number.as_str()).collect();
    let nations: BTreeSet<&str> = keys.iter().map(|key| key.nationality.as_str()).collect();
    let rows = stay::Entity::find()
        .filter(stay_in_scope(conn.get_database_backend(), scope))
        .filter(stay::Column::DocumentNumber.is_in(padded(numbers.into_iter().collect())))
        .filter(stay::Column::Nationality.is_in(padded(nations.into_iter().collect())))
        .order_by_desc(stay::Column::Id)
        .limit(most + 1)
        .all(conn)
        .await?;
    // Two documents of two countries may have one number.
    Ok(rows.into_iter().filter(|row| keys.contains(&key_of(row))).collect())
}

/// The document of a stay.
pub(super) fn key_of(row: &stay::Model) -> Key {
    Key { nationality: row.nationality.clone(), number: row.document_number.clone() }
}

#[derive(FromQueryResult)]
struct KeyRow {
    nationality: String,
    document_number: String,
}

/// Other documents in scope whose holder was born in the same year and has a name like this one's: all of its words, or
/// one of them and the same date of birth. Which of them is the same person is for the rules to say.
pub(super) async fn namesakes(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    document: &Document,
    most: u64,
) -> Result<BTreeSet<Key>, Failure> {
    let mut any = Condition::any();
    let name = || Expr::col((stay::Entity, stay::Column::FullNameFolded));
    for holder in &document.holders {
        let Some(birth) = holder.birth.map(|birth| birth.to_string()) else { continue };
        let year = birth.get(..4).unwrap_or_default();
        // Text beginning with four digits sorts alike in every collation, and a range is found in the index.
        let until = year.parse::<u32>().map_or_else(|_| String::new(), |year| format!("{:04}", year + 1));
        let words: Vec<&str> = split_words(&holder.folded_name).collect();
        let (mut every, mut some) = (Condition::all(), Condition::any());
        for word in &words {
            every = every.add(name().like(within(word)));
            some = some.add(name().like(within(word)));
        }
        let same_day = Condition::all().add(stay::Column::DateOfBirth.eq(&birth)).add(some);
        any = any.add(
            Condition::all()
                .add(stay::Column::DateOfBirth.gte(year))
                .add(stay::Column::DateOfBirth.lt(until))
                .add(Condition::any().add(every).add(same_day)),
        );
    }
    if any.is_empty() {
        return Ok(BTreeSet::new());
    }
    other_keys(conn, scope, document, any, most).await
}

/// Other documents in scope on whose stays one of these visa or card numbers stands, as it was written.
pub(super) async fn visa_mates(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    document: &Document,
    written: &BTreeSet<&str>,
    most: u64,
) -> Result<BTreeSet<Key>, Failure> {
    if written.is_empty() {
        return Ok(BTreeSet::new());
    }
    let numbers = padded(written.iter().copied().collect());
    other_keys(conn, scope, document, Condition::all().add(stay::Column::VisaNumber.is_in(numbers)), most).await
}

async fn other_keys(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    document: &Document,
    which: Condition,
    most: u64,
) -> Result<BTreeSet<Key>, Failure> {
    let other = Condition::any()
        .add(stay::Column::DocumentNumber.ne(&document.key.number))
        .add(stay::Column::Nationality.ne(&document.key.nationality));
    let rows = stay::Entity::find()
        .select_only()
        .columns([stay::Column::Nationality, stay::Column::DocumentNumber])
        .distinct()
        .filter(stay_in_scope(conn.get_database_backend(), scope))
        .filter(stay::Column::Status.ne(stay::Status::Withdrawn))
        .filter(which)
        .filter(other)
        .limit(most)
        .into_model::<KeyRow>()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| Key { nationality: row.nationality, number: row.document_number }).collect())
}

/// Names and wards of establishments that were found through stays in scope.
pub(super) async fn establishments(
    conn: &impl ConnectionTrait,
    ids: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, establishment::Model>, Failure> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = padded(ids.into_iter().collect());
    let rows = establishment::Entity::find().filter(establishment::Column::Id.is_in(ids)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Declarations that were found through stays in scope.
pub(super) async fn declarations(
    conn: &impl ConnectionTrait,
    ids: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, declaration::Model>, Failure> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = padded(ids.into_iter().collect());
    let rows = declaration::Entity::find().filter(declaration::Column::Id.is_in(ids)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Standing links in which one of these documents stands. The caller shows only those whose documents both lie in his
/// scope.
pub(super) async fn standing_links(
    conn: &impl ConnectionTrait,
    keys: &BTreeSet<Key>,
) -> Result<Vec<traveller_link::Model>, Failure> {
    use traveller_link::Column;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let numbers: Vec<&str> = padded(keys.iter().map(|key| key.number.as_str()).collect());
    let named = Condition::any()
        .add(Column::FirstNumber.is_in(numbers.iter().copied()))
        .add(Column::SecondNumber.is_in(numbers));
    let rows = traveller_link::Entity::find()
        .filter(named)
        .filter(Column::WithdrawnAt.is_null())
        .order_by_asc(Column::Id)
        .all(conn)
        .await?;
    let touches = |row: &traveller_link::Model| link_keys(row).iter().any(|key| keys.contains(key));
    Ok(rows.into_iter().filter(touches).collect())
}

/// The two documents of a link, in their order.
pub(super) fn link_keys(row: &traveller_link::Model) -> [Key; 2] {
    [
        Key { nationality: row.first_nationality.clone(), number: row.first_number.clone() },
        Key { nationality: row.second_nationality.clone(), number: row.second_number.clone() },
    ]
}

/// The standing link of a pair.
pub(super) async fn find_standing(
    conn: &impl ConnectionTrait,
    pair_key: &str,
) -> Result<Option<traveller_link::Model>, Failure> {
    Ok(traveller_link::Entity::find().filter(traveller_link::Column::PairKey.eq(pair_key)).one(conn).await?)
}

/// A link by its id; whether both of its documents lie in scope is checked with [`stays_of`].
pub(super) async fn find_link(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: TravellerLinkId,
) -> Result<Option<traveller_link::Model>, Failure> {
    let Some(row) = traveller_link::Entity::find_by_id(id.0).one(conn).await? else { return Ok(None) };
    let keys = BTreeSet::from(link_keys(&row));
    for key in &keys {
        if stays_of(conn, scope, &BTreeSet::from([key.clone()]), 0).await?.is_empty() {
            return Ok(None);
        }
    }
    Ok(Some(row))
}

/// Keeps a new link.
pub(super) async fn insert_link(conn: &impl ConnectionTrait, row: traveller_link::Model) -> Result<(), Failure> {
    let active = traveller_link::ActiveModel::from(row).reset_all();
    traveller_link::Entity::insert(active).exec_without_returning(conn).await?;
    Ok(())
}

/// How a link came to an end.
#[derive(Clone, Debug)]
pub(super) struct Withdrawal {
    pub reason: String,
    pub by: Option<Uuid>,
    pub at: DateTime<Utc>,
}

/// Withdraws a link if it is still at the version seen; tells whether it was.
pub(super) async fn withdraw_link(
    conn: &impl ConnectionTrait,
    row: &traveller_link::Model,
    withdrawal: &Withdrawal,
) -> Result<bool, DbErr> {
    let change = traveller_link::ActiveModel {
        pair_key: Set(None),
        withdrawn_reason: Set(Some(withdrawal.reason.clone())),
        withdrawn_by: Set(withdrawal.by),
        withdrawn_at: Set(Some(withdrawal.at)),
        version: Set(row.version + 1),
        ..Default::default()
    };
    let result = traveller_link::Entity::update_many()
        .set(change)
        .filter(traveller_link::Column::Id.eq(row.id))
        .filter(traveller_link::Column::Version.eq(row.version))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}
