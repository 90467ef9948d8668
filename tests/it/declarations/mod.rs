//! Declarations over the routes, on both databases.

mod filing;
mod importing;
mod living;
mod outages;
mod receipts;
mod reviewing;
