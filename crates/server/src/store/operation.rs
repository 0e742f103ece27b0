//! One write: checked as far as it can be without the data, then resolved against it.

use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::path::MAX_DEPTH;
use remote_refresh_core::wire::{server_value, Key, Node, NodeError, Path, PathError, StreamEvent};
use serde_json::{Map, Value};

use crate::auth::Grant;
use crate::data::{Data, ReadError};

/// A write as it was asked for.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// Everything at `path` becomes `json`.
    Put { path: Path, json: Value },
    /// Each child becomes what it is paired with, all at once.
    Patch {
        path: Path,
        children: Vec<(Path, Value)>,
    },
}

/// A write, who asks for it, and on what condition.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) operation: Operation,
    pub(crate) grant: Grant,
    /// Only if what is there now has one of these ETags.
    pub(crate) if_match: Option<String>,
}

impl From<Operation> for Write {
    /// The server's own: it may, and sets no condition.
    fn from(operation: Operation) -> Self {
        Self {
            operation,
            grant: Grant::ADMIN,
            if_match: None,
        }
    }
}

/// Why a write was not done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refusal {
    /// The rules say no.
    Denied,
    /// There is something else than the condition says: this.
    Changed(Option<Node>),
    /// The write itself is wrong, or the disk.
    Write(WriteError),
}

impl From<WriteError> for Refusal {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

/// Why a write can't be done, whatever is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A key of the patch is no path.
    #[error("{0}")]
    Path(#[from] PathError),
    /// A key of the patch is empty.
    #[error("A key of a patch can't be empty.")]
    EmptyPath,
    /// One key of the patch lies in another, or is the same.
    #[error("Path {inner} lies in {outer}: a patch can't write both.")]
    Conflict {
        /// The key that holds the other.
        outer: Path,
        /// The key inside it.
        inner: Path,
    },
    /// The data is none.
    #[error("{0}")]
    Node(#[from] NodeError),
    /// Path and data together have more than 32 keys.
    #[error("The data can't be more than 32 keys deep, its path included.")]
    TooDeep,
    /// The disk failed; nothing was written.
    #[error("The write could not be stored.")]
    Storage,
    /// What the write's condition is about is more than is read at once.
    #[error("What is stored there is too large for a condition. Write to a place below it.")]
    TooLarge,
    /// The server is stopping; nothing was written.
    #[error("The server is stopping.")]
    Stopping,
}

impl From<ReadError> for WriteError {
    fn from(error: ReadError) -> Self {
        if let ReadError::TooLarge = error {
            return Self::TooLarge;
        }
        tracing::error!(%error, "what a write needs could not be read");
        Self::Storage
    }
}

impl WriteError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Path(error) => error.code(),
            Self::EmptyPath => "write_empty_path",
            Self::Conflict { .. } => "write_conflict",
            Self::Node(error) => error.code(),
            Self::TooDeep => "write_too_deep",
            Self::Storage => "write_storage",
            Self::TooLarge => "write_too_large",
            Self::Stopping => "write_stopping",
        }
    }
}

impl Operation {
    /// A patch at `path`; the keys of `fields` are paths, none of which may lie in another.
    pub(crate) fn patch(path: Path, fields: Map<String, Value>) -> Result<Self, WriteError> {
        let mut children = Vec::with_capacity(fields.len());
        for (name, json) in fields {
            let below = Path::parse(&name)?;
            if below.is_root() {
                return Err(WriteError::EmptyPath);
            }
            children.push((below, json));
        }
        // In path order whatever lies in a path comes right after it.
        children.sort_by(|(a, _), (b, _)| a.cmp(b));
        for pair in children.windows(2) {
            if pair[0].0.is_ancestor_of(&pair[1].0) {
                return Err(WriteError::Conflict {
                    outer: pair[0].0.clone(),
                    inner: pair[1].0.clone(),
                });
            }
        }
        Ok(Self::Patch { path, children })
    }

    /// Where it writes, or below where.
    pub(crate) const fn path(&self) -> &Path {
        match self {
            Self::Put { path, .. } | Self::Patch { path, .. } => path,
        }
    }

