//! What goes in and out of this room's doors. Passwords and tokens stand in no `Debug` output.

mod accounts;
mod auth;
mod clients;
mod units;

use serde::{Deserialize, Deserializer};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::kernel::page::{PageError, PageRequest};

pub use accounts::{
    AccountFilter, AccountIn, AccountList, AccountOut, AccountPatch, InvitedAccountOut, InvitedMemberOut, MemberIn,
    MemberList, MemberOut, MemberPatch,
};
pub use auth::{
    ActivateIn, CodeIn, EnrolmentOut, JwkOut, JwksOut, LoginIn, MeOut, PasswordIn, RefreshIn, RemoveFactorIn,
    SessionList, SetupIn, TokenForm, TokenOut, TokensOut,
};
pub use clients::{ApiClientIn, ApiClientList, ApiClientOut, ApiClientSecretOut};
pub use units::{UnitFilter, UnitList, UnitOut, UnitPatch};

/// No members.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NothingIn {}

/// Which page.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageFilter {
    /// Rows on the page, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageFilter {
    /// The page that is meant.
    pub fn page(&self) -> Result<PageRequest, PageError> {
        PageRequest::parse(self.limit, self.cursor.as_deref())
    }
}

/// Reads a member that may be null, told apart from one that is absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
