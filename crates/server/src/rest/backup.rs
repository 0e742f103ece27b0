//! `/.settings/backup`: all data and the rules as they are at one moment, for whoever may do everything.
//!
//! Writers go on meanwhile: what is sent is a snapshot. The file grows by what they replace for as long as somebody holds
//! that, so there is one backup at a time, and who takes nothing of it for a while has it cut off.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{header, HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use tokio::sync::mpsc;

use super::answer::Failure;
use crate::auth::authenticate;
use crate::backup::Encoder;
use crate::error::ServerError;
use crate::feed::FeedServer;
use crate::metrics::{BackupEnd, Metrics};
use crate::store::copy::Cursor;
use crate::store::Snapshot;

/// Where backups are.
pub(crate) const BACKUP: &str = "/.settings/backup";

/// How many bytes are read before they are sent. A larger entry is sent as a whole.
const PIECE: usize = 64 << 10;

/// For how long nothing may be taken of what was sent.
const LONGEST_STALL: Duration = Duration::from_secs(60);

pub(super) fn respond(
    feed: &FeedServer,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let inner = feed.inner();
    if !authenticate(None, headers, &inner.config)?.admin {
        return Err(Failure::denied());
    }
    if *method != Method::GET {
        return Err(Failure::method("GET, OPTIONS"));
    }
    let Ok(turn) = inner.backups.clone().try_acquire_owned() else {
        return Err(Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "Another backup is under way. Try again when it is done.",
        ));
    };
    let (pieces, sent) = mpsc::channel(1);
    let snapshot = inner.store.look().0;
    let metrics = inner.metrics.clone();
    tokio::spawn(async move {
        let begun = Instant::now();
        // Without its end a backup is no backup: whoever takes it will see.
        let end = match send(snapshot, &pieces, &metrics).await {
            Ok(true) => {
                tracing::info!("a backup was sent");
                BackupEnd::Sent
            }
            Ok(false) => {
                tracing::warn!("a backup was not taken to its end");
                BackupEnd::NotTaken
            }
            Err(error) => {
                tracing::error!(%error, "a backup could not be read to its end");
                BackupEnd::Unreadable
            }
        };
        metrics.backed_up(end, begun.elapsed());
        drop(turn);
    });
    let pieces = unfold(sent, |mut sent: mpsc::Receiver<Bytes>| async {
        let piece = sent.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), sent))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let kind = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// Sends all of it, piece by piece, each read when the last but one was taken. Whether it was taken to its end.
async fn send(
    snapshot: Snapshot,
    pieces: &mpsc::Sender<Bytes>,
    metrics: &Metrics,
) -> Result<bool, ServerError> {
    let mut piece = Vec::with_capacity(PIECE);
    let mut state = (Encoder::begin(&mut piece), Cursor::default(), snapshot);
    loop {
        let reading = tokio::task::spawn_blocking(move || {
            let (encoder, cursor, snapshot) = &mut state;
            let last = snapshot.entries::<ServerError>(cursor, &mut |entry| {
                encoder.add(entry, &mut piece);
                Ok(piece.len() < PIECE)
            })?;
            Ok::<_, ServerError>((state, piece, last))
        });
        let read = reading.await.map_err(std::io::Error::other)?;
        let last;
        (state, piece, last) = read?;
        if last {
            let (encoder, ..) = state;
            encoder.end(&mut piece);
            return Ok(give(pieces, piece, metrics).await);
        }
        if !give(pieces, piece, metrics).await {
            return Ok(false);
        }
        piece = Vec::with_capacity(PIECE);
    }
}

/// Whether the piece was taken.
async fn give(pieces: &mpsc::Sender<Bytes>, piece: Vec<u8>, metrics: &Metrics) -> bool {
    let bytes = piece.len() as u64;
    let given = pieces.send_timeout(piece.into(), LONGEST_STALL).await;
    if given.is_ok() {
        metrics.backup_bytes.fetch_add(bytes, Ordering::Relaxed);
    }
    given.is_ok()
}
