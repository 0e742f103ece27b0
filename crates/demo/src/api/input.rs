//! What comes in, checked: bodies, ids, query strings and texts. What fails says which value, and what would do.

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::HeaderMap;
use axum::Json;

use super::error::ApiError;

/// The longest that an answer may be asked to be held back, in ms.
const LATENCY_MAX: u64 = 2000;

/// A JSON body.
#[derive(Debug, FromRequest)]
#[from_request(via(Json), rejection(ApiError))]
pub struct Body<T>(pub T);

impl<T> From<Json<T>> for Body<T> {
    fn from(Json(value): Json<T>) -> Self {
        Self(value)
    }
}

/// The id in the address.
#[derive(Debug, FromRequestParts)]
#[from_request(via(Path), rejection(ApiError))]
pub struct Id<T>(pub T);

/// The query string.
#[derive(Debug, FromRequestParts)]
#[from_request(via(Query), rejection(ApiError))]
pub struct Params<T>(pub T);

/// The id that the calling page gave itself (header `X-Client-Id`), passed on as a change's origin.
#[derive(Debug)]
pub struct Origin(pub Option<String>);

/// The longest client id taken; a page's own is a UUID.
const CLIENT_ID_MAX: usize = 64;

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get("x-client-id") else {
            return Ok(Self(None));
        };
        client_id("X-Client-Id", value.to_str().unwrap_or_default()).map(|id| Self(Some(id)))
    }
}

/// An id made by a page: 1 to 64 letters, digits, `-` and `_`.
///
/// # Errors
/// When it is anything else.
pub fn client_id(field: &str, value: &str) -> Result<String, ApiError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=CLIENT_ID_MAX).contains(&value.len()) && value.chars().all(legal) {
        Ok(value.to_owned())
    } else {
        Err(ApiError::invalid(format!(
            "{field} must be 1 to {CLIENT_ID_MAX} letters, digits, - or _."
        )))
    }
}

/// A single line of at most `max` characters, trimmed.
///
/// # Errors
/// When it is longer, or has control characters (line breaks among them).
pub fn line(field: &str, value: &str, max: usize) -> Result<String, ApiError> {
    let value = text(field, value, max)?;
    if value.contains('\n') {
        return Err(ApiError::invalid(format!("{field} must be a single line.")));
    }
    Ok(value)
}

/// A text of at most `max` characters, trimmed, with `\n` as its line break.
///
/// # Errors
/// When it is longer, or has control characters other than line breaks and tabs.
pub fn text(field: &str, value: &str, max: usize) -> Result<String, ApiError> {
    let value = value.trim().replace("\r\n", "\n");
    if value.chars().count() > max {
        return Err(ApiError::invalid(format!(
            "{field} may have at most {max} characters."
        )));
    }
    if value
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err(ApiError::invalid(format!(
            "{field} contains control characters."
        )));
    }
    Ok(value)
}

/// Passes `value` on unless it is empty.
///
/// # Errors
/// When it is empty.
pub fn required(field: &str, value: String) -> Result<String, ApiError> {
    if value.is_empty() {
        Err(ApiError::invalid(format!("{field} must not be empty.")))
    } else {
        Ok(value)
    }
}

/// `value` or `default`, if it is within `1..=max`.
///
/// # Errors
/// When it is outside.
pub fn count(field: &str, value: Option<u32>, default: u32, max: u32) -> Result<u32, ApiError> {
    let value = value.unwrap_or(default);
    if (1..=max).contains(&value) {
        Ok(value)
    } else {
        Err(ApiError::invalid(format!(
            "{field} must be between 1 and {max}."
        )))
    }
}

/// How long the page wants the answer held back: header `X-Latency`, 0 to 2000 ms; nothing without it.
///
/// # Errors
/// When it is anything else.
pub fn latency(headers: &HeaderMap) -> Result<Duration, ApiError> {
    let Some(value) = headers.get("x-latency") else {
        return Ok(Duration::ZERO);
    };
    match value.to_str().ok().and_then(|text| text.parse().ok()) {
        Some(ms @ 0..=LATENCY_MAX) => Ok(Duration::from_millis(ms)),
        _ => Err(ApiError::invalid(format!(
            "X-Latency must be between 0 and {LATENCY_MAX} milliseconds."
        ))),
    }
}
