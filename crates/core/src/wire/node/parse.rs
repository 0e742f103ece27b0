//! From JSON to a [`Node`]: what is absent, what is metadata, what is refused.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Leaf, Node, Priority};
use crate::decimal::decimal;
use crate::wire::json::{field, Json, JsonError};
use crate::wire::key::{Key, KeyError};
use crate::wire::path::MAX_DEPTH;

/// Reads JSON that holds resolved data, as a stream or an answer of the database carries it.
///
/// `null`, `{}` and `[]` are absent. Arrays become objects, their nulls dropped. `.priority` and `.value` are
/// understood; other names that start with a dot are metadata of a later day and skipped, as the SDKs do.
///
/// # Errors
/// The text is no JSON, a key is not allowed, the data is too deep, or metadata is not as it should be.
pub fn parse_json(text: &str) -> Result<Option<Node>, NodeError> {
    Node::from_json(Json::parse(text)?)
}

impl Node {
    /// As [`parse_json`], from JSON that has been read already.
    ///
    /// # Errors
    /// As [`parse_json`].
    pub fn from_json<'a>(json: impl Into<Json<'a>>) -> Result<Option<Self>, NodeError> {
        build(&json.into(), None, &NoServerValues)
    }
}

/// What to do with `{".sv": …}` and with metadata nobody knows.
pub(crate) trait ServerValues {
    /// Whether names that start with a dot and mean nothing are skipped.
    const SKIP_UNKNOWN: bool;

    /// The number that `sv` stands for, `existing` being the number stored there now.
    fn resolve(&self, sv: &Json<'_>, existing: Option<f64>) -> Option<f64>;
}

/// Data that comes from the database: its server values are resolved already.
struct NoServerValues;

impl ServerValues for NoServerValues {
    const SKIP_UNKNOWN: bool = true;

    fn resolve(&self, _: &Json<'_>, _: Option<f64>) -> Option<f64> {
        None
    }
}

/// Builds the node that `json` describes, to be stored where `existing` is now.
pub(crate) fn build<S: ServerValues>(
    json: &Json<'_>,
    existing: Option<&Node>,
    server_values: &S,
) -> Result<Option<Node>, NodeError> {
    Builder {
        server_values,
        trail: Vec::new(),
    }
    .node(json, existing)
}

struct Builder<'a, S> {
    server_values: &'a S,
    /// The keys on the way to what is being built.
    trail: Vec<&'a str>,
}

impl<'a, S: ServerValues> Builder<'a, S> {
    fn node(
        &mut self,
        json: &'a Json<'_>,
        existing: Option<&Node>,
    ) -> Result<Option<Node>, NodeError> {
        match json {
            Json::Object(fields) => self.object(fields, existing),
            Json::Array(items) => self.array(items, existing),
            leaf => Ok(self.leaf(leaf)?.map(Node::from)),
        }
    }

    fn object(
        &mut self,
        fields: &'a [(Cow<'_, str>, Json<'_>)],
        existing: Option<&Node>,
    ) -> Result<Option<Node>, NodeError> {
        if let Some(sv) = field(fields, ".sv") {
            if fields.len() > 1 {
                return Err(NodeError::ServerValue(self.place()));
            }
            return Ok(Some(
                self.server_value(sv, existing.and_then(Node::as_f64))?
                    .into(),
            ));
        }
        let priority = match field(fields, ".priority") {
            None => None,
            Some(json) => self.priority(json, existing)?,
        };
        let mut children = Vec::new();
        for (name, json) in fields {
            if name == ".priority" || name == ".value" || (S::SKIP_UNKNOWN && name.starts_with('.'))
            {
                continue;
            }
            self.add_child(&mut children, name, json, existing)?;
        }
        let Some(value) = field(fields, ".value").filter(|value| **value != Json::Null) else {
            return Ok(Node::of(children).map(|node| node.with_priority(priority)));
        };
        if Node::of(children).is_some() {
            return Err(NodeError::ValueBesideChildren(self.place()));
        }
        let node = match value {
            Json::Object(fields) if field(fields, ".sv").is_some() => {
                self.object(fields, existing)?
            }
            Json::Object(_) | Json::Array(_) => return Err(NodeError::BadValue(self.place())),
            leaf => self.leaf(leaf)?.map(Node::from),
        };
        Ok(node.map(|node| node.with_priority(priority)))
    }

