//! What the composition root asks of this room.

use ::entity::account::Role;
use axum::http::Extensions;

use crate::{
    features::{
        accounts::{AccountError, Liveness, setup, tokens, units},
        catalog::CatalogSnapshot,
    },
    platform::{db::Work, events::Actor, state::AppState},
};

/// Puts in what this room keeps in memory.
pub fn install(rooms: &mut Extensions) {
    rooms.insert(Liveness::default());
}

/// Signs and verifies a token of its own, and enters the units that are missing.
pub async fn prepare(state: &AppState) -> Result<(), AccountError> {
    tokens::self_test(state)?;
    let mut work = Work::begin(&state.db, &Actor::system("start"), state.clock.now()).await?;
    let catalogue = state.room::<CatalogSnapshot>().current();
    units::ensure_units(&mut work, &catalogue.wards, &state.config.code_prefix).await?;
    work.commit().await?;
    Ok(())
}

/// A one-time token for the first administrator; none if there is one.
pub async fn issue_setup_token(state: &AppState) -> Result<Option<String>, AccountError> {
    setup::issue_token(state).await
}

/// A member of staff of the demo world, of the immigration office or of a ward's police.
pub async fn create_demo_staff(
    state: &AppState,
    (email, full_name): (&str, &str),
    role: Role,
    ward_code: Option<&str>,
    password: &str,
) -> Result<(), AccountError> {
    let unit_id = match (role, ward_code) {
        (Role::Officer | Role::Supervisor, Some(ward)) => {
            units::find_unit_for_ward(state.db.read(), ward).await?.map(|u| u.id)
        }
        (Role::Officer | Role::Supervisor, None) => units::find_office(state.db.read()).await?.map(|unit| unit.id),
        _ => None,
    };
    let mut work = Work::begin(&state.db, &Actor::system("demo"), state.clock.now()).await?;
    let new = setup::NewStaff { email, full_name, role, unit_id };
    setup::create_demo_staff(&mut work, &new, password).await?;
    work.commit().await?;
    Ok(())
}
