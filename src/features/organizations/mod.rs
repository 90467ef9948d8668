//! stub
use crate::{features::accounts::Scope, kernel::ids::EstablishmentId};
use ::entity::{establishment, organization};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
/// x
pub async fn find_establishment(
    conn: &impl ConnectionTrait,
    _scope: &Scope,
    id: EstablishmentId,
) -> Result<Option<establishment::Model>, DbErr> {
    establishment::Entity::find_by_id(id.0).one(conn).await
}
/// x
pub async fn organization_name(conn: &impl ConnectionTrait, id: uuid::Uuid) -> Result<Option<String>, DbErr> {
    Ok(organization::Entity::find_by_id(id).one(conn).await?.map(|o| o.name))
}
