//! Reports over the routes, on both databases.

mod open_stays;
