//! The browser shell of remote-refresh: the only Rust that sees web-sys, js-sys and gloo.
//! It translates between JavaScript and `remote-refresh-core`, and decides nothing.
//!
//! | module | what it holds |
//! |---|---|
//! | [`engine`] | the class that `js/app.js` drives: facts in, orders out |
//! | [`host`] | what the engine calls in JavaScript |
//! | [`snapshot`] | Firebase's `DataSnapshot` over a node of the core |
//! | `stream` | one event stream over `fetch` |
//! | `browser` | the page's `online`, `visibilitychange`, `pageshow` and `resume` events |
//! | `options` | what the app passes to `connect` and `createApp` |
//! | `error` | errors with a code and a sentence |

mod browser;
pub mod engine;
mod error;
pub mod host;
mod options;
pub mod snapshot;
mod stream;
