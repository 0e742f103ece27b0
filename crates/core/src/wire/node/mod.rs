//! The tree: what is stored at a place, when anything is.
//!
//! A [`Node`] is never empty: absence is `Option<Node>::None`, so `null`, `{}` and `[]` are one thing everywhere.
//! Cloning shares; [`Node::set`] copies only the nodes on its way down that somebody else still holds.

mod output;
mod parse;

use alloc::boxed::Box;
use alloc::collections::BinaryHeap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;

pub use output::{Export, Val};
pub(crate) use parse::{build, ServerValues};
pub use parse::{parse_json, NodeError};

use super::key::Key;
use super::path::Path;

/// A value that has no children.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    /// `true` or `false`.
    Bool(bool),
    /// A number; always finite.
    Number(f64),
    /// A text.
    String(Box<str>),
}

/// What a node is sorted by before its key: none, then numbers, then texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Priority {
    /// A number; always finite.
    Number(f64),
    /// A text.
    String(Box<str>),
}

impl Priority {
    /// The order of priorities.
    #[must_use]
    pub fn compare(a: Option<&Self>, b: Option<&Self>) -> Ordering {
        match (a, b) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(Self::Number(x)), Some(Self::Number(y))) => {
                x.partial_cmp(y).unwrap_or(Ordering::Equal)
            }
            (Some(Self::Number(_)), Some(Self::String(_))) => Ordering::Less,
            (Some(Self::String(_)), Some(Self::Number(_))) => Ordering::Greater,
            (Some(Self::String(x)), Some(Self::String(y))) => {
                x.encode_utf16().cmp(y.encode_utf16())
            }
        }
    }
}

/// A leaf, or one child and more; with a priority or without.
#[derive(Clone, Debug)]
pub struct Node(Arc<Inner>);

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    body: Body,
    priority: Option<Priority>,
}

#[derive(Clone, Debug, PartialEq)]
enum Body {
    Leaf(Leaf),
    /// In key order, each key once. A list, since it is the least code, and a tree of children is no faster for what is done
    /// with nodes: reading, copying, replacing one child. A new child among 100,000 moves a megabyte, which a disk outlasts.
    Children(Vec<(Key, Node)>),
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl From<Leaf> for Node {
    fn from(leaf: Leaf) -> Self {
        Self::new(Body::Leaf(leaf), None)
    }
}

impl Node {
    fn new(body: Body, priority: Option<Priority>) -> Self {
        Self(Arc::new(Inner { body, priority }))
    }

    /// A leaf that holds `text`.
    #[must_use]
    pub fn string(text: &str) -> Self {
        Leaf::String(text.into()).into()
    }

    /// A leaf that holds `number`; nothing when it isn't finite.
    #[must_use]
    pub fn number(number: f64) -> Option<Self> {
        number.is_finite().then(|| Leaf::Number(number).into())
    }

    /// A leaf that holds `value`.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Leaf::Bool(value).into()
    }

    /// A node of these children; nothing when there are none.
    #[must_use]
    pub fn from_children(children: impl IntoIterator<Item = (Key, Self)>) -> Option<Self> {
        Self::of(
            children
                .into_iter()
                .map(|(key, node)| (key, Some(node)))
                .collect(),
        )
    }

    /// A node of these children; of two with one key the later counts, absent or not.
    fn of(children: Vec<(Key, Option<Self>)>) -> Option<Self> {
        let order = sorted(children.len(), &|a, b| children[a].0.cmp(&children[b].0));
        let mut list: Vec<(Key, Self)> = Vec::with_capacity(children.len());
        for (index, at) in order.iter().enumerate() {
            let (key, node) = &children[*at];
            let later = order.get(index + 1).map(|next| &children[*next].0);
            if later != Some(key) {
                list.extend(node.clone().map(|node| (key.clone(), node)));
            }
        }
        (!list.is_empty()).then(|| Self::new(Body::Children(list), None))
    }

    /// The same value with this priority.
    #[must_use]
    pub fn with_priority(mut self, priority: Option<Priority>) -> Self {
        if self.0.priority != priority {
            Arc::make_mut(&mut self.0).priority = priority;
        }
        self
    }

