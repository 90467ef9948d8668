//! Old workbooks, and their streams.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tamtru_fuzz::check_after(&[tamtru_fuzz::STREAM, tamtru_fuzz::STREAM_5], bytes));
