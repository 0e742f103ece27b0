//! The wire: the Realtime Database's data model and stream format, shared by the browser and the feed server.
//!
//! | module | holds |
//! |---|---|
//! | [`key`], [`path`] | names in the tree and the order they are listed in |
//! | [`node`] | the tree itself: never empty, cheap to clone, copied on write |
//! | [`json`] | what JSON is read into, and what a node is written as |
//! | [`server_value`] | `{".sv": …}`, resolved against what is stored |
//! | [`push_id`] | ids that sort by the time they were made |
//! | [`sse`] | server-sent events, decoded from any bytes in any cuts |
//! | [`event`] | put, patch, keep-alive, cancel and auth_revoked, as a stream carries them |
//!
//! Servers leave JSON text to `serde_json`; it does not get into the browser, which reads with what it has and writes none.

pub mod event;
pub mod json;
pub mod key;
pub mod node;
pub mod path;
pub mod push_id;
pub mod server_value;
pub mod sse;

pub use event::{EventError, StreamEvent};
pub use json::{Json, JsonError, ReadJson};
pub use key::{Key, KeyError};
pub use node::{parse_json, Export, Leaf, Node, NodeError, Priority, Val};
pub use path::{Path, PathError};
pub use push_id::PushIds;
pub use sse::{Decoder, SseError, SseEvent};
