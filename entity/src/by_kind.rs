//! Sort of actor who made a row.

use sea_orm::entity::prelude::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Sort of actor who made a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum ByKind {
    /// `account`
    #[sea_orm(string_value = "account")]
    Account,
    /// `client`
    #[sea_orm(string_value = "client")]
    Client,
    /// `system`
    #[sea_orm(string_value = "system")]
    System,
}
