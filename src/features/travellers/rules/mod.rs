//! Decisions of this room: what may be asked, whether two documents are one person, what a line of stays tells.

pub mod asking;
pub mod comparing;
pub mod line;
