//! Bodies: read up to a limit, within a time, and no more of all of them together than there is room for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use futures_util::StreamExt;

use super::answer::Failure;
use crate::feed::FeedServer;

/// How much more than the limit of a body is read and thrown away, so that its sender gets to see the answer.
const DISCARD_FACTOR: usize = 4;

/// Part of what all bodies under way together may take, taken for as long as this is there.
pub(super) struct Held {
    all: Arc<AtomicUsize>,
    bytes: usize,
}

impl Held {
    fn nothing(feed: &FeedServer) -> Self {
        Self {
            all: feed.inner().held_bodies.clone(),
            bytes: 0,
        }
    }

    /// Takes more, if it is to be had.
    fn grow(&mut self, bytes: usize, max: usize) -> bool {
        self.bytes += bytes;
        self.all.fetch_add(bytes, Ordering::Relaxed) + bytes <= max
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Reads a body, up to `max` bytes. What it takes is counted until the second of what is returned is dropped.
pub(super) async fn read(
    feed: &FeedServer,
    body: Body,
    max: usize,
) -> Result<(Vec<u8>, Held), Failure> {
    let late = |_| {
        Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            "The body took too long to arrive.",
        )
    };
    tokio::time::timeout(feed.inner().config.body_timeout, read_all(feed, body, max))
        .await
        .map_err(late)?
}

async fn read_all(feed: &FeedServer, body: Body, max: usize) -> Result<(Vec<u8>, Held), Failure> {
    let (mut bytes, mut held) = (Vec::new(), Held::nothing(feed));
    let mut seen = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Failure::bad("The body broke off."))?;
        seen += chunk.len();
        if seen <= max {
            if !held.grow(chunk.len(), feed.inner().config.max_bodies) {
                return Err(Failure::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Too much is being written at once. Try again later.",
                ));
            }
            bytes.extend_from_slice(&chunk);
        } else if seen > max.saturating_mul(DISCARD_FACTOR) {
            break;
        }
    }
    if seen > max {
        return Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The data is larger than {max} bytes."),
        ));
    }
    Ok((bytes, held))
}
