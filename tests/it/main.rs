//! Integration tests, one binary.

mod harness;
mod process;
