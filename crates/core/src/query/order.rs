//! What children are ordered by, and how values compare.

use core::cmp::Ordering;

use crate::wire::{Leaf, Node, Path, Priority};

/// What children are ordered by. Those that are equal in it are ordered by key.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Their keys: `$key`.
    Key,
    /// Their values: `$value`.
    Value,
    /// Their priorities: `$priority`.
    Priority,
    /// What lies at this path below each.
    Child(Path),
}

impl Order {
    /// Reads `$key`, `$value`, `$priority`, or the path of a child.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "$key" => Some(Self::Key),
            "$value" => Some(Self::Value),
            "$priority" => Some(Self::Priority),
            path => Path::parse(path)
                .ok()
                .filter(|path| !path.is_root())
                .map(Self::Child),
        }
    }

    /// What `child` is compared by; with [`Order::Key`], nothing.
    pub(super) fn sort_of<'a>(&self, child: &'a Node) -> Sort<'a> {
        match self {
            Self::Key => Sort::Absent,
            Self::Value => Sort::of_node(Some(child)),
            Self::Child(path) => Sort::of_node(child.get(path)),
            Self::Priority => match child.priority() {
                None => Sort::Absent,
                Some(Priority::Number(number)) => Sort::Number(*number),
                Some(Priority::String(text)) => Sort::Text(text),
            },
        }
    }
}

/// A value, as far as its place in the order goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sort<'a> {
    Absent,
    Bool(bool),
    Number(f64),
    Text(&'a str),
    /// All nodes with children are equal.
    Parent,
}

impl<'a> Sort<'a> {
    fn of_node(node: Option<&'a Node>) -> Self {
        match node {
            None => Self::Absent,
            Some(node) => node
                .leaf()
                .map_or(Self::Parent, |leaf| Self::of_leaf(Some(leaf))),
        }
    }

    pub(super) fn of_leaf(leaf: Option<&'a Leaf>) -> Self {
        match leaf {
            None => Self::Absent,
            Some(Leaf::Bool(value)) => Self::Bool(*value),
            Some(Leaf::Number(number)) => Self::Number(*number),
            Some(Leaf::String(text)) => Self::Text(text),
        }
    }

    /// Absent, false, true, numbers, texts (by UTF-16 code units), nodes with children (REST documentation).
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (Self::Text(a), Self::Text(b)) => a.encode_utf16().cmp(b.encode_utf16()),
            _ => self.kind().cmp(&other.kind()),
        }
    }

    const fn kind(&self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
            Self::Parent => 4,
        }
    }
}
