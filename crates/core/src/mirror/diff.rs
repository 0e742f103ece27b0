//! What changed between two states of a place, child by child.

use alloc::vec::Vec;

use super::Change;
use crate::wire::key::Key;
use crate::wire::node::Node;

/// The changes that lead from `old` to `new`, in the order the SDKs raise them.
///
/// First every child removed, then added, moved, changed, and at most one [`Change::Value`] at the end; within a kind
/// by priority, then key. Equal states give nothing. (Realtime Database SDK, `EventGenerator`.)
#[must_use]
pub fn diff(old: Option<&Node>, new: Option<&Node>) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut removed = Vec::new();
    let (mut added, mut moved, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for (key, was) in old.map(Node::ordered_children).unwrap_or_default() {
        if at(new, key).is_none() {
            removed.push(Change::Removed {
                key: key.clone(),
                old: was.clone(),
            });
        }
    }
    let mut prev: Option<&Key> = None;
    for (key, node) in new.map(Node::ordered_children).unwrap_or_default() {
        match at(old, key) {
            None => added.push(Change::Added {
                key: key.clone(),
                node: node.clone(),
                prev: prev.cloned(),
            }),
            Some(was) if was != node => {
                if was.priority() != node.priority() {
                    moved.push(Change::Moved {
                        key: key.clone(),
                        node: node.clone(),
                        prev: prev.cloned(),
                    });
                }
                changed.push(Change::Changed {
                    key: key.clone(),
                    node: node.clone(),
                    prev: prev.cloned(),
                });
            }
            Some(_) => {}
        }
        prev = Some(key);
    }
    removed.extend(added.into_iter().chain(moved).chain(changed));
    removed.push(Change::Value);
    removed
}

fn at<'a>(node: Option<&'a Node>, key: &Key) -> Option<&'a Node> {
    node.and_then(|node| node.child_at(key))
}
