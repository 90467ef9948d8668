//! Declarations (*khai báo tạm trú*): stays of foreign guests are filed, examined, reviewed and proven by a receipt.
//!
//! Legal basis: Law 47/2014/QH13 Art. 33 as amended by Law 23/2023/QH15; Circular 87/2026/TT-BCA since 24 July 2026,
//! Circular 53/2016/TT-BCA before. A late declaration is accepted and marked late; nothing that the law leaves open
//! blocks a filing.
//!
//! Five doors lead to one corridor: the JSON API, the national interface's JSON ([`dto_compat`]), a guest file
//! ([`import`]), a job and the command line all call [`rules::examine()`] through [`service`]. States of a declaration:
//! [`rules::review`]; of a stay and of a correction: [`rules::life`]; of an import: [`service::importing`]; of an outage,
//! during which the clock of deadlines stands still: [`rules::outages`].
//!
//! Outages live here and not in the catalog: the law does not list them, an administrator states them, and all that they
//! do is to move the deadlines of this room.

pub mod dto;
pub mod dto_compat;
pub mod dto_import;
pub mod dto_life;
pub mod dto_outage;
pub mod dto_review;
pub mod dto_stay;
pub mod export;
pub mod import;
pub mod import_receipt;
pub mod jobs;
pub mod receipt;
pub mod routes;
pub mod rules;
pub mod service;
mod store;
mod store_import;
mod store_life;
mod store_outage;

pub use jobs::HANDLERS;
pub use routes::{NATIONAL, routes};
pub use service::{filing::Filings, importing::Imports};
