//! Queries on imports.

use ::entity::{declaration, guest_import, guest_import_file, guest_import_row};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::{
    features::{accounts::Scope, declarations::dto_import::ImportedDeclarationOut},
    kernel::{
        ids::{DeclarationId, ImportId},
        page::{Page, PageRequest},
    },
};

/// Rows in one statement: nine columns stay far below the limit of bound values.
const ROWS: usize = 3_000;

/// Files are the declarant's own; the police sees what comes of them.
fn in_scope(scope: &Scope) -> Condition {
    match scope {
        Scope::Organization(id) => Condition::all().add(guest_import::Column::OrganizationId.eq(id.0)),
        Scope::Ward(_) => Condition::all().add(guest_import::Column::Id.is_null()),
        Scope::Everything => Condition::all(),
    }
}

/// An import in scope.
pub async fn find(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: ImportId,
) -> Result<Option<guest_import::Model>, DbErr> {
    guest_import::Entity::find_by_id(id.0).filter(in_scope(scope)).one(conn).await
}

/// Imports in scope, newest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    page: &PageRequest,
    after: Option<Uuid>,
) -> Result<Page<guest_import::Model>, DbErr> {
    let mut query = guest_import::Entity::find().filter(in_scope(scope));
    if let Some(after) = after {
        query = query.filter(guest_import::Column::Id.lt(after));
    }
    let rows = query.order_by_desc(guest_import::Column::Id).limit(page.limit + 1).all(conn).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}

/// How many imports of an organization wait or are being read or filed.
pub async fn count_open(conn: &impl ConnectionTrait, organization: Uuid) -> Result<u64, DbErr> {
    use guest_import::Status::{Committing, Queued, Reading};
    guest_import::Entity::find()
        .filter(guest_import::Column::OrganizationId.eq(organization))
        .filter(guest_import::Column::Status.is_in([Queued, Reading, Committing]))
        .count(conn)
        .await
}

/// Writes a new import with its file.
pub async fn insert(conn: &impl ConnectionTrait, row: &guest_import::Model, bytes: Vec<u8>) -> Result<(), DbErr> {
    let id = row.id;
    guest_import::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(conn).await?;
    let file = guest_import_file::ActiveModel { import_id: Set(id), bytes: Set(bytes) };
    guest_import_file::Entity::insert(file).exec_without_returning(conn).await?;
    Ok(())
}

/// Writes an import if it is still at the version seen; tells whether it was.
pub async fn update(conn: &impl ConnectionTrait, row: &guest_import::Model, seen_version: i32) -> Result<bool, DbErr> {
    let result = guest_import::Entity::update_many()
        .set(row.clone().into_active_model().reset_all())
        .filter(guest_import::Column::Id.eq(row.id))
        .filter(guest_import::Column::Version.eq(seen_version))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// The bytes of a file, until it is filed or refused.
pub async fn file_of(conn: &impl ConnectionTrait, id: ImportId) -> Result<Option<Vec<u8>>, DbErr> {
    Ok(guest_import_file::Entity::find_by_id(id.0).one(conn).await?.map(|file| file.bytes))
}

/// Forgets the bytes: the rows keep what was read, and passports lie in one place less.
pub async fn drop_file(conn: &impl ConnectionTrait, id: ImportId) -> Result<(), DbErr> {
    guest_import_file::Entity::delete_by_id(id.0).exec(conn).await?;
    Ok(())
}

/// Writes the rows of an import in place of those that it had.
pub async fn replace_rows(
    conn: &impl ConnectionTrait,
    id: ImportId,
    rows: Vec<guest_import_row::Model>,
) -> Result<(), DbErr> {
    guest_import_row::Entity::delete_many().filter(guest_import_row::Column::ImportId.eq(id.0)).exec(conn).await?;
    let mut rows: Vec<_> = rows.into_iter().map(|row| row.into_active_model().reset_all()).collect();
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(ROWS));
        guest_import_row::Entity::insert_many(rows).exec_without_returning(conn).await?;
        rows = rest;
    }
    Ok(())
}

/// Rows of an import that was found in scope, in the order of the file.
pub async fn list_rows(
    conn: &impl ConnectionTrait,
    id: ImportId,
    verdict: Option<guest_import_row::Verdict>,
    page: &PageRequest,
    after: Option<i32>,
) -> Result<Page<guest_import_row::Model>, DbErr> {
    let mut query = guest_import_row::Entity::find().filter(guest_import_row::Column::ImportId.eq(id.0));
    if let Some(verdict) = verdict {
        query = query.filter(guest_import_row::Column::Verdict.eq(verdict));
    }
    if let Some(after) = after {
        query = query.filter(guest_import_row::Column::Position.gt(after));
    }
    let rows = query.order_by_asc(guest_import_row::Column::Position).limit(page.limit + 1).all(conn).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.position.to_string()))
}

/// Declarations that came of an import that was found in scope.
pub async fn declarations_of(conn: &impl ConnectionTrait, id: ImportId) -> Result<Vec<ImportedDeclarationOut>, DbErr> {
    let rows = declaration::Entity::find()
        .filter(declaration::Column::ImportId.eq(id.0))
        .order_by_asc(declaration::Column::Id)
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ImportedDeclarationOut {
            id: DeclarationId(row.id),
            reference_code: row.reference_code,
            stay_count: row.stay_count,
        })
        .collect())
}
