//! What an App holds of the browser. Each is a value that undoes itself when it is dropped.
//!
//! | module | what it holds |
//! |---|---|
//! | [`page`] | the page's events: network, visibility, back/forward cache |
//! | [`timer`] | the one timer |
//! | [`stream`] | the event stream, over `fetch` |
//! | [`tabs`] | the lock and the channel of the tabs that share a stream |

pub(crate) mod page;
pub(crate) mod stream;
pub(crate) mod tabs;
pub(crate) mod timer;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

/// A property of the global object, if it is there. `web_sys::window()` needs a real `Window`, which Node, workers and
/// the documents that apps' tests make don't have.
fn global<T: JsCast>(name: &str) -> Option<T> {
    get(&js_sys::global(), name)
}

/// A property, unless it is absent, undefined or null. Its type is not checked.
fn get<T: JsCast>(object: &JsValue, name: &str) -> Option<T> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then(|| value.unchecked_into())
}

/// Whether an object has a method of this name.
fn has_method(object: &JsValue, name: &str) -> bool {
    get::<JsValue>(object, name).is_some_and(|method| method.is_function())
}

/// `performance.now()`: milliseconds since the page began, on a clock that never goes back.
pub(crate) fn milliseconds() -> f64 {
    global::<web_sys::Performance>("performance").map_or(0.0, |clock| clock.now())
}
