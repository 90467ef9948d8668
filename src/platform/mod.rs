//! Pipes and wires: input and output that know no business word.

pub mod combiner;
pub mod config;
pub mod db;
pub mod documents;
pub mod events;
pub mod http;
pub mod jobs;
pub mod lang;
pub mod serials;
pub mod signing;
pub mod state;
