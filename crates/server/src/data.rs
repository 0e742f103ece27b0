//! Data that can be looked at one place at a time, wherever it is kept: what rules and server values need of it.

use remote_refresh_core::wire::{Leaf, Node, Path, Priority};

/// Data that can be looked at one place at a time.
pub(crate) trait Data {
    /// What lies at `path`; of what lies below, only whether it is there.
    fn place(&self, path: &Path) -> Result<Option<Place>, ReadError>;

    /// Whether anything lies below `path` that is not at or below one of `without`, all of which are below it too.
    fn has_besides(&self, path: &Path, without: &[Path]) -> Result<bool, ReadError>;
}

/// What lies at a place where something does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// The value; none when there are children.
    pub(crate) leaf: Option<Leaf>,
    pub(crate) priority: Option<Priority>,
}

impl Place {
    pub(crate) fn of(node: &Node) -> Self {
        Self {
            leaf: node.leaf().cloned(),
            priority: node.priority().cloned(),
        }
    }

    /// The number, when it is a leaf that holds one.
    pub(crate) const fn is_number(&self) -> bool {
        matches!(self.leaf, Some(Leaf::Number(_)))
    }

    /// The text, when it is a leaf that holds one.
    pub(crate) const fn is_string(&self) -> bool {
        matches!(self.leaf, Some(Leaf::String(_)))
    }

    /// The truth value, when it is a leaf that holds one.
    pub(crate) const fn is_bool(&self) -> bool {
        matches!(self.leaf, Some(Leaf::Bool(_)))
    }
}

/// Data that is in memory as a whole.
pub(crate) struct Tree<'a>(pub(crate) Option<&'a Node>);

impl Data for Tree<'_> {
    fn place(&self, path: &Path) -> Result<Option<Place>, ReadError> {
        Ok(self.0.and_then(|root| root.get(path)).map(Place::of))
    }

    fn has_besides(&self, path: &Path, without: &[Path]) -> Result<bool, ReadError> {
        let mut node = self.0.and_then(|root| root.get(path)).cloned();
        for below in without.iter().filter_map(|gone| gone.strip_prefix(path)) {
            Node::set(&mut node, &below, None);
        }
        Ok(node.is_some_and(|node| node.leaf().is_none()))
    }
}

/// Why data can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is more than is read at once.
    #[error("Data requested exceeds the maximum size that can be accessed with a single request. Ask for a place below it, or for a part of its children with orderBy and a limit.")]
    TooLarge,
    /// The disk failed.
    #[error("The data can't be read: {0}")]
    Storage(#[from] Box<redb::Error>),
    /// The data file holds what this version never writes.
    #[error("The data file is damaged, or of another version, at the row {row:?}. Restore it from a backup.")]
    Damaged {
        /// The row's key.
        row: String,
    },
}

impl ReadError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "read_too_large",
            Self::Storage(_) => "read_storage",
            Self::Damaged { .. } => "read_damaged",
        }
    }
}
