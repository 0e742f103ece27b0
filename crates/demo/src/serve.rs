//! One router for page, API and feed, and its life from start to shutdown.
//!
//! `/api/…` is the API, every other path that ends in `.json` the feed, the rest the page. The page routes by hash, so
//! no path needs to fall back to `index.html`.

use std::future::{Future, IntoFuture};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{header, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Router;
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::api::{self, AppState};
use crate::config::Config;
use crate::courier::Courier;
use crate::feed::Feed;
use crate::store::{Store, StoreError};

/// How long open requests may take to finish once shutdown has begun. Streams never finish by themselves.
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
    /// The listener failed.
    #[error("The listener failed.")]
    Listen(#[source] io::Error),
}

/// Runs the demo on `listener` with the given `feed` until `shutdown` completes. `feed_routes` answers the paths that
/// end in `.json`, when the feed is in this process.
///
/// # Errors
/// When the data directory, the database or the listener fails.
pub async fn run_with_feed(
    listener: TcpListener,
    config: &Config,
    feed: Arc<dyn Feed>,
    feed_routes: Option<Router>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let database = match &config.data {
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(Error::Data)?;
            Some(dir.join("inbox.sqlite"))
        }
        None => None,
    };
    let store = Store::open(database.as_deref(), api::now())?;
    let courier = Courier::default();
    let carrying = tokio::spawn(courier.clone().run(store.clone(), Arc::clone(&feed)));
    let state = AppState {
        store,
        feed,
        courier,
    };
    let app = router(state, config, feed_routes);

    let (closing, closed) = tokio::sync::oneshot::channel();
    let signal = async move {
        shutdown.await;
        // Nobody listens only when the server has ended already.
        let _ = closing.send(());
    };
    let serving = axum::serve(listener, app)
        .with_graceful_shutdown(signal)
        .into_future();
    let overdue = async {
        if closed.await.is_ok() {
            tokio::time::sleep(GRACE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let outcome = tokio::select! {
        outcome = serving => outcome.map_err(Error::Listen),
        () = overdue => Ok(()),
    };
    // What it still owed is in the outbox.
    carrying.abort();
    outcome
}

fn router(state: AppState, config: &Config, feed_routes: Option<Router>) -> Router {
    let page = ServeDir::new(&config.www);
    let www = config.www.clone();
    api::router(state, config.latency).fallback(move |request: Request| async move {
        match feed_routes {
            Some(feed) if request.uri().path().ends_with(".json") => {
                never_fails(feed.oneshot(request).await)
            }
            _ => {
                let home = request.uri().path() == "/";
                let response = never_fails(page.oneshot(request).await).into_response();
                if home && response.status() == StatusCode::NOT_FOUND {
                    return not_built(&www);
                }
                revalidated(response)
            }
        }
    })
}

fn never_fails<T>(result: Result<T, std::convert::Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// The files carry no hash in their names: a browser must ask whether they are current.
fn revalidated(mut response: Response) -> Response {
    let value = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

fn not_built(www: &Path) -> Response {
    let text = format!(
        "The page is not built: there is no index.html in {}. Run `npm run build`, or say where it is with --www.\n",
        www.display()
    );
    (StatusCode::NOT_FOUND, text).into_response()
}

/// Runs the demo.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    struct Nothing;
    impl Feed for Nothing {
        fn url(&self) -> &str {
            "/"
        }
        fn mint(
            &self,
            _user: &str,
            now: i64,
        ) -> Result<crate::feed::Token, crate::feed::FeedError> {
            Ok(crate::feed::Token {
                token: "x".into(),
                expires: now + 3_600_000,
            })
        }
        fn remote_refresh<'a>(
            &'a self,
            _u: &'a crate::change::Affected,
            _c: &'a crate::change::Change,
        ) -> crate::feed::Delivery<'a> {
            Box::pin(async { Ok(()) })
        }
    }
    run_with_feed(listener, &config, Arc::new(Nothing), None, shutdown).await
}
