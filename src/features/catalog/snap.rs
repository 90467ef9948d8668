//! stub
use crate::features::catalog::{DeadlineRules, Nationalities};
use std::sync::Arc;
/// x
#[derive(Debug)]
pub struct Catalogue {
    /// x
    pub nationalities: Nationalities,
    /// x
    pub deadlines: DeadlineRules,
}
/// x
#[derive(Clone, Debug)]
pub struct CatalogSnapshot(pub Arc<Catalogue>);
impl CatalogSnapshot {
    /// x
    pub fn current(&self) -> Arc<Catalogue> {
        self.0.clone()
    }
}
