//! What `world.js` and `browser.js` give to the tests.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/support/world.js")]
extern "C" {
    pub(crate) type Network;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Network;
    #[wasm_bindgen(method)]
    pub(crate) fn count(this: &Network) -> usize;
    #[wasm_bindgen(method)]
    pub(crate) fn request(this: &Network, index: usize) -> Request;
    #[wasm_bindgen(method, js_name = throwOnce)]
    pub(crate) fn throw_once(this: &Network, message: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn uninstall(this: &Network);

    pub(crate) type Request;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn url(this: &Request) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn accept(this: &Request) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn cache(this: &Request) -> String;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn cancelled(this: &Request) -> bool;
    #[wasm_bindgen(method)]
    pub(crate) fn aborted(this: &Request) -> bool;
    #[wasm_bindgen(method, js_name = ignoreAbort)]
    pub(crate) fn ignore_abort(this: &Request);
    #[wasm_bindgen(method)]
    pub(crate) fn respond(this: &Request, status: u16);
    #[wasm_bindgen(method, js_name = respondWithoutBody)]
    pub(crate) fn respond_without_body(this: &Request, status: u16);
    #[wasm_bindgen(method)]
    pub(crate) fn write(this: &Request, bytes: &[u8]);
    #[wasm_bindgen(method)]
    pub(crate) fn end(this: &Request);
    #[wasm_bindgen(method, js_name = breakOff)]
    pub(crate) fn break_off(this: &Request, message: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn fail(this: &Request, message: &str);

    pub(crate) type World;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> World;
    #[wasm_bindgen(method)]
    pub(crate) fn host(this: &World) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn react(this: &World, call: &str, reaction: &Function);
    #[wasm_bindgen(method)]
    pub(crate) fn take(this: &World) -> Array;
    /// The snapshot that the engine gave last.
    #[wasm_bindgen(method)]
    pub(crate) fn snapshot(this: &World) -> Snapshot;
    /// The feed's state as it was reported last.
    #[wasm_bindgen(method)]
    pub(crate) fn status(this: &World) -> JsValue;
    /// From now on the feed has a provider.
    #[wasm_bindgen(method)]
    pub(crate) fn provide(this: &World);
    /// The stream that the provider got last.
    #[wasm_bindgen(method)]
    pub(crate) fn provided(this: &World) -> Provided;
    #[wasm_bindgen(method)]
    pub(crate) fn signal(this: &World) -> web_sys::AbortSignal;
    /// These entities are in view, and no others.
    #[wasm_bindgen(method)]
    pub(crate) fn see(this: &World, entities: Vec<u32>);

    /// Time stands still, and timers wait.
    pub(crate) type Clock;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Clock;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn set(this: &Clock) -> u32;
    #[wasm_bindgen(method)]
    pub(crate) fn delays(this: &Clock) -> Vec<f64>;
    #[wasm_bindgen(method)]
    pub(crate) fn advance(this: &Clock, milliseconds: f64);
    #[wasm_bindgen(method)]
    pub(crate) fn restore(this: &Clock);

    pub(crate) fn turn() -> Promise;
    /// The value of an expression.
    pub(crate) fn js(expression: &str) -> JsValue;
}

/// A snapshot, as JavaScript sees it.
#[wasm_bindgen]
extern "C" {
    pub(crate) type Snapshot;
    #[wasm_bindgen(method, structural)]
    pub(crate) fn name(this: &Snapshot) -> JsValue;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn key(this: &Snapshot) -> JsValue;
    #[wasm_bindgen(method, structural)]
    pub(crate) fn val(this: &Snapshot) -> JsValue;
    #[wasm_bindgen(method, structural, js_name = exportVal)]
    pub(crate) fn export_val(this: &Snapshot) -> JsValue;
    #[wasm_bindgen(method, structural, js_name = toJSON)]
    pub(crate) fn to_json(this: &Snapshot) -> JsValue;
    #[wasm_bindgen(method, structural)]
    pub(crate) fn exists(this: &Snapshot) -> bool;
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn child(this: &Snapshot, path: &JsValue) -> Result<Snapshot, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = hasChild)]
    pub(crate) fn has_child(this: &Snapshot, path: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, structural, js_name = hasChildren)]
    pub(crate) fn has_children(this: &Snapshot) -> bool;
    #[wasm_bindgen(method, structural, js_name = numChildren)]
    pub(crate) fn num_children(this: &Snapshot) -> u32;
    #[wasm_bindgen(method, structural, js_name = getPriority)]
    pub(crate) fn get_priority(this: &Snapshot) -> JsValue;
    #[wasm_bindgen(method, structural, catch, js_name = forEach)]
    pub(crate) fn for_each(
        this: &Snapshot,
        callback: &dyn Fn(Snapshot) -> Result<JsValue, JsValue>,
    ) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, structural, js_name = ref)]
    pub(crate) fn reference(this: &Snapshot) -> Place;

    /// What `snapshot.ref()` gives.
    pub(crate) type Place;
    #[wasm_bindgen(method, structural, getter)]
    pub(crate) fn key(this: &Place) -> JsValue;
    #[wasm_bindgen(method, structural, js_name = toString)]
    pub(crate) fn address(this: &Place) -> String;

    /// A `ProviderStream`, as a provider in JavaScript sees it.
    pub(crate) type Provided;
    #[wasm_bindgen(method, structural)]
    pub(crate) fn alive(this: &Provided);
    #[wasm_bindgen(method, structural, catch)]
    pub(crate) fn value(this: &Provided, node: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, structural)]
    pub(crate) fn lost(this: &Provided, why: &str);
    #[wasm_bindgen(method, structural)]
    pub(crate) fn denied(this: &Provided, why: &str);
}

