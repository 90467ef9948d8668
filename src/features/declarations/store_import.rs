//! Queries on imports.

use ::entity::{declaration, guest_import, guest_import_difference, guest_import_file, guest_import_row};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    features::{accounts::Scope, declarations::dto_import::ImportedDeclarationOut},
    kernel::{
        ids::{DeclarationId, ImportId},
        page::{Page, PageRequest},
    },
    platform::db::in_powers_of_two,
};

/// Rows in one statement: ten columns stay far below the limits of bound values.
const ROWS: usize = 512;

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

/// Notes how far a step is, if the import is still at the version seen and in this state; tells whether it was. Progress
/// alone makes no new version.
pub async fn tell(
    conn: &impl ConnectionTrait,
    row: &guest_import::Model,
    status: guest_import::Status,
    progress: i32,
) -> Result<bool, DbErr> {
    let change = guest_import::ActiveModel { progress: Set(progress), ..Default::default() };
    let result = guest_import::Entity::update_many()
        .set(change)
        .filter(guest_import::Column::Id.eq(row.id))
        .filter(guest_import::Column::Version.eq(row.version))
        .filter(guest_import::Column::Status.eq(status))
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Writes rows of an import; a row that is there already, from an attempt that was cut off or from the preview, is
/// written over.
pub async fn put_rows(conn: &impl ConnectionTrait, rows: Vec<guest_import_row::Model>) -> Result<(), DbErr> {
    use guest_import_row::Column;
    for group in in_powers_of_two(rows, ROWS) {
        let group = group.into_iter().map(|row| row.into_active_model().reset_all());
        let over = OnConflict::columns([Column::ImportId, Column::Position])
            .update_columns([
                Column::Reference,
                Column::Verdict,
                Column::Record,
                Column::Original,
                Column::Findings,
                Column::Cells,
                Column::DeclarationId,
            ])
            .to_owned();
        guest_import_row::Entity::insert_many(group).on_conflict(over).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Notes in which declaration the accepted rows between two positions are filed.
pub async fn set_declaration(
    conn: &impl ConnectionTrait,
    id: ImportId,
    positions: std::ops::RangeInclusive<i32>,
    declaration: DeclarationId,
) -> Result<(), DbErr> {
    let change = guest_import_row::ActiveModel { declaration_id: Set(Some(declaration.0)), ..Default::default() };
    guest_import_row::Entity::update_many()
        .set(change)
        .filter(guest_import_row::Column::ImportId.eq(id.0))
        .filter(guest_import_row::Column::Position.between(*positions.start(), *positions.end()))
        .filter(guest_import_row::Column::Verdict.eq(guest_import_row::Verdict::Accepted))
        .exec(conn)
        .await?;
    Ok(())
}

/// The next rows of an import, in the order of the file.
pub async fn rows_after(
    conn: &impl ConnectionTrait,
    id: ImportId,
    after: Option<i32>,
    limit: u64,
) -> Result<Vec<guest_import_row::Model>, DbErr> {
    guest_import_row::Entity::find()
        .filter(guest_import_row::Column::ImportId.eq(id.0))
        .filter(guest_import_row::Column::Position.gt(after.unwrap_or(-1)))
        .order_by_asc(guest_import_row::Column::Position)
        .limit(limit)
        .all(conn)
        .await
}

/// Rows of an import by their places in the file.
pub async fn rows_at(
    conn: &impl ConnectionTrait,
    id: ImportId,
    positions: impl Iterator<Item = i32>,
) -> Result<Vec<guest_import_row::Model>, DbErr> {
    guest_import_row::Entity::find()
        .filter(guest_import_row::Column::ImportId.eq(id.0))
        .filter(guest_import_row::Column::Position.is_in(positions))
        .all(conn)
        .await
}

/// Writes the differences of an import in place of those that it had.
pub async fn replace_differences(
    conn: &impl ConnectionTrait,
    id: ImportId,
    differences: Vec<guest_import_difference::Model>,
) -> Result<(), DbErr> {
    guest_import_difference::Entity::delete_many()
        .filter(guest_import_difference::Column::ImportId.eq(id.0))
        .exec(conn)
        .await?;
    for group in in_powers_of_two(differences, ROWS) {
        let group = group.into_iter().map(|row| row.into_active_model().reset_all());
        guest_import_difference::Entity::insert_many(group).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Differences of an import that was found in scope: by rows of the file, then what is not in it.
pub async fn list_differences(
    conn: &impl ConnectionTrait,
    id: ImportId,
    kind: Option<guest_import_difference::Kind>,
    page: &PageRequest,
    after: Option<i32>,
) -> Result<Page<guest_import_difference::Model>, DbErr> {
    use guest_import_difference::{Column, Entity};
    let mut query = Entity::find().filter(Column::ImportId.eq(id.0));
    if let Some(kind) = kind {
        query = query.filter(Column::Kind.eq(kind));
    }
    if let Some(after) = after {
        query = query.filter(Column::Position.gt(after));
    }
    let rows = query.order_by_asc(Column::Position).limit(page.limit + 1).all(conn).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.position.to_string()))
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
pub async fn declaration_rows(conn: &impl ConnectionTrait, id: ImportId) -> Result<Vec<declaration::Model>, DbErr> {
    declaration::Entity::find()
        .filter(declaration::Column::ImportId.eq(id.0))
        .order_by_asc(declaration::Column::Id)
        .all(conn)
        .await
}

/// The same, in short.
pub async fn declarations_of(conn: &impl ConnectionTrait, id: ImportId) -> Result<Vec<ImportedDeclarationOut>, DbErr> {
    let rows = declaration_rows(conn, id).await?;
    Ok(rows
        .into_iter()
        .map(|row| ImportedDeclarationOut {
            id: DeclarationId(row.id),
            reference_code: row.reference_code,
            stay_count: row.stay_count,
        })
        .collect())
}
