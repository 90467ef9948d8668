//! Organizations: companies, lodging businesses and landlords, how they come to have an account, and the
//! establishments where their guests stay.
//!
//! # Legal basis
//!
//! Law 47/2014/QH13 Art. 33: the foreigner declares through the person who directly manages the lodging establishment,
//! to the police of the commune-level unit where it stands. Hence an establishment has a ward, and its ward decides
//! which unit receives its declarations. Art. 16: an organization that invites or sponsors foreigners files its
//! particulars first. Tax codes: Circular 86/2024/TT-BTC, by which a household business uses the 12-digit personal
//! identification number of its owner since 1 July 2025.
//!
//! # A registration is the organization
//!
//! Whoever registers makes an organization and its first administrator, both `pending`; a registration and its
//! organization are one row with one id. An officer in whose ward the seat lies, or the immigration office, decides:
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> pending: register_organization
//!     pending --> active: approve_registration
//!     pending --> refused: refuse_registration
//!     active --> active: update_organization, create_establishment, update_establishment
//! ```
//!
//! Approval lets the administrator sign in, refusal disables the account and frees its e-mail address for a new
//! registration. `suspended` is a standing of organizations that have no action here. Name, kind and tax code are what
//! the officer approved; they do not change afterwards.
//!
//! # Establishments
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> open: create_establishment
//!     open --> closed: update_establishment (status)
//!     closed --> open: update_establishment (status)
//! ```
//!
//! No guest is declared at a closed one; what was declared stays. The police of its ward receives its declarations, and
//! where a ward has no unit of its own the immigration office does. A company has establishments too: housing for staff.

mod dto;
mod error;
mod routes;
mod rules;
mod service;
mod store;

pub use ::entity::establishment::Model as Establishment;
pub use error::OrganizationError;
pub use routes::routes;
pub use rules::{EstablishmentKind, EstablishmentStatus, OrganizationKind, OrganizationStatus};
pub use store::{establishment_names, establishments_of, find_establishment, open_establishments, organization_names};