    /// What lies at `path` below this node.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Self> {
        path.keys().iter().try_fold(self, Self::child_at)
    }

    /// The child of this name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.child_at(&Key::new(name).ok()?)
    }

    /// The child of this key.
    #[must_use]
    pub fn child_at(&self, key: &Key) -> Option<&Self> {
        let children = self.list();
        let index = find(children, key).ok()?;
        children.get(index).map(|(_, child)| child)
    }

    /// The leaf, when it is one.
    #[must_use]
    pub fn leaf(&self) -> Option<&Leaf> {
        match &self.0.body {
            Body::Leaf(leaf) => Some(leaf),
            Body::Children(_) => None,
        }
    }

    /// The number, when it is a leaf that holds one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self.leaf() {
            Some(Leaf::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text, when it is a leaf that holds one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self.leaf() {
            Some(Leaf::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The truth value, when it is a leaf that holds one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.leaf() {
            Some(Leaf::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The priority, when there is one.
    #[must_use]
    pub fn priority(&self) -> Option<&Priority> {
        self.0.priority.as_ref()
    }

    /// The children in key order; a leaf has none.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = (&Key, &Self)> {
        self.list().iter().map(|(key, child)| (key, child))
    }

    /// The children by priority, then key: the order a listener without a query sees.
    #[must_use]
    pub fn ordered_children(&self) -> Vec<(&Key, &Self)> {
        let children = self.list();
        let priority = |at: usize| children[at].1.priority();
        let order = sorted(children.len(), &|a, b| {
            Priority::compare(priority(a), priority(b))
        });
        let ordered = order.into_iter().map(|at| &children[at]);
        ordered.map(|(key, child)| (key, child)).collect()
    }

    /// The number of children; a leaf has none.
    #[must_use]
    pub fn num_children(&self) -> usize {
        self.list().len()
    }

    /// How many keys the longest way down has; a leaf's is 0.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.children()
            .map(|(_, child)| child.depth() + 1)
            .max()
            .unwrap_or(0)
    }

    /// Puts `value` at `path` of the tree in `root`; `None` deletes.
    ///
    /// Parents left without children vanish, and writing below a leaf makes it a parent (its priority stays);
    /// deleting below a leaf does nothing.
    pub fn set(root: &mut Option<Self>, path: &Path, value: Option<Self>) {
        let Some((key, below)) = path.keys().split_first() else {
            *root = value;
            return;
        };
        match root {
            // Without this, deleting below a leaf would take the leaf away.
            Some(node) if value.is_some() || node.get(path).is_some() => {
                if !set_below(node, key, below, value) {
                    *root = None;
                }
            }
            Some(_) => {}
            None => *root = value.map(|value| nested(path.keys(), value)),
        }
    }

    fn list(&self) -> &[(Key, Self)] {
        match &self.0.body {
            Body::Leaf(_) => &[],
            Body::Children(children) => children,
        }
    }
}

/// The indices of so many things in their order; equal ones stay as they are. For all that is sorted here, since each sort of
/// another type is a few kilobytes more.
fn sorted(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let places = (0..count).map(|at| Place { at, compare });
    // A heap sorts as well as `sort` does, and takes a tenth of its code.
    let order = BinaryHeap::from_iter(places).into_sorted_vec();
    order.into_iter().map(|place| place.at).collect()
}

/// One of the things that [`sorted`] puts in order.
struct Place<'a> {
    at: usize,
    compare: &'a dyn Fn(usize, usize) -> Ordering,
}

impl Ord for Place<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.compare)(self.at, other.at).then(self.at.cmp(&other.at))
    }
}

impl PartialOrd for Place<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Place<'_> {}

/// Where the child of this key is, or would be.
fn find(children: &[(Key, Node)], key: &Key) -> Result<usize, usize> {
    // Most new children come last: push ids ascend, and so does what is read from a disk.
    if children.last().is_none_or(|(last, _)| last < key) {
        return Err(children.len());
    }
    children.binary_search_by(|(have, _)| have.cmp(key))
}

