//! The catalog in the database and over the routes, on both databases.

mod loading;
mod reading;
