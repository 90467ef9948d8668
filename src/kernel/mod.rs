//! Foundation: values and arithmetic. No async, no database, no HTTP.

pub mod clock;
pub mod finding;
pub mod ids;
pub mod nights;
pub mod page;
pub mod partial_date;
pub mod person_name;
pub mod text;
pub mod travel_document;
