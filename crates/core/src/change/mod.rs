//! What one change of the user's node says: which models it concerns, who caused it, how to spread the answer.
//!
//! The node's children `updated`, `version`, `models`, `origin` and `spread` are written by the notifiers in one patch.
//! Only `updated` is required; a node that is used as a queue, or in any other way, concerns everything.

mod concerned;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub use concerned::{Concerned, TypeId};

use crate::mirror::{diff, Change};
use crate::time::Millis;
use crate::wire::{Key, Leaf, Node};

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It is new.
    Added,
    /// It is another, or nobody said what happened.
    Changed,
    /// It is gone.
    Removed,
}

impl Operation {
    fn of(node: &Node) -> Self {
        match node.child("op").and_then(Node::as_str) {
            Some("added") => Self::Added,
            Some("removed") => Self::Removed,
            _ => Self::Changed,
        }
    }

    /// The word for it in the node and in the events' names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// A type of model that has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelChange {
    /// Its name: a key of `models`.
    pub name: Key,
    /// What happened; [`Operation::Changed`] when several things did.
    pub operation: Operation,
    /// The record, if exactly one has changed and the node names it.
    pub id: Option<Leaf>,
    /// `models/<name>` as it is now.
    pub node: Node,
}

/// What has to be refreshed.
#[derive(Clone, Debug, PartialEq)]
pub enum Concerns {
    /// Nothing: only bookkeeping has changed.
    Nothing,
    /// Entities of the types in [`NodeChange::models`], and those without a type.
    Types,
    /// Everything that is displayed.
    Everything,
}

/// What the difference between two states of the user's node says.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeChange {
    /// What has to be refreshed.
    pub concerns: Concerns,
    /// The types of model that have changed.
    pub models: Vec<ModelChange>,
    /// The client that caused it, if it is one change and the node says whose.
    pub origin: Option<Box<str>>,
    /// Over how long the clients are to spread their fetches.
    pub spread: Millis,
}

/// No feed makes clients wait for longer than this.
const MAX_SPREAD: Millis = Millis::from_secs(600);

const BOOKKEEPING: [&str; 5] = ["updated", "version", "models", "origin", "spread"];

impl NodeChange {
    /// Reads what the step from `old` to `new` says.
    ///
    /// The types are trusted only if nothing can hide behind them: `version` counts every change, so if it moved by more
    /// than one, some were missed, and one of those may have been of anything.
    #[must_use]
    pub fn between(old: Option<&Node>, new: Option<&Node>) -> Self {
        let mut bumped = false;
        let mut other = false;
        for change in diff(old, new) {
            if let Change::Added { key, .. } | Change::Changed { key, .. } = change {
                bumped |= matches!(key.as_str(), "updated" | "version");
                other |= !BOOKKEEPING.contains(&key.as_str());
            }
        }
        // A node without children tells nothing but that it is another.
        other |= new.is_some_and(|new| new.leaf().is_some() && old != Some(new));
        let single = step(old, new, "version").is_none_or(|step| step == 1.0);
        let models = models_between(old, new, single);
        let concerns = match (other || !single, models.is_empty()) {
            (true, _) => Concerns::Everything,
            (false, false) => Concerns::Types,
            (false, true) if bumped => Concerns::Everything,
            (false, true) => Concerns::Nothing,
        };
        let child = |name: &str| new.and_then(|new| new.child(name));
        let origin = child("origin")
            .and_then(Node::as_str)
            .filter(|_| single && bumped);
        let spread = child("spread").and_then(Node::as_f64).unwrap_or_default();
        Self {
            concerns,
            models,
            origin: origin.map(Into::into),
            // A float cast saturates: a negative spread is none.
            spread: Millis(spread as u64).min(MAX_SPREAD),
        }
    }
}

/// By how much the number `name` has moved; `None` when it stands still or is none.
fn step(old: Option<&Node>, new: Option<&Node>, name: &str) -> Option<f64> {
    let number = |node: Option<&Node>| {
        node.and_then(|node| node.child(name))
            .and_then(Node::as_f64)
    };
    let step = number(new)? - number(old).unwrap_or_default();
    (step != 0.0).then_some(step)
}

