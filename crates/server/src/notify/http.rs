//! The notifier's way to a feed in another process: a PATCH over HTTP, tried again when that may help.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Url};
use serde_json::{Map, Value};

/// How often a patch is tried again unless told otherwise.
const RETRIES: u32 = 5;

/// The first and the longest wait between two attempts. In between it doubles, and each wait is a random part of it.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A feed that wants to be left alone for longer than this is not waited for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How the feed lets a notifier in.
#[derive(Clone)]
pub struct Auth {
    parameter: &'static str,
    credential: Credential,
}

type TokenFuture = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

#[derive(Clone)]
enum Credential {
    None,
    Fixed(String),
    Asked(Arc<dyn Fn(bool) -> TokenFuture + Send + Sync>),
}

impl Auth {
    /// A feed that asks for nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::with(Credential::None)
    }

    /// The feed's secret, or a token that may write.
    #[must_use]
    pub fn secret(secret: impl Into<String>) -> Self {
        Self::with(Credential::Fixed(secret.into()))
    }

    /// A function that gets a token, or `None` when there is none to be had. It is asked once for each write, and once more,
    /// with `true`, for a request that the feed answers with 401.
    #[must_use]
    pub fn asking<F, T>(get: F) -> Self
    where
        F: Fn(bool) -> T + Send + Sync + 'static,
        T: Future<Output = Option<String>> + Send + 'static,
    {
        Self::with(Credential::Asked(Arc::new(move |refused| {
            Box::pin(get(refused))
        })))
    }

    /// As an OAuth access token of Google's, which travels as `access_token` instead of `auth`.
    #[must_use]
    pub fn as_access_token(mut self) -> Self {
        self.parameter = "access_token";
        self
    }

    const fn with(credential: Credential) -> Self {
        Self {
            parameter: "auth",
            credential,
        }
    }

    async fn token(&self, refused: bool) -> Result<Option<String>, HttpError> {
        match &self.credential {
            Credential::None => Ok(None),
            Credential::Fixed(secret) => Ok(Some(secret.clone())),
            Credential::Asked(get) => match get(refused).await {
                Some(token) if !token.is_empty() => Ok(Some(token)),
                _ => Err(HttpError::AuthFailed),
            },
        }
    }

    const fn can_renew(&self) -> bool {
        matches!(self.credential, Credential::Asked(_))
    }
}

/// Where the feed is, and how to be let in.
#[derive(Clone)]
pub struct HttpTarget {
    client: Client,
    /// The root; without the credential.
    root: Url,
    auth: Auth,
    retries: u32,
}

impl HttpTarget {
    /// The feed at `url` (`http://127.0.0.1:4001`; a path and a query are kept), written to with its `secret`.
    ///
    /// # Errors
    /// The URL is none.
    pub fn new(url: &str, secret: &str) -> Result<Self, HttpError> {
        Self::with_auth(url, Auth::secret(secret))
    }

    /// As [`HttpTarget::new`], let in another way.
    ///
    /// # Errors
    /// The URL is none.
    pub fn with_auth(url: &str, auth: Auth) -> Result<Self, HttpError> {
        let client = Client::builder().timeout(TIMEOUT).build();
        let mut root = Url::parse(url).map_err(|_| HttpError::BadUrl)?;
        let known = matches!(root.scheme(), "http" | "https");
        if !known || !root.username().is_empty() || root.password().is_some() {
            return Err(HttpError::BadUrl);
        }
        let base = root.path().trim_end_matches(".json").trim_end_matches('/');
        root.set_path(&format!("{base}/.json"));
        root.set_fragment(None);
        root.query_pairs_mut().append_pair("print", "silent");
        Ok(Self {
            client: client.map_err(|_| HttpError::Client)?,
            root,
            auth,
            retries: RETRIES,
        })
    }

    /// As [`HttpTarget::new`] with a client of your own: with TLS, a proxy, another time limit.
    ///
    /// # Errors
    /// The URL is none.
    pub fn with_client(client: Client, url: &str, secret: &str) -> Result<Self, HttpError> {
        Ok(Self::new(url, secret)?.client(client))
    }

    /// With a client of your own.
    #[must_use]
    pub fn client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// Tries each request again so many times, instead of 5.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Begins a write of one or more patches: asks for the token.
    pub(super) async fn open(&self) -> Result<Session<'_>, HttpError> {
        Ok(Session {
            target: self,
            token: self.auth.token(false).await?,
            requests: 0,
        })
    }
}

/// A write of one or more patches.
pub(super) struct Session<'a> {
    target: &'a HttpTarget,
    token: Option<String>,
    pub(super) requests: usize,
}

/// What came of an attempt that did not succeed.
enum Trouble {
    /// No answer.
    Silence(reqwest::Error),
    /// An answer: its status, its text, and for how long the feed wants to be left alone.
    Answer(u16, String, Option<Duration>),
}

