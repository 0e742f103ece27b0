//! The mirror: a copy of what the database holds at the place that is listened to.
//!
//! It takes the stream's events whole, one at a time, and says what each changed. A full value that arrives after a
//! reconnect is compared with what was there before, so that only what changed while away is a change
//! (contract: *State, not messages*).

mod diff;

use alloc::vec::Vec;
use core::fmt;

pub use diff::diff;

use crate::wire::event::StreamEvent;
use crate::wire::key::Key;
use crate::wire::node::Node;
use crate::wire::path::{Path, MAX_DEPTH};

/// One difference between two states. `prev` is the key of the child before it in the new state; the first has none.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A child is gone.
    Removed {
        /// Its name.
        key: Key,
        /// What it was.
        old: Node,
    },
    /// A child is new.
    Added {
        /// Its name.
        key: Key,
        /// What it is.
        node: Node,
        /// The child before it.
        prev: Option<Key>,
    },
    /// A child's priority is another; a [`Change::Changed`] of it follows.
    Moved {
        /// Its name.
        key: Key,
        /// What it is.
        node: Node,
        /// The child before it.
        prev: Option<Key>,
    },
    /// A child, or something below it, is another.
    Changed {
        /// Its name.
        key: Key,
        /// What it is now.
        node: Node,
        /// The child before it.
        prev: Option<Key>,
    },
    /// The whole is another, or is known for the first time.
    Value,
}

/// A copy of the place that is listened to.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    root: Option<Node>,
    /// The first full value has arrived.
    has_baseline: bool,
}

impl Mirror {
    /// A mirror that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            root: None,
            has_baseline: false,
        }
    }

    /// What the place holds, as far as is known.
    #[must_use]
    pub const fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// Whether a full value has arrived since the mirror was made or reset.
    #[must_use]
    pub const fn has_baseline(&self) -> bool {
        self.has_baseline
    }

    /// Forgets everything: the next full value is a first one again.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// Takes `event` in, wholly or, when it is refused, not at all, and returns what it changed.
    ///
    /// The first full value gives a [`Change::Added`] for each child and a [`Change::Value`], even for nothing at all.
    /// Afterwards an event that changes nothing gives nothing. Events without data give nothing.
    ///
    /// # Errors
    /// The stream has not begun with a full value, or the tree would become too deep.
    pub fn apply(&mut self, event: &StreamEvent) -> Result<Vec<Change>, MirrorError> {
        let mut root = self.root.clone();
        match event {
            StreamEvent::Put { path, data } => {
                if !self.has_baseline && !path.is_root() {
                    return Err(MirrorError::NoBaseline);
                }
                put(&mut root, path, data.as_ref())?;
            }
            StreamEvent::Patch { path, children } => {
                if !self.has_baseline {
                    return Err(MirrorError::NoBaseline);
                }
                for (below, data) in children {
                    put(&mut root, &path.join(below), data.as_ref())?;
                }
            }
            StreamEvent::KeepAlive
            | StreamEvent::Cancel { .. }
            | StreamEvent::AuthRevoked { .. } => {
                return Ok(Vec::new());
            }
        }
        let mut changes = diff(self.root.as_ref(), root.as_ref());
        if !self.has_baseline && changes.is_empty() {
            changes.push(Change::Value);
        }
        self.has_baseline = true;
        self.root = root;
        Ok(changes)
    }
}

fn put(root: &mut Option<Node>, path: &Path, data: Option<&Node>) -> Result<(), MirrorError> {
    if path.depth() + data.map_or(0, Node::depth) > MAX_DEPTH {
        return Err(MirrorError::TooDeep);
    }
    Node::set(root, path, data.cloned());
    Ok(())
}

/// Why an event can't be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MirrorError {
    /// An event about a part arrived before the whole.
    NoBaseline,
    /// The tree would be deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl MirrorError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoBaseline => "mirror_no_baseline",
            Self::TooDeep => "mirror_too_deep",
        }
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoBaseline => "The stream must begin with a put at /; open it again.",
            Self::TooDeep => "The stream sent data deeper than 32 keys.",
        }
    }
}

impl fmt::Display for MirrorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl core::error::Error for MirrorError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(at: &str, json: &str) -> StreamEvent {
        let data = format!(r#"{{"path":"{at}","data":{json}}}"#);
        StreamEvent::parse("put", &data)
            .expect("valid")
            .expect("known")
    }

    #[test]
    fn a_stream_must_begin_with_the_whole() {
        let mut mirror = Mirror::new();
        assert_eq!(mirror.apply(&put("/a", "1")), Err(MirrorError::NoBaseline));
        let patch = StreamEvent::Patch {
            path: Path::root(),
            children: Vec::new(),
        };
        assert_eq!(mirror.apply(&patch), Err(MirrorError::NoBaseline));
        assert!(!mirror.has_baseline());
        assert_eq!(mirror.apply(&put("/", "null")), Ok(vec![Change::Value]));
        assert!(mirror.has_baseline() && mirror.root().is_none());
        assert_eq!(mirror.apply(&put("/", "null")), Ok(Vec::new()));
    }

    #[test]
    fn a_refused_event_changes_nothing() {
        let mut mirror = Mirror::new();
        mirror
            .apply(&put("/", r#"{"a":1}"#))
            .expect("the first event is a full value");
        let before = mirror.root().cloned();
        let deep = Path::parse(&"/b".repeat(32)).expect("valid");
        let one = Node::number(1.0);
        let children = vec![(Path::parse("a").expect("valid"), None), (deep, one)];
        let patch = StreamEvent::Patch {
            path: Path::parse("/c").expect("valid"),
            children,
        };
        assert_eq!(mirror.apply(&patch), Err(MirrorError::TooDeep));
        assert_eq!(mirror.root().cloned(), before);
    }

    #[test]
    fn after_a_reset_everything_is_new_again() {
        let mut mirror = Mirror::new();
        let full = put("/", r#"{"a":1}"#);
        let first = mirror.apply(&full).expect("a full value");
        assert_eq!(first.len(), 2);
        assert_eq!(mirror.apply(&full), Ok(Vec::new()));
        mirror.reset();
        assert_eq!(mirror.apply(&full), Ok(first));
    }

    #[test]
    fn events_without_data_change_nothing() {
        let mut mirror = Mirror::new();
        for event in [
            StreamEvent::KeepAlive,
            StreamEvent::Cancel { reason: None },
            StreamEvent::AuthRevoked {
                reason: String::new(),
            },
        ] {
            assert_eq!(mirror.apply(&event), Ok(Vec::new()));
        }
        assert!(!mirror.has_baseline());
    }
}