fn models_between(old: Option<&Node>, new: Option<&Node>, single: bool) -> Vec<ModelChange> {
    let models = |node: Option<&Node>| node.and_then(|node| node.child("models")).cloned();
    let (old, new) = (models(old), models(new));
    let changed = diff(old.as_ref(), new.as_ref())
        .into_iter()
        .filter_map(|change| match change {
            Change::Added { key, node, .. } | Change::Changed { key, node, .. } => {
                Some((key, node))
            }
            _ => None,
        });
    changed
        .map(|(name, node)| {
            let before = old.as_ref().and_then(|old| old.child_at(&name));
            let exact = single && step(before, Some(&node), "version") == Some(1.0);
            ModelChange {
                operation: if exact {
                    Operation::of(&node)
                } else {
                    Operation::Changed
                },
                id: node
                    .child("id")
                    .and_then(Node::leaf)
                    .filter(|_| exact)
                    .cloned(),
                name,
                node,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_json;
    use alloc::string::String;

    fn between(old: &str, new: &str) -> NodeChange {
        let parse = |text| parse_json(text).expect("valid JSON");
        NodeChange::between(parse(old).as_ref(), parse(new).as_ref())
    }

    fn types(change: &NodeChange) -> Vec<(&str, &str, Option<&Leaf>)> {
        change
            .models
            .iter()
            .map(|model| {
                (
                    model.name.as_str(),
                    model.operation.name(),
                    model.id.as_ref(),
                )
            })
            .collect()
    }

    #[test]
    fn a_bare_update_concerns_everything() {
        assert_eq!(
            between(r#"{"updated":1}"#, r#"{"updated":2}"#).concerns,
            Concerns::Everything
        );
        assert_eq!(
            between("null", r#"{"updated":2,"version":1}"#).concerns,
            Concerns::Everything
        );
    }

    #[test]
    fn one_change_of_one_model_is_exact() {
        let change = between(
            r#"{"updated":1,"version":4,"models":{"Message":{"version":2,"op":"changed","id":"m1"},"User":{"version":9}}}"#,
            r#"{"updated":2,"version":5,"models":{"Message":{"version":3,"op":"added","id":"m2"},"User":{"version":9}}}"#,
        );
        assert_eq!(change.concerns, Concerns::Types);
        assert_eq!(
            types(&change),
            [("Message", "added", Some(&Leaf::String("m2".into())))]
        );
    }

    #[test]
    fn several_missed_changes_concern_everything_and_name_no_record() {
        let change = between(
            r#"{"updated":1,"version":4,"models":{"Message":{"version":2,"id":"m1"}}}"#,
            r#"{"updated":2,"version":6,"models":{"Message":{"version":3,"op":"added","id":"m2"}}}"#,
        );
        assert_eq!(
            change.concerns,
            Concerns::Everything,
            "the other one may have been of anything"
        );
        assert_eq!(types(&change), [("Message", "changed", None)]);
    }

    #[test]
    fn a_type_that_moved_by_more_than_one_names_no_record() {
        let change = between(
            r#"{"version":4,"models":{"Message":{"version":2,"id":"m1"}}}"#,
            r#"{"version":5,"models":{"Message":{"version":4,"op":"removed","id":"m2"}}}"#,
        );
        assert_eq!(
            (change.concerns.clone(), types(&change)),
            (Concerns::Types, [("Message", "changed", None)].into())
        );
    }

    #[test]
    fn a_feed_without_versions_is_taken_at_its_word() {
        let change = between(
            r#"{"updated":1}"#,
            r#"{"updated":2,"models":{"User":{"id":7}}}"#,
        );
        assert_eq!(
            (change.concerns.clone(), types(&change)),
            (Concerns::Types, [("User", "changed", None)].into())
        );
    }

    #[test]
    fn a_queue_concerns_everything() {
        assert_eq!(
            between("null", r#"{"-Nabc":{"kind":"message"}}"#).concerns,
            Concerns::Everything
        );
        assert_eq!(
            between(
                r#"{"models":{"A":{"version":1}}}"#,
                r#"{"models":{"A":{"version":2}},"-Nabc":1}"#
            )
            .concerns,
            Concerns::Everything
        );
    }

    #[test]
    fn a_leaf_that_is_another_concerns_everything() {
        for (old, new) in [("1", "2"), ("null", "2"), (r#"{"a":1}"#, "2")] {
            assert_eq!(between(old, new).concerns, Concerns::Everything);
        }
        assert_eq!(between("2", "2").concerns, Concerns::Nothing);
        assert_eq!(between("2", "null").concerns, Concerns::Nothing);
    }

    #[test]
    fn bookkeeping_and_removals_concern_nothing() {
        for (old, new) in [
            (
                r#"{"updated":1}"#,
                r#"{"updated":1,"origin":"c1","spread":5}"#,
            ),
            (r#"{"updated":1,"a":1}"#, r#"{"updated":1}"#),
            (r#"{"updated":1,"models":{"A":{"version":1}}}"#, "null"),
        ] {
            let change = between(old, new);
            assert_eq!(
                (change.concerns, change.origin),
                (Concerns::Nothing, None),
                "{old} → {new}"
            );
        }
    }

    #[test]
    fn the_origin_counts_only_for_a_change_that_is_its_own() {
        let origin = |old, new| between(old, new).origin.map(String::from);
        assert_eq!(
            origin(r#"{"version":1}"#, r#"{"version":2,"origin":"c1"}"#).as_deref(),
            Some("c1")
        );
        assert_eq!(
            origin(
                r#"{"version":1,"origin":"c1"}"#,
                r#"{"version":3,"origin":"c1"}"#
            ),
            None
        );
    }

    #[test]
    fn the_spread_is_bounded() {
        for (spread, expected) in [("1500", 1500), ("-5", 0), ("1e99", 600_000), ("\"x\"", 0)] {
            let new = alloc::format!(r#"{{"updated":2,"spread":{spread}}}"#);
            assert_eq!(between("null", &new).spread, Millis(expected), "{spread}");
        }
    }

    #[test]
    fn a_feed_that_was_wiped_and_starts_again_concerns_everything() {
        let change = between(
            r#"{"version":9,"updated":1}"#,
            r#"{"version":1,"updated":2,"models":{"A":{"version":1}}}"#,
        );
        assert_eq!(change.concerns, Concerns::Everything);
    }
}
