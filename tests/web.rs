//! The wasm shell in a real browser, whose network and events the tests control.
//!
//! | module | what it tests |
//! |---|---|
//! | `stream` | one event stream over `fetch` |
//! | `page` | the page's events: network, visibility, back/forward cache |
//! | `calls` | a host that throws, and one that calls the engine in turn |
//! | `tabs` | several tabs that share one stream |
//! | `tab_messages` | what tabs send each other, and what they make of it |
#![cfg(target_arch = "wasm32")]

#[path = "web/calls.rs"]
mod calls;
#[path = "web/page.rs"]
mod page;
#[path = "web/stream.rs"]
mod stream;
mod support;
#[path = "web/tab_messages.rs"]
mod tab_messages;
#[path = "web/tabs.rs"]
mod tabs;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
