//! The pure core of remote-refresh: every decision, no effects.
//!
//! Needs no `std`: what the browser downloads is smaller without it.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod app;
pub mod backoff;
pub mod bus;
pub mod change;
mod decimal;
pub mod explain;
pub mod feed;
pub mod mirror;
pub mod nearest;
pub mod query;
pub mod random;
pub mod refresh;
pub mod revision;
pub mod time;
pub mod timer;
pub mod views;
pub mod wire;