    fn array(
        &mut self,
        items: &'a [Json<'_>],
        existing: Option<&Node>,
    ) -> Result<Option<Node>, NodeError> {
        let mut children = Vec::new();
        for (index, json) in items.iter().enumerate() {
            if *json == Json::Null {
                continue;
            }
            let name = decimal(index);
            let old = existing.and_then(|node| node.child(&name));
            // An index is reported as its array: the trail borrows from the JSON, and an index is not in it.
            self.descend("[]")?;
            let node = self.node(json, old)?;
            children.push((self.key(&name)?, node));
            self.trail.pop();
        }
        Ok(Node::of(children))
    }

    fn add_child(
        &mut self,
        children: &mut Vec<(Key, Option<Node>)>,
        name: &'a str,
        json: &'a Json<'_>,
        existing: Option<&Node>,
    ) -> Result<(), NodeError> {
        let key = self.key(name)?;
        self.descend(name)?;
        let node = self.node(json, existing.and_then(|node| node.child(name)))?;
        self.trail.pop();
        children.push((key, node));
        Ok(())
    }

    fn leaf(&self, json: &Json<'_>) -> Result<Option<Leaf>, NodeError> {
        Ok(Some(match json {
            Json::Bool(value) => Leaf::Bool(*value),
            Json::Number(number) => Leaf::Number(self.finite(*number)?),
            Json::String(text) => Leaf::String((&**text).into()),
            _ => return Ok(None),
        }))
    }

    fn priority(
        &self,
        json: &Json<'_>,
        existing: Option<&Node>,
    ) -> Result<Option<Priority>, NodeError> {
        Ok(Some(match json {
            Json::Null => return Ok(None),
            Json::Number(number) => Priority::Number(self.finite(*number)?),
            Json::String(text) => Priority::String((&**text).into()),
            Json::Object(fields) if fields.len() == 1 && fields[0].0 == ".sv" => {
                let old = match existing.and_then(Node::priority) {
                    Some(Priority::Number(number)) => Some(*number),
                    _ => None,
                };
                match self.server_value(&fields[0].1, old)? {
                    Leaf::Number(number) => Priority::Number(number),
                    _ => return Err(NodeError::BadPriority(self.place())),
                }
            }
            _ => return Err(NodeError::BadPriority(self.place())),
        }))
    }

    fn server_value(&self, sv: &Json<'_>, existing: Option<f64>) -> Result<Leaf, NodeError> {
        match self.server_values.resolve(sv, existing) {
            Some(number) => Ok(Leaf::Number(self.finite(number)?)),
            None => Err(NodeError::ServerValue(self.place())),
        }
    }

    fn finite(&self, number: f64) -> Result<f64, NodeError> {
        if number.is_finite() {
            Ok(number)
        } else {
            Err(NodeError::NumberRange(self.place()))
        }
    }

    fn key(&self, name: &str) -> Result<Key, NodeError> {
        Key::new(name).map_err(|key| NodeError::BadKey {
            place: self.place(),
            key,
        })
    }

    fn descend(&mut self, name: &'a str) -> Result<(), NodeError> {
        if self.trail.len() == MAX_DEPTH {
            return Err(NodeError::TooDeep);
        }
        self.trail.push(name);
        Ok(())
    }

    fn place(&self) -> Box<str> {
        let mut place = String::from("/");
        for (i, key) in self.trail.iter().enumerate() {
            if i > 0 {
                place.push('/');
            }
            place.push_str(key);
        }
        place.into()
    }
}

/// Why JSON is no data. A `place` is the path, inside the JSON, of what is wrong (`[]` stands for any index).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeError {
    /// The text is no JSON.
    Json,
    /// A key of the object at `place` is not allowed.
    BadKey {
        /// Where the object is.
        place: Box<str>,
        /// What is wrong with the key.
        key: KeyError,
    },
    /// There are more than [`MAX_DEPTH`] keys on the way to something.
    TooDeep,
    /// `.value` stands beside children.
    ValueBesideChildren(Box<str>),
    /// `.value` is neither text, number nor boolean.
    BadValue(Box<str>),
    /// `.priority` is neither text, number nor null.
    BadPriority(Box<str>),
    /// `.sv` is none that exists, is not alone, or stands where data should be resolved.
    ServerValue(Box<str>),
    /// A number is beyond what a double holds.
    NumberRange(Box<str>),
}

