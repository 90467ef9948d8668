//! What a caller may see, as a condition on rows.

use sea_orm::{ColumnTrait, Condition};

use crate::features::accounts::Scope;

impl Scope {
    /// The condition on a table that keeps organization and ward with each row: the one reading of a scope in queries, so
    /// that no store decides by itself who sees what.
    pub fn on(&self, organization: impl ColumnTrait, ward: impl ColumnTrait) -> Condition {
        match self {
            Self::Organization(id) => Condition::all().add(organization.eq(id.0)),
            Self::Ward(code) => Condition::all().add(ward.eq(code)),
            Self::Everything => Condition::all(),
        }
    }
}
