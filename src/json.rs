//! JSON as the browser reads it.

use alloc::vec::Vec;

use js_sys::{Array, Object};
use remote_refresh_core::wire::json::MAX_NESTING;
use remote_refresh_core::wire::{Json, JsonError};
use wasm_bindgen::prelude::*;

use crate::browser::parse_json;

/// Reads a text as [`Json::parse`] does, but for two things: a number beyond a double's range is infinite, and half of a surrogate pair
/// becomes U+FFFD.
///
/// # Errors
/// The text is no JSON, or nested too deep.
pub(crate) fn read(text: &str) -> Result<Json<'static>, JsonError> {
    json_of(&parse_json(text), MAX_NESTING).ok_or(JsonError)
}

/// A value of `JSON.parse`, whose parts may be nested so deep. `None` for `undefined`, which says that the text was none.
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
    if value.is_undefined() {
        return None;
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
