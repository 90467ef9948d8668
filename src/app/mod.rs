//! Roof.
pub mod cli;
