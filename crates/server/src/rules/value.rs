//! Values while a rule runs: the data before and after, and what JavaScript makes of texts and numbers.

use std::borrow::Cow;

use remote_refresh_core::wire::{Leaf, Node, Path, Priority};
use serde_json::{Map, Value as Json};

use crate::data::{Data, Place, ReadError};

/// The data before an operation, and what the operation puts where.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'a> {
    /// What is stored.
    pub(crate) before: &'a dyn Data,
    /// What is put where; in path order, none inside another.
    pub(crate) puts: &'a [(Path, Option<Node>)],
}

impl<'a> Sides<'a> {
    /// What is stored, nothing being written.
    pub(crate) const fn reading(before: &'a dyn Data) -> Self {
        Self { before, puts: &[] }
    }

    /// What lies at `path` before or after. Nothing is put together for it: what a put holds is looked at there, and above a
    /// put it matters only whether anything is left.
    pub(super) fn get(&self, after: bool, path: &Path) -> Result<Option<Place>, ReadError> {
        if !after {
            return self.before.place(path);
        }
        let next = self.puts.partition_point(|(put, _)| put <= path);
        // In path order whatever lies in a path comes right after it.
        if let Some((put, data)) = next.checked_sub(1).map(|last| &self.puts[last]) {
            if let Some(inside) = path.strip_prefix(put) {
                let node = data.as_ref().and_then(|data| data.get(&inside));
                return Ok(node.map(Place::of));
            }
        }
        let below = self.puts[next..].iter();
        let below: Vec<_> = below
            .take_while(|(put, _)| path.is_ancestor_of(put))
            .collect();
        let before = self.before.place(path)?;
        if below.is_empty() {
            return Ok(before);
        }
        let priority = before.as_ref().and_then(|place| place.priority.clone());
        let parent = Ok(Some(Place {
            leaf: None,
            priority,
        }));
        if below.iter().any(|(_, data)| data.is_some()) {
            return parent;
        }
        match before {
            // Nothing below a leaf can be deleted.
            None | Some(Place { leaf: Some(_), .. }) => Ok(before),
            Some(_) => {
                let gone: Vec<Path> = below.into_iter().map(|(put, _)| put.clone()).collect();
                if self.before.has_besides(path, &gone)? {
                    parent
                } else {
                    Ok(None)
                }
            }
        }
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

    pub(super) fn of_place(place: Option<Place>) -> Self {
        match place.map(|place| place.leaf) {
            None => Self::Null,
            Some(None) => Self::Parent,
            Some(Some(Leaf::Bool(value))) => Self::Bool(value),
            Some(Some(Leaf::Number(number))) => Self::Number(number),
            Some(Some(Leaf::String(text))) => Self::Text(String::from(text).into()),
        }
    }

    pub(super) fn of_priority(priority: Option<Priority>) -> Self {
        match priority {
            None => Self::Null,
            Some(Priority::Number(number)) => Self::Number(number),
            Some(Priority::String(text)) => Self::Text(String::from(text).into()),
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
    use crate::data::Tree;

    fn node(json: &str) -> Option<Node> {
        parse_json(json).expect("the test uses valid data")
    }

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test uses valid paths")
    }

    #[test]
    fn afterwards_is_before_with_the_puts() {
        let before = node(
            r#"{"a":{"b":1,"c":2,".priority":1},"d":{".value":3,".priority":2},"e":{"f":4,".priority":3},"g":{"h":1,"i":2,".priority":4},"l":5}"#,
        );
        let puts = [
            (path("/a/b"), node(r#"{"x":9}"#)),
            (path("/d/y"), node("5")),
            (path("/e/f"), None),
            (path("/g/h"), None),
            (path("/l/m"), None),
        ];
        let tree = Tree(before.as_ref());
        let sides = Sides {
            before: &tree,
            puts: &puts,
        };
        let mut after = before.clone();
        for (at, data) in &puts {
            Node::set(&mut after, at, data.clone());
        }
        for at in [
            "/", "/a", "/a/b/x", "/a/b/z", "/a/c", "/d", "/d/y", "/e", "/e/f", "/e/f/g", "/l",
            "/g", "/g/h",
        ] {
            let place =
                |root: Option<&Node>| root.and_then(|root| root.get(&path(at))).map(Place::of);
            let seen = |after| sides.get(after, &path(at)).expect("it is in memory");
            assert_eq!(seen(true), place(after.as_ref()), "{at} afterwards");
            assert_eq!(seen(false), place(before.as_ref()), "{at} before");
        }
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
