//! One event stream over `fetch`.
//!
//! Not `EventSource`, which hides the status and the body of a refusal, keeps an old token, and
//! reconnects to where it was redirected to instead of where it was sent.

use std::rc::Weak;

use js_sys::{Promise, Uint8Array};
use remote_refresh_core::feed::message::{FeedInput, RequestId};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{spawn_local, JsFuture};
use web_sys::{
    AbortController, AbortSignal, Headers, ReadableStreamDefaultReader, ReadableStreamReadResult,
    RequestCache, RequestInit, Response,
};

use crate::engine::Inner;
use crate::error::text_of;

#[wasm_bindgen]
extern "C" {
    /// The global `fetch` of windows, workers and Node alike.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// Bytes of a refusal that are read; its text goes into the feed's reason.
const MAX_REFUSAL: usize = 2048;

/// A stream under way. Dropping it ends it.
#[must_use]
pub(crate) struct Stream(AbortController);

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Stream {
    /// Opens `url`; what happens is reported to the engine under `id`.
    pub(crate) fn open(engine: Weak<Inner>, id: RequestId, url: String) -> Result<Self, JsValue> {
        let abort = AbortController::new()?;
        let signal = abort.signal();
        spawn_local(async move {
            let report = |input: FeedInput<'_>| {
                // After the engine is gone nobody wants to know.
                if let Some(engine) = engine.upgrade() {
                    engine.feed_input(input);
                }
            };
            match follow(id, &url, &signal, &report).await {
                Ok(()) => report(FeedInput::StreamEnded(id, "")),
                Err(error) => report(FeedInput::StreamEnded(id, &text_of(&error))),
            }
        });
        Ok(Self(abort))
    }
}

async fn follow(
    id: RequestId,
    url: &str,
    signal: &AbortSignal,
    report: &dyn Fn(FeedInput<'_>),
) -> Result<(), JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "text/event-stream")?;
    let init = RequestInit::new();
    init.set_headers(&headers);
    init.set_signal(Some(signal));
    init.set_cache(RequestCache::NoStore);
    let response: Response = JsFuture::from(fetch(url, &init)?).await?.unchecked_into();
    let status = response.status();
    let reader = response.body().map(|body| {
        body.get_reader()
            .unchecked_into::<ReadableStreamDefaultReader>()
    });
    if status == 200 {
        report(FeedInput::StreamOpened(id));
        while let Some(chunk) = read(reader.as_ref()).await? {
            report(FeedInput::BytesArrived(id, &chunk));
        }
        return Ok(());
    }
    let mut refusal = Vec::new();
    while refusal.len() < MAX_REFUSAL {
        match read(reader.as_ref()).await {
            Ok(Some(chunk)) => refusal.extend(chunk),
            // Half a body says as much as none: the status decides.
            Ok(None) | Err(_) => break,
        }
    }
    refusal.truncate(MAX_REFUSAL);
    report(FeedInput::StreamRefused(
        id,
        status,
        &String::from_utf8_lossy(&refusal),
    ));
    if let Some(reader) = reader {
        // A rest that nobody reads would hold the connection; whether it can be let go changes nothing.
        let _ = JsFuture::from(reader.cancel()).await;
    }
    Ok(())
}

async fn read(reader: Option<&ReadableStreamDefaultReader>) -> Result<Option<Vec<u8>>, JsValue> {
    let Some(reader) = reader else {
        return Ok(None);
    };
    let result: ReadableStreamReadResult = JsFuture::from(reader.read()).await?.unchecked_into();
    if result.get_done().unwrap_or(false) {
        return Ok(None);
    }
    Ok(Some(Uint8Array::new(&result.get_value()).to_vec()))
}
