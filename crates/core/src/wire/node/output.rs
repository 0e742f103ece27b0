//! From a [`Node`] to JSON: as `val()` shows it, or as `format=export` does.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Leaf, Node, Priority};

/// The largest number of which every smaller integer is exact in a double: 2^53.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Serialises as data: without metadata, and an object that looks like an array as an array.
///
/// It looks like one when all its keys are plain integers from 0 and the greatest is less than twice the number
/// of children; holes become `null`.
#[derive(Clone, Copy, Debug)]
pub struct Val<'a>(pub Option<&'a Node>);

/// Serialises with `.priority` and `.value` where there are priorities, and never as an array.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a>(pub Option<&'a Node>);

impl Serialize for Val<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Some(node) = self.0 else {
            return to.serialize_unit();
        };
        if let Some(leaf) = node.leaf() {
            return write_leaf(leaf, to);
        }
        if let Some(length) = array_length(node) {
            let mut items = to.serialize_seq(Some(length))?;
            let mut next = 0;
            for (key, child) in node.children() {
                let index = array_index(key.as_str()).unwrap_or(next);
                for _ in next..index {
                    items.serialize_element(&Val(None))?;
                }
                items.serialize_element(&Val(Some(child)))?;
                next = index + 1;
            }
            return items.end();
        }
        let mut fields = to.serialize_map(Some(node.num_children()))?;
        for (key, child) in node.children() {
            fields.serialize_entry(key.as_str(), &Val(Some(child)))?;
        }
        fields.end()
    }
}

impl Serialize for Export<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Some(node) = self.0 else {
            return to.serialize_unit();
        };
        match (node.leaf(), node.priority()) {
            (Some(leaf), None) => write_leaf(leaf, to),
            (leaf, priority) => {
                let mut fields = to.serialize_map(None)?;
                if let Some(leaf) = leaf {
                    fields.serialize_entry(".value", leaf)?;
                }
                for (key, child) in node.children() {
                    fields.serialize_entry(key.as_str(), &Export(Some(child)))?;
                }
                if let Some(priority) = priority {
                    fields.serialize_entry(".priority", priority)?;
                }
                fields.end()
            }
        }
    }
}

impl Serialize for Leaf {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_leaf(self, to)
    }
}

impl Serialize for Priority {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => write_number(*number, to),
            Self::String(text) => to.serialize_str(text),
        }
    }
}

fn write_leaf<S: Serializer>(leaf: &Leaf, to: S) -> Result<S::Ok, S::Error> {
    match leaf {
        Leaf::Bool(value) => to.serialize_bool(*value),
        Leaf::Number(number) => write_number(*number, to),
        Leaf::String(text) => to.serialize_str(text),
    }
}

fn write_number<S: Serializer>(number: f64, to: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 && number.abs() <= MAX_EXACT {
        to.serialize_i64(number as i64)
    } else {
        to.serialize_f64(number)
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
    let canonical = digits && key.len() < 10 && (key == "0" || !key.starts_with('0'));
    canonical.then(|| key.parse().ok()).flatten()
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
