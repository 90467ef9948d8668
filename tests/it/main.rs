//! Integration tests, one binary. Modules mirror the rooms; `contract` holds what must be true of all of them.

mod contract;
mod declarations;
mod harness;
mod process;