    /// What the write comes to at `now`, with `stored` there: the event that tells of it, nothing changed yet.
    pub(crate) fn resolve(
        &self,
        stored: &dyn Data,
        now: Millis,
    ) -> Result<StreamEvent, WriteError> {
        let resolve_at = |path: &Path, json: &Value| {
            let mut added_to = Vec::new();
            increments(json, &Path::root(), &mut added_to);
            let mut existing = None;
            for below in added_to {
                if let Some(place) = stored.place(&path.join(&below))? {
                    // For what has children any leaf does: nothing but its priority is added to.
                    let node = place.leaf.map_or_else(|| Node::bool(true), Node::from);
                    Node::set(
                        &mut existing,
                        &below,
                        Some(node.with_priority(place.priority)),
                    );
                }
            }
            let node = server_value::resolve(json, existing.as_ref(), now)?;
            if path.depth() + node.as_ref().map_or(0, Node::depth) > MAX_DEPTH {
                return Err(WriteError::TooDeep);
            }
            Ok(node)
        };
        Ok(match self {
            Self::Put { path, json } => StreamEvent::Put {
                data: resolve_at(path, json)?,
                path: path.clone(),
            },
            Self::Patch { path, children } => {
                let resolved = children.iter().map(|(below, json)| {
                    let node = resolve_at(&path.join(below), json)?;
                    Ok((below.clone(), node))
                });
                StreamEvent::Patch {
                    children: resolved.collect::<Result<_, WriteError>>()?,
                    path: path.clone(),
                }
            }
        })
    }
}

/// The places below `here` whose value or priority `json` adds to, outer ones first.
fn increments(json: &Value, here: &Path, found: &mut Vec<Path>) {
    let adds = |json: &Value| json.get(".sv").is_some_and(Value::is_object);
    match json {
        Value::Object(fields) => {
            let inner = [".value", ".priority"].map(|name| fields.get(name).is_some_and(adds));
            if adds(json) || inner.contains(&true) {
                found.push(here.clone());
            }
            for (name, json) in fields
                .iter()
                .filter(|(_, json)| json.is_object() || json.is_array())
            {
                if let (Ok(key), true) = (Key::new(name), here.depth() < MAX_DEPTH) {
                    increments(json, &here.child(&key), found);
                }
            }
        }
        Value::Array(items) => {
            for (index, json) in items
                .iter()
                .enumerate()
                .filter(|(_, json)| json.is_object() || json.is_array())
            {
                if let (Ok(key), true) = (Key::new(&index.to_string()), here.depth() < MAX_DEPTH) {
                    increments(json, &here.child(&key), found);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::data::Tree;

    fn patch(fields: Value) -> Result<Operation, &'static str> {
        let Value::Object(fields) = fields else {
            panic!("the test patches with an object")
        };
        Operation::patch(Path::root(), fields).map_err(|error| error.code())
    }

    #[test]
    fn no_path_of_a_patch_lies_in_another() {
        assert_eq!(
            patch(json!({"a": 1, "a/b": 2})).err(),
            Some("write_conflict")
        );
        assert_eq!(
            patch(json!({"a/b/c": 1, "a!": 1, "a/b": 2})).err(),
            Some("write_conflict")
        );
        assert_eq!(
            patch(json!({"a/b": 1, "/a//b": 2})).err(),
            Some("write_conflict")
        );
        assert_eq!(patch(json!({"": 1})).err(), Some("write_empty_path"));
        assert_eq!(
            patch(json!({"a.b": 1})).err(),
            Some("key_forbidden_character")
        );
        assert!(patch(json!({"a/b": 1, "a/c": 2, "a!": 3})).is_ok());
    }

    #[test]
    fn depth_counts_from_the_root() {
        let path = Path::parse(&"/a".repeat(31)).expect("31 keys");
        let put = |json| Operation::Put {
            path: path.clone(),
            json,
        };
        assert!(put(json!({"b": 1})).resolve(&Tree(None), Millis(0)).is_ok());
        assert_eq!(
            put(json!({"b": {"c": 1}})).resolve(&Tree(None), Millis(0)),
            Err(WriteError::TooDeep)
        );
    }

    #[test]
    fn a_number_becomes_the_nearest_double() {
        for text in ["12345678901234567890123456", "0.3", "4.9e-324", "17.9e307"] {
            let put = Operation::Put {
                path: Path::root(),
                json: serde_json::from_str(text).expect("it is JSON"),
            };
            let event = put.resolve(&Tree(None), Millis(0)).expect("it is data");
            let expected = Node::number(text.parse().expect("it is a number"));
            assert!(
                matches!(event, StreamEvent::Put { data, .. } if data == expected),
                "{text}"
            );
        }
    }
}
