//! Web pages and web archives.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tamtru_fuzz::check_after(&[b"<html>", b"MIME-Version: 1.0\n"], bytes));
