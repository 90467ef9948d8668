//! What the tests of the running program share.

pub mod demo;
pub mod filing;
pub mod http;
