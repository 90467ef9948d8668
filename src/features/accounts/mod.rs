//! Accounts: sign-in, sessions, tokens, API clients, second factor, and the units that staff belong to.

pub mod caller;
pub mod tokens;
pub mod units;

pub use caller::{
    Admin, Anonymous, Auditor, Caller, Declarant, Member, Officer, OrgAdmin, OrganizationReader, Role, Scope, SignedIn,
    StayReader,
};
