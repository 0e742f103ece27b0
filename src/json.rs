//! JSON as the browser reads it, and values of the core as JavaScript's.

use js_sys::{Array, Object, JSON};
use remote_refresh_core::wire::json::MAX_NESTING;
use remote_refresh_core::wire::{Json, JsonError, Leaf};
use wasm_bindgen::prelude::*;

/// Reads a text as [`Json::parse`] does, but for two things: a number beyond a double's range is infinite, and half of a surrogate pair
/// becomes U+FFFD.
///
/// # Errors
/// The text is no JSON, or nested too deep.
pub(crate) fn read(text: &str) -> Result<Json<'static>, JsonError> {
    let value = JSON::parse(text).map_err(|_| JsonError)?;
    json_of(&value, MAX_NESTING).ok_or(JsonError)
}

/// A value of `JSON.parse`, whose parts may be nested so deep.
fn json_of(value: &JsValue, nesting: u32) -> Option<Json<'static>> {
    if value.is_null() {
        return Some(Json::Null);
    }
    if let Some(bool) = value.as_bool() {
        return Some(Json::Bool(bool));
    }
    if let Some(number) = value.as_f64() {
        return Some(Json::Number(number));
    }
    if let Some(text) = value.as_string() {
        return Some(Json::String(text.into()));
    }
    let nesting = nesting.checked_sub(1)?;
    if let Some(array) = value.dyn_ref::<Array>() {
        let mut items = Vec::new();
        for item in array.iter() {
            items.push(json_of(&item, nesting)?);
        }
        return Some(Json::Array(items));
    }
    let mut fields = Vec::new();
    for field in Object::entries(value.unchecked_ref()).iter() {
        let field: Array = field.unchecked_into();
        let name = field.get(0).as_string()?;
        fields.push((name.into(), json_of(&field.get(1), nesting)?));
    }
    Some(Json::Object(fields))
}

/// Plain JavaScript. By way of entries, whose names are all alike: a child named `__proto__` is a property like any other and
/// changes nobody's prototype, which it would with `object[name] = value` (or serde-wasm-bindgen's objects).
pub(crate) fn to_js(json: &Json<'_>) -> JsValue {
    match json {
        Json::Null => JsValue::NULL,
        Json::Bool(value) => JsValue::from_bool(*value),
        // JSON has no -0.
        Json::Number(number) => JsValue::from_f64(*number + 0.0),
        Json::String(text) => JsValue::from_str(text),
        Json::Array(items) => {
            let array = Array::new();
            for item in items {
                array.push(&to_js(item));
            }
            array.into()
        }
        Json::Object(fields) => {
            let entries = Array::new();
            for (name, value) in fields {
                entries.push(&Array::of2(&JsValue::from_str(name), &to_js(value)));
            }
            // Pairs are what it needs.
            Object::from_entries(&entries).map_or(JsValue::NULL, JsValue::from)
        }
    }
}

/// A string, a number or a boolean; `undefined` for none.
pub(crate) fn leaf_to_js(leaf: Option<&Leaf>) -> JsValue {
    match leaf {
        Some(Leaf::String(text)) => JsValue::from_str(text),
        Some(Leaf::Number(number)) => JsValue::from_f64(*number),
        Some(Leaf::Bool(bool)) => JsValue::from_bool(*bool),
        None => JsValue::UNDEFINED,
    }
}

/// The data of a `put` that replaces a whole node by this value, as it is on the wire.
pub(crate) fn write_put(value: &JsValue) -> Option<String> {
    let put = Array::of2(
        &Array::of2(&"path".into(), &"/".into()),
        &Array::of2(&"data".into(), value),
    );
    let put = Object::from_entries(&put).ok()?;
    JSON::stringify(&put).ok().map(String::from)
}
