//! Use cases of declarations: load facts, decide, save, publish, commit.

pub mod filing;
pub mod importing;
pub mod reading;
pub mod reviewing;
