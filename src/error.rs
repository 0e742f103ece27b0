//! Errors with a stable code and a sentence that says what to do, as `js/error.js` makes them too.

use js_sys::{Error, Reflect};
use wasm_bindgen::prelude::*;

/// An `Error` whose `name` is `RemoteRefreshError`, with this `code` and message.
pub(crate) fn coded(code: &str, message: &str) -> JsValue {
    let error = Error::new(message);
    error.set_name("RemoteRefreshError");
    // An error that was just made takes every property.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

/// What was thrown, in words: the `message` of an error, a string as it is, nothing for anything else.
pub(crate) fn text_of(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<Error>() {
        Some(error) => error.message().into(),
        None => thrown.as_string().unwrap_or_default(),
    }
}
