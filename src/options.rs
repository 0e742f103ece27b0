//! What the app passes to `connect`, `createApp` and the other calls. Each option is checked where it is read, so that an
//! error names it; a name that no call knows is an error too, with the nearest one that it does know.

use js_sys::{Array, JsString, Number, Object, JSON};
use remote_refresh_core::app::Settings;
use remote_refresh_core::feed::endpoint::{Endpoint, EndpointError};
use remote_refresh_core::feed::message::Auth;
use remote_refresh_core::feed::timing::Timing;
use remote_refresh_core::nearest::nearest;
use remote_refresh_core::time::Millis;
use remote_refresh_core::views::since::Since;
use wasm_bindgen::prelude::*;

use crate::browser::stream::is_usable;
use crate::error::coded;

/// A call that takes options, for [`check_options`].
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `createApp(options)`
    CreateApp,
    /// `App.connect(options)`
    Connect,
    /// `App.show(view, options)`
    Show,
    /// `App.live(target, options)`
    Live,
    /// `App.observe(Backbone, options)`
    Observe,
    /// `App.Views.register(view, options)`
    Register,
}

impl Call {
    const fn name(self) -> &'static str {
        match self {
            Self::CreateApp => "createApp",
            Self::Connect => "connect",
            Self::Show => "show",
            Self::Live => "live",
            Self::Observe => "observe",
            Self::Register => "register",
        }
    }

    const fn options(self) -> &'static [&'static str] {
        match self {
            Self::CreateApp => &[
                "clientId",
                "concurrency",
                "debounce",
                "defer",
                "explain",
                "fetchRetries",
                "fetchTimeout",
                "maxWait",
                "typeOf",
            ],
            Self::Connect => &[
                "auth",
                "connectTimeout",
                "path",
                "provider",
                "reconnectionDelay",
                "reconnectionDelayMax",
                "shareTabs",
                "silenceTimeout",
                "since",
                "uid",
                "url",
            ],
            Self::Show => &["since"],
            Self::Live => &["defer", "options", "remember", "single", "type", "via"],
            Self::Observe => &["header"],
            Self::Register => &["children", "parent"],
        }
    }

    /// The options whose values are checked here: flags, functions, and objects with options in turn.
    fn check_values(self, options: &Options) -> Result<(), JsValue> {
        match self {
            Self::CreateApp => {
                options.flag("defer")?;
                options.flag("explain")?;
                options.function("typeOf")
            }
            Self::Live => {
                options.flag("defer")?;
                options.flag("remember")?;
                options.flag("single")?;
                options.kind()?;
                options.via()
            }
            Self::Observe => options.text("header").map(drop),
            Self::Register => options.children(),
            Self::Connect | Self::Show => Ok(()),
        }
    }
}

/// Checks the options of a call: that they are an object, whose names the call knows and whose flags are flags. Nothing is
/// wrong with none.
///
/// # Errors
/// `invalid-options` names the option that is wrong and, if it is unknown, the nearest one that is known.
#[wasm_bindgen(js_name = checkOptions)]
pub fn check_options(call: Call, options: &JsValue) -> Result<(), JsValue> {
    if options.is_undefined() || options.is_null() {
        return Ok(());
    }
    if !options.is_object() || options.is_function() {
        let message = [
            "the options of `",
            call.name(),
            "` must be an object: { ",
            &list(call.options()),
            " }",
        ];
        return Err(coded("invalid-options", &message.concat()));
    }
    for name in Object::keys(options.unchecked_ref::<Object>()).iter() {
        let name = name.as_string().unwrap_or_default();
        if call.options().contains(&&*name)
            || options.unchecked_ref::<Options>().get(&name).is_none()
        {
            continue;
        }
        let hint = nearest(&name, call.options()).map_or_else(
            || {
                [
                    "the options of `",
                    call.name(),
                    "` are ",
                    &list(call.options()),
                ]
                .concat()
            },
            |near| ["did you mean `", near, "`?"].concat(),
        );
        let message = ["unknown option `", &name, "`; ", &hint].concat();
        return Err(coded("invalid-options", &message));
    }
    call.check_values(options.unchecked_ref())
}

fn list(names: &[&str]) -> String {
    names.join(", ")
}

