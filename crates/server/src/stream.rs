//! Event streams: the full value first, then every write that concerns the place, and signs of life in between.
//!
//! A stream ends when its listener falls too far behind, when its credential expires (`auth_revoked` says so first),
//! when new rules no longer let it read (`cancel`), when the other end hangs up, or when the server stops: then each at its
//! own moment of a span, so that not all listeners come back at once.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use axum::http::{header, HeaderValue, StatusCode};
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
use crate::rest::{check_read, AskedQuery, Failure};
use crate::slots::{Full, Slot};
use crate::takeover::Endless;

/// A timer can't tick without pause, and no connection lives long without a sign of life.
const SHORTEST_KEEP_ALIVE: Duration = Duration::from_millis(1);
const LONGEST_KEEP_ALIVE: Duration = Duration::from_secs(24 * 3600);

/// Begins a stream of what happens at `path`, or in the window that `query` asks for.
pub(crate) fn open(
    feed: &FeedServer,
    path: Path,
    query: Option<AskedQuery>,
    grant: Grant,
    address: Option<IpAddr>,
) -> Result<Response, Failure> {
    let inner = feed.inner();
    let ending = inner.ending.subscribe();
    // Looked at after that, so that no stream misses the end.
    if let Some(span) = *ending.borrow() {
        return Err(Failure::stopping(span));
    }
    // Asked for first, so that no rules slip in between the check and this.
    let mut rules_changed = inner.store.rules_changed();
    rules_changed.mark_unchanged();
    let slot = inner.slots.take(
        grant.uid().filter(|_| !grant.admin),
        address,
        inner.config.max_streams_per_user,
        inner.config.max_streams_per_address,
        &inner.metrics,
    );
    let slot = slot.map_err(|full| {
        let whose = match full {
            Full::User => "This user",
            Full::Address => "This address",
        };
        let text = format!("{whose} has too many streams open. Close one first.");
        Failure::new(StatusCode::TOO_MANY_REQUESTS, text)
    })?;
    let asked = query.as_ref();
    let (data, rules) = inner.store.look();
    check_read(feed, &grant, &path, asked, &data, &rules)?;
    let query_of = asked.map(|asked| asked.query.clone());
    let (value, subscription) = inner.store.subscribe(path.clone(), query_of)?;
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
    let live = Box::new(Live {
        first: Some(Bytes::from(first.encode())),
        subscription,
        keep_alive,
        expiry,
        ending,
        leave: None,
        rules_changed,
        asked: Reader {
            feed: feed.clone(),
            path,
            query,
            grant,
        },
        over: false,
        slot,
    });
    let mut response = Response::new(Body::from_stream(unfold(live, Live::next)));
    // Without the charset some clients take the text for Latin-1.
    let kind = HeaderValue::from_static("text/event-stream; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.extensions_mut().insert(Endless);
    Ok(response)
}

/// Who reads what: looked at again whenever rules change.
struct Reader {
    feed: FeedServer,
    path: Path,
    query: Option<AskedQuery>,
    grant: Grant,
}

impl Reader {
    fn may_read(&self) -> bool {
        let query = self.query.as_ref();
        let (data, rules) = self.feed.inner().store.look();
        check_read(&self.feed, &self.grant, &self.path, query, &data, &rules).is_ok()
    }
}

/// A stream under way.
struct Live {
    /// The first event, until it is sent.
    first: Option<Bytes>,
    subscription: Subscription,
    keep_alive: Interval,
    /// When the credential ends, if it does.
    expiry: Option<Pin<Box<Sleep>>>,
    /// Over how long streams are to end, when they are.
    ending: watch::Receiver<Option<Duration>>,
    /// When this one is to, then.
    leave: Option<Pin<Box<Sleep>>>,
    rules_changed: watch::Receiver<()>,
    asked: Reader,
    /// The last event has been sent.
    over: bool,
    /// Counted as long as the stream is there.
    slot: Slot,
}

impl Live {
    /// The next bytes to send. On the heap, because a future holds what it moves more than once.
    async fn next(mut self: Box<Self>) -> Option<(Result<Bytes, Infallible>, Box<Self>)> {
        if let Some(first) = self.first.take() {
            return Some((Ok(first), self));
        }
        if self.over {
            return None;
        }
        let live = &mut *self;
        let bytes = loop {
            tokio::select! {
                biased;
                () = due(&mut live.expiry) => {
                    live.over = true;
                    let revoked = StreamEvent::AuthRevoked { reason: CREDENTIAL_GONE.to_owned() };
                    break Bytes::from(revoked.encode());
                }
                () = due(&mut live.leave) => return None,
                changed = live.ending.changed() => {
                    // It fails only when the server is gone.
                    changed.ok()?;
                    let span = *live.ending.borrow_and_update();
                    live.leave = span.map(|span| Box::pin(sleep(span.mul_f64(live.slot.place()))));
                }
                changed = live.rules_changed.changed() => {
                    changed.ok()?;
                    if live.asked.may_read() {
                        continue;
                    }
                    live.over = true;
                    break Bytes::from(StreamEvent::Cancel { reason: None }.encode());
                }
                event = live.subscription.next() => break event?,
                _ = live.keep_alive.tick() => break Bytes::from(StreamEvent::KeepAlive.encode()),
            }
        };
        Some((Ok(bytes), self))
    }
}

/// Ready at that time, if there is one.
async fn due(time: &mut Option<Pin<Box<Sleep>>>) {
    match time {
        Some(time) => time.await,
        None => std::future::pending().await,
    }
}
