//! Accounts: sign-in, sessions, tokens, API clients, second factor, and the units that staff belong to.
//!
//! # Purpose
//!
//! Who somebody is, and what he may do. Other rooms name one of the extractors of [`caller`] in a handler's signature
//! and get a [`Caller`] whose role, organization and unit were read from the database at most three seconds ago.
//!
//! # Anchors
//!
//! RFC 6749 and RFC 9700 (client credentials, rotation of refresh tokens), RFC 6750 (bearer tokens), RFC 8725 and RFC 9068
//! (access tokens), RFC 8037 (Ed25519 keys), RFC 6238 (second factor), OWASP ASVS 5.0 chapters 6 to 10.
//!
//! # States of an account
//!
//! ```text
//! pending ──(organization approved)──▶ active ◀──(activate)── invited ◀── (invited by an administrator)
//!                                      │  ▲ │                    ▲
//!                             disabled ◀──┘ └──────(reset)───────┘
//! ```

pub mod caller;
mod dto;
mod error;
mod liveness;
mod passwords;
mod routes;
mod rules;
mod service;
mod start;
mod store;
pub mod tokens;

pub use caller::{
    Admin, Anonymous, Auditor, Caller, Declarant, Enrolling, Member, Officer, OrgAdmin, OrganizationReader,
    OwnStayReader, Person, Role, Scope, SignedIn, StayReader,
};
pub use error::AccountError;
pub use liveness::Liveness;
pub use passwords::Flaw;
pub use routes::routes;
pub use rules::{Change, ROTATION_OVERLAP};
pub use service::{accounts::Circle, api_clients, members, registrants, sessions::purge, setup, units};
pub use start::{create_demo_staff, install, issue_setup_token, prepare};
pub use tokens::TokenError;

#[cfg(test)]
mod tests;
