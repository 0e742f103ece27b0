//! What the engine calls in JavaScript: the object that `js/app.js` makes of an App.
//!
//! *Ids in wasm, objects in JS*: of the app's side the host is the one object that wasm memory holds, and it refers to its App by a
//! WeakRef, so it keeps nothing alive. Calls carry numbers; the host finds the objects.
//!
//! What a call throws was reported where it was thrown (a handler's error goes where uncaught ones go), and must not stop the
//! engine: each import catches it.

use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use crate::app::ProviderStream;
use crate::snapshot::DataSnapshot;

#[wasm_bindgen]
extern "C" {
    /// The object that `js/app.js` gives to the engine.
    pub type Host;

    /// Triggers `event` on `App.Events` with the snapshot and the name of the child before it.
    #[wasm_bindgen(method, catch)]
    pub fn emit(
        this: &Host,
        event: &str,
        snapshot: DataSnapshot,
        previous: Option<&str>,
        revision: u32,
    ) -> Result<(), JsValue>;

    /// Triggers `model-<operation>-of-type-<name>` with the record's id, if that is known, and the snapshot of
    /// `models/<name>`.
    #[wasm_bindgen(method, catch, js_name = emitModel)]
    pub fn emit_model(
        this: &Host,
        operation: &str,
        name: &str,
        id: JsValue,
        snapshot: DataSnapshot,
        revision: u32,
    ) -> Result<(), JsValue>;

    /// Calls `remoteRefresh` of a page view or, without one, walks it.
    #[wasm_bindgen(method, catch, js_name = callHook)]
    pub fn call_hook(
        this: &Host,
        view: u32,
        snapshot: DataSnapshot,
        revision: u32,
    ) -> Result<(), JsValue>;

    /// Asks `reviewEntity` for each model and collection that a page view shows.
    #[wasm_bindgen(method, catch, js_name = reviewPage)]
    pub fn review_page(this: &Host, view: u32) -> Result<(), JsValue>;

    /// Which of these entities are in view: shown by a view whose element is in the window.
    #[wasm_bindgen(method, catch, js_name = inView)]
    pub fn in_view(this: &Host, entities: Vec<u32>) -> Result<Vec<u32>, JsValue>;

    /// Fetches an entity, and reports how the fetch ended by `fetchEnded`.
    #[wasm_bindgen(method, catch)]
    pub fn fetch(this: &Host, entity: u32, flight: u32) -> Result<(), JsValue>;

    /// Reports that a fetch has ended, and whether well.
    #[wasm_bindgen(method, catch)]
    pub fn settled(this: &Host, entity: u32, flight: u32, done: bool) -> Result<(), JsValue>;

    /// Reports that a fetch took too long, with this error. Nothing waits for it any more.
    #[wasm_bindgen(method, catch)]
    pub fn expired(this: &Host, entity: u32, flight: u32, error: JsValue) -> Result<(), JsValue>;

    /// Reports that a page view's refresh waits until the tab is visible.
    #[wasm_bindgen(method, catch)]
    pub fn deferred(this: &Host, view: u32) -> Result<(), JsValue>;

    /// Reports a feed's state: a [`FeedStatus`](crate::inspect::FeedStatus).
    #[wasm_bindgen(method, catch, js_name = feedState)]
    pub fn feed_state(this: &Host, feed: u32, status: JsValue) -> Result<(), JsValue>;

    /// Calls the app's `auth` function; with `fresh`, a token that was given before won't do.
    #[wasm_bindgen(method, catch, js_name = requestToken)]
    pub fn request_token(this: &Host, request: u32, fresh: bool) -> Result<(), JsValue>;

    /// Opens the app's provider as the stream, until the signal aborts. `token` is the one to present. `false`: the feed
    /// has none, and the stream is a request.
    #[wasm_bindgen(method, catch)]
    pub fn provide(
        this: &Host,
        stream: ProviderStream,
        token: Option<String>,
        signal: AbortSignal,
    ) -> Result<bool, JsValue>;
}
