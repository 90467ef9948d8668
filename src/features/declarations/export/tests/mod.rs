//! The writers as tables: what stands in the file to the letter, and what our own readers make of it.

mod build;
mod reports;
mod texts;
mod workbooks;
