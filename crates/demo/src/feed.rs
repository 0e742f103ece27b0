//! The seam to the feed: what the demo needs of one, whichever server it is.

use std::future::Future;
use std::pin::Pin;

use serde::Serialize;

use crate::change::{Affected, Change};

/// A user's key to their own node of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Token {
    /// What the page hands to the feed.
    pub token: String,
    /// When the feed stops accepting it, milliseconds since the epoch.
    pub expires: i64,
}

/// Why a notification was not delivered.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FeedError {
    /// A sentence for the log.
    pub message: String,
    /// Whether trying again later can help.
    pub passing: bool,
}

/// The future of one delivery.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), FeedError>> + Send + 'a>>;

/// What the demo needs of a feed.
pub trait Feed: Send + Sync + 'static {
    /// Its address for the page; `/` is the page's own origin.
    fn url(&self) -> &str;

    /// A token for `user`, valid from `now` (milliseconds since the epoch).
    ///
    /// # Errors
    /// When the feed's secret cannot sign one.
    fn mint(&self, user: &str, now: i64) -> Result<Token, FeedError>;

    /// Tells `users` of `change`. Done when the feed has it for good.
    fn remote_refresh<'a>(&'a self, users: &'a Affected, change: &'a Change) -> Delivery<'a>;
}
