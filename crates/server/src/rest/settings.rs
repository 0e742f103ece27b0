//! `/.settings/rules.json`: reading and replacing the rules.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::answer::{self, Failure};
use super::body::read;
use crate::feed::FeedServer;
use crate::rules::{Rules, MAX_RULES};
use crate::store::WriteError;

/// Where rules are, without the `.json`.
pub(super) const RULES: &str = "/.settings/rules";

/// Answers an administrator.
pub(super) async fn rules(
    feed: &FeedServer,
    method: &Method,
    body: Body,
) -> Result<Response, Failure> {
    match *method {
        Method::GET | Method::HEAD => Ok(answer::with_json(
            StatusCode::OK,
            feed.inner().store.rules().source().to_owned(),
        )),
        Method::PUT => {
            let (bytes, _held) = read(feed, body, MAX_RULES).await?;
            let source =
                String::from_utf8(bytes).map_err(|_| Failure::bad("The rules are not UTF-8."))?;
            let rules = Rules::parse(&source).map_err(|error| Failure::bad(error.to_string()))?;
            feed.inner()
                .store
                .set_rules(rules)
                .await
                .map_err(|error| match error {
                    WriteError::Stopping => {
                        Failure::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
                    }
                    _ => Failure::internal(error.to_string()),
                })?;
            tracing::info!("the rules were replaced");
            Ok(answer::with_json(
                StatusCode::OK,
                "{\"status\":\"ok\"}".to_owned(),
            ))
        }
        _ => Err(Failure::method("GET, HEAD, PUT, OPTIONS")),
    }
}