impl NodeError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Json => "data_no_json",
            Self::BadKey { key, .. } => key.code(),
            Self::TooDeep => "data_too_deep",
            Self::ValueBesideChildren(_) => "data_value_beside_children",
            Self::BadValue(_) => "data_bad_value",
            Self::BadPriority(_) => "data_bad_priority",
            Self::ServerValue(_) => "data_bad_server_value",
            Self::NumberRange(_) => "data_number_range",
        }
    }
}

impl From<JsonError> for NodeError {
    fn from(JsonError: JsonError) -> Self {
        Self::Json
    }
}

impl NodeError {
    /// What is wrong and where, as a sentence. Put together without `format!`, which is kilobytes in wasm.
    #[must_use]
    pub fn sentence(&self) -> Cow<'static, str> {
        let (place, sentence) = match self {
            Self::Json => return "The data is not JSON.".into(),
            Self::TooDeep => return "The data can't be more than 32 keys deep.".into(),
            Self::BadKey { place, key } => (place, key.sentence()),
            Self::ValueBesideChildren(place) => (place, ".value can't stand beside children."),
            Self::BadValue(place) => (place, ".value must be a text, a number or a boolean."),
            Self::BadPriority(place) => (place, ".priority must be a text, a number or null."),
            Self::ServerValue(place) => {
                (place, ".sv must be \"timestamp\" or {\"increment\": number}, alone, in data that is written.")
            }
            Self::NumberRange(place) => (place, "A number must fit a double."),
        };
        ["At ", place, ": ", sentence].concat().into()
    }
}

impl fmt::Display for NodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl core::error::Error for NodeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::BadKey { key, .. } => Some(key),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(json: &str) -> &'static str {
        parse_json(json)
            .expect_err("the test uses invalid data")
            .code()
    }

    #[test]
    fn null_and_everything_empty_is_absent() {
        for json in [
            "null",
            "{}",
            "[]",
            "[null]",
            r#"{"a":null}"#,
            r#"{"a":{"b":[]}}"#,
            r#"{".priority":1}"#,
        ] {
            assert_eq!(parse_json(json), Ok(None), "{json}");
        }
    }

    #[test]
    fn arrays_are_objects_without_their_holes() {
        assert_eq!(
            parse_json(r#"["a",null,"c"]"#),
            parse_json(r#"{"0":"a","2":"c"}"#)
        );
    }

    #[test]
    fn metadata_is_understood_or_skipped() {
        let node = parse_json(r#"{".value":5,".priority":"p",".later":{"x":1}}"#)
            .unwrap()
            .unwrap();
        assert_eq!(node.as_f64(), Some(5.0));
        assert_eq!(node.priority(), Some(&Priority::String("p".into())));
        assert_eq!(
            parse_json(r#"{".value":null,"a":1}"#),
            parse_json(r#"{"a":1}"#)
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let error = parse_json(r#"{"a":{"b":[{"c/d":1}]}}"#).expect_err("the key has a slash");
        assert_eq!(error.code(), "key_forbidden_character");
        assert_eq!(
            error.to_string(),
            "At /a/b/[]: A key can't contain . $ # [ ] / or a control character."
        );
        assert_eq!(code("{"), "data_no_json");
        assert_eq!(code(r#"{"":1}"#), "key_empty");
        assert_eq!(code(r#"{".value":1,"a":1}"#), "data_value_beside_children");
        assert_eq!(code(r#"{".value":{"a":1}}"#), "data_bad_value");
        assert_eq!(code(r#"{"a":1,".priority":true}"#), "data_bad_priority");
        assert_eq!(
            code(r#"{"a":{".sv":"timestamp"}}"#),
            "data_bad_server_value"
        );
        assert_eq!(code("1e999"), "data_no_json");
    }

    #[test]
    fn data_is_at_most_32_keys_deep() {
        let nested = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        assert_eq!(parse_json(&nested(32)).unwrap().unwrap().depth(), 32);
        assert_eq!(code(&nested(33)), "data_too_deep");
        assert_eq!(
            code(&nested(100_000)),
            "data_no_json",
            "the JSON reader has its own limit"
        );
    }
}
