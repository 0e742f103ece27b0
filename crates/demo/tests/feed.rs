//! With a real feed: what a page gets to see of a write.

mod support;

use std::time::Duration;

use remote_refresh_demo::{run, Config, FeedChoice};
use remote_refresh_server::{Config as FeedConfig, Storage};
use reqwest::{Response, StatusCode};
use serde_json::{json, Value};
use support::{Demo, Scratch};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const REPAIRS: &str = "Repairs day in October";

/// A server in this process, stopped when asked.
struct Running {
    base: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    async fn demo(config: Config) -> Self {
        Self::start(move |listener, shutdown| async move {
            run(listener, config, shutdown).await.unwrap();
        })
        .await
    }

    async fn feed(config: FeedConfig) -> Self {
        Self::start(move |listener, shutdown| async move {
            remote_refresh_server::run(listener, config, shutdown)
                .await
                .unwrap();
        })
        .await
    }

    async fn start<F, R>(run: F) -> Self
    where
        F: FnOnce(
            TcpListener,
            std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send>>,
        ) -> R,
        R: std::future::Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = Box::pin(async move {
            let _ = stopped.await;
        });
        let task = tokio::spawn(run(listener, shutdown));
        Self { base, stop, task }
    }

    async fn stop(self) {
        let _ = self.stop.send(());
        self.task.await.unwrap();
    }
}

/// The events of an open stream: `(name, data)`.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(base: &str, user: &str, token: &str) -> Response {
        let url = format!("{base}/users/{user}.json?auth={token}");
        let request = reqwest::Client::new()
            .get(url)
            .header("accept", "text/event-stream");
        request.send().await.unwrap()
    }

    fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event; `None` when the stream has ended.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name| {
                    event
                        .lines()
                        .find_map(|line| line.strip_prefix(name))
                        .unwrap()
                };
                let data = serde_json::from_str(field("data: ")).unwrap();
                return Some((field("event: ").to_owned(), data));
            }
            let chunk = tokio::time::timeout(Duration::from_secs(30), self.response.chunk());
            let chunk = chunk.await.expect("an event within 30 seconds").unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// Somebody signed in at the demo at `base`, and their feed token.
async fn signed_in(base: &str, user: &str) -> (support::Person, String) {
    let person = support::Person::at(base, user).await;
    let token = person.json("/api/feed-token").await["token"]
        .as_str()
        .unwrap()
        .to_owned();
    (person, token)
}

#[tokio::test]
async fn a_message_reaches_the_recipients_open_stream_as_one_patch_without_its_text() {
    let demo = Running::demo(Config::default()).await;
    let (_, token) = signed_in(&demo.base, "farid").await;
    let (elif, _) = signed_in(&demo.base, "elif").await;
    let mut stream = Stream::of(Stream::open(&demo.base, "farid", &token).await);
    assert_eq!(
        stream.next().await.unwrap(),
        ("put".to_owned(), json!({ "path": "/", "data": null }))
    );

    let thread = elif.thread_id(REPAIRS).await;
    let sent = elif.say(thread, "the text stays home").await;
    let (name, event) = stream.next().await.unwrap();
    assert_eq!(name, "patch");
    assert!(!event.to_string().contains("the text stays home"));

    let node = reqwest::get(format!("{}/users/farid.json?auth={token}", demo.base))
        .await
        .unwrap();
    let node: Value = node.json().await.unwrap();
    assert_eq!(node["version"], 1);
    assert!(node["updated"].is_i64());
    let message = json!({ "version": 1, "op": "added", "id": sent["id"].to_string() });
    assert_eq!(node["models"]["Message"], message);
    assert_eq!(node["models"]["Thread"]["id"], thread.to_string());
}

#[tokio::test]
async fn a_token_opens_ones_own_node_only_and_writes_nothing() {
    let demo = Running::demo(Config::default()).await;
    let (_, token) = signed_in(&demo.base, "farid").await;
    assert_eq!(
        Stream::open(&demo.base, "elif", &token).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        Stream::open(&demo.base, "farid", "made.up.token")
            .await
            .status(),
        StatusCode::UNAUTHORIZED
    );
    let write = reqwest::Client::new()
        .put(format!(
            "{}/users/farid/updated.json?auth={token}",
            demo.base
        ))
        .body("1");
    assert_eq!(
        write.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn stopping_the_demo_ends_its_streams_and_a_restart_knows_what_the_feed_held() {
    let dir = Scratch::new("feed");
    let config = Config {
        data: Some(dir.0.clone()),
        ..Config::default()
    };
    let demo = Running::demo(config.clone()).await;
    let (elif, token) = signed_in(&demo.base, "elif").await;
    let mut stream = Stream::of(Stream::open(&demo.base, "elif", &token).await);
    stream.next().await.unwrap();
    elif.say(elif.thread_id(REPAIRS).await, "hello").await;
    stream.next().await.unwrap();
    demo.stop().await;
    assert_eq!(stream.next().await, None);

    let demo = Running::demo(config).await;
    // The secret is a new one, and so are the tokens.
    assert_eq!(
        Stream::open(&demo.base, "elif", &token).await.status(),
        StatusCode::UNAUTHORIZED
    );
    let (_, token) = signed_in(&demo.base, "elif").await;
    let mut stream = Stream::of(Stream::open(&demo.base, "elif", &token).await);
    assert_eq!(stream.next().await.unwrap().1["data"]["version"], 1);
    // A stream that is open does not hold up the end.
    demo.stop().await;
}

#[tokio::test]
async fn a_feed_server_elsewhere_is_told_and_takes_the_demos_tokens() {
    let feed = Running::feed(FeedConfig::new(Storage::Memory, "shared")).await;
    let config = Config {
        feed: FeedChoice::External {
            url: feed.base.clone(),
            secret: "shared".to_owned(),
        },
        ..Config::default()
    };
    let demo = Running::demo(config).await;
    let (elif, token) = signed_in(&demo.base, "elif").await;
    assert_eq!(elif.json("/api/session").await["feed"]["url"], feed.base);
    let mut stream = Stream::of(Stream::open(&feed.base, "elif", &token).await);
    assert_eq!(stream.next().await.unwrap().0, "put");
    elif.say(elif.thread_id(REPAIRS).await, "over there").await;
    assert_eq!(stream.next().await.unwrap().0, "patch");
    // The demo itself serves no feed then.
    assert_eq!(
        Stream::open(&demo.base, "elif", &token).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_address_that_is_no_feeds_is_refused_at_the_start() {
    for url in ["https://example.test", "example.test", "http://"] {
        let config = Config {
            feed: FeedChoice::External {
                url: url.to_owned(),
                secret: "x".to_owned(),
            },
            ..Config::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let error = run(listener, config, std::future::pending())
            .await
            .unwrap_err();
        assert!(error.to_string().contains("http://"), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_demo_with_its_own_feed_keeps_the_page_and_the_api() {
    let demo = Running::demo(Config::default()).await;
    let (ben, _) = signed_in(&demo.base, "ben").await;
    assert_eq!(
        ben.json("/api/session").await["feed"],
        json!({ "url": "/", "uid": "ben" })
    );
    assert_eq!(
        ben.get("/nothing.html").await.status(),
        StatusCode::NOT_FOUND
    );
    // The same with a recording feed, to show that only `.json` goes elsewhere.
    let plain = Demo::start().await;
    assert_eq!(
        plain.stranger().get("/users/ben.json").await.status(),
        StatusCode::NOT_FOUND
    );
}
