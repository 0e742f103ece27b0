//! What may be chosen when the demo starts.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of one running demo.
#[derive(Clone, Debug)]
pub struct Config {
    /// Directory of the database and of the built-in feed; `None` keeps both in memory and forgets them at the end.
    pub data: Option<PathBuf>,
    /// Directory of the built page (`index.html`, `app.js`, `app.css`).
    pub www: PathBuf,
    /// How long each API answer is held back.
    pub latency: Duration,
    /// How long a feed token is valid.
    pub token_lifetime: Duration,
    /// Which feed the page follows and the API notifies.
    pub feed: FeedChoice,
}

/// Which feed server to use.
#[derive(Clone, Debug)]
pub enum FeedChoice {
    /// One in this process, on the same port.
    BuiltIn,
    /// One that runs elsewhere.
    External {
        /// Its base address, as browsers and this process reach it.
        url: String,
        /// The secret it shares with this process: writes with it, signs user tokens with it.
        secret: String,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: None,
            www: PathBuf::from("dist/www"),
            latency: Duration::ZERO,
            token_lifetime: Duration::from_secs(3600),
            feed: FeedChoice::BuiltIn,
        }
    }
}
