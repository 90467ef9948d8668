//! stub
use ::entity::unit;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
/// x
pub async fn get_unit(conn: &impl ConnectionTrait, id: uuid::Uuid) -> Result<Option<unit::Model>, DbErr> {
    unit::Entity::find_by_id(id).one(conn).await
}
