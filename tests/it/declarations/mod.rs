//! Declarations over the routes, on both databases.

mod compat;
mod exporting;
mod filing;
mod formats;
mod importing;
mod living;
mod outages;
mod police;
mod receipts;
mod reviewing;
