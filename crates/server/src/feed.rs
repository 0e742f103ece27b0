//! The server as a value: to run by itself, or to mount in an app of one's own.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{from_fn_with_state, Next};
use axum::response::Response;
use axum::Router;
use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::{Node, Path, PushIds};
use tokio::sync::{watch, Semaphore};

use crate::config::Config;
use crate::data::ReadError;
use crate::error::ServerError;
use crate::metrics::Metrics;
use crate::notify::Notifier;
use crate::rest::{self, Origins, BACKUP};
use crate::slots::Slots;
use crate::store::Store;
use crate::token::{mint_token, MintError};

/// An open feed server. Cloning shares it.
///
/// [`FeedServer::close`] it before the process ends; whatever was acknowledged is safe without that too.
#[derive(Clone)]
pub struct FeedServer(Arc<Inner>);

/// What requests and streams share.
pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) push_ids: Mutex<PushIds>,
    /// Over how long streams are to end, once they are.
    pub(crate) ending: watch::Sender<Option<Duration>>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) slots: Arc<Slots>,
    /// The bytes of all bodies that are being read and written.
    pub(crate) held_bodies: Arc<AtomicUsize>,
    /// One backup at a time.
    pub(crate) backups: Arc<Semaphore>,
    /// Whose pages may ask.
    pub(crate) origins: Origins,
}

impl FeedServer {
    /// Opens the data and starts the writer.
    ///
    /// # Errors
    /// The secret is empty, an origin is none, the rules are not accepted, or the data can't be opened or read.
    pub fn open(config: Config) -> Result<Self, ServerError> {
        if config.secret.reveal().is_empty() {
            return Err(ServerError::EmptySecret);
        }
        let origins = Origins::parse(&config.allow_origins)?;
        let metrics = Arc::new(Metrics::default());
        let store = Store::open(&config, metrics.clone())?;
        let push_ids = Mutex::new(PushIds::new());
        Ok(Self(Arc::new(Inner {
            config,
            store,
            push_ids,
            ending: watch::Sender::new(None),
            metrics,
            slots: Arc::default(),
            held_bodies: Arc::default(),
            backups: Arc::new(Semaphore::new(1)),
            origins,
        })))
    }

    /// The routes: every path that ends in `.json`, `/.settings/backup`, `/healthz`, `/readyz` and `/metrics`; anything else is answered with a 404.
    ///
    /// May be nested under a prefix, which then is not part of the data's paths.
    pub fn router(&self) -> Router {
        Router::new()
            .fallback(rest::handle)
            .with_state(self.clone())
    }

    /// `app` with the feed in front: paths that end in `.json`, and `/.settings/backup`, are the feed's, all others the app's.
    ///
    /// An app that serves `.json` files of its own nests [`FeedServer::router`] instead.
    pub fn mount(&self, app: Router) -> Router {
        app.layer(from_fn_with_state(self.clone(), feed_first))
    }

    /// A notifier that writes directly, without a request.
    pub fn notifier(&self) -> Notifier {
        Notifier::in_process(self.clone())
    }

    /// A token with which `uid` may listen to their own node for `lifetime` from now.
    ///
    /// # Errors
    /// As [`mint_token`].
    pub fn mint_token(&self, uid: &str, lifetime: Millis) -> Result<String, MintError> {
        mint_token(
            self.0.config.secret.reveal(),
            uid,
            lifetime,
            self.0.config.clock.now(),
        )
    }

    /// What is stored at `path`.
    ///
    /// # Errors
    /// It is more than is read at once, or can't be read.
    pub fn value(&self, path: &Path) -> Result<Option<Node>, ReadError> {
        self.0.store.look().0.node(path)
    }

    /// Ends all streams, each at its own moment of `span`, so that not all listeners come back at once. New streams are
    /// refused with 503 from now on, and `/readyz` says 503 too. Ready when all have ended. May be called again.
    pub async fn drain(&self, span: Duration) {
        self.0.ending.send_replace(Some(span));
        // Each stream holds a receiver.
        self.0.ending.closed().await;
    }

    /// Ends all streams now, and refuses new ones.
    pub fn end_streams(&self) {
        self.0.ending.send_replace(Some(Duration::ZERO));
    }

    /// Ends all streams, finishes the writes that wait, and closes the data. May be called again.
    pub async fn close(&self) {
        self.end_streams();
        self.0.store.close().await;
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// A new push id, greater than any before.
    pub(crate) fn push_id(&self) -> Result<String, getrandom::Error> {
        let mut random = [0; 9];
        getrandom::fill(&mut random)?;
        let mut ids = self
            .0
            .push_ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(ids.next(self.0.config.clock.now(), random))
    }
}

async fn feed_first(
    axum::extract::State(feed): axum::extract::State<FeedServer>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path.ends_with(".json") || path == BACKUP {
        rest::handle(axum::extract::State(feed), request).await
    } else {
        next.run(request).await
    }
}
