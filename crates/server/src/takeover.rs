//! An event stream leaves HTTP/1's machinery behind.
//!
//! hyper keeps two buffers of 8 KiB and its own state for a connection as long as that is open. Most streams only say
//! now and then that they live, so when the answer to a request is an event stream, the socket is taken from hyper
//! before it has written anything of the answer, and [`pour`] writes head and events in its stead: what is left of a
//! stream is its socket, its queue and a task. HTTP/2 needs none of that: its streams share a connection's buffers.

use std::future::{pending, poll_fn, Future};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use axum::body::{Body, HttpBody};
use axum::http::{header, HeaderName, Version};
use axum::response::Response;
use bytes::{Buf, Bytes};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Marks an answer that goes on until its listener leaves: its connection may be taken over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endless;

/// A listener that takes nothing at all for so long is gone: two signs of life, as often as they are by default.
const LONGEST_STALL: Duration = Duration::from_secs(60);

/// Headers that are the connection's business, not the answer's.
const OF_THE_CONNECTION: [HeaderName; 4] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::DATE,
    header::TRANSFER_ENCODING,
];

/// Where an answer waits for its connection to be taken over.
#[derive(Default)]
pub(crate) struct Handover {
    answer: Mutex<Option<Response>>,
    /// Something that hyper wrote has not left yet.
    unsent: AtomicBool,
}

impl Handover {
    /// The answer to a request, if hyper is to write it; an endless one is kept here, and this is never ready.
    pub(crate) async fn pass(&self, version: Version, response: Response) -> Response {
        if version == Version::HTTP_11 && response.extensions().get::<Endless>().is_some() {
            *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
            return pending().await;
        }
        response
    }

    /// The answer that waits, if hyper is done with all before it.
    fn take(&self) -> Option<Response> {
        if self.unsent.load(Ordering::Relaxed) {
            return None;
        }
        self.answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// Runs `connection` until it ends, or until an answer is to be written without it.
pub(crate) async fn until_handover<I, S>(
    connection: &mut http1::Connection<Shared<I>, S>,
    handover: &Handover,
) -> hyper::Result<Option<Response>>
where
    I: AsyncRead + AsyncWrite + Unpin,
    S: HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    poll_fn(|cx| match Pin::new(&mut *connection).poll(cx) {
        Poll::Ready(ended) => Poll::Ready(ended.map(|()| None)),
        // With something still unsent, hyper is woken when that can leave.
        Poll::Pending => match handover.take() {
            Some(response) => Poll::Ready(Ok(Some(response))),
            None => Poll::Pending,
        },
    })
    .await
}

/// Writes an endless answer until it does end or the other side hangs up; the connection then is over.
///
/// # Errors
/// The connection broke, or its other side takes nothing any more.
pub(crate) async fn pour<I>(mut io: I, response: Response) -> io::Result<()>
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    send(&mut io, Bytes::from(head(&response))).await?;
    let mut body = response.into_body();
    loop {
        tokio::select! {
            frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)) => match frame {
                Some(frame) => {
                    // A frame is data, or trailers, which nobody asked for.
                    if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
                        send_chunk(&mut io, data).await?;
                    }
                }
                None => break,
            },
            gone = hung_up(&mut io) => {
                gone?;
                return Ok(());
            }
        }
    }
    send(&mut io, Bytes::from_static(b"0\r\n\r\n")).await?;
    io.shutdown().await
}

/// Ready when the other side has hung up. Whatever else it says is not heard: it was told that this answer is the last.
async fn hung_up(io: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut unheard = [0; 16];
    while io.read(&mut unheard).await? > 0 {}
    Ok(())
}

fn head(response: &Response) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        if !OF_THE_CONNECTION.contains(name) {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
    }
    let date = httpdate::fmt_http_date(SystemTime::now());
    let rest = format!("date: {date}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n");
    head.extend_from_slice(rest.as_bytes());
    head
}

async fn send_chunk(io: &mut (impl AsyncWrite + Unpin), data: Bytes) -> io::Result<()> {
    // A chunk of no length would be the last.
    if data.is_empty() {
        return Ok(());
    }
    let length = Bytes::from(format!("{:x}\r\n", data.len()));
    send(io, length.chain(data).chain(&b"\r\n"[..])).await
}

/// Writes all of `bytes`, as fast as the other side takes them.
async fn send(io: &mut (impl AsyncWrite + Unpin), mut bytes: impl Buf) -> io::Result<()> {
    while bytes.has_remaining() {
        let written = tokio::time::timeout(LONGEST_STALL, io.write_buf(&mut bytes)).await;
        if written.map_err(|_| io::ErrorKind::TimedOut)?? == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
    }
    tokio::time::timeout(LONGEST_STALL, io.flush())
        .await
        .map_err(|_| io::ErrorKind::TimedOut)?
}

/// A socket while hyper has it: tells [`Handover`] whether all that hyper wrote has left.
pub(crate) struct Shared<I> {
    io: TokioIo<I>,
    handover: Arc<Handover>,
}

impl<I> Shared<I> {
    pub(crate) fn new(io: I, handover: Arc<Handover>) -> Self {
        Self {
            io: TokioIo::new(io),
            handover,
        }
    }

    pub(crate) fn into_inner(self) -> I {
        self.io.into_inner()
    }

    fn unsent(&self, unsent: bool) {
        self.handover.unsent.store(unsent, Ordering::Relaxed);
    }
}

impl<I: AsyncRead + Unpin> Read for Shared<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<I: AsyncWrite + Unpin> Write for Shared<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.unsent(true);
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.unsent(true);
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        // hyper flushes when it has written all it has.
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.unsent(false);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
