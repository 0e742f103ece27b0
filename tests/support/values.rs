//! Values of JavaScript, and what is on the wire.

use js_sys::{Object, Reflect, JSON};
use wasm_bindgen::prelude::*;

/// A `put` as it is on the wire.
pub(crate) fn put(path: &str, value: &str) -> String {
    format!("event: put\ndata: {{\"path\":\"{path}\",\"data\":{value}}}\n\n")
}

/// What a call was refused with: `code: message`, or the error's name in place of a code that it doesn't have.
///
/// # Panics
/// If it was not refused.
pub(crate) fn refused<T>(result: Result<T, JsValue>) -> String {
    let Err(error) = result else {
        panic!("it was not refused");
    };
    let text = |name: &str| Reflect::get(&error, &name.into()).ok()?.as_string();
    let code = text("code").or_else(|| text("name")).unwrap_or_default();
    [&code, ": ", &text("message").unwrap_or_default()].concat()
}

/// A value as JSON, or `undefined`.
pub(crate) fn json(value: &JsValue) -> String {
    JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_else(|| "undefined".into())
}

/// The names of an object's own properties.
pub(crate) fn names(object: &JsValue) -> Vec<String> {
    Object::keys(object.unchecked_ref::<Object>())
        .iter()
        .filter_map(|name| name.as_string())
        .collect()
}

/// A property.
pub(crate) fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect("it is an object")
}
