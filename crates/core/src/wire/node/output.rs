//! From a [`Node`] to JSON: as `val()` shows it, or as `format=export` does.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::ser::{Serialize, Serializer};

use super::{Leaf, Node, Priority};
use crate::wire::json::Json;

/// Data: without metadata, and an object that looks like an array as an array.
///
/// It looks like one when all its keys are plain integers from 0 and the greatest is less than twice the number
/// of children; holes become `null`.
#[derive(Clone, Copy, Debug)]
pub struct Val<'a>(pub Option<&'a Node>);

/// Data with `.priority` and `.value` where there are priorities, and never as an array.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a>(pub Option<&'a Node>);

impl<'a> Val<'a> {
    /// The JSON that stands for it.
    #[must_use]
    pub fn json(self) -> Json<'a> {
        let Some(node) = self.0 else {
            return Json::Null;
        };
        if let Some(leaf) = node.leaf() {
            return leaf.json();
        }
        let Some(length) = array_length(node) else {
            return Json::Object(fields(node, |child| Val(Some(child)).json()));
        };
        let mut items = Vec::with_capacity(length);
        for (key, child) in node.children() {
            let index = array_index(key.as_str()).unwrap_or(items.len());
            while items.len() < index {
                items.push(Json::Null);
            }
            items.push(Val(Some(child)).json());
        }
        Json::Array(items)
    }
}

impl<'a> Export<'a> {
    /// The JSON that stands for it.
    #[must_use]
    pub fn json(self) -> Json<'a> {
        let Some(node) = self.0 else {
            return Json::Null;
        };
        let (leaf, priority) = (node.leaf(), node.priority());
        if let (Some(leaf), None) = (leaf, priority) {
            return leaf.json();
        }
        let mut fields = fields(node, |child| Export(Some(child)).json());
        fields.extend(leaf.map(|leaf| (".value".into(), leaf.json())));
        fields.extend(priority.map(|priority| (".priority".into(), priority.json())));
        Json::Object(fields)
    }
}

fn fields<'a>(
    node: &'a Node,
    json: impl Fn(&'a Node) -> Json<'a>,
) -> Vec<(Cow<'a, str>, Json<'a>)> {
    let children = node.children();
    children
        .map(|(key, child)| (key.as_str().into(), json(child)))
        .collect()
}

impl Leaf {
    fn json(&self) -> Json<'_> {
        match self {
            Self::Bool(value) => Json::Bool(*value),
            Self::Number(number) => Json::Number(*number),
            Self::String(text) => Json::String((&**text).into()),
        }
    }
}

impl Priority {
    fn json(&self) -> Json<'_> {
        match self {
            Self::Number(number) => Json::Number(*number),
            Self::String(text) => Json::String((&**text).into()),
        }
    }
}

impl Serialize for Val<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(to)
    }
}

impl Serialize for Export<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(to)
    }
}

/// The length of the array that `node` looks like, if it does.
fn array_length(node: &Node) -> Option<usize> {
    let mut length = 0;
    for (key, _) in node.children() {
        length = array_index(key.as_str())? + 1;
    }
    (length > 0 && length - 1 < 2 * node.num_children()).then_some(length)
}

/// `0`, or digits that don't start with `0`. No array is so long that ten digits would matter.
fn array_index(key: &str) -> Option<usize> {
    let digits = key.bytes().all(|b| b.is_ascii_digit());
    let canonical = digits && (1..10).contains(&key.len()) && (key == "0" || !key.starts_with('0'));
    canonical.then(|| {
        let digits = key.bytes().map(|digit| usize::from(digit - b'0'));
        digits.fold(0, |index, digit| index * 10 + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse_json;
    use super::*;

    fn val(json: &str) -> String {
        let node = parse_json(json).expect("the test uses valid data");
        serde_json::to_string(&Val(node.as_ref())).expect("a node is JSON")
    }

    fn export(json: &str) -> String {
        let node = parse_json(json).expect("the test uses valid data");
        serde_json::to_string(&Export(node.as_ref())).expect("a node is JSON")
    }

    #[test]
    fn dense_integer_keys_become_an_array_and_sparse_ones_stay() {
        assert_eq!(val(r#"{"1":"x"}"#), r#"[null,"x"]"#);
        assert_eq!(val(r#"{"0":1,"1":2,"3":4}"#), "[1,2,null,4]");
        assert_eq!(val(r#"{"2":1,"4":2}"#), r#"{"2":1,"4":2}"#);
        assert_eq!(val(r#"{"2":1}"#), r#"{"2":1}"#);
        assert_eq!(val(r#"{"00":1}"#), r#"{"00":1}"#);
        assert_eq!(val(r#"{"-1":1,"0":1}"#), r#"{"-1":1,"0":1}"#);
        assert_eq!(val(r#"{"0":1,"a":1}"#), r#"{"0":1,"a":1}"#);
        assert_eq!(
            val(r#"{"99999999999999999999":1}"#),
            r#"{"99999999999999999999":1}"#
        );
        assert_eq!(val(r#"{"a":["x","y"]}"#), r#"{"a":["x","y"]}"#);
    }

    #[test]
    fn an_export_keeps_priorities_and_objects() {
        let json =
            r#"{"0":{".value":1,".priority":2},"1":{"a":true,".priority":"p"},".priority":-1}"#;
        assert_eq!(export(json), json);
        assert_eq!(val(json), r#"[1,{"a":true}]"#);
        assert_eq!(export("[1]"), r#"{"0":1}"#);
        assert_eq!(
            (val("null"), export("null")),
            ("null".to_owned(), "null".to_owned())
        );
    }

    #[test]
    fn whole_numbers_are_written_without_a_point_as_far_as_they_are_exact() {
        assert_eq!(val("1.0"), "1");
        assert_eq!(val("-0.0"), "0");
        assert_eq!(val("9007199254740992"), "9007199254740992");
        assert_eq!(val("-1.5"), "-1.5");
    }
}
