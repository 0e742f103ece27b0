//! The wasm shell in a real browser, whose network and events the tests control.
//!
//! | module | what it tests |
//! |---|---|
//! | `stream` | one event stream over `fetch` |
//! | `page` | the page's events: network, visibility, back/forward cache |
//! | `calls` | a host that throws, and one that calls the engine in turn |
#![cfg(target_arch = "wasm32")]

#[path = "web/calls.rs"]
mod calls;
#[path = "web/page.rs"]
mod page;
#[path = "web/stream.rs"]
mod stream;
#[path = "web/support.rs"]
mod support;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
