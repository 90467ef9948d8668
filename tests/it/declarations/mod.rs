//! Declarations over the routes, on both databases.

mod filing;
mod importing;
mod living;
mod receipts;
mod reviewing;
