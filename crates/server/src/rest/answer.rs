//! Answers: JSON, errors as JSON, and the headers every browser needs to see them.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::http::{header, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use remote_refresh_core::wire::{Node, Val};
use serde::Serialize;
use serde_json::Value;

use super::params::Print;
use crate::etag;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// An answer that says what went wrong: a status, and `{"error": text}` as the live service writes it.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    text: Cow<'static, str>,
    /// What the client should know beside the text.
    header: Option<(HeaderName, HeaderValue)>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            text: text.into(),
            header: None,
        }
    }

    /// 400: the request makes no sense.
    pub(super) fn bad(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    /// 401: not with this credential.
    pub(crate) fn denied() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Permission denied")
    }

    /// 405: the place is there, but has no such method.
    pub(super) fn method(allowed: &'static str) -> Self {
        Self {
            header: Some((header::ALLOW, HeaderValue::from_static(allowed))),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, format!("Use {allowed}."))
        }
    }

    /// 503: the server is stopping, over `span`. Another one, or this one started again, will do it.
    pub(crate) fn stopping(span: Duration) -> Self {
        let seconds = span.as_secs() + 1;
        Self {
            header: Some((header::RETRY_AFTER, seconds.into())),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is stopping. Try again.",
            )
        }
    }

    /// 500: the server's own trouble.
    pub(super) fn internal(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, text)
    }

    pub(super) fn into_response(self) -> Response {
        let body = format!("{{\n  \"error\" : {}\n}}\n", Value::from(&*self.text));
        let mut response = with_json(self.status, body);
        response.headers_mut().extend(self.header);
        response
    }
}

/// A value as JSON, in the way asked for.
pub(super) fn json(print: Print, value: &impl Serialize) -> Response {
    if print.is_silent() {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        return response;
    }
    let text = match print {
        Print::Pretty => serde_json::to_string_pretty(value),
        _ => serde_json::to_string(value),
    };
    with_json(
        StatusCode::OK,
        text.expect("data has text keys and finite numbers only"),
    )
}

/// JSON that is written already.
pub(super) fn with_json(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// 412: what is there is not what was expected, but this.
pub(super) fn changed(print: Print, current: Option<&Node>) -> Response {
    // The value is what the client needs to try again: silence is for success.
    let print = if print.is_silent() {
        Print::Plain
    } else {
        print
    };
    let mut response = json(print, &Val(current));
    *response.status_mut() = StatusCode::PRECONDITION_FAILED;
    add_etag(&mut response, &etag::of(current));
    response
}

/// 304: the client has it already.
pub(super) fn not_modified(etag: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    add_etag(&mut response, etag);
    response
}

/// Adds an ETag, unquoted as the live service's are.
pub(super) fn add_etag(response: &mut Response, etag: &str) {
    if let Ok(value) = HeaderValue::from_str(etag) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

/// Adds what every answer has: it is for now.
pub(super) fn with_common_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Makes an answer a file that a browser saves, under this name if there is one.
pub(super) fn as_download(response: &mut Response, name: &str) {
    let mut text = "attachment".to_owned();
    if !name.is_empty() {
        text.push_str("; filename*=UTF-8''");
    }
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(byte.into());
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    if let Ok(value) = HeaderValue::from_str(&text) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
}
