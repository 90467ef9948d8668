//! What is sent to this room and answered by it.
//!
//! Bodies are bounded by the examination in `rules`, not by the validator: whoever registers shall see everything that
//! is wrong at once, and a body with one finding of the validator would never reach the examination.

mod establishments;
mod organizations;

use serde::{Deserialize, Deserializer};

pub(super) use establishments::{
    EstablishmentFilter, EstablishmentIn, EstablishmentListOut, EstablishmentOut, EstablishmentPatch,
};
pub(super) use organizations::{
    AdministratorOut, ApprovalIn, OrganizationOut, OrganizationPatch, Password, RefusalIn, RegistrationFilter,
    RegistrationIn, RegistrationListOut, RegistrationOut,
};

/// A member that may be left out, and that `null` clears.
fn clearable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// A member that may be left out, but not be `null`.
fn never_null<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
