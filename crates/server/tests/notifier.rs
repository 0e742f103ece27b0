//! The notifier: one patch for many users, in this process and over HTTP.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use axum::http::StatusCode;
use axum::routing::any;
use axum::Router;
use remote_refresh_core::time::Millis;
use remote_refresh_server::notify::{Change, HttpTarget, Notifier, Op, USERS_PER_PATCH};
use remote_refresh_server::Clock;
use serde_json::{json, Value};
use support::{soon, Server, SECRET};

const NOW: u64 = 1_700_000_000_000;

async fn server() -> Server {
    Server::with(|config| config.clock = Clock::new(|| Millis(NOW))).await
}

/// Both kinds, for the same server.
fn both(server: &Server) -> [Notifier; 2] {
    let target = HttpTarget::new(&server.url, SECRET).expect("the URL is good");
    [server.feed.notifier(), Notifier::http(target)]
}

#[tokio::test]
async fn a_refresh_is_one_patch_of_small_values() {
    for i in 0..2 {
        let server = server().await;
        let notifier = &both(&server)[i];
        let mut stream = server
            .listen_with("/users/u1.json", &server.token("u1"))
            .await;
        stream.next().await;
        let change = Change::new()
            .model("Message", Op::Added, "m1")
            .origin("c1")
            .spread(500);
        notifier
            .remote_refresh(["u1", "u2", "u1"], &change)
            .await
            .expect("it is told");
        let expected = json!({
            "updated": NOW, "version": 1, "origin": "c1", "spread": 500,
            "models/Message/version": 1, "models/Message/op": "added", "models/Message/id": "m1",
        });
        assert_eq!(
            stream.next_json().await,
            json!(["patch", {"path": "/", "data": expected}])
        );
        notifier
            .remote_refresh(["u1"], &Change::new())
            .await
            .expect("it is told");
        let expected = json!({"updated": NOW, "version": 2, "origin": null, "spread": null});
        assert_eq!(
            stream.next_json().await,
            json!(["patch", {"path": "/", "data": expected}])
        );
        assert_eq!(server.get("/users/u2/version.json").await, json!(1));
    }
}

#[tokio::test]
async fn several_records_of_a_type_count_each() {
    let server = server().await;
    let change = Change::new()
        .model("Message", Op::Added, "m1")
        .model("User", Op::Changed, "u9")
        .model("Message", Op::Removed, "m2");
    server
        .feed
        .notifier()
        .remote_refresh(["u1"], &change)
        .await
        .expect("it is told");
    let expected = json!({
        "Message": {"version": 2, "op": "removed", "id": "m2"},
        "User": {"version": 1, "op": "changed", "id": "u9"},
    });
    assert_eq!(server.get("/users/u1/models.json").await, expected);
}

#[tokio::test]
async fn many_users_are_told_in_batches() {
    let server = server().await;
    let uids: Vec<String> = (0..2 * USERS_PER_PATCH + 1)
        .map(|i| format!("u{i}"))
        .collect();
    for (i, notifier) in both(&server).iter().enumerate() {
        let mut stream = server.listen("/users.json").await;
        stream.next().await;
        notifier
            .remote_refresh(&uids, &Change::new())
            .await
            .expect("they are told");
        for _ in 0..3 {
            assert_eq!(stream.next_json().await[0], "patch");
        }
        let users = server.get("/users.json").await;
        let users = users.as_object().expect("there are users");
        assert_eq!(users.len(), uids.len());
        assert!(users.values().all(|user| user["version"] == json!(i + 1)));
    }
}

#[tokio::test]
async fn a_bad_id_or_type_is_named_and_nobody_is_told() {
    let server = server().await;
    for notifier in both(&server) {
        let error = notifier
            .remote_refresh(["u1", "a/b"], &Change::new())
            .await
            .expect_err("a/b is no key");
        assert_eq!(error.code(), "notify_bad_uid");
        assert!(error.to_string().contains("\"a/b\""), "{error}");
        let change = Change::new().model("a.b", Op::Added, "1");
        let error = notifier
            .remote_refresh(["u1"], &change)
            .await
            .expect_err("a.b is no key");
        assert_eq!(error.code(), "notify_bad_type");
        notifier
            .remote_refresh([""; 0], &Change::new())
            .await
            .expect("nobody is easily told");
    }
    assert_eq!(server.get("/.json").await, Value::Null);
}

/// A server that answers with each of these statuses in turn, then with 204; and the count of requests.
async fn answering(statuses: &'static [u16]) -> (Server, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counting = count.clone();
    let app = Router::new().fallback(any(move || {
        let n = counting.fetch_add(1, Ordering::SeqCst);
        let status = statuses.get(n).copied().unwrap_or(204);
        async move { StatusCode::from_u16(status).expect("the test uses real statuses") }
    }));
    let feed = server().await.feed.clone();
    (Server::serve(feed, app).await, count)
}

#[tokio::test]
async fn trouble_that_may_pass_is_tried_again() {
    let (server, count) = answering(&[503, 500, 429]).await;
    let target = HttpTarget::new(&server.url, SECRET).expect("the URL is good");
    soon(Notifier::http(target).remote_refresh(["u1"], &Change::new()))
        .await
        .expect("it is told at last");
    assert_eq!(count.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn trouble_that_stays_is_reported() {
    let (server, count) = answering(&[500, 500, 500, 500, 500, 500]).await;
    let target = HttpTarget::new(&server.url, SECRET).expect("the URL is good");
    let error = soon(Notifier::http(target).remote_refresh(["u1"], &Change::new()))
        .await
        .expect_err("it never works");
    assert_eq!(
        (error.code(), count.load(Ordering::SeqCst)),
        ("notify_refused", 5)
    );
}

#[tokio::test]
async fn a_refusal_is_not_tried_again_and_shows_no_secret() {
    let server = server().await;
    let target = HttpTarget::new(&server.url, "not the secret").expect("the URL is good");
    let error = Notifier::http(target)
        .remote_refresh(["u1"], &Change::new())
        .await
        .expect_err("it is denied");
    assert_eq!(error.code(), "notify_refused");
    assert!(
        error.to_string().contains("401") && !error.to_string().contains("not the secret"),
        "{error}"
    );
    let url = server.url.clone();
    server.stop().await;
    let target = HttpTarget::new(&url, "hush").expect("the URL is good");
    let error = soon(Notifier::http(target).remote_refresh(["u1"], &Change::new()))
        .await
        .expect_err("nobody is there");
    assert_eq!(error.code(), "notify_network");
    assert!(!format!("{error:?}{error}").contains("hush"), "{error:?}");
    assert_eq!(
        HttpTarget::new("not a url", "")
            .err()
            .expect("it is none")
            .code(),
        "notify_bad_url"
    );
}
