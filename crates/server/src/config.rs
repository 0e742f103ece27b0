//! What a server is told before it starts.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use remote_refresh_core::time::Millis;

use crate::tls::Tls;
use crate::token::IdTokens;

/// Where the data is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In this file, made when it isn't there. One process at a time.
    File(PathBuf),
    /// Nowhere: gone when the server stops. For tests.
    Memory,
}

/// What a server is told. Start from [`Config::new`] and change what should differ.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the data is kept.
    pub storage: Storage,
    /// Who knows it may read and write everything, and sign tokens for users.
    pub secret: Secret,
    /// How often an open stream is told that it lives, from 1 ms to a day; 30 s, as the live service does.
    pub keep_alive: Duration,
    /// The largest body of a write, in bytes; 16 MiB.
    pub max_body: usize,
    /// How much the bodies of all writes under way may hold together, in bytes; 64 MiB. Further ones get a 503.
    pub max_bodies: usize,
    /// How long the body of a request may take to arrive; 120 s.
    pub body_timeout: Duration,
    /// How much memory the data file's pages may take, in bytes; 64 MiB. Of data nothing else is in memory.
    pub cache_bytes: usize,
    /// How much data is read at once, in bytes; 64 MiB. Who asks for more is refused.
    pub max_read: usize,
    /// How many events a stream may be behind before it is cut off; 1,024.
    pub max_queued_events: usize,
    /// How many bytes a stream may be behind before it is cut off; 8 MiB. A single larger event is let through.
    pub max_queued_bytes: usize,
    /// When the server stops: over how long streams end, each at its own moment, so that not all come back at once; 5 s.
    pub drain: Duration,
    /// How long requests under way may take to finish after that; 10 s.
    pub grace: Duration,
    /// What time it is.
    pub clock: Clock,
    /// The rules, as a rules file; none takes those stored with the data, or else [`crate::DEFAULT_RULES`].
    pub rules: Option<String>,
    /// Whose ID tokens are accepted; nobody's.
    pub id_tokens: Option<IdTokens>,
    /// The certificate with which TLS is spoken, and with it HTTP/2; none speaks HTTP/1.1 without TLS.
    pub tls: Option<Tls>,
    /// The origins whose pages may ask (`https://app.example`); with none, or with `*` among them, any.
    pub allow_origins: Vec<String>,
    /// The one name of a database (`?ns=`) that is served; with none, any name means this one.
    pub namespace: Option<String>,
    /// Believe unsigned tokens, and `Bearer owner`, as Firebase's emulator does; no. Only on a loopback address.
    pub emulator: bool,
    /// How many streams one user may have open; 100. Who is not a user is not counted.
    pub max_streams_per_user: usize,
    /// How many streams one address may have open; no limit. Behind a proxy all requests are the proxy's.
    pub max_streams_per_address: usize,
    /// How many connections may be open; no limit but the system's. Further ones wait to be accepted.
    pub max_connections: usize,
    /// How many requests and streams may be under way at once on one HTTP/2 connection; 250. Further ones wait.
    pub max_requests_per_connection: u32,
    /// How long the head of a request may take to arrive, and a connection be open without a request; 30 s.
    pub header_timeout: Duration,
}

impl Config {
    /// The defaults given at each field, for this storage and secret.
    #[must_use]
    pub fn new(storage: Storage, secret: impl Into<String>) -> Self {
        Self {
            storage,
            secret: Secret(secret.into()),
            keep_alive: Duration::from_secs(30),
            max_body: 16 * 1024 * 1024,
            max_bodies: 64 * 1024 * 1024,
            body_timeout: Duration::from_secs(120),
            cache_bytes: 64 * 1024 * 1024,
            max_read: 64 * 1024 * 1024,
            max_queued_events: 1024,
            max_queued_bytes: 8 * 1024 * 1024,
            drain: Duration::from_secs(5),
            grace: Duration::from_secs(10),
            clock: Clock::system(),
            rules: None,
            id_tokens: None,
            tls: None,
            allow_origins: Vec::new(),
            namespace: None,
            emulator: false,
            max_streams_per_user: 100,
            max_streams_per_address: usize::MAX,
            max_connections: usize::MAX,
            max_requests_per_connection: 250,
            header_timeout: Duration::from_secs(30),
        }
    }
}

/// The server's secret. It is never shown, not even for debugging.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What time it is: milliseconds since the Unix epoch. Tests bring their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Millis + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            let since_epoch = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            Millis(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
        })
    }

    /// A clock that asks `now`.
    #[must_use]
    pub fn new(now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Millis {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({:?})", self.now())
    }
}
