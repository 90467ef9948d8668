//! Guest XML.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tamtru_fuzz::check_after(&[b"<KHAI_BAO_TAM_TRU><THONG_TIN_KHACH>"], bytes));
