//! Event streams: the full value first, then every write that concerns the place, and signs of life in between.
//!
//! A stream ends when its listener falls too far behind, when its credential expires (`auth_revoked` says so first),
//! when the server stops, or when the other end hangs up.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use axum::http::{header, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use remote_refresh_core::wire::event::CREDENTIAL_GONE;
use remote_refresh_core::wire::{Path, StreamEvent};
use tokio::sync::watch;
use tokio::time::{interval_at, sleep, Instant, Interval, MissedTickBehavior, Sleep};

use crate::auth::Grant;
use crate::feed::FeedServer;
use crate::hub::Subscription;

/// A timer can't tick without pause, and no connection lives long without a sign of life.
const SHORTEST_KEEP_ALIVE: Duration = Duration::from_millis(1);
const LONGEST_KEEP_ALIVE: Duration = Duration::from_secs(24 * 3600);

/// Begins a stream of what happens at `path`.
pub(crate) fn open(feed: &FeedServer, path: Path, grant: &Grant) -> Response {
    let inner = feed.inner();
    let (value, subscription) = inner.store.subscribe(path);
    let first = StreamEvent::Put {
        path: Path::root(),
        data: value,
    };
    let period = inner
        .config
        .keep_alive
        .clamp(SHORTEST_KEEP_ALIVE, LONGEST_KEEP_ALIVE);
    let mut keep_alive = interval_at(Instant::now() + period, period);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let expiry = grant.expires.map(|expires| {
        let left = expires.since(inner.config.clock.now());
        Box::pin(sleep(Duration::from_millis(left.0)))
    });
    let live = Live {
        first: Some(Bytes::from(first.encode())),
        subscription,
        keep_alive,
        expiry,
        ending: inner.ending.subscribe(),
        over: false,
    };
    let mut response = Response::new(Body::from_stream(unfold(live, Live::next)));
    // Without the charset some clients take the text for Latin-1.
    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// A stream under way.
struct Live {
    /// The first event, until it is sent.
    first: Option<Bytes>,
    subscription: Subscription,
    keep_alive: Interval,
    /// When the credential ends, if it does.
    expiry: Option<Pin<Box<Sleep>>>,
    ending: watch::Receiver<bool>,
    /// The last event has been sent.
    over: bool,
}

impl Live {
    /// The next bytes to send.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if let Some(first) = self.first.take() {
            return Some((Ok(first), self));
        }
        if self.over {
            return None;
        }
        let expired = async {
            match &mut self.expiry {
                Some(expiry) => expiry.await,
                None => std::future::pending().await,
            }
        };
        let bytes = tokio::select! {
            biased;
            () = expired => {
                self.over = true;
                let revoked = StreamEvent::AuthRevoked { reason: CREDENTIAL_GONE.to_owned() };
                Bytes::from(revoked.encode())
            }
            // It fails only when the server is gone.
            _ = self.ending.wait_for(|ending| *ending) => return None,
            event = self.subscription.next() => event?,
            _ = self.keep_alive.tick() => Bytes::from(StreamEvent::KeepAlive.encode()),
        };
        Some((Ok(bytes), self))
    }
}
