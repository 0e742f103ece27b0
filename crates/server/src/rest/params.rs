//! The query string and the headers: what is understood, what is ignored, what is refused.

use std::collections::HashMap;

use axum::http::{header, HeaderMap, Method};
use serde_json::Value;

use super::answer::Failure;
use super::query::{self, AskedQuery};

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Print {
    /// On one line.
    #[default]
    Plain,
    /// With line breaks and indents.
    Pretty,
    /// Not at all: status 204.
    Silent,
}

/// What the query string and the headers beside it say.
#[derive(Debug, Default)]
pub(super) struct Params {
    pub(super) credential: Option<String>,
    pub(super) method: Option<Method>,
    pub(super) print: Print,
    pub(super) shallow: bool,
    pub(super) export: bool,
    pub(super) sse: bool,
    /// Which database is meant; emulators hold several.
    pub(super) namespace: Option<String>,
    /// The name of the file that a browser is to save the answer as.
    pub(super) download: Option<String>,
    pub(super) query: Option<AskedQuery>,
    /// Who an administrator acts as; null is nobody.
    pub(super) acting_as: Option<Value>,
    /// `X-Firebase-ETag: true`: the answer is to have an ETag.
    pub(super) wants_etag: bool,
    pub(super) if_match: Option<String>,
    pub(super) if_none_match: Option<String>,
}

impl Params {
    /// Reads them. Unknown parameters are ignored: clients add some.
    pub(super) fn parse(query: &str, headers: &HeaderMap) -> Result<Self, Failure> {
        let mut params = Self::default();
        let mut query_params: HashMap<&'static str, String> = HashMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "auth" | "access_token" => params.credential = Some(value.into_owned()),
                "auth_variable_override" => params.acting_as = Some(acting_as(&value)?),
                "x-http-method-override" => params.method = Some(method(&value)?),
                "print" => {
                    params.print = match &*value {
                        "pretty" => Print::Pretty,
                        "silent" => Print::Silent,
                        _ => return Err(Failure::bad("print must be pretty or silent.")),
                    }
                }
                "shallow" => params.shallow = flag("shallow", &value)?,
                "sse" => params.sse = flag("sse", &value)?,
                "format" => match &*value {
                    "export" => params.export = true,
                    _ => return Err(Failure::bad("format must be export.")),
                },
                "ns" => params.namespace = Some(value.into_owned()),
                "download" if value.len() > MAX_FILE_NAME => {
                    return Err(Failure::bad("download must be a shorter name."));
                }
                "download" => params.download = Some(value.into_owned()),
                "timeout" => check_timeout(&value)?,
                "writeSizeLimit" if !WRITE_SIZES.contains(&&*value) => {
                    return Err(Failure::bad(format!(
                        "writeSizeLimit must be one of {}.",
                        WRITE_SIZES.join(", ")
                    )));
                }
                "callback" => {
                    return Err(Failure::bad(
                        "This server doesn't support callback. Leave it out.",
                    ))
                }
                name => {
                    if let Some(known) = query::NAMES.into_iter().find(|known| *known == name) {
                        query_params.insert(known, value.into_owned());
                    }
                }
            }
        }
        params.query = query::parse(&query_params)?;
        if let Some(name) = headers.get("x-http-method-override") {
            params.method = Some(method(name.to_str().unwrap_or_default())?);
        }
        params.wants_etag = text(headers, "x-firebase-etag")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        params.if_match = text(headers, header::IF_MATCH.as_str());
        params.if_none_match = text(headers, header::IF_NONE_MATCH.as_str());
        if params.shallow && (params.export || params.query.is_some()) {
            return Err(Failure::bad(
                "shallow can't be combined with other parameters.",
            ));
        }
        Ok(params)
    }

    /// Refuses what conditional requests can't be (REST documentation, "Conditional requests").
    pub(super) fn check_conditions(&self, method: &Method) -> Result<(), Failure> {
        if self.if_match.is_some() && *method != Method::PUT && *method != Method::DELETE {
            return Err(Failure::bad(format!(
                "if-match works with PUT and DELETE, not with {method}."
            )));
        }
        if self.wants_etag && *method == Method::PATCH {
            return Err(Failure::bad("X-Firebase-ETag doesn't work with PATCH."));
        }
        Ok(())
    }
}

/// How large a write may grow in the live service. Here the size of the body is what limits it.
const WRITE_SIZES: [&str; 5] = ["tiny", "small", "medium", "large", "unlimited"];

/// The longest name a file can have on most systems, in bytes.
const MAX_FILE_NAME: usize = 255;

/// The longest time a client may give a read, in milliseconds.
const MAX_TIMEOUT: u64 = 15 * 60 * 1000;

/// Reads here take no time worth the name, so that only the form counts.
fn check_timeout(text: &str) -> Result<(), Failure> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let factor = match &text[digits..] {
        "ms" => Some(1),
        "s" => Some(1000),
        "min" => Some(60 * 1000),
        _ => None,
    };
    let time = text[..digits].parse::<u64>().ok().zip(factor);
    match time.and_then(|(count, factor)| count.checked_mul(factor)) {
        Some(1..=MAX_TIMEOUT) => Ok(()),
        _ => Err(Failure::bad(
            "timeout must be a number with ms, s or min, up to 15min.",
        )),
    }
}

fn acting_as(text: &str) -> Result<Value, Failure> {
    match serde_json::from_str(text) {
        Ok(auth @ (Value::Object(_) | Value::Null)) => Ok(auth),
        _ => Err(Failure::bad(
            "auth_variable_override must be a JSON object or null.",
        )),
    }
}

fn method(name: &str) -> Result<Method, Failure> {
    Method::from_bytes(name.to_ascii_uppercase().as_bytes())
        .map_err(|_| Failure::bad("x-http-method-override must name a method."))
}

fn flag(name: &str, value: &str) -> Result<bool, Failure> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Failure::bad(format!("{name} must be true or false."))),
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned())
}
