//! See `remote_refresh_fuzz::token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| remote_refresh_fuzz::token(data));
