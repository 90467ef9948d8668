//! Organizations and establishments in the database. Every finder takes the scope of whoever asks.

use std::collections::{BTreeSet, HashMap};

use ::entity::{establishment, organization};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::{
    features::{
        accounts::Scope,
        organizations::rules::{
            EstablishmentKind, EstablishmentStatus, NewEstablishment, NewOrganization, OrganizationKind,
            OrganizationStatus,
        },
    },
    kernel::ids::{EstablishmentId, OrganizationId},
    platform::db::{Failure, padded},
};

/// Which rows of a list, and where the page begins.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub after: Option<Uuid>,
    /// Rows on the page; one more is read, to tell whether there is a next one.
    pub limit: u64,
}

/// What an officer decided.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub status: OrganizationStatus,
    pub reason: Option<String>,
    pub by: Option<Uuid>,
}

/// Keeps a new organization.
pub(super) async fn insert_organization(
    conn: &impl ConnectionTrait,
    id: Uuid,
    new: &NewOrganization,
    now: DateTime<Utc>,
) -> Result<organization::Model, Failure> {
    let row = organization::Model {
        id,
        kind: new.kind.into(),
        status: organization::Status::Pending,
        name: new.name.clone(),
        tax_code: new.tax_code.clone(),
        phone: new.phone.clone(),
        email: new.email.clone(),
        address: new.address.clone(),
        ward_code: new.ward_code.clone(),
        zone_code: new.zone_code.clone(),
        decision_reason: None,
        decided_by: None,
        decided_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let active: organization::ActiveModel = row.clone().into();
    organization::Entity::insert(active.reset_all()).exec_without_returning(conn).await?;
    Ok(row)
}

/// The organization, if it lies in the scope.
pub(super) async fn find_organization(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: Uuid,
) -> Result<Option<organization::Model>, Failure> {
    Ok(organization::Entity::find_by_id(id).filter(organizations_in(scope)).one(conn).await?)
}

/// Organizations in the scope, oldest first, one more than the window shows.
pub(super) async fn list_organizations(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    status: Option<OrganizationStatus>,
    window: &Window,
) -> Result<Vec<organization::Model>, Failure> {
    let mut condition = organizations_in(scope);
    if let Some(status) = status {
        condition = condition.add(organization::Column::Status.eq(organization::Status::from(status)));
    }
    if let Some(after) = window.after {
        condition = condition.add(organization::Column::Id.gt(after));
    }
    Ok(organization::Entity::find()
        .filter(condition)
        .order_by_asc(organization::Column::Id)
        .limit(window.limit + 1)
        .all(conn)
        .await?)
}

/// Puts a decision on an organization unless somebody changed it since `row` was read; tells whether it did.
pub(super) async fn decide_organization(
    conn: &impl ConnectionTrait,
    row: &mut organization::Model,
    decided: Decided,
    now: DateTime<Utc>,
) -> Result<bool, Failure> {
    let seen = row.version;
    row.status = decided.status.into();
    row.decision_reason = decided.reason;
    row.decided_by = decided.by;
    row.decided_at = Some(now);
    save_organization(conn, row, seen, now).await
}

/// Saves a changed organization unless somebody else did since version `seen`; tells whether it did.
pub(super) async fn save_organization(
    conn: &impl ConnectionTrait,
    row: &mut organization::Model,
    seen: i32,
    now: DateTime<Utc>,
) -> Result<bool, Failure> {
    row.version = seen + 1;
    row.updated_at = now;
    let active: organization::ActiveModel = row.clone().into();
    let saved = organization::Entity::update_many()
        .set(active.reset_all())
        .filter(organization::Column::Id.eq(row.id))
        .filter(organization::Column::Version.eq(seen))
        .exec(conn)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Names of organizations that the caller has found through rows in his scope.
///
/// # Errors
/// [`Failure`] of the database.
pub async fn organization_names(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, Failure> {
    let rows: Vec<(Uuid, String)> = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .column(organization::Column::Name)
        .filter(organization::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Names of establishments, for the immigration office: it sees all of them.
///
/// # Errors
/// [`Failure`] of the database.
pub async fn establishment_names(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, Failure> {
    let distinct: BTreeSet<Uuid> = ids.into_iter().collect();
    let rows: Vec<(Uuid, String)> = establishment::Entity::find()
        .select_only()
        .column(establishment::Column::Id)
        .column(establishment::Column::Name)
        .filter(establishment::Column::Id.is_in(padded(distinct.into_iter().collect())))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Keeps a new establishment.
pub(super) async fn insert_establishment(
    conn: &impl ConnectionTrait,
    organization_id: Uuid,
    new: NewEstablishment,
    unit_id: Uuid,
    now: DateTime<Utc>,
) -> Result<establishment::Model, Failure> {
    let row = establishment::Model {
        id: EstablishmentId::fresh(now).0,
        organization_id,
        kind: new.kind.into(),
        status: establishment::Status::Open,
        name: new.name,
        address: new.address,
        ward_code: new.ward_code,
        phone: new.phone,
        unit_id,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let active: establishment::ActiveModel = row.clone().into();
    establishment::Entity::insert(active.reset_all()).exec_without_returning(conn).await?;
    Ok(row)
}

/// The establishment, if it lies in the scope: the organization's own, or in the officer's ward.
///
/// # Errors
/// [`Failure`] of the database.
pub async fn find_establishment(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: EstablishmentId,
) -> Result<Option<establishment::Model>, Failure> {
    Ok(establishment::Entity::find_by_id(id.0).filter(establishments_in(scope)).one(conn).await?)
}

/// Those of these establishments that belong to one of these organizations.
///
/// # Errors
/// [`Failure`] of the database.
pub async fn establishments_of(
    conn: &impl ConnectionTrait,
    organizations: &[OrganizationId],
    ids: &[EstablishmentId],
) -> Result<Vec<establishment::Model>, Failure> {
    let distinct = |ids: Vec<Uuid>| padded(ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect());
    let rows = establishment::Entity::find()
        .filter(establishment::Column::Id.is_in(distinct(ids.iter().map(|id| id.0).collect())))
        .filter(establishment::Column::OrganizationId.is_in(distinct(organizations.iter().map(|id| id.0).collect())));
    Ok(rows.all(conn).await?)
}

/// Ids of the organization's open establishments, oldest first, at most so many.
///
/// # Errors
/// [`Failure`] of the database.
pub async fn open_establishments(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    limit: u64,
) -> Result<Vec<EstablishmentId>, Failure> {
    let ids: Vec<Uuid> = establishment::Entity::find()
        .select_only()
        .column(establishment::Column::Id)
        .filter(establishment::Column::OrganizationId.eq(organization.0))
        .filter(establishment::Column::Status.eq(establishment::Status::Open))
        .order_by_asc(establishment::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(ids.into_iter().map(EstablishmentId).collect())
}

/// Establishments in the scope, oldest first, one more than the window shows.
pub(super) async fn list_establishments(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    status: Option<EstablishmentStatus>,
    organization_id: Option<Uuid>,
    window: &Window,
) -> Result<Vec<establishment::Model>, Failure> {
    let mut condition = establishments_in(scope);
    if let Some(status) = status {
        condition = condition.add(establishment::Column::Status.eq(establishment::Status::from(status)));
    }
    if let Some(organization_id) = organization_id {
        condition = condition.add(establishment::Column::OrganizationId.eq(organization_id));
    }
    if let Some(after) = window.after {
        condition = condition.add(establishment::Column::Id.gt(after));
    }
    Ok(establishment::Entity::find()
        .filter(condition)
        .order_by_asc(establishment::Column::Id)
        .limit(window.limit + 1)
        .all(conn)
        .await?)
}

/// Saves a changed establishment unless somebody else did since version `seen`; tells whether it did.
pub(super) async fn save_establishment(
    conn: &impl ConnectionTrait,
    row: &mut establishment::Model,
    seen: i32,
    now: DateTime<Utc>,
) -> Result<bool, Failure> {
    row.version = seen + 1;
    row.updated_at = now;
    let active: establishment::ActiveModel = row.clone().into();
    let saved = establishment::Entity::update_many()
        .set(active.reset_all())
        .filter(establishment::Column::Id.eq(row.id))
        .filter(establishment::Column::Version.eq(seen))
        .exec(conn)
        .await?;
    Ok(saved.rows_affected == 1)
}

fn organizations_in(scope: &Scope) -> Condition {
    scope.on(organization::Column::Id, organization::Column::WardCode)
}

fn establishments_in(scope: &Scope) -> Condition {
    scope.on(establishment::Column::OrganizationId, establishment::Column::WardCode)
}

macro_rules! same_names {
    ($($ours:ident = $theirs:path: [$($name:ident),+];)+) => {$(
        impl From<$ours> for $theirs {
            fn from(value: $ours) -> Self {
                match value { $($ours::$name => Self::$name,)+ }
            }
        }

        impl From<$theirs> for $ours {
            fn from(value: $theirs) -> Self {
                type Theirs = $theirs;
                match value { $(Theirs::$name => Self::$name,)+ }
            }
        }
    )+};
}

same_names! {
    OrganizationKind = organization::Kind: [Company, Lodging, Landlord];
    OrganizationStatus = organization::Status: [Pending, Active, Refused, Suspended];
    EstablishmentKind = establishment::Kind: [Ks, Kcn, Cc, Ndkd, Vl];
    EstablishmentStatus = establishment::Status: [Open, Closed];
}
