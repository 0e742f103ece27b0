//! Which pages may ask, by the origin a browser says they are from.
//!
//! Any may, unless a list narrows that: a credential comes with the request, never from a cookie, so a foreign page can
//! do no more than its user could without a browser. Requests from elsewhere are answered all the same, as the browser,
//! not the server, is who keeps the answer from the page; programs without a browser are not concerned.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::{header, HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::METHODS;
use crate::error::ServerError;

const ANY: &str = "*";

/// The headers of an answer that a page may see beside those it always may.
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag, Retry-After");

/// For how many seconds a browser need not ask again; Chromium keeps no answer longer than two hours.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The origins whose pages may ask; none given means any.
#[derive(Debug)]
pub(crate) struct Origins(Option<HashSet<String>>);

impl Origins {
    /// The origins of this list; any, when it is empty or has `*` in it.
    pub(crate) fn parse(list: &[String]) -> Result<Self, ServerError> {
        if list.is_empty() || list.iter().any(|origin| origin == ANY) {
            return Ok(Self(None));
        }
        if let Some(bad) = list.iter().find(|origin| !is_origin(origin)) {
            let origin = bad.clone();
            return Err(ServerError::BadOrigin { origin });
        }
        Ok(Self(Some(list.iter().cloned().collect())))
    }

    /// Adds to an answer who may see it: every page, or the one that asked with `asked`, if it is in the list.
    pub(super) fn allow(&self, asked: &HeaderMap, response: &mut Response) {
        let headers = response.headers_mut();
        let allowed = match &self.0 {
            None => Some(HeaderValue::from_static(ANY)),
            Some(list) => {
                // Another page gets another answer, also from a cache.
                headers.append(header::VARY, HeaderValue::from_static("Origin"));
                let origin = asked.get(header::ORIGIN);
                let listed = |origin: &&HeaderValue| {
                    origin.to_str().is_ok_and(|origin| list.contains(origin))
                };
                origin.filter(listed).cloned()
            }
        };
        if let Some(allowed) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }

    /// Answers OPTIONS: what may be done here, and to a browser that asks for a page, that this page may. Any header may
    /// be sent: who may do what is decided by the credential.
    pub(super) fn preflight(&self, asked: &HeaderMap) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        self.allow(asked, &mut response);
        let headers = response.headers_mut();
        let methods = HeaderValue::from_static(METHODS);
        headers.insert(header::ALLOW, methods.clone());
        if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                wanted.unwrap_or_else(|| HeaderValue::from_static("authorization, content-type")),
            );
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        }
        response
    }
}

/// Whether a browser would ever call an origin so: scheme, host, and the port where it is not the scheme's own.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return false;
    };
    let plain = |c: char| c.is_ascii_graphic() && !c.is_ascii_uppercase() && !"/?#@,*".contains(c);
    !scheme.is_empty()
        && !host.is_empty()
        && text.split("://").count() == 2
        && scheme.chars().all(plain)
        && host.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_what_browsers_call_origins() {
        let parse = |origin: &str| Origins::parse(&[origin.to_owned()]);
        for good in [
            "https://app.example",
            "http://localhost:8080",
            "http://[::1]:80",
            "capacitor://localhost",
            "*",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "app.example",
            "https://app.example/",
            "https://App.example",
            "https://*.example",
            "https://",
            "null",
            "",
        ] {
            assert_eq!(parse(bad).expect_err(bad).code(), "server_bad_origin");
        }
    }
}
