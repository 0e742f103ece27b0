//! The query string: what is understood, what is ignored, what is refused.

use axum::http::{HeaderMap, Method};

use super::answer::Failure;

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
}

/// Parameters that would change what is read or written, were they understood. Ignoring them would do something else
/// than was asked for.
const UNSUPPORTED: [&str; 10] = [
    "orderBy",
    "startAt",
    "startAfter",
    "endAt",
    "endBefore",
    "equalTo",
    "limitToFirst",
    "limitToLast",
    "callback",
    "auth_variable_override",
];

impl Params {
    /// Reads them. Unknown parameters are ignored, as `ns`, `timeout` and whatever else clients add.
    pub(super) fn parse(query: &str, headers: &HeaderMap) -> Result<Self, Failure> {
        let mut params = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "auth" | "access_token" => params.credential = Some(value.into_owned()),
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
                name if UNSUPPORTED.contains(&name) => {
                    return Err(Failure::bad(format!(
                        "This server doesn't support {name}. Leave it out."
                    )));
                }
                _ => {}
            }
        }
        if let Some(name) = headers.get("x-http-method-override") {
            params.method = Some(method(name.to_str().unwrap_or_default())?);
        }
        if headers.contains_key("if-match") {
            return Err(Failure::bad(
                "This server doesn't support conditional requests. Leave if-match out.",
            ));
        }
        if params.shallow && params.export {
            return Err(Failure::bad(
                "shallow can't be combined with other parameters.",
            ));
        }
        Ok(params)
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
