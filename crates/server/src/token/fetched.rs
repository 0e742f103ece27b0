//! Keys of ID tokens fetched from a URL, as Firebase publishes them: kept as long as their answer says, fetched again when
//! a token names one that is not among them, and at most once a minute. When fetching fails, the last ones stay good.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use remote_refresh_core::time::Millis;
use reqwest::header::{HeaderMap, CACHE_CONTROL};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::sync::Mutex;

use super::id::{read_keys, IdTokensError, Keys};

/// How long fetching may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest key set, in bytes. Firebase's has some 3 KiB.
const MAX_BYTES: usize = 256 * 1024;

/// The shortest time between two attempts: tokens with made-up keys must not make this server ask more often.
const PAUSE: Millis = Millis::from_secs(60);

/// How long keys are kept when their answer doesn't say, and at most.
const DEFAULT_AGE: Millis = Millis::from_secs(3600);
const MAX_AGE: Millis = Millis::from_secs(24 * 3600);

/// Keys at a URL.
pub(super) struct Fetched {
    client: Client,
    url: Url,
    known: RwLock<Known>,
    /// When fetching was last tried; held while it is.
    tried: Mutex<Option<Millis>>,
}

#[derive(Default)]
struct Known {
    keys: Keys,
    until: Option<Millis>,
}

/// Why keys could not be fetched. Says nothing of the URL, in which there may be a secret.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("{0}")]
    Network(reqwest::Error),
    #[error("the answer was {0}")]
    Status(reqwest::StatusCode),
    #[error("the answer has more than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("{0}")]
    Keys(#[from] IdTokensError),
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        Self::Network(error.without_url())
    }
}

impl Fetched {
    /// The keys at `url`, which is https, or http on this machine. Nothing is fetched yet.
    pub(super) fn new(url: &str) -> Result<Self, IdTokensError> {
        let url = Url::parse(url).map_err(|_| IdTokensError::BadUrl)?;
        let mut client = Client::builder().timeout(TIMEOUT).redirect(Policy::none());
        match url.scheme() {
            "https" => {}
            // Without TLS nobody need know which authorities this system trusts.
            "http" if is_loopback(&url) => client = client.tls_certs_only([]),
            _ => return Err(IdTokensError::BadUrl),
        }
        let client = client.build().map_err(|_| IdTokensError::NoClient)?;
        Ok(Self {
            client,
            url,
            known: RwLock::default(),
            tried: Mutex::default(),
        })
    }

    /// Looks at the keys that are known.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Keys) -> T) -> T {
        look(
            &self
                .known
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .keys,
        )
    }

    /// Whether the keys are older than they should be, or were never fetched.
    pub(super) fn is_due(&self, now: Millis) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.until.is_none_or(|until| until <= now)
    }

    /// Fetches the keys, unless that was tried within the last minute; waits for another who is fetching them.
    pub(super) async fn fetch(&self, now: Millis) {
        let mut tried = self.tried.lock().await;
        // A clock that was set back must not stop it for long.
        if tried.is_some_and(|last| last <= now && now.since(last) < PAUSE) {
            return;
        }
        *tried = Some(now);
        match self.try_fetch(now).await {
            Ok(known) => *self.known.write().unwrap_or_else(PoisonError::into_inner) = known,
            Err(error) => {
                tracing::warn!(%error, "the keys of ID tokens could not be fetched; those known before stay good");
            }
        }
    }

    async fn try_fetch(&self, now: Millis) -> Result<Known, FetchError> {
        let mut response = self.client.get(self.url.clone()).send().await?;
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status()));
        }
        let age = max_age(response.headers()).unwrap_or(DEFAULT_AGE);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(Known {
            keys: read_keys(&text)?,
            until: Some(now + age.clamp(PAUSE, MAX_AGE)),
        })
    }
}

/// As [`Fetched::fetch`], while the caller goes on.
pub(super) fn fetch_meanwhile(fetched: &Arc<Fetched>, now: Millis) {
    let fetched = fetched.clone();
    tokio::spawn(async move { fetched.fetch(now).await });
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn max_age(headers: &HeaderMap) -> Option<Millis> {
    let said = headers.get(CACHE_CONTROL)?.to_str().ok()?;
    let age = said
        .split(',')
        .find_map(|part| part.trim().strip_prefix("max-age="))?;
    Some(Millis(age.parse::<u64>().ok()?.saturating_mul(1000)))
}
