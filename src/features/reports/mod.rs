//! Reports: counts over what other rooms keep. This room reads any table and writes none.
//!
//! # Open stays
//!
//! A guest without a check-out on the day after his planned departure has left unreported or stays on undeclared. Law
//! 47/2014/QH13 Art. 33 has whoever runs the establishment declare both; the report tells each establishment, and the
//! police of its ward, where to ask. Who the guests are says `GET /api/v1/stays?overdue_on=`.
//!
//! # What is not on the record
//!
//! A report names establishments and counts, never a person, so reading one is no reading of a person's data and leaves
//! no entry in the audit trail. The list of the stays themselves does.

mod dto;
mod routes;
mod service;
mod store;

pub use routes::routes;
