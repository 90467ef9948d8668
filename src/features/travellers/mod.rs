//! Travellers (*người nước ngoài*): the police looks for a person and sees all of his stays on one line.
//!
//! There is no table of persons. A traveller is a document: a nationality and a number, as declared with each stay, and
//! his `id` is the id of the earliest stay with that document within the caller's reach. Any later stay's id leads to
//! the same timeline.
//!
//! # One person, several documents
//!
//! Whether two documents belong to one person is judged by `rules::comparing`, never guessed silently:
//!
//! | Judgement | When | Shown |
//! | --- | --- | --- |
//! | sure | nationality, name, complete birth date and sex agree, and one visa or card number stands on both or an officer has linked them | in one line |
//! | likely | the same without anything that binds, or one small difference, or an officer's link in spite of differences | apart, with the reasons |
//! | ruled out | an officer has said that they are two persons | named, not shown |
//!
//! # Purpose
//!
//! Each look-up names what it is for, such as the number of a case, and stands on the record with it: Law 91/2025/QH15
//! and Decree 356/2025/ND-CP allow the police to read personal data for its tasks, and make it answer for each reading.
//! At least a part of a name or of a document number is needed: nobody leafs through the guests of the city.
//!
//! # States of a link
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> standing: link_traveller
//!     standing --> withdrawn: withdraw_traveller_link
//! ```

mod dto;
mod routes;
mod rules;
mod service;
mod store;

pub use routes::routes;
