//! One event stream over `fetch`.
//!
//! Not `EventSource`: that hides the status and the body of a refusal, keeps an old token, and reconnects to where it was
//! redirected to instead of where it was sent.

use js_sys::futures::spawn_local;
use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortController, AbortSignal, Headers, ReadableStreamDefaultReader, RequestCache, RequestInit,
    Response, Url,
};

use crate::error::text_of;

/// Bytes of a refusal that are read: its text goes into the feed's reason.
const MAX_REFUSAL: usize = 2048;

/// What happened to a stream.
#[derive(Debug)]
pub(crate) enum StreamFact {
    /// The server answered 200.
    Opened,
    /// The server answered another status, with a body that begins so.
    Refused(u16, String),
    /// Bytes arrived.
    Bytes(Vec<u8>),
    /// The stream ended, or broke for this reason.
    Ended(String),
}

#[wasm_bindgen]
extern "C" {
    /// The global `fetch`: of a window, a worker or Node. web-sys has it as a method of the first two.
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// A stream that is open, or about to be. Dropping it ends it.
#[must_use]
pub(crate) struct Stream {
    abort: AbortController,
}

impl Stream {
    /// A stream that nobody fills yet.
    ///
    /// # Errors
    /// There is no `AbortController`: no browser that has `fetch` is without one.
    pub(crate) fn new() -> Result<Self, JsValue> {
        AbortController::new().map(|abort| Self { abort })
    }

    /// Aborts when the stream is dropped.
    pub(crate) fn signal(&self) -> AbortSignal {
        self.abort.signal()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// Requests `url` as an event stream, until `signal` aborts, and reports what happens, never within this call.
pub(crate) fn follow(url: &str, signal: &AbortSignal, report: impl Fn(StreamFact) + 'static) {
    let request = request(url, signal);
    spawn_local(async move {
        if let Err(error) = read(request, &report).await {
            report(StreamFact::Ended(text_of(&error)));
        }
    });
}

fn request(url: &str, signal: &AbortSignal) -> Result<Promise, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "text/event-stream")?;
    let init = RequestInit::new();
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(signal));
    fetch(url, &init)
}

async fn read(
    request: Result<Promise, JsValue>,
    report: &impl Fn(StreamFact),
) -> Result<(), JsValue> {
    let response: Response = request?.await?.unchecked_into();
    let reader = response.body().map(|body| {
        body.get_reader()
            .unchecked_into::<ReadableStreamDefaultReader>()
    });
    if response.status() != 200 {
        let body = beginning(reader).await;
        report(StreamFact::Refused(response.status(), body));
        return Ok(());
    }
    report(StreamFact::Opened);
    if let Some(reader) = reader {
        while let Some(bytes) = next(&reader).await? {
            report(StreamFact::Bytes(bytes));
        }
    }
    report(StreamFact::Ended(String::new()));
    Ok(())
}

/// The next chunk of a body; `None` at its end.
async fn next(reader: &ReadableStreamDefaultReader) -> Result<Option<Vec<u8>>, JsValue> {
    let result = reader.read().await?;
    let value = Reflect::get(&result, &"value".into())?;
    Ok((!value.is_undefined()).then(|| value.unchecked_into::<Uint8Array>().to_vec()))
}

/// The beginning of a refusal's body. Half a body says as much as none: the status decides.
async fn beginning(reader: Option<ReadableStreamDefaultReader>) -> String {
    let Some(reader) = reader else {
        return String::new();
    };
    let mut body = Vec::new();
    while body.len() < MAX_REFUSAL {
        match next(&reader).await {
            Ok(Some(bytes)) => body.extend(bytes),
            _ => break,
        }
    }
    body.truncate(MAX_REFUSAL);
    // A rest that nobody reads would hold the connection; whether it can be released changes nothing.
    spawn_local(async move {
        let _ = reader.cancel().await;
    });
    String::from_utf8_lossy(&body).into_owned()
}

/// Whether `fetch` takes this address: it refuses one with a name and a password each time, and puts the token into the error.
pub(crate) fn is_usable(address: &str) -> bool {
    Url::new(address).is_ok_and(|url| url.username().is_empty() && url.password().is_empty())
}

/// The token that an address presents.
pub(crate) fn token_in(address: &str) -> Option<String> {
    Url::new(address).ok()?.search_params().get("auth")
}
