//! The pure core of remote-refresh: every decision, no effects.
#![forbid(unsafe_code)]

pub mod time;
