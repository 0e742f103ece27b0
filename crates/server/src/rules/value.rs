//! Values while a rule runs: the data before and after, and what JavaScript makes of texts and numbers.

use std::borrow::Cow;

use remote_refresh_core::wire::{Leaf, Node, Path, Priority};
use serde_json::{Map, Value as Json};

/// The data before an operation, and what the operation puts where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sides<'a> {
    /// What is stored.
    pub(crate) before: Option<&'a Node>,
    /// What is put where; in path order, none inside another.
    pub(crate) puts: &'a [(Path, Option<Node>)],
}

impl<'a> Sides<'a> {
    /// What is stored, nothing being written.
    pub(crate) const fn reading(before: Option<&'a Node>) -> Self {
        Self { before, puts: &[] }
    }

    /// What lies at `path` before or after. Only a place with a put somewhere below it has to be put together.
    pub(super) fn get(&self, after: bool, path: &Path) -> Option<Cow<'a, Node>> {
        let before = || self.before.and_then(|root| root.get(path));
        if !after {
            return before().map(Cow::Borrowed);
        }
        let next = self.puts.partition_point(|(put, _)| put <= path);
        // In path order whatever lies in a path comes right after it.
        if let Some((put, data)) = next.checked_sub(1).map(|last| &self.puts[last]) {
            if let Some(inside) = path.strip_prefix(put) {
                return data.as_ref()?.get(&inside).map(Cow::Borrowed);
            }
        }
        let below = self.puts[next..]
            .iter()
            .map_while(|(put, data)| Some((put.strip_prefix(path)?, data)));
        let mut below = below.peekable();
        if below.peek().is_none() {
            return before().map(Cow::Borrowed);
        }
        let mut node = before().cloned();
        for (way, data) in below {
            Node::set(&mut node, &way, data.clone());
        }
        node.map(Cow::Owned)
    }
}

/// A place in the data before or after; `None` is a place that can't be.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) after: bool,
    pub(super) path: Option<Path>,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    /// An object of the token.
    Object(&'a Map<String, Json>),
    /// A list of the token.
    List(&'a [Json]),
    /// Data with children.
    Parent,
    Snapshot(Snapshot),
    Query,
}

impl<'a> Value<'a> {
    pub(super) fn of_json(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => number.as_f64().map_or(Self::Null, Self::Number),
            Json::String(text) => Self::Text(text.into()),
            Json::Array(items) => Self::List(items),
            Json::Object(fields) => Self::Object(fields),
        }
    }

    pub(super) fn of_node(node: Option<&Node>) -> Self {
        match node.map(|node| node.leaf()) {
            None => Self::Null,
            Some(None) => Self::Parent,
            Some(Some(Leaf::Bool(value))) => Self::Bool(*value),
            Some(Some(Leaf::Number(number))) => Self::Number(*number),
            Some(Some(Leaf::String(text))) => Self::Text(text.to_string().into()),
        }
    }

    pub(super) fn of_priority(priority: Option<&Priority>) -> Self {
        match priority {
            None => Self::Null,
            Some(Priority::Number(number)) => Self::Number(*number),
            Some(Priority::String(text)) => Self::Text(text.to_string().into()),
        }
    }
}

/// A number as JavaScript writes it.
pub(super) fn number_text(number: f64) -> String {
    if !number.is_finite() {
        return if number.is_nan() {
            "NaN".to_owned()
        } else if number > 0.0 {
            "Infinity".to_owned()
        } else {
            "-Infinity".to_owned()
        };
    }
    let magnitude = number.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    if (1e-6..1e21).contains(&magnitude) {
        return number.to_string();
    }
    // The digits are the same; the exponent has its sign always.
    let text = format!("{number:e}");
    if magnitude < 1.0 {
        text
    } else {
        text.replace('e', "e+")
    }
}

#[cfg(test)]
mod tests {
    use remote_refresh_core::wire::parse_json;

    use super::*;

    fn node(json: &str) -> Option<Node> {
        parse_json(json).expect("the test uses valid data")
    }

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test uses valid paths")
    }

    #[test]
    fn afterwards_is_before_with_the_puts() {
        let before = node(r#"{"a":{"b":1,"c":2},"d":3,"e":{"f":4}}"#);
        let puts = [
            (path("/a/b"), node(r#"{"x":9}"#)),
            (path("/d/y"), node("5")),
            (path("/e/f"), None),
        ];
        let sides = Sides {
            before: before.as_ref(),
            puts: &puts,
        };
        for (at, expected) in [
            ("/", r#"{"a":{"b":{"x":9},"c":2},"d":{"y":5}}"#),
            ("/a", r#"{"b":{"x":9},"c":2}"#),
            ("/a/b/x", "9"),
            ("/a/b/z", "null"),
            ("/a/c", "2"),
            ("/d", r#"{"y":5}"#),
            ("/e", "null"),
            ("/e/f", "null"),
            ("/e/f/g", "null"),
        ] {
            assert_eq!(
                sides.get(true, &path(at)).map(Cow::into_owned),
                node(expected),
                "{at}"
            );
        }
        assert_eq!(
            sides.get(false, &path("/d")).map(Cow::into_owned),
            node("3")
        );
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        for (number, text) in [
            (1.0, "1"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (0.000001, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }
}
