//! Queries: which children of a place are asked for, and in which order they count.
//!
//! A query orders the children (by key, by value, by priority, or by something below them), takes those between two
//! bounds, and of these the first or the last few. What remains is its *window*.

mod order;

use alloc::vec::Vec;
use core::cmp::Ordering;

pub use order::Order;
use order::Sort;

use crate::wire::{Key, Leaf, Node};

/// One end of a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// What the children are compared with; none is the value of what is absent. With [`Order::Key`] it is a text.
    pub value: Option<Leaf>,
    /// Among children of the same value, the key they are compared with.
    pub key: Option<Key>,
    /// Whether what is equal is inside.
    pub inclusive: bool,
}

/// How many children are taken, and from which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The first so many.
    First(usize),
    /// The last so many.
    Last(usize),
}

/// Which children are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// What the children are ordered by.
    pub order: Order,
    /// Where the range begins; none begins with the first.
    pub start: Option<Bound>,
    /// Where the range ends; none ends with the last.
    pub end: Option<Bound>,
    /// How many of the range are taken; none takes all.
    pub limit: Option<Limit>,
}

impl Query {
    /// All children, in this order.
    #[must_use]
    pub const fn by(order: Order) -> Self {
        Self {
            order,
            start: None,
            end: None,
            limit: None,
        }
    }

