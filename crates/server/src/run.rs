//! Running: from a bound socket to the last answered request.
//!
//! The loop is our own, not the framework's, for three things it must do: give a request's head only so much time to
//! arrive, hold no more connections than it is told, and know the address of each.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Config;
use crate::error::ServerError;
use crate::feed::FeedServer;

/// How long to wait after a connection could not be accepted, which happens when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How much of a request's head is held, in bytes: room for a long token in the address and one in a header.
const MAX_HEAD: usize = 64 * 1024;

/// Runs a feed server on `listener` until `shutdown` is ready, then ends streams, answers what is under way and closes.
///
/// # Errors
/// The data can't be opened, the rules are not accepted, or emulator mode is on where others can reach it.
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
/// Emulator mode is on where others can reach it.
pub async fn serve(
    listener: TcpListener,
    feed: FeedServer,
    app: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let config = &feed.inner().config;
    let address = listener.local_addr()?.ip();
    if config.emulator && !address.is_loopback() {
        feed.close().await;
        return Err(ServerError::ExposedEmulator { address });
    }
    let room = Arc::new(Semaphore::new(
        config.max_connections.min(Semaphore::MAX_PERMITS),
    ));
    let connections = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let permit = room.clone().acquire_owned().await;
            let permit = permit.expect("the semaphore is never closed");
            (listener.accept().await, permit)
        };
        tokio::select! {
            () = &mut shutdown => break,
            (accepted, permit) = accepted => match accepted {
                Ok((stream, peer)) => begin(&feed, &app, &connections, stream, peer, permit),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    // Who connects from now on is told by the system that nobody is here.
    drop(listener);
    feed.end_streams();
    if tokio::time::timeout(config.drain, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some connections did not end in time and were dropped");
    }
    feed.close().await;
    Ok(())
}

fn begin(
    feed: &FeedServer,
    app: &Router,
    connections: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
    permit: OwnedSemaphorePermit,
) {
    // Events are small and must not wait for more; a socket that can't do that still works.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let service = TowerToHyperService::new(app.clone().layer(axum::Extension(ConnectInfo(peer))));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(feed.inner().config.header_timeout)
        .max_buf_size(MAX_HEAD);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    let metrics = feed.inner().metrics.clone();
    metrics.connections.fetch_add(1, Ordering::Relaxed);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended badly");
        }
        metrics.connections.fetch_sub(1, Ordering::Relaxed);
        drop(permit);
    });
}

/// Raises this process's limit of open files to what the system lets it have, and returns that: each stream needs one.
/// `None` where there is no limit, or no way to ask.
pub fn raise_fd_limit() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            limit.maximum
        } else {
            limit.current
        }
    }
    #[cfg(not(unix))]
    None
}