/// Puts `value` at the place below `node` that `key`, and then the keys `below` it, name. Whether `node` still holds anything.
fn set_below(node: &mut Node, key: &Key, below: &[Key], value: Option<Node>) -> bool {
    let inner = Arc::make_mut(&mut node.0);
    if let Body::Leaf(_) = inner.body {
        inner.body = Body::Children(Vec::new());
    }
    let Body::Children(children) = &mut inner.body else {
        return true;
    };
    match find(children, key) {
        Ok(index) => {
            let child = &mut children[index].1;
            let stays = match (below.split_first(), value) {
                (Some((key, below)), value) => set_below(child, key, below, value),
                (None, Some(value)) => {
                    *child = value;
                    true
                }
                (None, None) => false,
            };
            if !stays {
                children.remove(index);
            }
        }
        Err(index) => {
            if let Some(value) = value {
                children.insert(index, (key.clone(), nested(below, value)));
            }
        }
    }
    !children.is_empty()
}

/// `value` at the end of these keys.
fn nested(keys: &[Key], value: Node) -> Node {
    keys.iter().rev().fold(value, |node, key| {
        Node::new(Body::Children([(key.clone(), node)].into()), None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(json: &str) -> Option<Node> {
        parse_json(json).expect("the test uses valid data")
    }

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test uses valid paths")
    }

    fn set(json: &str, at: &str, value: &str) -> Option<Node> {
        let mut root = node(json);
        Node::set(&mut root, &path(at), node(value));
        root
    }

    #[test]
    fn writing_makes_parents_and_deleting_takes_empty_ones_away() {
        assert_eq!(set("null", "/a/b/c", "1"), node(r#"{"a":{"b":{"c":1}}}"#));
        assert_eq!(set(r#"{"a":{"b":{"c":1}}}"#, "/a/b/c", "null"), None);
        assert_eq!(
            set(r#"{"a":{"b":{"c":1}},"d":2}"#, "/a/b/c", "null"),
            node(r#"{"d":2}"#)
        );
        assert_eq!(set(r#"{"a":1}"#, "/", "null"), None);
    }

    #[test]
    fn writing_below_a_leaf_replaces_it_and_deleting_below_it_does_not() {
        assert_eq!(set(r#"{"a":1}"#, "/a/b", "2"), node(r#"{"a":{"b":2}}"#));
        assert_eq!(set(r#"{"a":1}"#, "/a/b", "null"), node(r#"{"a":1}"#));
        let kept = set(r#"{"a":{".value":1,".priority":7}}"#, "/a/b", "2");
        assert_eq!(kept, node(r#"{"a":{"b":2,".priority":7}}"#));
    }

    #[test]
    fn a_shared_tree_is_not_seen_to_change() {
        let before = node(r#"{"a":{"b":1},"c":{"d":1}}"#);
        let mut after = before.clone();
        Node::set(&mut after, &path("/a/b"), node("2"));
        assert_eq!(before, node(r#"{"a":{"b":1},"c":{"d":1}}"#));
        assert_eq!(after, node(r#"{"a":{"b":2},"c":{"d":1}}"#));
        let shared =
            |tree: &Option<Node>| Arc::as_ptr(&tree.as_ref().unwrap().child("c").unwrap().0);
        assert_eq!(
            shared(&before),
            shared(&after),
            "what was not written is shared"
        );
    }

    #[test]
    fn children_are_listed_by_key_or_by_priority_then_key() {
        let root = node(
            r#"{"b":1,"10":1,"9":1,"a":{".value":1,".priority":"x"},"z":{".value":1,".priority":2},"y":{".value":1,".priority":-1}}"#,
        )
        .expect("there is data");
        let names = |children: Vec<(&Key, &Node)>| {
            children
                .iter()
                .map(|(key, _)| key.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(root.children().collect()),
            ["9", "10", "a", "b", "y", "z"]
        );
        assert_eq!(
            names(root.ordered_children()),
            ["9", "10", "b", "y", "z", "a"]
        );
    }

    #[test]
    fn values_are_read_by_kind() {
        let root = node(r#"{"n":1.5,"s":"x","b":false}"#).expect("there is data");
        let child = |name| root.child(name).expect("it is there");
        assert_eq!(child("n").as_f64(), Some(1.5));
        assert_eq!(child("s").as_str(), Some("x"));
        assert_eq!(child("b").as_bool(), Some(false));
        assert_eq!(
            (child("s").as_f64(), child("n").as_str(), root.as_bool()),
            (None, None, None)
        );
        assert_eq!(
            (root.num_children(), child("n").num_children(), root.depth()),
            (3, 0, 1)
        );
        assert!(root.child("a.b").is_none() && root.child("x").is_none());
        assert_eq!(Node::number(f64::NAN), None);
    }
}