    /// The window's children, in the query's order.
    #[must_use]
    pub fn children<'a>(&self, node: Option<&'a Node>) -> Vec<(&'a Key, &'a Node)> {
        let Some(node) = node else {
            return Vec::new();
        };
        let inside = node
            .children()
            .filter(|(key, child)| self.contains(key, child));
        if self.order == Order::Key {
            // They come in this order already, so that a limit needs only as many as it takes.
            return match self.limit {
                None => inside.collect(),
                Some(Limit::First(count)) => inside.take(count).collect(),
                Some(Limit::Last(count)) => {
                    let mut last: Vec<_> = inside.rev().take(count).collect();
                    last.reverse();
                    last
                }
            };
        }
        let mut children: Vec<_> = inside
            .map(|(key, child)| (self.order.sort_of(child), key, child))
            .collect();
        // The sort is stable, and what it sorts is in key order.
        children.sort_by(|(a, ..), (b, ..)| a.compare(b));
        let taken = match self.limit {
            None => 0..children.len(),
            Some(Limit::First(count)) => 0..count.min(children.len()),
            Some(Limit::Last(count)) => children.len().saturating_sub(count)..children.len(),
        };
        children[taken]
            .iter()
            .map(|&(_, key, child)| (key, child))
            .collect()
    }

    /// The window as a node of its own. A leaf has no children, and so no window; only a query that takes everything
    /// gives a leaf back.
    #[must_use]
    pub fn window(&self, node: Option<&Node>) -> Option<Node> {
        if self.start.is_none() && self.end.is_none() && self.limit.is_none() {
            return node.cloned();
        }
        Node::from_children(
            self.children(node)
                .into_iter()
                .map(|(key, child)| (key.clone(), child.clone())),
        )
    }

    fn contains(&self, key: &Key, child: &Node) -> bool {
        let after_start =
            self.start
                .as_ref()
                .is_none_or(|bound| match self.compare(key, child, bound) {
                    Ordering::Greater => true,
                    Ordering::Equal => bound.inclusive,
                    Ordering::Less => false,
                });
        after_start
            && self
                .end
                .as_ref()
                .is_none_or(|bound| match self.compare(key, child, bound) {
                    Ordering::Less => true,
                    Ordering::Equal => bound.inclusive,
                    Ordering::Greater => false,
                })
    }

    fn compare(&self, key: &Key, child: &Node, bound: &Bound) -> Ordering {
        if self.order == Order::Key {
            return match &bound.value {
                Some(Leaf::String(text)) => crate::wire::key::compare(key.as_str(), text),
                // Nothing but a text can be compared with a key; such a bound holds nobody back.
                _ => Ordering::Equal,
            };
        }
        let by_value = self
            .order
            .sort_of(child)
            .compare(&Sort::of_leaf(bound.value.as_ref()));
        by_value.then_with(|| bound.key.as_ref().map_or(Ordering::Equal, |at| key.cmp(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{parse_json, Path};

    fn node(json: &str) -> Option<Node> {
        parse_json(json).expect("the test uses valid data")
    }

    fn bound(value: &str, inclusive: bool) -> Option<Bound> {
        let value = node(value).and_then(|node| node.leaf().cloned());
        Some(Bound {
            value,
            key: None,
            inclusive,
        })
    }

    fn keys(query: &Query, json: &str) -> String {
        let node = node(json);
        let children = query.children(node.as_ref());
        children
            .iter()
            .map(|(key, _)| key.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn values_are_ordered_by_kind_then_value_then_key() {
        let data = r#"{"a":{"x":1},"b":"10","c":10,"d":true,"e":false,"f":9,"g":"1","h":10}"#;
        assert_eq!(keys(&Query::by(Order::Value), data), "e d f c h g b a");
        let children = r#"{"a":{"n":2},"b":{"n":1},"c":{"m":0},"d":7,"e":{"n":{"x":1}}}"#;
        let by_n = Query::by(Order::Child(Path::parse("n").expect("a path")));
        assert_eq!(keys(&by_n, children), "c d b a e");
    }

    #[test]
    fn priorities_come_before_keys() {
        let data = r#"{"a":{".value":1,".priority":"x"},"b":1,"c":{".value":1,".priority":5}}"#;
        assert_eq!(keys(&Query::by(Order::Priority), data), "b c a");
    }

    #[test]
    fn bounds_are_inside_or_outside_as_they_say() {
        let data = r#"{"a":1,"b":2,"c":2,"d":3}"#;
        let range = |start, end| Query {
            start,
            end,
            ..Query::by(Order::Value)
        };
        assert_eq!(keys(&range(bound("2", true), None), data), "b c d");
        assert_eq!(keys(&range(bound("2", false), None), data), "d");
        assert_eq!(keys(&range(None, bound("2", true)), data), "a b c");
        assert_eq!(keys(&range(None, bound("2", false)), data), "a");
        assert_eq!(
            keys(&range(bound("2", true), bound("2", true)), data),
            "b c"
        );
        let at_c = Bound {
            key: Some(Key::new("c").expect("a key")),
            ..bound("2", true).expect("a bound")
        };
        assert_eq!(keys(&range(Some(at_c.clone()), None), data), "c d");
        assert_eq!(
            keys(
                &range(
                    None,
                    Some(Bound {
                        inclusive: false,
                        ..at_c
                    })
                ),
                data
            ),
            "a b"
        );
        assert_eq!(
            keys(&range(bound("null", true), bound("null", true)), data),
            ""
        );
    }

    #[test]
    fn keys_are_bounded_by_the_order_of_keys() {
        let data = r#"{"9":1,"10":1,"a":1,"b":1}"#;
        let from = Query {
            start: bound(r#""10""#, true),
            ..Query::by(Order::Key)
        };
        assert_eq!(keys(&from, data), "10 a b");
        assert_eq!(
            keys(
                &Query {
                    limit: Some(Limit::Last(2)),
                    ..from.clone()
                },
                data
            ),
            "a b"
        );
        assert_eq!(
            keys(
                &Query {
                    limit: Some(Limit::First(2)),
                    ..from
                },
                data
            ),
            "10 a"
        );
    }

    #[test]
    fn limits_take_from_their_end() {
        let data = r#"{"a":3,"b":1,"c":2}"#;
        let by = |limit| Query {
            limit: Some(limit),
            ..Query::by(Order::Value)
        };
        assert_eq!(keys(&by(Limit::First(2)), data), "b c");
        assert_eq!(keys(&by(Limit::Last(2)), data), "c a");
        assert_eq!(keys(&by(Limit::Last(9)), data), "b c a");
        assert_eq!(keys(&by(Limit::First(0)), data), "");
    }

    #[test]
    fn a_leaf_has_no_window() {
        let limited = Query {
            limit: Some(Limit::First(1)),
            ..Query::by(Order::Key)
        };
        assert_eq!(limited.window(node("5").as_ref()), None);
        assert_eq!(Query::by(Order::Key).window(node("5").as_ref()), node("5"));
        assert_eq!(
            limited.window(node(r#"{"a":{"x":1},"b":2}"#).as_ref()),
            node(r#"{"a":{"x":1}}"#)
        );
        assert_eq!(limited.window(None), None);
    }
}
