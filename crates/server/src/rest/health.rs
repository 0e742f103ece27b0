//! `/healthz`, `/readyz` and `/metrics`: for whoever keeps the server running.

use axum::http::{header, HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

use super::answer::{self, Failure};
use crate::auth::authenticate;
use crate::config::Storage;
use crate::feed::FeedServer;

/// Answers, when `path` is one of them.
pub(super) fn respond(
    feed: &FeedServer,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Option<Result<Response, Failure>> {
    if *method != Method::GET && *method != Method::HEAD {
        return None;
    }
    match path {
        // The process answers: it lives.
        "/healthz" => Some(Ok(plain("ok\n".to_owned()))),
        "/readyz" => Some(match *feed.inner().ending.borrow() {
            Some(span) => Err(Failure::stopping(span)),
            None => Ok(plain("ok\n".to_owned())),
        }),
        "/metrics" => Some(metrics(feed, headers)),
        _ => None,
    }
}

/// For who knows the secret: behind a proxy every address looks like one's own.
fn metrics(feed: &FeedServer, headers: &HeaderMap) -> Result<Response, Failure> {
    let inner = feed.inner();
    if !authenticate(None, headers, &inner.config)?.admin {
        return Err(Failure::denied());
    }
    let size = match &inner.config.storage {
        Storage::File(path) => std::fs::metadata(path).ok().map(|file| file.len()),
        Storage::Memory => None,
    };
    Ok(plain(inner.metrics.text(size)))
}

fn plain(text: String) -> Response {
    let mut response = answer::with_json(StatusCode::OK, text);
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
