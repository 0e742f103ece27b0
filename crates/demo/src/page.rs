//! The page's files, and what the browser is told about them.
//!
//! An address without an ending is a page of its own: `/side-by-side` is `side-by-side.html`. Everything else the pages do is
//! behind the `#`, so that no path needs to fall back to `index.html`.

use std::path::Path;

use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{header, HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::Router;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// The pages in `www`, which may connect to the feed at `feed_url` (`/` is their own origin).
pub(crate) fn router(www: &Path, feed_url: &str) -> Router {
    let files = ServeDir::new(www);
    let www = www.to_owned();
    let headers = headers(feed_url);
    Router::new().fallback(move |request: Request| async move {
        let home = request.uri().path() == "/";
        let mut response = never_fails(files.oneshot(spelled_out(request)).await).into_response();
        if home && response.status() == StatusCode::NOT_FOUND {
            return not_built(&www);
        }
        response.headers_mut().extend(headers);
        response
    })
}

/// The request for `/name.html` where it is for `/name`.
fn spelled_out(mut request: Request) -> Request {
    let path = request.uri().path();
    let name = path.trim_start_matches('/');
    if name.is_empty() || name.contains(['.', '/', '%']) {
        return request;
    }
    // A path and `.html` make a path.
    if let Ok(path) = PathAndQuery::try_from(format!("{path}.html")) {
        *request.uri_mut() = Uri::from(path);
    }
    request
}

/// What goes with every file. No script, style or connection but the demo's own: what a message holds can start nothing.
fn headers(feed_url: &str) -> HeaderMap {
    let feed = origin(feed_url).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {feed}; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    );
    let mut headers = HeaderMap::new();
    // An address that can't stand in a header leaves the policy out of it, and the feed unreachable.
    let policy = HeaderValue::try_from(policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'self'"));
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        // The files carry no hash in their names: a browser must ask whether they are current.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            HeaderName::from_static("referrer-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ] {
        headers.insert(name, value);
    }
    headers
}

/// Scheme, host and port of `url`; nothing for a path.
fn origin(url: &str) -> Option<String> {
    let uri = url.parse::<Uri>().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?))
}

fn never_fails<T>(result: Result<T, std::convert::Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

fn not_built(www: &Path) -> Response {
    let text = format!(
        "The page is not built: there is no index.html in {}. Run `npm run build`, or say where it is with --www.\n",
        www.display()
    );
    (StatusCode::NOT_FOUND, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_elsewhere_may_be_connected_to_and_nothing_else() {
        let policy = |url| headers(url)[header::CONTENT_SECURITY_POLICY].clone();
        let policy_of = |url| policy(url).to_str().unwrap().to_owned();
        assert!(policy_of("/").contains("connect-src 'self' ;"));
        assert!(policy_of("http://127.0.0.1:9000/?ns=demo")
            .contains("connect-src 'self' http://127.0.0.1:9000;"));
    }
}
