//! JSON of the national API.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tamtru_fuzz::check_after(&[b"[{\"hoTen\":"], bytes));
