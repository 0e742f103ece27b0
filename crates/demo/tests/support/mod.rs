//! A demo on a free port with a feed that only records, and people who talk to it over real TCP.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use remote_refresh_demo::change::{Affected, Change, Model, Op};
use remote_refresh_demo::feed::{Delivery, Feed, FeedError, Token};
use remote_refresh_demo::{run_with_feed, Config};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use serde_json::{json, Value};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A notification that arrived: to whom, and what.
pub type Arrived = (Vec<String>, Change);

/// A feed that records what it is told, and fails when it is told to.
#[derive(Default)]
pub struct Recorder {
    arrived: Mutex<Vec<Arrived>>,
    attempts: Mutex<usize>,
    pub down: AtomicBool,
    pub refusing: AtomicBool,
}

impl Recorder {
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    pub fn attempts(&self) -> usize {
        *self.attempts.lock().unwrap()
    }

    /// Waits for `count` notifications in all, and returns them.
    pub async fn wait_for(&self, count: usize) -> Vec<Arrived> {
        wait_until(|| self.arrived().len() >= count).await;
        self.arrived()
    }
}

impl Feed for Recorder {
    fn url(&self) -> &str {
        "/"
    }

    fn mint(&self, user: &str, now: i64) -> Result<Token, FeedError> {
        Ok(Token {
            token: format!("token of {user}"),
            expires: now + 60_000,
        })
    }

    fn remote_refresh<'a>(&'a self, users: &'a Affected, change: &'a Change) -> Delivery<'a> {
        Box::pin(async move {
            *self.attempts.lock().unwrap() += 1;
            let fail = |passing| {
                Err(FeedError {
                    message: "as told".to_owned(),
                    passing,
                })
            };
            if self.down.load(Ordering::SeqCst) {
                return fail(true);
            }
            if self.refusing.load(Ordering::SeqCst) {
                return fail(false);
            }
            let users = users.iter().cloned().collect();
            self.arrived.lock().unwrap().push((users, change.clone()));
            Ok(())
        })
    }
}

/// Waits for a condition, generously.
pub async fn wait_until(condition: impl Fn() -> bool) {
    for _ in 0..3000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited 30 seconds in vain");
}

/// A running demo.
pub struct Demo {
    pub base: String,
    pub feed: Arc<Recorder>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Demo {
    /// One in memory.
    pub async fn start() -> Self {
        Self::start_with(Config::default(), Arc::default()).await
    }

    pub async fn start_with(config: Config, feed: Arc<Recorder>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let told = Arc::clone(&feed);
        let task = tokio::spawn(async move {
            let shutdown = async move {
                let _ = stopped.await;
            };
            run_with_feed(listener, &config, told, None, shutdown)
                .await
                .unwrap();
        });
        Self {
            base,
            feed,
            stop,
            task,
        }
    }

    /// Stops it and waits until it has ended.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        self.task.await.unwrap();
    }

    /// Somebody who is not signed in.
    pub fn stranger(&self) -> Person {
        Person::stranger(&self.base)
    }

    /// Signs `user` in.
    pub async fn person(&self, user: &str) -> Person {
        Person::at(&self.base, user).await
    }
}

/// The `name=value` part of the cookie that `answer` sets.
pub fn cookie_of(answer: &Response) -> String {
    let header = answer.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
    header.split(';').next().unwrap().to_owned()
}

/// Somebody with a browser.
#[derive(Clone)]
pub struct Person {
    base: String,
    client: reqwest::Client,
    pub cookie: Option<String>,
    pub client_id: Option<&'static str>,
    pub seat: Option<&'static str>,
}

impl Person {
    /// Somebody who is not signed in at the demo at `base`.
    pub fn stranger(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            client: reqwest::Client::new(),
            cookie: None,
            client_id: None,
            seat: None,
        }
    }

    /// Signs `user` in at the demo at `base`.
    pub async fn at(base: &str, user: &str) -> Self {
        let mut person = Self::stranger(base);
        let answer = person.post("/api/session", json!({ "user": user })).await;
        assert_eq!(answer.status(), StatusCode::OK);
        person.cookie = Some(cookie_of(&answer));
        person
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if let Some(id) = self.client_id {
            request = request.header("X-Client-Id", id);
        }
        if let Some(seat) = self.seat {
            request = request.header("X-Seat", seat);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Response {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Response {
        self.send(Method::DELETE, path, None).await
    }

    /// GET that must succeed.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    /// This person's thread with the given subject.
    pub async fn thread(&self, subject: &str) -> Value {
        let page = self.json("/api/threads?per_page=100").await;
        let items = page["items"].as_array().unwrap();
        let found = items.iter().find(|thread| thread["subject"] == subject);
        found
            .unwrap_or_else(|| panic!("no thread {subject:?}"))
            .clone()
    }

    pub async fn thread_id(&self, subject: &str) -> i64 {
        self.thread(subject).await["id"].as_i64().unwrap()
    }

    /// Sends a message that must succeed, and returns it.
    pub async fn say(&self, thread: i64, body: &str) -> Value {
        let path = format!("/api/threads/{thread}/messages");
        let answer = self.post(&path, json!({ "body": body })).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.unwrap()
    }
}

/// The status and error code of a refusal, whose message must be a sentence.
pub async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    let message = body["error"]["message"].as_str().unwrap();
    assert!(message.contains(' '), "not a sentence: {message:?}");
    (status, body["error"]["code"].as_str().unwrap().to_owned())
}

/// What a change touches, short: `("Message", "added", "12")`.
pub fn touched(change: &Change) -> Vec<(&'static str, &'static str, &str)> {
    let op = |op| match op {
        Op::Added => "added",
        Op::Changed => "changed",
        Op::Removed => "removed",
    };
    let touched = change.touched.iter();
    touched
        .map(|t| (Model::name(t.model), op(t.op), t.id.as_str()))
        .collect()
}

/// A directory of its own, removed when dropped.
pub struct Scratch(pub std::path::PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let dir =
            std::env::temp_dir().join(format!("remote-refresh-demo-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
