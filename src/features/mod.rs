//! Rooms: each holds one thing that people come for, with the same furniture.

pub mod accounts;
pub mod audit;
pub mod catalog;
pub mod declarations;
pub mod organizations;
pub mod reports;
pub mod travellers;