#[wasm_bindgen(module = "/tests/support/browser.js")]
extern "C" {
    #[wasm_bindgen(js_name = dispatchOnWindow)]
    pub(crate) fn dispatch_on_window(event: &str);
    #[wasm_bindgen(js_name = dispatchOnDocument)]
    pub(crate) fn dispatch_on_document(event: &str);
    #[wasm_bindgen(js_name = showPage)]
    pub(crate) fn show_page(persisted: bool);
    #[wasm_bindgen(js_name = hidePage)]
    pub(crate) fn hide_page(persisted: bool);
    pub(crate) fn becomes(visibility: &str);
    #[wasm_bindgen(js_name = becomesSilently)]
    pub(crate) fn becomes_silently(visibility: &str);
    #[wasm_bindgen(js_name = forgetVisibility)]
    pub(crate) fn forget_visibility();

    /// Counts the listeners that are added, less those that are removed.
    pub(crate) type Listeners;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Listeners;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn count(this: &Listeners) -> i32;
    #[wasm_bindgen(method)]
    pub(crate) fn stop(this: &Listeners) -> i32;

    /// Another tab of the same user.
    pub(crate) type Neighbour;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(name: &str) -> Neighbour;
    #[wasm_bindgen(method)]
    pub(crate) fn take(this: &Neighbour) -> Vec<String>;
    #[wasm_bindgen(method)]
    pub(crate) fn post(this: &Neighbour, message: &JsValue);
    #[wasm_bindgen(method)]
    pub(crate) fn lead(this: &Neighbour) -> Promise;
    #[wasm_bindgen(method, js_name = isFree)]
    pub(crate) fn is_free(this: &Neighbour) -> Promise;
    #[wasm_bindgen(method, js_name = isAwaited)]
    pub(crate) fn is_awaited(this: &Neighbour) -> Promise;
    #[wasm_bindgen(method)]
    pub(crate) fn leave(this: &Neighbour);

    /// Makes the browser refuse something.
    pub(crate) type Refusal;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(what: &str) -> Refusal;
    #[wasm_bindgen(method)]
    pub(crate) fn undo(this: &Refusal);
}
