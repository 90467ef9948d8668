//! Rules of declarations: what a stay must say, when it was due, what an officer may answer.
//!
//! Pure: facts are loaded first and handed in, `now` is an argument, and dry run and filing call the same
//! [`examine()`].

pub mod catalogue;
mod company;
pub mod compare;
mod date_order;
mod exam;
mod examine;
mod file_rows;
mod input;
mod known;
pub mod lateness;
pub mod life;
pub mod outages;
pub mod police;
pub mod reason;
pub mod review;
#[cfg(test)]
mod tests;
mod values;

pub use values::{Moment, document_numbers, earliest_arrival};

pub use examine::{Examined, Facts, GoodStay, Record, Verdict, examine};
pub use file_rows::{place_of, stay_input, stored_input};
pub use input::{Door, Place, StayInput};
pub use known::KnownStay;
