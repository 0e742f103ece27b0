//! One router for page, API and feed, and its life from start to shutdown.
//!
//! `/api/…` is the API, every other path that ends in `.json` the feed, the rest the page.

use std::future::{Future, IntoFuture};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use remote_refresh_server::FeedServer;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::api::{self, AppState};
use crate::config::Config;
use crate::courier::Courier;
use crate::feed::Feed;
use crate::live_feed::{FeedOpenError, LiveFeed};
use crate::page;
use crate::store::{Store, StoreError};

/// How long open requests, and then the courier, may take to finish once shutdown has begun.
const GRACE: Duration = Duration::from_secs(2);

/// Why the demo could not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The data directory cannot be made.
    #[error("The data directory cannot be used. Choose another with --data.")]
    Data(#[source] io::Error),
    /// The database cannot be opened.
    #[error("The database cannot be opened: {0}")]
    Store(#[from] StoreError),
    /// The feed cannot be opened.
    #[error("The feed cannot be opened: {0}")]
    Feed(#[from] FeedOpenError),
    /// The listener failed.
    #[error("The listener failed.")]
    Listen(#[source] io::Error),
}

/// Runs the demo on `listener` until `shutdown` completes.
///
/// # Errors
/// When the data directory, the database, the feed or the listener fails.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    if let Some(dir) = &config.data {
        std::fs::create_dir_all(dir).map_err(Error::Data)?;
    }
    let (feed, hosted) = LiveFeed::open(&config)?;
    run_with_feed(listener, &config, Arc::new(feed), hosted, shutdown).await
}

/// As [`run`], with a feed of the caller's. `hosted` is the feed server to mount, if it is to be in this process.
///
/// # Errors
/// As [`run`].
pub async fn run_with_feed(
    listener: TcpListener,
    config: &Config,
    feed: Arc<dyn Feed>,
    hosted: Option<FeedServer>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let database = config.data.as_ref().map(|dir| dir.join("inbox.sqlite"));
    let store = Store::open(database.as_deref(), api::now())?;
    let courier = Courier::default();
    let ending = courier.clone();
    let mut carrying = tokio::spawn(courier.clone().run(store.clone(), Arc::clone(&feed)));
    let page = page::router(&config.www, feed.url());
    let state = AppState {
        store,
        feed,
        courier,
    };
    let mut app = api::router(state, config.latency).fallback_service(page);
    if let Some(hosted) = &hosted {
        app = hosted.mount(app);
    }

    // Events are small and must not wait for more. A socket that cannot do that still works.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let (closing, closed) = oneshot::channel();
    let streams = hosted.clone();
    let signal = async move {
        shutdown.await;
        if let Some(hosted) = streams {
            hosted.end_streams();
        }
        // Nobody listens only when the server has ended already.
        let _ = closing.send(());
    };
    let serving = axum::serve(listener, app).with_graceful_shutdown(signal);
    let overdue = async {
        if closed.await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let outcome = tokio::select! {
        outcome = serving.into_future() => outcome.map_err(Error::Listen),
        () = overdue => Ok(()),
    };
    // What it cannot deliver in time stays in the outbox.
    ending.end();
    if tokio::time::timeout(GRACE, &mut carrying).await.is_err() {
        carrying.abort();
    }
    if let Some(hosted) = hosted {
        hosted.close().await;
    }
    outcome
}
