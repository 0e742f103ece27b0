//! Errors that reach JavaScript: an `Error` with a stable `code` and a sentence that says what to do.

use alloc::string::String;

use wasm_bindgen::prelude::*;

/// An `Error` with `code` beside its message.
pub(crate) fn coded(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name("RemoteRefreshError");
    // Setting a property of an object made just now cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

/// What somebody else's error says, as text.
pub(crate) fn text_of(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => error.as_string().unwrap_or_default(),
    }
}
