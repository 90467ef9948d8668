//! Tables as sea-orm models: columns and enums, no behaviour.
//!
//! Document numbers, names and dates of birth live in [`stay`], [`stay_version`], [`correction_request`],
//! [`guest_import_row`] and [`guest_import_difference`]; nothing here implements
//! `Display`, and no model is ever put into a log line.

pub mod account;
pub mod api_client;
pub mod api_client_secret;
pub mod audit_entry;
pub mod by_kind;
pub mod catalog_entry;
pub mod catalog_load;
pub mod correction_request;
pub mod declaration;
pub mod establishment;
pub mod guest_import;
pub mod guest_import_difference;
pub mod guest_import_file;
pub mod guest_import_row;
pub mod idempotency_key;
pub mod job;
pub mod one_time_token;
pub mod organization;
pub mod outage;
pub mod refresh_token;
pub mod serial_block;
pub mod session;
pub mod sign_in_throttle;
pub mod signing_key;
pub mod stay;
pub mod stay_former_key;
pub mod stay_version;
pub mod traveller_link;
pub mod unit;
