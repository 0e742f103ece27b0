//! The wasm shell where there is no page as well as where there is one: in Node and in a browser.
//!
//! | module | what it tests |
//! |---|---|
//! | `connect_options` | what `connect` takes and refuses, and what holds without options |
//! | `option_names` | the options of the other calls, and names that none of them knows |
//! | `tokens` | what an `auth` may give |
//! | `snapshot` | what a snapshot answers |
//! | `snapshot_names` | children named like an object's own properties stay data |
//! | `provider` | the stream that an app's provider fills |
//! | `timer` | the one timer |
//! | `inspect` | the objects that tools and events are given have the names that are declared |
//! | `explain` | the steps from a change to its result |
//! | `json` | the feed's data as the browser reads it |
//! | `passes` | which views a pass visits |
//! | `slices` | a walk that is suspended, and goes on or is dropped |
//! | `entities` | what a pass means to models and collections |
//! | `fetches` | how fetches are ordered and end |
//! | `requests` | the requests that the app makes itself |
#![cfg(target_arch = "wasm32")]

#[path = "shell/connect_options.rs"]
mod connect_options;
#[path = "shell/entities.rs"]
mod entities;
#[path = "shell/explain.rs"]
mod explain;
#[path = "shell/fetches.rs"]
mod fetches;
#[path = "shell/inspect.rs"]
mod inspect;
#[path = "shell/json.rs"]
mod json;
#[path = "shell/option_names.rs"]
mod option_names;
#[path = "shell/passes.rs"]
mod passes;
#[path = "shell/provider.rs"]
mod provider;
#[path = "shell/requests.rs"]
mod requests;
#[path = "shell/slices.rs"]
mod slices;
#[path = "shell/snapshot.rs"]
mod snapshot;
#[path = "shell/snapshot_names.rs"]
mod snapshot_names;
mod support;
#[path = "shell/timer.rs"]
mod timer;
#[path = "shell/tokens.rs"]
mod tokens;
