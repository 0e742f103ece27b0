//! Running: from a bound socket to the last answered request.

use std::future::{Future, IntoFuture};

use axum::serve::ListenerExt;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::config::Config;
use crate::error::ServerError;
use crate::feed::FeedServer;

/// Runs a feed server on `listener` until `shutdown` is ready, then ends streams, answers what is under way and closes.
///
/// # Errors
/// The data can't be opened, or the socket fails.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let feed = FeedServer::open(config)?;
    let app = feed.router();
    serve(listener, feed, app, shutdown).await
}

/// Runs `app`, which has `feed` mounted, as [`run`] does.
///
/// # Errors
/// The socket fails.
pub async fn serve(
    listener: TcpListener,
    feed: FeedServer,
    app: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let listener = listener.tap_io(|stream| {
        // Events are small and must not wait for more; a socket that can't do that still works.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
    });
    let (stopping, stopped) = oneshot::channel();
    let streams = feed.clone();
    let served = axum::serve(listener, app).with_graceful_shutdown(async move {
        shutdown.await;
        streams.end_streams();
        // Nobody waits for this any more when serving has ended by itself.
        let _ = stopping.send(());
    });
    let drain = feed.inner().config.drain;
    let overdue = async {
        if stopped.await.is_ok() {
            tokio::time::sleep(drain).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let result = tokio::select! {
        result = served.into_future() => result,
        () = overdue => {
            tracing::warn!("some connections did not end in time and were dropped");
            Ok(())
        }
    };
    feed.close().await;
    Ok(result?)
}
