//! Running: from a bound socket to the last answered request.
//!
//! The loop is our own, not the framework's, for three things it must do: give a request's head only so much time to
//! arrive, hold no more connections than it is told, and know the address of each.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::connection::Connections;
use crate::error::ServerError;
use crate::feed::FeedServer;

/// How long to wait after a connection could not be accepted, which happens when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

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
    if let Some(id_tokens) = &config.id_tokens {
        // What is wrong with them should be said before the first user comes.
        id_tokens.freshen(config.clock.now());
    }
    let room = Arc::new(Semaphore::new(
        config.max_connections.min(Semaphore::MAX_PERMITS),
    ));
    let connections = Arc::new(Connections::new(feed.clone(), app));
    accept(&listener, &connections, &room, shutdown).await;
    // Meanwhile requests are answered: one stream after the other ends, and its listener finds another server, or waits.
    let drained = tokio::time::timeout(config.drain, feed.drain(config.drain));
    accept(&listener, &connections, &room, async {
        drop(drained.await)
    })
    .await;
    // Who connects from now on is told by the system that nobody is here.
    drop(listener);
    feed.end_streams();
    if !connections.finish(config.grace).await {
        tracing::warn!("some connections did not end in time and were dropped");
    }
    feed.close().await;
    Ok(())
}

/// Accepts connections until `end` is ready.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Connections>,
    room: &Arc<Semaphore>,
    end: impl Future<Output = ()>,
) {
    let mut end = pin!(end);
    loop {
        let accepted = async {
            let permit = room.clone().acquire_owned().await;
            let permit = permit.expect("the semaphore is never closed");
            (listener.accept().await, permit)
        };
        tokio::select! {
            biased;
            () = &mut end => break,
            (accepted, permit) = accepted => match accepted {
                Ok((stream, peer)) => connections.begin(stream, peer, permit),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
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
