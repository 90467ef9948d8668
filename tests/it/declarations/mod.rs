//! Declarations over the routes, on both databases.

mod filing;
mod importing;
mod receipts;
mod reviewing;
