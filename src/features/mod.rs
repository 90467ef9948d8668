//! Rooms.

pub mod accounts;
pub mod catalog;
pub mod declarations;
pub mod organizations;
