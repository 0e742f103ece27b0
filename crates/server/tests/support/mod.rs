//! A feed server on a real port, a client for it, and a reader of its streams.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod http;
pub(crate) mod id_token;
pub(crate) mod noise;
pub(crate) mod process;
pub(crate) mod tls;

use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;

use remote_refresh_core::mirror::{Change, Mirror};
use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::{Decoder, Key, SseEvent, StreamEvent, Val};
use remote_refresh_server::{serve, Config, FeedServer, ServerError, Storage};
use reqwest::{Client, Method, Response};
use serde_json::{json, Value};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const SECRET: &str = "the server's secret";

/// Waits for what must happen; the limit only keeps a broken test from hanging.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), what)
        .await
        .expect("it never happened")
}

/// A running server; dropping it ends it.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) feed: FeedServer,
    pub(crate) client: Client,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<Result<(), ServerError>>,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The text of an error answer.
    pub(crate) fn error(&self) -> String {
        self.json()["error"]
            .as_str()
            .expect("an error is a text")
            .to_owned()
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A server in memory, its configuration changed by `change`.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(Storage::Memory, SECRET);
        // Streams end at once with the server, where no test is about how they do.
        config.drain = Duration::ZERO;
        change(&mut config);
        let feed = FeedServer::open(config).expect("the configuration is good");
        let app = feed.router();
        Self::serve(feed, app).await
    }

    /// A server that runs `app`, which has `feed` mounted.
    pub(crate) async fn serve(feed: FeedServer, app: axum::Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let running = tokio::spawn(serve(listener, feed.clone(), app, shutdown));
        Self {
            url,
            feed,
            client: Client::new(),
            stop: Some(stop),
            running,
        }
    }

    pub(crate) fn begin_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).expect("it runs");
        }
    }

    pub(crate) async fn stop(mut self) {
        self.begin_stop();
        soon(self.running)
            .await
            .expect("no panic")
            .expect("no error");
    }

    pub(crate) fn token(&self, uid: &str) -> String {
        self.feed
            .mint_token(uid, Millis::from_secs(3600))
            .expect("the test uses good uids")
    }

    /// Sends a request; `path` may have a query.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.url))
            .body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = soon(request.send()).await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            text: soon(response.text()).await.expect("the answer is whole"),
        }
    }

    /// Sends a request as whoever knows the secret.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: &str) -> Answer {
        let credential = format!("Bearer {SECRET}");
        self.send(method, path, &[("authorization", &credential)], body)
            .await
    }

    /// Writes, which must be accepted.
    pub(crate) async fn put(&self, path: &str, data: &Value) {
        let answer = self.admin("PUT", path, &data.to_string()).await;
        assert!([200, 204].contains(&answer.status), "{}", answer.text);
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.admin("GET", path, "").await.json()
    }

    /// Opens a stream as whoever knows the secret.
    pub(crate) async fn listen(&self, path: &str) -> Stream {
        self.listen_with(path, SECRET).await
    }

    pub(crate) async fn listen_with(&self, path: &str, credential: &str) -> Stream {
        let request = self
            .client
            .get(format!("{}{path}", self.url))
            .header("accept", "text/event-stream")
            .header("authorization", format!("Bearer {credential}"));
        let response = soon(request.send()).await.expect("the server answers");
        assert_eq!(response.status(), 200);
        Stream {
            response,
            decoder: Decoder::new(),
            received: VecDeque::new(),
            mirror: Mirror::new(),
        }
    }
}

/// An open stream.
pub(crate) struct Stream {
    pub(crate) response: Response,
    decoder: Decoder,
    received: VecDeque<SseEvent>,
    pub(crate) mirror: Mirror,
}

impl Stream {
    /// The next event; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<SseEvent> {
        while self.received.is_empty() {
            let chunk = soon(self.response.chunk())
                .await
                .expect("the stream ends as it should")?;
            let received = &mut self.received;
            self.decoder
                .feed(&chunk, &mut |event| received.push_back(event))
                .expect("events are small");
        }
        self.received.pop_front()
    }

    /// The next event as `[name, data]`, the data as JSON where it is.
    pub(crate) async fn next_json(&mut self) -> Value {
        let event = self.next().await.expect("the stream goes on");
        let data = serde_json::from_str(&event.data).unwrap_or_else(|_| Value::from(event.data));
        json!([event.event, data])
    }

    /// Takes the next event into the mirror and returns what it changed.
    pub(crate) async fn changes(&mut self) -> Value {
        let event = self.next().await.expect("the stream goes on");
        let event = StreamEvent::parse(&event.event, &event.data)
            .expect("good data")
            .expect("a known name");
        let changes = self
            .mirror
            .apply(&event)
            .expect("a stream begins with the whole");
        Value::Array(changes.iter().map(change_json).collect())
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::to_value(Val(self.mirror.root())).expect("data is JSON")
    }
}

fn change_json(change: &Change) -> Value {
    let name = |prev: &Option<Key>| prev.as_ref().map(|key| key.as_str().to_owned());
    match change {
        Change::Removed { key, .. } => json!(["removed", key.as_str()]),
        Change::Added { key, prev, .. } => json!(["added", key.as_str(), name(prev)]),
        Change::Moved { key, prev, .. } => json!(["moved", key.as_str(), name(prev)]),
        Change::Changed { key, prev, .. } => json!(["changed", key.as_str(), name(prev)]),
        Change::Value => json!(["value"]),
    }
}

/// The server's program, which cargo builds beside the folder of its tests. (Cargo names it in a variable too, but one
/// with hyphens, which a compiler started through a shell script never sees.)
pub(crate) fn program() -> std::path::PathBuf {
    let test = std::env::current_exe().expect("a test has a program");
    let folder = test
        .parent()
        .and_then(std::path::Path::parent)
        .expect("it lies in target/…/deps");
    folder.join(format!(
        "remote-refresh-server{}",
        std::env::consts::EXE_SUFFIX
    ))
}
