//! Keys of ID tokens from an address: fetched when needed, not too often, and not lost when fetching fails.

mod support;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::{header, StatusCode};
use axum::routing::get;
use axum::Router;
use remote_refresh_core::time::Millis;
use remote_refresh_server::token::IdTokens;
use remote_refresh_server::Clock;
use serde_json::json;
use support::{soon, Server};
use tokio::net::TcpListener;

const START: u64 = 1_700_000_000;
const KEYS: &str = include_str!("support/id_token_jwks.json");

/// Who publishes keys, a feed server that fetches them, and the time, in seconds.
struct Setup {
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
    time: Arc<AtomicU64>,
    server: Server,
}

impl Setup {
    async fn new() -> Self {
        let answer = Arc::new(Mutex::new((StatusCode::OK, KEYS.to_owned())));
        let (asked, time) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicU64::new(START)),
        );
        let (given, counted) = (answer.clone(), asked.clone());
        let app = Router::new().route(
            "/keys",
            get(move || async move {
                counted.fetch_add(1, Ordering::SeqCst);
                let (status, text) = given.lock().expect("no panic").clone();
                (
                    status,
                    [(header::CACHE_CONTROL, "public, max-age=600")],
                    text,
                )
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let url = format!("http://{}/keys", listener.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let clock = time.clone();
        let server = Server::with(|config| {
            config.clock = Clock::new(move || Millis::from_secs(clock.load(Ordering::SeqCst)));
            config.id_tokens = Some(IdTokens::from_url("demo", &url).expect("it is this machine"));
            config.rules = Some(json!({"rules": {".read": "auth.uid == 'u1'"}}).to_string());
        })
        .await;
        let setup = Self {
            answer,
            asked,
            time,
            server,
        };
        // The first time is at the start.
        setup.until_asked(1).await;
        setup
    }

    fn publish(&self, status: StatusCode, keys: &str) {
        *self.answer.lock().expect("no panic") = (status, keys.to_owned());
    }

    async fn until_asked(&self, times: usize) {
        let asked = async {
            while self.asked.load(Ordering::SeqCst) < times {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        soon(asked).await;
    }

    /// The status of a read with a token that names the key `kid`.
    async fn read(&self, kid: &str) -> u16 {
        let path = format!("/a.json?auth={}", id_token(kid));
        self.server.send("GET", &path, &[], "").await.status
    }

    fn later(&self, seconds: u64) {
        self.time.fetch_add(seconds, Ordering::SeqCst);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn id_token(kid: &str) -> String {
    let claims = json!({
        "iss": "https://securetoken.google.com/demo", "aud": "demo", "sub": "u1",
        "iat": START, "exp": START + 360_000
    });
    support::id_token::signed(Some(kid), &claims)
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_tokens_and_unknown_ones_at_most_once_a_minute() {
    let setup = Setup::new().await;
    for _ in 0..5 {
        // With the first, the keys may still be on their way: it waits for them.
        assert_eq!(setup.read("test").await, 200);
        assert_eq!(setup.read("made-up").await, 401);
    }
    assert_eq!(setup.asked(), 1);
    setup.publish(StatusCode::OK, &KEYS.replace("\"test\"", "\"next\""));
    assert_eq!(setup.read("next").await, 401, "asked within the minute");
    setup.later(60);
    assert_eq!(setup.read("next").await, 200);
    assert_eq!(setup.asked(), 2);
    assert_eq!(setup.read("test").await, 401, "it is no longer published");
    assert_eq!(setup.asked(), 2);
}

#[tokio::test]
async fn keys_grow_old_and_the_last_good_ones_stay_when_fetching_fails() {
    let setup = Setup::new().await;
    assert_eq!(setup.read("test").await, 200);
    let bad = [
        (StatusCode::INTERNAL_SERVER_ERROR, KEYS.to_owned()),
        (StatusCode::OK, "{}".to_owned()),
        (StatusCode::OK, "x".repeat(300 * 1024)),
        (StatusCode::FOUND, KEYS.to_owned()),
    ];
    for (i, (status, text)) in bad.into_iter().enumerate() {
        setup.publish(status, &text);
        setup.later(601);
        assert_eq!(setup.read("test").await, 200, "fetched meanwhile");
        setup.until_asked(2 + i).await;
        assert_eq!(setup.read("made-up").await, 401, "waits for the attempt");
        assert_eq!(setup.read("test").await, 200);
        assert_eq!(setup.asked(), 2 + i);
    }
}

#[test]
fn keys_come_by_https_or_from_this_machine() {
    let code = |url| {
        IdTokens::from_url("demo", url)
            .err()
            .map(|error| error.code())
    };
    assert_eq!(code("http://keys.example/"), Some("id_tokens_bad_url"));
    assert_eq!(code("http://localhost.example/"), Some("id_tokens_bad_url"));
    assert_eq!(code("file:///keys"), Some("id_tokens_bad_url"));
    assert_eq!(code("keys"), Some("id_tokens_bad_url"));
    for good in [
        "http://localhost:1/",
        "http://127.0.0.1/",
        "http://[::1]:80/",
    ] {
        assert_eq!(code(good), None, "{good}");
    }
    let nobody = IdTokens::from_url("", "http://localhost/");
    assert_eq!(
        nobody.expect_err("no project").code(),
        "id_tokens_no_project"
    );
}