impl Session<'_> {
    /// Sends a patch until it is accepted or there is no hope.
    pub(super) async fn send(&mut self, fields: &Map<String, Value>) -> Result<(), HttpError> {
        let body = serde_json::to_string(fields).map_err(|_| HttpError::Client)?;
        let (mut failures, mut renewed) = (0, false);
        loop {
            self.requests += 1;
            let trouble = match self.attempt(body.clone()).await {
                Ok(()) => return Ok(()),
                Err(trouble) => trouble,
            };
            let asked_for = match &trouble {
                Trouble::Answer(401, ..) if self.target.auth.can_renew() && !renewed => {
                    renewed = true;
                    self.token = self.target.auth.token(true).await?;
                    continue;
                }
                Trouble::Answer(status, text, _) if *status != 429 && *status < 500 => {
                    return Err(self.refusal(*status, text));
                }
                Trouble::Answer(_, _, retry_after) => *retry_after,
                Trouble::Silence(_) => None,
            };
            let wait = random_part(LONGEST_WAIT.min(FIRST_WAIT * 2_u32.saturating_pow(failures)));
            let wait = wait.max(asked_for.unwrap_or_default());
            if failures == self.target.retries || wait > LONGEST_RETRY_AFTER {
                return Err(unavailable(trouble));
            }
            failures += 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, body: String) -> Result<(), Trouble> {
        let HttpTarget {
            client, root, auth, ..
        } = self.target;
        let mut url = root.clone();
        if let Some(token) = &self.token {
            url.query_pairs_mut().append_pair(auth.parameter, token);
        }
        let request = client
            .patch(url)
            .header("content-type", "application/json")
            .body(body);
        let response = request.send().await.map_err(Trouble::Silence)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let retry_after = retry_after(response.headers());
        let text = response.text().await.unwrap_or_default();
        Err(Trouble::Answer(status.as_u16(), text, retry_after))
    }

    fn refusal(&self, status: u16, text: &str) -> HttpError {
        let text = self.without_token(text);
        match status {
            401 | 403 => HttpError::Denied { status, text },
            _ => HttpError::Rejected { status, text },
        }
    }

    /// The feed's own words, short, unless they hold the token.
    fn without_token(&self, text: &str) -> String {
        let holds = self.token.as_ref().is_some_and(|token| {
            let encoded: String = url_encoded(token);
            let quoted = Value::from(token.as_str()).to_string();
            let inside = quoted.trim_matches('"');
            [token, &encoded, inside]
                .iter()
                .any(|form| text.contains(*form))
        });
        if holds {
            return "its words hold the credential and are left out".to_owned();
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").chars().take(200).collect()
    }
}

fn url_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn unavailable(trouble: Trouble) -> HttpError {
    match trouble {
        // The error is stripped of the URL: it holds the credential.
        Trouble::Silence(error) => HttpError::Unreachable(Arc::new(error.without_url())),
        Trouble::Answer(status, ..) => HttpError::Unavailable { status },
    }
}

/// How long a feed wants to be left alone: it says so in seconds or with a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let date = httpdate::parse_http_date(text).ok()?;
            date.duration_since(SystemTime::now()).ok()
        }
    }
}

/// Full jitter: many notifiers that failed together must not come back together.
fn random_part(wait: Duration) -> Duration {
    // Without randomness the whole wait is as good.
    let part = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
    wait.mul_f64(part)
}

/// Why a feed in another process was not told.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// The URL of the feed is none.
    #[error("The feed's URL must be one like http://127.0.0.1:4001, with no user name or password in it.")]
    BadUrl,
    /// No client could be made, or no request.
    #[error("No HTTP client could be made.")]
    Client,
    /// The function that gets a token gave none.
    #[error("The function that gets a token gave none: it must give one that is not empty.")]
    AuthFailed,
    /// The feed could not be reached until the retries were used up.
    #[error(
        "The feed could not be reached, and the retries are used up; tell them again later. {0}"
    )]
    Unreachable(#[source] Arc<reqwest::Error>),
    /// The feed had troubles or no time until the retries were used up, or wants to be left alone for longer than a minute.
    #[error("The feed answered {status}, and the retries are used up; tell them again later.")]
    Unavailable {
        /// The HTTP status of the last answer.
        status: u16,
    },
    /// The feed does not let this notifier write.
    #[error("The feed answered {status}: check the secret or the token; only the secret may write. {text}")]
    Denied {
        /// The HTTP status.
        status: u16,
        /// What the feed says.
        text: String,
    },
    /// The feed says that the request is wrong.
    #[error("The feed answered {status}: check the URL (404: is the namespace right? 413: lower the batch size). {text}")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// What the feed says.
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
            Self::AuthFailed => "notify_auth_failed",
            Self::Unreachable(_) | Self::Unavailable { .. } => "notify_unavailable",
            Self::Denied { .. } => "notify_denied",
            Self::Rejected { .. } => "notify_rejected",
        }
    }
}
