//! JSON as the wire has it: read from text, and what a node is written as.
//!
//! Servers leave both to `serde_json`, which would be a fifth of what a browser downloads: a browser has a reader of its own
//! ([`ReadJson`]), and writes none.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

/// Values may be nested this deep, so that no text can use up the stack: `serde_json`'s own bound.
pub const MAX_NESTING: u32 = 127;

/// What reads JSON for a feed: [`Json::parse`], or what the browser has.
///
/// It reads a text (RFC 8259): one value, nested at most [`MAX_NESTING`] deep. Numbers become the nearest double; of two fields with one name the
/// later counts.
pub type ReadJson = fn(&str) -> Result<Json<'static>, JsonError>;

/// The text is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError;

/// A JSON value. Texts are borrowed as far as can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number. One that is beyond a double's range may be infinite: whoever takes numbers refuses those.
    Number(f64),
    /// A text.
    String(Cow<'a, str>),
    /// Values in order.
    Array(Vec<Json<'a>>),
    /// Fields, in the order of the text as far as who read it keeps that. Of two with one name the later counts.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl Json<'static> {
    /// Reads a text as [`ReadJson`] says. A number beyond a double's range, and half of a surrogate pair, are errors.
    ///
    /// # Errors
    /// The text is no JSON.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        serde_json::from_str(text).map_err(|_| JsonError)
    }
}

impl<'a> Json<'a> {
    /// The field `name`, of an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => field(fields, name),
            _ => None,
        }
    }

    /// As [`Json::get`], and gives the field away.
    pub(super) fn into_field(self, name: &str) -> Option<Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let found = fields.into_iter().rev().find(|(have, _)| have == name);
        found.map(|(_, value)| value)
    }

    /// The number, when it is one.
    #[must_use]
    pub const fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, when it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// The field `name` of an object that has these.
pub(super) fn field<'f, 'a>(
    fields: &'f [(Cow<'a, str>, Json<'a>)],
    name: &str,
) -> Option<&'f Json<'a>> {
    let found = fields.iter().rev().find(|(have, _)| have == name);
    found.map(|(_, value)| value)
}

/// The largest number of which every smaller integer is exact in a double: 2^53.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes it as text, without white space.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(value) => to.serialize_bool(*value),
            Self::Number(number) => {
                let whole = *number as i64;
                // Whole numbers are written without a point.
                if whole as f64 == *number && number.abs() <= MAX_EXACT {
                    to.serialize_i64(whole)
                } else {
                    to.serialize_f64(*number)
                }
            }
            Self::String(text) => to.serialize_str(text),
            Self::Array(items) => to.collect_seq(items),
            Self::Object(fields) => {
                to.collect_map(fields.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// Read field by field, since `serde_json`'s own values forget the order.
impl<'de> Deserialize<'de> for Json<'static> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Json::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::String(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Json::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some((name, value)) = fields.next_entry::<String, _>()? {
            all.push((name.into(), value));
        }
        Ok(Json::Object(all))
    }
}

impl<'a> From<&'a Value> for Json<'a> {
    fn from(value: &'a serde_json::Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            // Integers convert, and there are no others than doubles beside them.
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Self::String(text.into()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                let fields = fields.iter();
                Self::Object(
                    fields
                        .map(|(name, json)| (name.into(), json.into()))
                        .collect(),
                )
            }
        }
    }
}
