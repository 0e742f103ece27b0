//! The browser part of remote-refresh: the only Rust that sees JavaScript.
//! It translates between JavaScript and `remote-refresh-core`, and decides nothing.
//!
//! | module | what it holds |
//! |---|---|
//! | [`app`] | the class that `js/app.js` drives: facts in, orders out |
//! | [`bus`] | the registry of the bus, for `js/events.js` |
//! | [`host`] | what that class calls in JavaScript |
//! | `browser` | the page's events, the timer, the event stream, the tabs that share it |
//! | [`options`] | what the app passes to `connect`, `createApp` and the other calls |
//! | [`inspect`] | what tools and events are given: plain objects |
//! | [`snapshot`] | Firebase's `DataSnapshot` over a node of the core |
//! | `json` | JSON as the browser reads it |
//! | `error` | errors with a code |

pub mod app;
mod browser;
pub mod bus;
mod error;
pub mod host;
pub mod inspect;
mod json;
pub mod options;
pub mod snapshot;

/// Two-level segregated fit in the size that suits a module of some hundred KB.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
