//! Whether anything is under way on a connection: one on which nothing is for too long is closed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::watch;

/// How many requests are under way on one connection. Cloning shares it.
#[derive(Clone)]
pub(crate) struct UnderWay(Arc<watch::Sender<usize>>);

/// One of them, until it is dropped.
pub(crate) struct OneMore(UnderWay);

impl Drop for OneMore {
    fn drop(&mut self) {
        self.0 .0.send_modify(|count| *count -= 1);
    }
}

impl UnderWay {
    pub(crate) fn nothing() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// Counts a request that begins.
    pub(crate) fn one_more(&self) -> OneMore {
        self.0.send_modify(|count| *count += 1);
        OneMore(self.clone())
    }

    /// Ready when nothing has been under way for as long as `limit`.
    pub(crate) async fn idle(&self, limit: Duration) {
        let mut count = self.0.subscribe();
        // Waiting fails only when the sender is gone, which is held here.
        loop {
            let _ = count.wait_for(|count| *count == 0).await;
            let busy = count.wait_for(|count| *count > 0);
            if tokio::time::timeout(limit, busy).await.is_err() {
                return;
            }
        }
    }
}

impl OneMore {
    /// Lets the request count until all of its answer has been taken, or its client has gone.
    pub(crate) fn until_sent(self, response: Response) -> Response {
        response.map(|body| Body::new(Counted { body, _one: self }))
    }
}

struct Counted {
    body: Body,
    _one: OneMore,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
