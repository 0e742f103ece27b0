//! The notifier's way to a feed in another process: a PATCH over HTTP, tried again when that may help.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url};
use serde_json::{Map, Value};

/// How often a patch is tried.
const ATTEMPTS: u32 = 5;

/// The wait before the second attempt; it doubles from there, and each wait is a random part of it.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where the feed is, and how to be let in.
#[derive(Clone)]
pub struct HttpTarget {
    client: Client,
    /// The root, with the credential in its query.
    root: Url,
}

impl HttpTarget {
    /// The feed at `url` (`http://127.0.0.1:4001`), written to with its `secret`.
    ///
    /// # Errors
    /// The URL is none.
    pub fn new(url: &str, secret: &str) -> Result<Self, HttpError> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            .build()
            .map_err(|_| HttpError::Client)?;
        Self::with_client(client, url, secret)
    }

    /// As [`HttpTarget::new`] with a client of your own: with TLS, a proxy, another time limit.
    ///
    /// # Errors
    /// The URL is none.
    pub fn with_client(client: Client, url: &str, secret: &str) -> Result<Self, HttpError> {
        let mut root = Url::parse(url).map_err(|_| HttpError::BadUrl)?;
        root.path_segments_mut()
            .map_err(|()| HttpError::BadUrl)?
            .pop_if_empty()
            .push(".json");
        root.query_pairs_mut()
            .append_pair("print", "silent")
            .append_pair("auth", secret);
        Ok(Self { client, root })
    }

    pub(super) async fn patch(&self, fields: &Map<String, Value>) -> Result<(), HttpError> {
        let body = serde_json::to_string(fields).map_err(|_| HttpError::Client)?;
        let mut attempt = 1;
        loop {
            let error = match self.try_patch(body.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if attempt == ATTEMPTS || !error.may_pass() {
                return Err(error);
            }
            tokio::time::sleep(random_part(FIRST_WAIT * 2_u32.pow(attempt - 1))).await;
            attempt += 1;
        }
    }

    async fn try_patch(&self, body: String) -> Result<(), HttpError> {
        let request = self
            .client
            .patch(self.root.clone())
            .header("content-type", "application/json")
            .body(body);
        // The error is stripped of the URL: it holds the secret.
        let response = request
            .send()
            .await
            .map_err(|error| HttpError::Network(error.without_url()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let text = response.text().await.unwrap_or_default();
        Err(HttpError::Refused {
            status: status.as_u16(),
            text: text.chars().take(1000).collect(),
        })
    }
}

/// Full jitter: many notifiers that failed together must not come back together.
fn random_part(wait: Duration) -> Duration {
    // Without randomness the whole wait is as good.
    let part = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
    wait.mul_f64(part)
}

/// Why a feed in another process was not told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The URL of the feed is none.
    #[error("The feed's URL must be one like http://127.0.0.1:4001.")]
    BadUrl,
    /// No client could be made.
    #[error("No HTTP client could be made.")]
    Client,
    /// The feed could not be reached.
    #[error("The feed could not be reached: {0}")]
    Network(#[source] reqwest::Error),
    /// The feed said no.
    #[error("The feed answered {status}: {text}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The body.
        text: String,
    },
}

impl HttpError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadUrl => "notify_bad_url",
            Self::Client => "notify_client",
            Self::Network(_) => "notify_network",
            Self::Refused { .. } => "notify_refused",
        }
    }

    /// Whether the same request may succeed later.
    fn may_pass(&self) -> bool {
        match self {
            Self::Network(_) => true,
            Self::Refused { status, .. } => {
                *status >= 500 || *status == StatusCode::TOO_MANY_REQUESTS.as_u16()
            }
            _ => false,
        }
    }
}
