//! New workbooks, and worksheets in them.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    tamtru_fuzz::check(bytes);
    tamtru_fuzz::check_sheet(bytes);
});
