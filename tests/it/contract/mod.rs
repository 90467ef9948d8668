//! What must hold for every route, every word and every file.

mod access;
mod architecture;
mod audit;
mod locales;
mod migrations;
mod openapi;
mod problems;
