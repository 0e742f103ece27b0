//! The browser, by way of `browser.js`: the page's events, one timer and one stream, as facts for the core.

use alloc::rc::Weak;
use alloc::string::String;

use js_sys::Array;
use remote_refresh_core::app::App;
use remote_refresh_core::feed::message::{FeedInput, RequestId};
use remote_refresh_core::time::Millis;
use wasm_bindgen::prelude::*;

use crate::engine::Inner;
use crate::host::Host;

#[wasm_bindgen(module = "/src/browser.js")]
extern "C" {
    /// Whether `fetch` takes this address.
    #[wasm_bindgen(js_name = isUsable)]
    pub(crate) fn is_usable(address: &str) -> bool;

    /// The value of a JSON text; `undefined` if it is none.
    #[wasm_bindgen(js_name = parseJson)]
    pub(crate) fn parse_json(text: &str) -> JsValue;

    /// The object with these names and values.
    #[wasm_bindgen(js_name = fromEntries)]
    pub(crate) fn from_entries(entries: &Array) -> JsValue;

    /// An error with a stable code and a sentence that says what to do.
    pub(crate) fn coded(code: &str, message: &str) -> JsValue;

    /// A key as it stands in an address.
    pub(crate) fn encode(key: &str) -> String;

    /// The text of what was given for a path, unless it is neither a string nor a number.
    #[wasm_bindgen(js_name = pathText)]
    pub(crate) fn path_text(path: &JsValue) -> Option<String>;

    /// What an engine holds of the browser; it has to be closed.
    pub(crate) type Browser;

    /// Whether the page cannot be seen.
    #[wasm_bindgen(static_method_of = Browser, js_name = isHidden)]
    pub(crate) fn is_hidden() -> bool;

    /// What the browser says of its network; `true` where it says nothing.
    #[wasm_bindgen(static_method_of = Browser, js_name = isOnline)]
    pub(crate) fn is_online() -> bool;

    /// Listens to the page, if there is one, and reports to `page`. `host` may have a provider for the stream.
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(page: Page, host: &Host) -> Browser;

    /// Ends the stream, the timer and the listening.
    #[wasm_bindgen(method)]
    pub(crate) fn close(this: &Browser);

    /// Sets the one timer, in milliseconds from now, or takes it back.
    #[wasm_bindgen(method, js_name = setTimer)]
    pub(crate) fn set_timer(this: &Browser, delay: Option<u32>);

    /// Opens `url` as the one stream; what happens is reported under `id`.
    #[wasm_bindgen(method, js_name = openStream)]
    pub(crate) fn open_stream(this: &Browser, id: u32, url: &str);

    /// Ends the stream.
    #[wasm_bindgen(method, js_name = closeStream)]
    pub(crate) fn close_stream(this: &Browser);
}

/// What `browser.js` reports to. After the engine is gone nobody wants to know.
#[wasm_bindgen]
pub struct Page(pub(crate) Weak<Inner>);

#[wasm_bindgen]
impl Page {
    /// The browser has a network again.
    pub fn online(&self) {
        self.act(App::online);
    }

    /// The browser lost its network.
    pub fn offline(&self) {
        self.feed_input(FeedInput::Offline);
    }

    /// The page came back from the back/forward cache.
    pub fn restored(&self) {
        self.act(App::restore);
    }

    /// The page is about to be frozen or put into that cache.
    pub fn suspended(&self) {
        self.feed_input(FeedInput::Suspend);
    }

    /// A frozen page goes on.
    pub fn resumed(&self, hidden: bool) {
        self.feed_input(FeedInput::Restored);
        self.looked(hidden);
    }

    /// The page's visibility may have changed.
    pub fn looked(&self, hidden: bool) {
        self.act(|app, now| if hidden { app.hide() } else { app.reveal(now) });
    }

    /// The timer fired.
    #[wasm_bindgen(js_name = timerFired)]
    pub fn timer_fired(&self) {
        if let Some(engine) = self.0.upgrade() {
            engine.wake();
        }
    }

    /// The server answered 200.
    #[wasm_bindgen(js_name = streamOpened)]
    pub fn stream_opened(&self, id: u32) {
        self.feed_input(FeedInput::StreamOpened(RequestId(id)));
    }

    /// The server answered another status, with a body that begins so.
    #[wasm_bindgen(js_name = streamRefused)]
    pub fn stream_refused(&self, id: u32, status: u16, body: String) {
        self.feed_input(FeedInput::StreamRefused(RequestId(id), status, &body));
    }

    /// Bytes of the stream.
    #[wasm_bindgen(js_name = bytesArrived)]
    pub fn bytes_arrived(&self, id: u32, bytes: &[u8]) {
        self.feed_input(FeedInput::BytesArrived(RequestId(id), bytes));
    }

    /// The stream ended, or broke for the reason in `message`.
    #[wasm_bindgen(js_name = streamEnded)]
    pub fn stream_ended(&self, id: u32, message: String) {
        self.feed_input(FeedInput::StreamEnded(RequestId(id), &message));
    }
}

impl Page {
    fn act(&self, fact: impl FnOnce(&mut App, Millis)) {
        if let Some(engine) = self.0.upgrade() {
            engine.act(fact);
        }
    }

    fn feed_input(&self, input: FeedInput<'_>) {
        if let Some(engine) = self.0.upgrade() {
            engine.feed_input(input);
        }
    }
}
