//! What the app passes to `connect` and `createApp`, as `js/app.js` normalised it.

use remote_refresh_core::app::Settings;
use remote_refresh_core::feed::endpoint::Endpoint;
use remote_refresh_core::feed::message::Auth;
use remote_refresh_core::feed::timing::Timing;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::since::Since;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::error::coded;

/// The options of `App.connect`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ConnectOptions {
    url: String,
    uid: Option<String>,
    path: Option<String>,
    silence_timeout: Option<f64>,
    connect_timeout: Option<f64>,
    reconnection_delay: Option<f64>,
    reconnection_delay_max: Option<f64>,
}

impl ConnectOptions {
    pub(crate) fn read(options: JsValue) -> Result<Self, JsValue> {
        serde_wasm_bindgen::from_value(options)
            .map_err(|error| coded("invalid-options", &error.to_string()))
    }

    pub(crate) fn endpoint(&self) -> Result<Endpoint, JsValue> {
        Endpoint::new(&self.url, self.uid.as_deref(), self.path.as_deref())
            .map_err(|error| coded(error.code(), &error.to_string()))
    }

    pub(crate) fn timing(&self) -> Result<Timing, JsValue> {
        let mut timing = Timing::default();
        replace(&mut timing.silence, self.silence_timeout, "silenceTimeout")?;
        replace(&mut timing.connect, self.connect_timeout, "connectTimeout")?;
        replace(
            &mut timing.backoff.base,
            self.reconnection_delay,
            "reconnectionDelay",
        )?;
        replace(
            &mut timing.backoff.cap,
            self.reconnection_delay_max,
            "reconnectionDelayMax",
        )?;
        Ok(timing)
    }
}

/// The options of `createApp`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AppOptions {
    client_id: String,
    fetch_timeout: Option<f64>,
    fetch_retries: Option<u32>,
    debounce: Option<f64>,
    max_wait: Option<f64>,
}

impl AppOptions {
    pub(crate) fn settings(options: JsValue, seed: u64) -> Result<Settings, JsValue> {
        let options: Self = serde_wasm_bindgen::from_value(options)
            .map_err(|error| coded("invalid-options", &error.to_string()))?;
        let mut settings = Settings {
            client: options.client_id.into(),
            seed,
            ..Settings::default()
        };
        replace(
            &mut settings.limits.fetch,
            options.fetch_timeout,
            "fetchTimeout",
        )?;
        settings.limits.retries = options.fetch_retries.unwrap_or(settings.limits.retries);
        replace(&mut settings.debounce.quiet, options.debounce, "debounce")?;
        // Ten quiet spans: long enough to gather a burst, short enough not to look frozen.
        settings.debounce.max_wait = Millis(settings.debounce.quiet.0.saturating_mul(10));
        replace(&mut settings.debounce.max_wait, options.max_wait, "maxWait")?;
        Ok(settings)
    }
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
    #[derive(Deserialize)]
    struct Explicit {
        version: Option<f64>,
        time: Option<f64>,
    }
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let usable = |number: &f64| number.is_finite() && *number >= 0.0;
    let since = match value.as_f64() {
        Some(number) => Since::from_number(number),
        None => serde_wasm_bindgen::from_value(value.clone())
            .ok()
            .and_then(|since: Explicit| {
                let version = since.version.filter(usable).map(Since::Version);
                version.or_else(|| since.time.filter(usable).map(Since::Time))
            }),
    };
    let message = "`since` must be the version or the time (ms since 1970, the server's clock) the page was rendered at: a number, { version } or { time }";
    since
        .map(Some)
        .ok_or_else(|| coded("invalid-since", message))
}

fn replace(span: &mut Millis, ms: Option<f64>, name: &str) -> Result<(), JsValue> {
    let Some(ms) = ms else { return Ok(()) };
    // Browsers fire a timer at once when its delay needs more than 31 bits.
    if !(0.0..=2_147_483_647.0).contains(&ms) {
        let message = ["`", name, "` must be milliseconds from 0 to 2147483647"].concat();
        return Err(coded("invalid-options", &message));
    }
    *span = Millis(ms as u64);
    Ok(())
}
