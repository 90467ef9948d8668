//! Use cases of declarations: load facts, decide, save, publish, commit.

pub mod checking_out;
pub mod compat;
pub mod correcting;
pub mod exporting;
pub mod filing;
mod history;
pub mod importing;
pub mod living;
mod making;
pub mod outages;
pub mod reading;
pub mod rejudging;
pub mod reporting;
pub mod reviewing;
