//! What the app passes to `connect` and `createApp`, as `js/app.js` normalised it.

use alloc::string::String;

use remote_refresh_core::app::Settings;
use remote_refresh_core::feed::endpoint::{Endpoint, EndpointError};
use remote_refresh_core::feed::message::Auth;
use remote_refresh_core::feed::timing::Timing;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::since::Since;
use wasm_bindgen::prelude::*;

use crate::browser::{coded, is_usable};

#[wasm_bindgen]
extern "C" {
    /// Options by their names, each checked where it is read so that an error can say which one is wrong.
    type Options;

    #[wasm_bindgen(method, structural, indexing_getter)]
    fn value(this: &Options, name: &str) -> JsValue;
}

impl Options {
    /// `None` for one that is missing, undefined or null.
    fn get(&self, name: &str) -> Option<JsValue> {
        let value = self.value(name);
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    fn text(&self, name: &str) -> Result<Option<String>, JsValue> {
        let wrong = || invalid(name, "must be a string");
        self.get(name)
            .map(|value| value.as_string().ok_or_else(wrong))
            .transpose()
    }

    fn span(&self, name: &str, span: &mut Millis) -> Result<(), JsValue> {
        let Some(value) = self.get(name) else {
            return Ok(());
        };
        // Browsers fire a timer at once when its delay needs more than 31 bits.
        let usable = |ms: &f64| (0.0..=2_147_483_647.0).contains(ms);
        let ms = value
            .as_f64()
            .filter(usable)
            .ok_or_else(|| invalid(name, "must be milliseconds from 0 to 2147483647"))?;
        *span = Millis(ms as u64);
        Ok(())
    }

    fn count(&self, name: &str, count: &mut u32) -> Result<(), JsValue> {
        let Some(value) = self.get(name) else {
            return Ok(());
        };
        let usable =
            |number: &f64| (0.0..=1e9).contains(number) && f64::from(*number as u32) == *number;
        let number = value.as_f64().filter(usable);
        *count = number.ok_or_else(|| invalid(name, "must be a whole number from 0"))? as u32;
        Ok(())
    }
}

fn invalid(name: &str, rule: &str) -> JsValue {
    coded("invalid-options", &["`", name, "` ", rule].concat())
}

/// Where `App.connect` connects to.
///
/// # Errors
/// Says which option is wrong.
pub(crate) fn endpoint(options: &JsValue) -> Result<Endpoint, JsValue> {
    let options: &Options = options.unchecked_ref();
    let url = options.text("url")?.unwrap_or_default();
    let (uid, path) = (options.text("uid")?, options.text("path")?);
    let refused = |error: EndpointError| coded(error.code(), error.sentence());
    let endpoint = Endpoint::new(&url, uid.as_deref(), path.as_deref()).map_err(refused)?;
    // What `fetch` would refuse time and again, with the token in its error message.
    if !is_usable(&endpoint.node_url()) {
        return Err(refused(EndpointError::InvalidUrl));
    }
    Ok(endpoint)
}

/// How long the feed that `App.connect` opens waits for what.
///
/// # Errors
/// Says which option is wrong.
pub(crate) fn timing(options: &JsValue) -> Result<Timing, JsValue> {
    let options: &Options = options.unchecked_ref();
    let mut timing = Timing::default();
    options.span("silenceTimeout", &mut timing.silence)?;
    // As far from the silence that ends a stream as by default: 35 s of 75 s.
    timing.recheck = Millis(timing.silence.0 * 7 / 15);
    options.span("connectTimeout", &mut timing.connect)?;
    options.span("reconnectionDelay", &mut timing.backoff.base)?;
    options.span("reconnectionDelayMax", &mut timing.backoff.cap)?;
    Ok(timing)
}

/// The options of `createApp`.
///
/// # Errors
/// Says which option is wrong.
pub(crate) fn settings(options: &JsValue, seed: u64) -> Result<Settings, JsValue> {
    let options: &Options = options.unchecked_ref();
    let mut settings = Settings {
        client: options.text("clientId")?.unwrap_or_default().into(),
        seed,
        ..Settings::default()
    };
    options.span("fetchTimeout", &mut settings.limits.fetch)?;
    options.count("fetchRetries", &mut settings.limits.retries)?;
    let debounce = &mut settings.debounce;
    options.span("debounce", &mut debounce.quiet)?;
    // Ten quiet spans: long enough to gather a burst, short enough not to look frozen.
    debounce.max_wait = Millis(debounce.quiet.0.saturating_mul(10));
    options.span("maxWait", &mut debounce.max_wait)?;
    Ok(settings)
}

/// How the app gets its credentials, as `js/app.js` names it.
pub(crate) fn auth(kind: &str) -> Auth {
    match kind {
        "renewable" => Auth::Renewable,
        "fixed" => Auth::Fixed,
        _ => Auth::None,
    }
}

/// `since`: a number, `{ version }` or `{ time }`.
pub(crate) fn since(value: &JsValue) -> Result<Option<Since>, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let since = value.as_f64().map_or_else(
        || {
            let explicit = |name| {
                let number = value.unchecked_ref::<Options>().get(name)?.as_f64()?;
                (number.is_finite() && number >= 0.0).then_some(number)
            };
            let version = explicit("version").map(Since::Version);
            version.or_else(|| explicit("time").map(Since::Time))
        },
        Since::from_number,
    );
    let message = "`since` must be the version or the time (ms since 1970, the server's clock) the page was rendered at: a number, { version } or { time }";
    since
        .map(Some)
        .ok_or_else(|| coded("invalid-since", message))
}
