//! The routes of this room, and how its refusals become problems.

mod establishments;
mod organizations;
mod registrations;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    features::{
        accounts::{Caller, Role, Scope},
        organizations::{OrganizationError, service::Listing},
    },
    kernel::page::PageRequest,
    platform::{
        http::{Problem, ProblemKind},
        state::AppState,
    },
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(registrations::register_organization, registrations::list_registrations))
        .routes(routes!(registrations::get_registration))
        .routes(routes!(registrations::approve_registration))
        .routes(routes!(registrations::refuse_registration))
        .routes(routes!(organizations::get_organization, organizations::update_organization))
        .routes(routes!(establishments::list_establishments, establishments::create_establishment))
        .routes(routes!(establishments::get_establishment, establishments::update_establishment))
}

impl From<OrganizationError> for Problem {
    fn from(error: OrganizationError) -> Self {
        match error {
            OrganizationError::NotFound => Self::new(ProblemKind::NotFound),
            OrganizationError::Stale => Self::new(ProblemKind::StaleVersion),
            OrganizationError::WrongState(wrong) => Self::wrong_state(wrong.current, wrong.allowed),
            OrganizationError::Findings(findings) => Self::findings(findings),
            OrganizationError::Account(error) => error.into_problem_at("/administrator"),
            OrganizationError::Database(failure) => failure.into(),
        }
    }
}

/// What a reader of organizations may see: the system's administrator sees all of them, but no guest.
fn reading_scope(caller: &Caller) -> Result<Scope, Problem> {
    if caller.role == Role::Admin { Ok(Scope::Everything) } else { caller.scope() }
}

fn listing(limit: Option<u64>, cursor: Option<&str>) -> Result<Listing, Problem> {
    let page = PageRequest::parse(limit, cursor)?;
    let after = page.after_id()?;
    Ok(Listing { page, after })
}