#[wasm_bindgen]
extern "C" {
    /// Options by their names.
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

    fn flag(&self, name: &str) -> Result<Option<bool>, JsValue> {
        let wrong = || invalid(name, "must be true or false");
        self.get(name)
            .map(|value| value.as_bool().ok_or_else(wrong))
            .transpose()
    }

    fn function(&self, name: &str) -> Result<(), JsValue> {
        match self.get(name) {
            Some(value) if !value.is_function() => Err(invalid(name, "must be a function")),
            _ => Ok(()),
        }
    }

    fn span(&self, name: &str, span: &mut Millis) -> Result<(), JsValue> {
        let Some(value) = self.get(name) else {
            return Ok(());
        };
        // Browsers fire a timer at once when its delay needs more than 31 bits.
        let usable = |ms: &f64| (0.0..=f64::from(i32::MAX)).contains(ms);
        let ms = value
            .as_f64()
            .filter(usable)
            .ok_or_else(|| invalid(name, "must be milliseconds from 0 to 2147483647"))?;
        *span = Millis(ms as u64);
        Ok(())
    }

    fn count(&self, name: &str, least: u32, count: &mut u32) -> Result<(), JsValue> {
        let Some(value) = self.get(name) else {
            return Ok(());
        };
        let usable = |number: &f64| {
            (f64::from(least)..=1e9).contains(number) && f64::from(*number as u32) == *number
        };
        let rule = if least == 0 {
            "must be a whole number from 0"
        } else {
            "must be a whole number from 1"
        };
        *count = value
            .as_f64()
            .filter(usable)
            .ok_or_else(|| invalid(name, rule))? as u32;
        Ok(())
    }

    /// `uid`: a string, or a whole number as databases give them.
    fn uid(&self) -> Result<Option<String>, JsValue> {
        match self.get("uid") {
            Some(value) if Number::is_safe_integer(&value) => Ok(number_text(&value)),
            _ => self.text("uid"),
        }
    }

    /// `children` of `register`: views in a list or whatever else holds them, or a function that returns them.
    fn children(&self) -> Result<(), JsValue> {
        match self.get("children") {
            Some(value) if !value.is_object() && !value.is_function() => Err(invalid(
                "children",
                "must be views, or a function that returns them",
            )),
            _ => Ok(()),
        }
    }

    /// `type` of `live`.
    fn kind(&self) -> Result<(), JsValue> {
        match self.text("type") {
            Ok(None) => Ok(()),
            Ok(Some(name)) if !name.is_empty() => Ok(()),
            _ => {
                let rule =
                    "`type` must be the name of a type, as the server writes it into `models`";
                Err(coded("invalid-live", rule))
            }
        }
    }

    /// `via` of `live`.
    fn via(&self) -> Result<(), JsValue> {
        const WAYS: [&str; 2] = ["fetch", "pager"];
        let Some(via) = self.get("via").filter(|via| !via.is_function()) else {
            return Ok(());
        };
        let via = via.as_string().unwrap_or_default();
        if WAYS.contains(&&*via) {
            return Ok(());
        }
        let rule = match nearest(&via, &WAYS) {
            Some(near) => ["unknown `via` '", &via, "'; did you mean '", near, "'?"].concat(),
            None => {
                "`via` must be 'fetch', 'pager' or a function of the entity and the fetch's options"
                    .into()
            }
        };
        Err(coded("invalid-live", &rule))
    }
}

fn invalid(name: &str, rule: &str) -> JsValue {
    coded("invalid-options", &["`", name, "` ", rule].concat())
}

/// A number as JavaScript writes it; `None` for anything else.
pub(crate) fn number_text(value: &JsValue) -> Option<String> {
    let text = Number::from(value.as_f64()?)
        .to_string_with_radix(10)
        .ok()?;
    Some(text.into())
}

/// What `App.connect` is asked for.
pub(crate) struct Connection {
    /// Where to connect to.
    pub(crate) endpoint: Endpoint,
    /// How long to wait for what.
    pub(crate) timing: Timing,
    /// How the app gives its credentials.
    pub(crate) auth: Auth,
    /// What the displayed page was rendered from.
    pub(crate) since: Option<Since>,
    /// The name that tabs of the same feed have in common, where they share a stream.
    pub(crate) shared: Option<String>,
}

