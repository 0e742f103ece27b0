//! The feed as `remote-refresh-server` provides it: a server in this process, or one that runs elsewhere.

use remote_refresh_core::time::Millis;
use remote_refresh_server::notify::{self, HttpError, HttpTarget, Notifier, NotifyError};
use remote_refresh_server::token::mint_token;
use remote_refresh_server::{Config as ServerConfig, FeedServer, ServerError, Storage};

use crate::change::{Affected, Change, Op};
use crate::config::{Config, FeedChoice};
use crate::feed::{Delivery, Feed, FeedError, Token};
use crate::secret::random_secret;

/// Why there is no feed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedOpenError {
    /// The built-in server cannot open its data.
    #[error("{0}")]
    Server(#[from] ServerError),
    /// The address of a feed elsewhere is none.
    #[error("{0}")]
    Address(#[from] HttpError),
    /// The address needs TLS, which this process does not speak.
    #[error("The demo reaches a feed by http:// only, not by {0}. Give --feed such an address.")]
    Scheme(String),
    /// There is no randomness for the built-in server's secret.
    #[error("The system has no random bytes to give.")]
    Randomness(#[from] getrandom::Error),
}

/// A feed server, told of changes and trusted with tokens.
pub struct LiveFeed {
    /// As the page is told.
    url: String,
    /// What the feed server shares with this process.
    secret: String,
    /// How long a token is valid.
    lifetime: Millis,
    notifier: Notifier,
}

impl LiveFeed {
    /// Opens the feed that `config` chooses; also returns the server, if it is to be mounted in this process.
    ///
    /// # Errors
    /// The built-in server's data cannot be opened, or the address of another one is none.
    pub fn open(config: &Config) -> Result<(Self, Option<FeedServer>), FeedOpenError> {
        let lifetime = Millis(u64::try_from(config.token_lifetime.as_millis()).unwrap_or(u64::MAX));
        match &config.feed {
            FeedChoice::BuiltIn => {
                // A new one each time: pages whose token it no longer accepts ask for another.
                let secret = random_secret()?;
                let storage = match &config.data {
                    Some(dir) => Storage::File(dir.join("feed.redb")),
                    None => Storage::Memory,
                };
                let server = FeedServer::open(ServerConfig::new(storage, secret.clone()))?;
                let feed = Self {
                    url: "/".to_owned(),
                    secret,
                    lifetime,
                    notifier: server.notifier(),
                };
                Ok((feed, Some(server)))
            }
            FeedChoice::External { url, secret } => {
                match url.split_once("://") {
                    Some(("http", _)) => {}
                    Some((scheme, _)) => return Err(FeedOpenError::Scheme(format!("{scheme}://"))),
                    None => return Err(FeedOpenError::Address(HttpError::BadUrl)),
                }
                let feed = Self {
                    url: url.clone(),
                    secret: secret.clone(),
                    lifetime,
                    notifier: Notifier::http(HttpTarget::new(url, secret)?),
                };
                Ok((feed, None))
            }
        }
    }
}

impl Feed for LiveFeed {
    fn url(&self) -> &str {
        &self.url
    }

    fn mint(&self, user: &str, now: i64) -> Result<Token, FeedError> {
        let from = Millis(u64::try_from(now).unwrap_or(0));
        let token =
            mint_token(&self.secret, user, self.lifetime, from).map_err(|error| FeedError {
                message: error.to_string(),
                passing: false,
            })?;
        let expires = i64::try_from((from + self.lifetime).0).unwrap_or(i64::MAX);
        Ok(Token { token, expires })
    }

    fn remote_refresh<'a>(&'a self, users: &'a Affected, change: &'a Change) -> Delivery<'a> {
        Box::pin(async move {
            let told = self.notifier.remote_refresh(users, &spelled(change)).await;
            told.map(drop).map_err(|error| FeedError {
                message: error.to_string(),
                // Only what can't be written will never be taken.
                passing: !matches!(
                    error,
                    NotifyError::BadUid { .. }
                        | NotifyError::BadType { .. }
                        | NotifyError::BadChange { .. }
                ),
            })
        })
    }
}

/// `change` in the server's words.
fn spelled(change: &Change) -> notify::Change {
    let mut spelled = notify::Change::new();
    for touched in &change.touched {
        let op = match touched.op {
            Op::Added => notify::Op::Added,
            Op::Changed => notify::Op::Changed,
            Op::Removed => notify::Op::Removed,
        };
        spelled = spelled.model(touched.model.name(), op, &touched.id);
    }
    match &change.origin {
        Some(origin) => spelled.origin(origin),
        None => spelled,
    }
}
