//! One connection: from an accepted socket to its end, in HTTP/1.1 or HTTP/2, with TLS or without.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{pin, Pin};
use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{service_fn, Service};
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{watch, OwnedSemaphorePermit};

use crate::feed::FeedServer;
use crate::idle::UnderWay;
use crate::takeover::{pour, until_handover, Handover, Shared};
use crate::tls::HTTP2;

/// How much of a request's head is held, in bytes: room for a long token in the address and one in a header.
const MAX_HEAD: usize = 64 * 1024;

/// How much of the answers of one HTTP/2 request waits for its client to take it, in bytes.
const MAX_SEND_BUFFER: usize = 64 * 1024;

/// How often an HTTP/2 client without requests is asked whether it is there, and how long it has to say so.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// How far the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Connections are served.
    Serving,
    /// Each ends when what is under way on it is answered.
    Finishing,
    /// Each ends now.
    Over,
}

/// What all connections share.
pub(crate) struct Connections {
    feed: FeedServer,
    app: Router,
    stage: watch::Sender<Stage>,
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
}

impl Connections {
    pub(crate) fn new(feed: FeedServer, app: Router) -> Self {
        let config = &feed.inner().config;
        let mut http1 = http1::Builder::new();
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(config.header_timeout)
            .max_buf_size(MAX_HEAD);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(config.max_requests_per_connection)
            .max_header_list_size(MAX_HEAD as u32)
            .max_send_buf_size(MAX_SEND_BUFFER)
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT);
        Self {
            feed,
            app,
            stage: watch::Sender::new(Stage::Serving),
            http1,
            http2,
        }
    }

    /// Serves a connection in a task of its own. `permit` is given back when it is over.
    pub(crate) fn begin(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        permit: OwnedSemaphorePermit,
    ) {
        // Events are small and must not wait for more; a socket that can't do that still works.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
        let (all, mut stage) = (self.clone(), self.stage.subscribe());
        let mut over = stage.clone();
        self.feed
            .inner()
            .metrics
            .connections
            .fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            tokio::select! {
                () = all.serve(stream, peer, &mut stage) => {}
                () = reached(&mut over, Stage::Over) => {}
            }
            let metrics = &all.feed.inner().metrics;
            metrics.connections.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
        });
    }

    /// Lets what is under way be answered, for up to `grace`, and ends all connections. Whether that was time enough.
    pub(crate) async fn finish(&self, grace: Duration) -> bool {
        self.stage.send_replace(Stage::Finishing);
        let in_time = tokio::time::timeout(grace, self.stage.closed()).await;
        self.stage.send_replace(Stage::Over);
        self.stage.closed().await;
        in_time.is_ok()
    }

    async fn serve(&self, stream: TcpStream, peer: SocketAddr, stage: &mut watch::Receiver<Stage>) {
        let config = &self.feed.inner().config;
        let Some(tls) = &config.tls else {
            return self.serve_http1(stream, peer, stage).await;
        };
        // On the heap, so that connections without TLS are not as large.
        let handshake = Box::pin(tls.acceptor().accept(stream));
        match tokio::time::timeout(config.header_timeout, handshake).await {
            Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(HTTP2) => {
                Box::pin(self.serve_http2(stream, peer, stage)).await;
            }
            Ok(Ok(stream)) => Box::pin(self.serve_http1(stream, peer, stage)).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS came about"),
            Err(_) => tracing::debug!("no TLS came about in time"),
        }
    }

    async fn serve_http1<I>(&self, io: I, peer: SocketAddr, stage: &mut watch::Receiver<Stage>)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // On the heap, so that nothing of it is left when a stream has taken over.
        let ended = match Box::pin(self.until_stream(io, peer, stage)).await {
            Ok(Some((io, response))) => pour(io, response).await.map_err(Into::into),
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        note(ended);
    }

    /// Serves HTTP/1.1 until the connection ends, or its last answer is a stream.
    async fn until_stream<I>(
        &self,
        io: I,
        peer: SocketAddr,
        stage: &mut watch::Receiver<Stage>,
    ) -> hyper::Result<Option<(I, Response)>>
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handover = Arc::new(Handover::default());
        let passing = handover.clone();
        let app = self.app(peer);
        let service = service_fn(move |request: Request<Incoming>| {
            let (passing, version) = (passing.clone(), request.version());
            let response = app(request);
            async move { Ok::<_, Infallible>(passing.pass(version, response.await).await) }
        });
        let io = Shared::new(io, handover.clone());
        let mut connection = self.http1.serve_connection(io, service);
        let first = tokio::select! {
            ended = until_handover(&mut connection, &handover) => Some(ended),
            () = reached(stage, Stage::Finishing) => None,
        };
        let ended = match first {
            Some(ended) => ended,
            None => {
                Pin::new(&mut connection).graceful_shutdown();
                until_handover(&mut connection, &handover).await
            }
        };
        Ok(ended?.map(|response| (connection.into_parts().io.into_inner(), response)))
    }

    async fn serve_http2<I>(&self, io: I, peer: SocketAddr, stage: &mut watch::Receiver<Stage>)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (app, under_way) = (self.app(peer), UnderWay::nothing());
        let counting = under_way.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let (one, response) = (counting.one_more(), app(request));
            async move { Ok::<_, Infallible>(one.until_sent(response.await)) }
        });
        let mut connection = pin!(self.http2.serve_connection(TokioIo::new(io), service));
        tokio::select! {
            ended = &mut connection => return note(ended.map_err(Into::into)),
            () = reached(stage, Stage::Finishing) => {}
            () = under_way.idle(self.feed.inner().config.header_timeout) => {}
        }
        connection.as_mut().graceful_shutdown();
        note(connection.await.map_err(Into::into));
    }

    /// The app, as one peer's requests meet it.
    fn app(
        &self,
        peer: SocketAddr,
    ) -> impl Fn(Request<Incoming>) -> Answering + Send + Sync + 'static {
        let app = TowerToHyperService::new(self.app.clone());
        move |mut request| {
            request.extensions_mut().insert(ConnectInfo(peer));
            let response = app.call(request);
            Box::pin(async move {
                match response.await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            })
        }
    }
}

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Ready when the server is as far as `stage`, or gone.
async fn reached(receiver: &mut watch::Receiver<Stage>, stage: Stage) {
    // It fails only when the server is gone.
    let _ = receiver.wait_for(|now| *now >= stage).await;
}

fn note(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended badly");
    }
}