/// Reads the options of `connect`.
///
/// A provider may follow what has no address and no user; it watches its connection itself, so silence means nothing; and what
/// it holds open is each tab's own unless the app says otherwise.
///
/// # Errors
/// Says which option is wrong.
pub(crate) fn connection(options: &JsValue) -> Result<Connection, JsValue> {
    if !options.is_object() {
        let message = "`connect` needs options: { url, uid } at least, where url is the feed and uid the user";
        return Err(coded("invalid-options", message));
    }
    check_options(Call::Connect, options)?;
    let options: &Options = options.unchecked_ref();
    let provider = options.value("provider");
    let provided = !provider.is_undefined();
    if provided && !provider.is_function() {
        let message = "`provider` must be a function of { value, … } that returns one to close it";
        return Err(coded("invalid-provider", message));
    }
    let (url, uid, path) = (options.text("url")?, options.uid()?, options.text("path")?);
    let url = url.unwrap_or_else(|| {
        if provided {
            "https://provider.invalid"
        } else {
            ""
        }
        .into()
    });
    let path = path.or_else(|| (provided && uid.is_none()).then(String::new));
    let endpoint = endpoint(&url, uid.as_deref(), path.as_deref())?;
    let mut timing = Timing::default();
    if provided {
        // The longest time that browsers' timers take.
        timing.silence = Millis(2_147_483_647);
    }
    options.span("silenceTimeout", &mut timing.silence)?;
    // As far from the silence that ends a stream as by default: 35 s of 75 s.
    timing.recheck = Millis(timing.silence.0 * 7 / 15);
    options.span("connectTimeout", &mut timing.connect)?;
    options.span("reconnectionDelay", &mut timing.backoff.base)?;
    options.span("reconnectionDelayMax", &mut timing.backoff.cap)?;
    let share = options.flag("shareTabs")?.unwrap_or(!provided);
    let shared = share.then(|| {
        let name: Array = [
            "remote-refresh",
            &url,
            path.as_deref().or(uid.as_deref()).unwrap_or_default(),
        ]
        .into_iter()
        .map(JsString::from)
        .collect();
        // An array of strings can be written.
        JSON::stringify(&name).map(String::from).unwrap_or_default()
    });
    Ok(Connection {
        endpoint,
        timing,
        auth: auth(&options.value("auth"))?,
        since: since(&options.value("since"))?,
        shared,
    })
}

fn endpoint(url: &str, uid: Option<&str>, path: Option<&str>) -> Result<Endpoint, JsValue> {
    let refused = |error: EndpointError| coded(error.code(), error.sentence());
    let endpoint = Endpoint::new(url, uid, path).map_err(refused)?;
    if is_usable(&endpoint.node_url()) {
        Ok(endpoint)
    } else {
        Err(refused(EndpointError::InvalidUrl))
    }
}

/// The options of `createApp`.
///
/// # Errors
/// Says which option is wrong.
pub(crate) fn settings(options: &JsValue, seed: u64) -> Result<Settings, JsValue> {
    check_options(Call::CreateApp, options)?;
    let options: &Options = options.unchecked_ref();
    let mut settings = Settings {
        client: options.text("clientId")?.unwrap_or_default().into(),
        seed,
        ..Settings::default()
    };
    options.span("fetchTimeout", &mut settings.limits.fetch)?;
    options.count("fetchRetries", 0, &mut settings.limits.retries)?;
    options.count("concurrency", 1, &mut settings.limits.concurrency)?;
    let debounce = &mut settings.debounce;
    options.span("debounce", &mut debounce.quiet)?;
    // Ten quiet spans: long enough to gather a burst, short enough not to look frozen.
    debounce.max_wait = Millis(debounce.quiet.0.saturating_mul(10));
    options.span("maxWait", &mut debounce.max_wait)?;
    Ok(settings)
}

/// How the app gives its credentials: a token, or a function that returns one.
///
/// # Errors
/// `invalid-auth`.
pub(crate) fn auth(value: &JsValue) -> Result<Auth, JsValue> {
    if value.is_undefined() || value.is_null() {
        Ok(Auth::None)
    } else if value.is_function() {
        Ok(Auth::Renewable)
    } else if value.as_string().is_some_and(|token| !token.is_empty()) {
        Ok(Auth::Fixed)
    } else {
        let message =
            "`auth` must be a function that returns a token (or a promise of one), or a token";
        Err(coded("invalid-auth", message))
    }
}

/// What an `auth` function gave: a token, an object with one, or nothing, which is nobody's.
///
/// # Errors
/// `invalid-token`.
pub(crate) fn token(value: &JsValue) -> Result<Option<String>, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let token = value
        .as_string()
        .or_else(|| value.unchecked_ref::<Options>().get("token")?.as_string());
    let message = "`auth` must give a token as a string, an object with one as `token`, or null";
    token
        .map(Some)
        .ok_or_else(|| coded("invalid-token", message))
}

/// `since`: a number, `{ version }` or `{ time }`.
///
/// # Errors
/// `invalid-since`.
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
