//! The pure core of remote-refresh: every decision, no effects.
//!
//! | module | what it decides |
//! |---|---|
//! | [`app`] | one App: what becomes of a change; facts in, orders out |
//! | [`bus`] | which handlers the event bus has, in which order, and what a removal ends |
//! | [`feed`] | the state of the connection to the user's node: streams, tokens, tabs |
//! | [`change`] | what a change of the node concerns |
//! | [`views`], [`refresh`] | which views are walked, which entities are fetched, and when |
//! | [`mirror`], [`wire`], [`query`] | the node: what differs; the Realtime Database's format, shared with the feed server; its queries |
//! | [`explain`], [`nearest`] | for people: the last steps, the name that was meant |
//! | [`revision`], [`time`], [`timer`], [`backoff`], [`random`] | what the others are made of; time and randomness are arguments |
//!
//! It uses no `std`, so there is no clock, no file and no network that it could reach.
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
