//! Integration tests, one binary. Modules mirror the rooms; `contract` holds what must be true of all of them.

mod audit;
mod catalog;
mod contract;
mod declarations;
mod harness;
mod organizations;
mod process;
mod reports;
mod travellers;
