//! The roof: puts the rooms together. The only place that knows every room.

pub mod cli;
pub mod demo;
mod health;
pub mod openapi;
pub mod router;
pub mod run;
