//! Audit: who did what, when, to which thing. This room only reads the record; each room writes its own events.
//!
//! # What is recorded
//!
//! Every change of state, in the transaction in which it happened (`platform::events`, `platform::db::Work`): what is
//! acknowledged is on the record, and what is on the record has happened. Also every reading of a person's data by
//! somebody outside the person's own organization, and every reading of this record itself (`audit_read`).
//!
//! An entry names the action in the past tense, the actor (account, API client, the server itself, or the public), the
//! thing concerned, the organization and the unit concerned, and the request. Its `data` holds what changed by name of
//! the member. Names of persons, document numbers, dates of birth, free text and secrets never go into an entry; the
//! one free text is the purpose that an officer gives for looking up a person, which is refused if it names that person.
//!
//! # Append-only
//!
//! No code changes or removes an entry, and the database refuses it to everybody: triggers on `audit_entry` answer
//! `UPDATE`, `DELETE` and, on PostgreSQL, `TRUNCATE` with an error (migration `audit_append_only`). Entries have UUIDv7
//! ids, so the record reads in order of time, and paging by id is stable while entries are added.
//!
//! # Legal basis
//!
//! Law 91/2025/QH15 and Decree 356/2025/ND-CP (personal data; requests are logged with their time); Decree
//! 165/2025/ND-CP Art. 17.10 (processing logs are kept for at least 6 months; nothing here ever expires).

mod dto;
mod routes;
mod service;
mod store;

pub use routes::routes;
