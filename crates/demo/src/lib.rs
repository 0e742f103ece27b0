//! The demo: an inbox that shows remote-refresh at work.
//!
//! One process on one port serves the page, a REST API over SQLite and, unless told otherwise, the feed. The API is an
//! ordinary one; all that remote-refresh asks of it is that each write says whom it affects.
//!
//! * [`config`]: what may be chosen
//! * [`store`]: SQLite: schema, seed, queries
//! * [`api`]: the REST API; its errors, session cookie and input checks
//! * [`change`]: what a write announces
//! * [`feed`]: the seam to the feed: where notifications go and tokens come from
//! * [`live_feed`]: that seam over `remote-refresh-server`, in this process or elsewhere
//! * [`courier`]: carries notifications from the outbox to the feed
//! * `page`: the page's files, and the policy they are served with
//! * [`serve`]: one router for page, API and feed

pub mod api;
pub mod change;
pub mod config;
pub mod courier;
pub mod feed;
pub mod live_feed;
mod page;
mod secret;
pub mod serve;
pub mod store;

pub use config::{Config, FeedChoice};
pub use serve::{run, run_with_feed, Error};
