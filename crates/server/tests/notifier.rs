//! The notifier: one patch for many users, in this process and over HTTP.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::{StatusCode, Uri};
use axum::routing::any;
use axum::Router;
use remote_refresh_core::time::Millis;
use remote_refresh_server::notify::{
    Auth, Change, HttpTarget, Notifier, Op, Told, USERS_PER_PATCH,
};
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

#[tokio::test]
async fn a_batch_ends_at_its_size_and_where_its_text_grows_past_a_megabyte() {
    let server = server().await;
    let uids: Vec<String> = (0..40).map(|i| format!("u{i:02}")).collect();
    let types = (0..100).fold(Change::new(), |all, i| {
        all.any(format!("{}{i}", "T".repeat(200)))
    });
    for notifier in both(&server) {
        let small = notifier.clone().batch_size(15);
        let told = small.remote_refresh(&uids, &Change::new()).await;
        let expected = |requests| Told {
            users: 40,
            requests,
        };
        assert_eq!(told.expect("they are told"), expected(3));
        let told = notifier.remote_refresh(&uids, &types).await;
        assert_eq!(told.expect("they are told"), expected(4));
    }
    assert_eq!(server.get("/users/u39/version.json").await, json!(4));
}

#[tokio::test]
async fn a_bad_change_says_what_to_do_and_nobody_is_told() {
    let server = server().await;
    let many = (0..101).fold(Change::new(), |all, i| all.any(format!("T{i}")));
    for change in [many, Change::new().origin("")] {
        let notifier = server.feed.notifier();
        let error = notifier.remote_refresh(["u1"], &change).await;
        let error = error.expect_err("it can't be written");
        assert_eq!(error.code(), "notify_bad_change");
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
    let notifier = Notifier::http(target.retries(3));
    let error = soon(notifier.remote_refresh(["u2", "u1"], &Change::new()))
        .await
        .expect_err("it never works");
    assert_eq!(
        (error.code(), count.load(Ordering::SeqCst)),
        ("notify_unavailable", 4)
    );
    assert_eq!(error.failed(), ["u1", "u2"]);
}

#[tokio::test]
async fn when_a_later_batch_fails_the_error_names_its_users_and_those_after_it() {
    let (server, count) = answering(&[204, 400]).await;
    let target = HttpTarget::new(&server.url, SECRET).expect("the URL is good");
    let notifier = Notifier::http(target).batch_size(2);
    let error = soon(notifier.remote_refresh(["a", "b", "c", "d", "e"], &Change::new()))
        .await
        .expect_err("the second is refused");
    assert_eq!(error.code(), "notify_rejected");
    assert_eq!(error.failed(), ["c", "d", "e"]);
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_refusal_is_not_tried_again_and_shows_no_secret() {
    let server = server().await;
    let target = HttpTarget::new(&server.url, "not the secret").expect("the URL is good");
    let error = Notifier::http(target)
        .remote_refresh(["u1"], &Change::new())
        .await
        .expect_err("it is denied");
    assert_eq!(error.code(), "notify_denied");
    assert!(
        error.to_string().contains("401") && !error.to_string().contains("not the secret"),
        "{error}"
    );
    let url = server.url.clone();
    server.stop().await;
    let target = HttpTarget::new(&url, "hush").expect("the URL is good");
    let error = soon(Notifier::http(target.retries(1)).remote_refresh(["u1"], &Change::new()))
        .await
        .expect_err("nobody is there");
    assert_eq!(error.code(), "notify_unavailable");
    assert!(!format!("{error:?}{error}").contains("hush"), "{error:?}");
    for url in [
        "not a url",
        "ftp://feed.example",
        "http://me:hush@feed.example",
    ] {
        let error = HttpTarget::new(url, "").err().expect("it is none");
        assert_eq!(error.code(), "notify_bad_url");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

/// A server that repeats the address of each request in a refusal, and keeps those addresses.
async fn repeating() -> (Server, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seeing = seen.clone();
    let app = Router::new().fallback(any(move |uri: Uri| {
        seeing.lock().expect("no panic").push(uri.to_string());
        let status = match uri.to_string().contains("new") {
            true => StatusCode::NO_CONTENT,
            false => StatusCode::UNAUTHORIZED,
        };
        async move { (status, format!("no: {uri}")) }
    }));
    let feed = server().await.feed.clone();
    (Server::serve(feed, app).await, seen)
}

#[tokio::test]
async fn the_feeds_words_are_left_out_where_they_hold_the_secret() {
    let (server, _) = repeating().await;
    let target = HttpTarget::new(&server.url, "hu sh").expect("the URL is good");
    let error = soon(Notifier::http(target).remote_refresh(["u1"], &Change::new()))
        .await
        .expect_err("it is denied");
    assert_eq!(error.code(), "notify_denied");
    assert!(!format!("{error:?}{error}").contains("hu"), "{error:?}");
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_once_more_when_it_is_refused() {
    let (server, seen) = repeating().await;
    let auth = Auth::asking(|refused| async move {
        let token = if refused { "new" } else { "old" };
        Some(token.to_owned())
    });
    let url = format!("{}/feed/?ns=demo", server.url);
    let target = HttpTarget::with_auth(&url, auth.as_access_token()).expect("the URL is good");
    let notifier = Notifier::http(target).batch_size(1);
    let told = soon(notifier.remote_refresh(["u1", "u2"], &Change::new())).await;
    assert_eq!(told.expect("they are told").requests, 3);
    let addresses = ["old", "new", "new"]
        .map(|token| format!("/feed/.json?ns=demo&print=silent&access_token={token}"));
    assert_eq!(*seen.lock().expect("no panic"), addresses);
    let target = HttpTarget::with_auth(&server.url, Auth::asking(|_| async { None }));
    let error = Notifier::http(target.expect("the URL is good"))
        .remote_refresh(["u1"], &Change::new())
        .await
        .expect_err("there is no token");
    assert_eq!(error.code(), "notify_auth_failed");
    assert_eq!(error.failed(), ["u1"]);
}

#[tokio::test]
async fn a_feed_that_wants_an_hour_is_not_waited_for() {
    let app = Router::new().fallback(any(|| async {
        (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "3600")])
    }));
    let server = Server::serve(server().await.feed.clone(), app).await;
    let target = HttpTarget::new(&server.url, SECRET).expect("the URL is good");
    let error = soon(Notifier::http(target).remote_refresh(["u1"], &Change::new()))
        .await
        .expect_err("it is busy");
    assert_eq!(error.code(), "notify_unavailable");
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_counts_twice_and_loses_nothing() {
    let feed = server().await;
    let inner = feed.feed.notifier();
    let count = Arc::new(AtomicUsize::new(0));
    // It writes, as the feed would, and then has nothing good to say the first time.
    let app = Router::new().fallback(any(move || {
        let (inner, first) = (inner.clone(), count.fetch_add(1, Ordering::SeqCst) == 0);
        async move {
            let change = Change::new().model("Message", Op::Added, "m1");
            inner
                .remote_refresh(["u1"], &change)
                .await
                .expect("it is told");
            if first {
                StatusCode::GATEWAY_TIMEOUT
            } else {
                StatusCode::NO_CONTENT
            }
        }
    }));
    let front = Server::serve(feed.feed.clone(), app).await;
    let mut stream = feed.listen("/users/u1.json").await;
    stream.next().await;
    let target = HttpTarget::new(&front.url, SECRET).expect("the URL is good");
    let change = Change::new().model("Message", Op::Added, "m1");
    let told = soon(Notifier::http(target).remote_refresh(["u1"], &change)).await;
    assert_eq!(told.expect("it is told").requests, 2);
    for version in [1, 2] {
        let event = stream.next_json().await;
        let data = &event[1]["data"];
        assert_eq!(data["version"], json!(version));
        assert_eq!(
            data["models/Message/version"],
            json!(version),
            "each is one change of one record"
        );
        assert_eq!(data["models/Message/id"], json!("m1"));
    }
}
