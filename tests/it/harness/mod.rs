//! What the tests share: the program in this process, the program as a process, databases.

pub mod app;
pub mod database;
pub mod demo;
pub mod filing;
pub mod guest_file;
pub mod http;
