//! What the engine calls in JavaScript.
//!
//! *Ids in wasm, objects in JS*: the host is the one JavaScript object that wasm memory holds, and it
//! refers to its App by a WeakRef, so that it keeps nothing alive. Calls carry numbers; the host looks
//! up what they stand for. Its methods must not throw: nothing here would catch it (`weakHost` in `js/app.js` does).

use wasm_bindgen::prelude::*;

use crate::snapshot::DataSnapshot;

#[wasm_bindgen]
extern "C" {
    /// The object that `js/app.js` gives to the engine.
    pub type Host;

    /// Triggers `event` on `App.Events` with the snapshot and the name of the child before it.
    #[wasm_bindgen(method)]
    pub fn emit(
        this: &Host,
        event: &str,
        snapshot: DataSnapshot,
        previous: Option<&str>,
        revision: u32,
    );

    /// Triggers `model-<operation>-of-type-<name>` with the record's id, if that is known, and the snapshot of
    /// `models/<name>`.
    #[wasm_bindgen(method, js_name = emitModel)]
    pub fn emit_model(
        this: &Host,
        operation: &str,
        name: &str,
        id: JsValue,
        snapshot: DataSnapshot,
        revision: u32,
    );

    /// Calls `remoteRefresh` of a page view, or what stands for it.
    #[wasm_bindgen(method, js_name = callHook)]
    pub fn call_hook(this: &Host, view: u32, snapshot: DataSnapshot, revision: u32);

    /// Asks `reviewEntity` for each model and collection that a page view shows.
    #[wasm_bindgen(method, js_name = reviewPage)]
    pub fn review_page(this: &Host, view: u32);

    /// Fetches an entity.
    #[wasm_bindgen(method)]
    pub fn fetch(this: &Host, entity: u32, flight: u32);

    /// Stops waiting for a fetch.
    #[wasm_bindgen(method, js_name = fetchExpired)]
    pub fn fetch_expired(this: &Host, entity: u32, flight: u32);

    /// Says that a page view's refresh waits until the tab is visible.
    #[wasm_bindgen(method)]
    pub fn deferred(this: &Host, view: u32);

    /// Says that the feed's state changed; `code` and `message` say why, where there is a reason.
    #[wasm_bindgen(method, js_name = feedState)]
    pub fn feed_state(
        this: &Host,
        feed: u32,
        state: &str,
        previous: &str,
        code: Option<&str>,
        message: Option<&str>,
    );

    /// Asks the leading tab what it knows.
    #[wasm_bindgen(method, js_name = askLeader)]
    pub fn ask_leader(this: &Host, feed: u32);

    /// Tells the other tabs the feed's state, and its value if it has one.
    #[wasm_bindgen(method, js_name = tellTabs)]
    pub fn tell_tabs(this: &Host, feed: u32, state: &str, value: Option<DataSnapshot>);

    /// Leaves the lead to another tab; with `rejoin` until it asks again.
    #[wasm_bindgen(method, js_name = stepDown)]
    pub fn step_down(this: &Host, feed: u32, rejoin: bool);

    /// Calls the app's `auth` function.
    #[wasm_bindgen(method, js_name = requestToken)]
    pub fn request_token(this: &Host, request: u32, fresh: bool);
}
