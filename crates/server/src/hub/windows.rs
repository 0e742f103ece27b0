//! Windows: what a listener with a query sees of its place, and what a write means to that.
//!
//! One write, or several committed together, is at most one event. When a single child changed, the event is about that child; when a write pushes one
//! child out of a limited window and another in, or moves several, it is one patch with all of them.

use std::collections::BTreeMap;

use bytes::Bytes;
use remote_refresh_core::query::Query;
use remote_refresh_core::wire::{Key, Node, Path, StreamEvent};

use super::Listener;

/// The listeners of one place with one query, and what they have been shown.
pub(super) struct Window {
    pub(super) query: Query,
    shown: Option<Node>,
    pub(super) listeners: Vec<Listener>,
}

impl Window {
    /// A window that now shows this.
    pub(super) fn new(query: Query, shown: Option<Node>) -> Self {
        Self {
            query,
            shown,
            listeners: Vec::new(),
        }
    }

    /// What its listeners have been shown.
    pub(super) fn shown(&self) -> Option<&Node> {
        self.shown.as_ref()
    }

    /// The encoded event that these writes are to this window, if they are one. `place` is where it looks, `now` what it
    /// shows after them.
    pub(super) fn update(
        &mut self,
        writes: &[&StreamEvent],
        place: &Path,
        now: Option<Node>,
    ) -> Option<Bytes> {
        let event = change(self.shown.as_ref(), now.as_ref(), writes, place)?;
        self.shown = now;
        Some(Bytes::from(event.encode()))
    }
}

fn change(
    before: Option<&Node>,
    now: Option<&Node>,
    writes: &[&StreamEvent],
    place: &Path,
) -> Option<StreamEvent> {
    if before == now {
        return None;
    }
    let is_leaf = |node: Option<&Node>| node.is_some_and(|node| node.leaf().is_some());
    let replaced = writes.iter().any(|event| replaces(event, place));
    if replaced || is_leaf(before) || is_leaf(now) {
        return Some(StreamEvent::Put {
            path: Path::root(),
            data: now.cloned(),
        });
    }
    let mut changed = differing(before, now);
    if changed.len() != 1 {
        return Some(StreamEvent::Patch {
            path: Path::root(),
            children: changed,
        });
    }
    let (path, data) = changed.pop()?;
    let key = path.name()?;
    let stayed = before.is_some_and(|node| node.child_at(key).is_some()) && data.is_some();
    if let ([event], true) = (writes, stayed) {
        if let Some(event) = within(event, place, key) {
            return Some(event);
        }
    }
    Some(StreamEvent::Put { path, data })
}

/// Whether the write replaced the whole place.
fn replaces(event: &StreamEvent, place: &Path) -> bool {
    match event {
        StreamEvent::Put { path, .. } => path.is_ancestor_of(place),
        StreamEvent::Patch { path, children } => children
            .iter()
            .any(|(child, _)| path.join(child).is_ancestor_of(place)),
        StreamEvent::KeepAlive | StreamEvent::Cancel { .. } | StreamEvent::AuthRevoked { .. } => {
            false
        }
    }
}

/// The children that are not the same, each with what it is now.
fn differing(before: Option<&Node>, now: Option<&Node>) -> Vec<(Path, Option<Node>)> {
    let mut changed: BTreeMap<&Key, Option<&Node>> = BTreeMap::new();
    for (key, old) in before.into_iter().flat_map(Node::children) {
        let new = now.and_then(|node| node.child_at(key));
        if new != Some(old) {
            changed.insert(key, new);
        }
    }
    for (key, new) in now.into_iter().flat_map(Node::children) {
        if before.is_none_or(|node| node.child_at(key).is_none()) {
            changed.insert(key, Some(new));
        }
    }
    let root = Path::root();
    changed
        .into_iter()
        .map(|(key, node)| (root.child(key), node.cloned()))
        .collect()
}

/// The write itself, as seen from `place`, when all of it lies in the child `key`.
fn within(event: &StreamEvent, place: &Path, key: &Key) -> Option<StreamEvent> {
    let inside = |path: &Path| {
        path.strip_prefix(place)
            .filter(|seen| seen.keys().first() == Some(key))
    };
    match event {
        StreamEvent::Put { path, data } => Some(StreamEvent::Put {
            path: inside(path)?,
            data: data.clone(),
        }),
        StreamEvent::Patch { path, children } => Some(StreamEvent::Patch {
            path: inside(path)?,
            children: children.clone(),
        }),
        StreamEvent::KeepAlive | StreamEvent::Cancel { .. } | StreamEvent::AuthRevoked { .. } => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use remote_refresh_core::query::{Limit, Order};
    use remote_refresh_core::wire::parse_json;

    use super::*;

    fn node(json: &str) -> Option<Node> {
        parse_json(json).expect("the test uses valid data")
    }

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test uses valid paths")
    }

    /// What a window of the last two at /q tells when `at` becomes `data`.
    fn told(before: &str, at: &str, data: &str) -> Option<String> {
        let mut root = node(before);
        let place = path("/q");
        let query = Query {
            limit: Some(Limit::Last(2)),
            ..Query::by(Order::Key)
        };
        let shown = query.window(root.as_ref().and_then(|root| root.get(&place)));
        let mut window = Window::new(query.clone(), shown);
        let event = StreamEvent::Put {
            path: path(at),
            data: node(data),
        };
        Node::set(&mut root, &path(at), node(data));
        let now = query.window(root.as_ref().and_then(|root| root.get(&place)));
        let bytes = window.update(&[&event], &place, now)?;
        Some(
            String::from_utf8(bytes.to_vec())
                .expect("an event is text")
                .replace("\n", "|"),
        )
    }

    #[test]
    fn a_write_is_at_most_one_event() {
        let start = r#"{"q":{"a":1,"b":2,"c":{"x":1}}}"#;
        for (at, data, expected) in [
            (
                "/q/d",
                "4",
                Some(r#"event: patch|data: {"path":"/","data":{"b":null,"d":4}}||"#),
            ),
            (
                "/q/c",
                "null",
                Some(r#"event: patch|data: {"path":"/","data":{"a":1,"c":null}}||"#),
            ),
            (
                "/q/c/x",
                "2",
                Some(r#"event: put|data: {"path":"/c/x","data":2}||"#),
            ),
            (
                "/q/b",
                "3",
                Some(r#"event: put|data: {"path":"/b","data":3}||"#),
            ),
            ("/q/a", "9", None),
            ("/q/b", "2", None),
            ("/other", "1", None),
            (
                "/q",
                r#"{"z":1}"#,
                Some(r#"event: put|data: {"path":"/","data":{"z":1}}||"#),
            ),
            (
                "/",
                "null",
                Some(r#"event: put|data: {"path":"/","data":null}||"#),
            ),
        ] {
            assert_eq!(told(start, at, data).as_deref(), expected, "{at} {data}");
        }
        let one = told(r#"{"q":{"a":1}}"#, "/q/b", "2");
        assert_eq!(
            one.as_deref(),
            Some(r#"event: put|data: {"path":"/b","data":2}||"#),
            "there was room"
        );
        assert_eq!(
            told(r#"{"q":{"a":1}}"#, "/q/a", "null").as_deref(),
            Some(r#"event: put|data: {"path":"/a","data":null}||"#)
        );
    }
}
