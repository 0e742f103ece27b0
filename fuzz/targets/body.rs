//! See `remote_refresh_fuzz::body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| remote_refresh_fuzz::body(data));
