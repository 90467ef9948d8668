//! Rooms.

pub mod accounts;
pub mod catalog;
