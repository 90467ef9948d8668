//! tamtru: declares foreigners' temporary stays (*khai báo tạm trú*) to the Vietnamese police and lets the police answer.
//!
//! A house with four floors and one staircase: [`app`] (roof, sees all) → [`features`] (rooms) → [`platform`] (pipes
//! and wires) → [`kernel`] (foundation). Requests enter a room by one of its doors (JSON API, page, file, job, command
//! line), go down, and come back up once. No room opens another room's cupboards: it uses what the other's `mod.rs`
//! re-exports. A contract test reads the `use crate::…` lines and fails on a forbidden edge.

pub mod app;
pub mod features;
pub mod kernel;
pub mod platform;

rust_i18n::i18n!("src/locales", fallback = "vi");

/// The text under a key in a language; the key itself where there is none, which a test forbids.
pub(crate) fn translate(locale: &str, key: &str) -> String {
    rust_i18n::t!(key, locale = locale).into_owned()
}
