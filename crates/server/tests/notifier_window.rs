//! The notifier's window: changes of the same user that come close together become one write.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::any;
use axum::Router;
use remote_refresh_server::notify::{Change, HttpTarget, Notifier, Op, Told};
use serde_json::json;
use support::{soon, Server, SECRET};
use tokio::sync::Semaphore;

/// A window that no test waits for.
const LONG: Duration = Duration::from_secs(10);

/// Both kinds, for the same server, with a window that only `flush` ends.
fn both(server: &Server) -> [Notifier; 2] {
    let target = HttpTarget::new(&server.url, SECRET).expect("the URL is good");
    [server.feed.notifier(), Notifier::http(target)].map(|notifier| notifier.window(LONG))
}

/// Begins a call that goes on by itself.
fn tell(
    notifier: &Notifier,
    users: &'static [&'static str],
    change: Change,
) -> tokio::task::JoinHandle<Result<Told, remote_refresh_server::notify::NotifyError>> {
    let notifier = notifier.clone();
    tokio::spawn(async move { notifier.remote_refresh(users, &change).await })
}

/// Lets what was begun get as far as it can: in a runtime of one thread it then waits in the window.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn changes_of_a_window_are_one_write_with_types_united_and_records_counted() {
    for i in 0..2 {
        let server = Server::start().await;
        let notifier = &both(&server)[i];
        let mut stream = server.listen("/users.json").await;
        stream.next().await;
        let calls = [
            tell(
                notifier,
                &["u1", "u2"],
                Change::new().model("Message", Op::Added, "m1"),
            ),
            tell(
                notifier,
                &["u1"],
                Change::new().model("Message", Op::Removed, "m2"),
            ),
            tell(notifier, &["u1"], Change::new().any("Thread")),
        ];
        settle().await;
        soon(notifier.flush()).await;
        for (call, users) in calls.into_iter().zip([2, 1, 1]) {
            let told = soon(call).await.expect("no panic").expect("it is told");
            assert_eq!(told, Told { users, requests: 1 });
        }
        let event = stream.next_json().await;
        let data = &event[1]["data"];
        assert_eq!(data["u1/version"], json!(1));
        assert_eq!(data["u1/models/Message/version"], json!(2));
        assert_eq!(data["u1/models/Message/op"], json!("removed"));
        assert_eq!(data["u1/models/Message/id"], json!("m2"));
        assert_eq!(data["u1/models/Thread/version"], json!(1));
        assert_eq!(data["u2/models/Message/id"], json!("m1"));
        assert_eq!(data["u2/models/Thread/version"], json!(null));
    }
}

#[tokio::test]
async fn a_window_that_nobody_ends_is_over_by_itself() {
    let server = Server::start().await;
    let notifier = server.feed.notifier().window(Duration::from_millis(50));
    for version in 1..=3 {
        let told = soon(notifier.remote_refresh(["u1"], &Change::new())).await;
        assert_eq!(told.expect("it is told").requests, 1);
        assert_eq!(server.get("/users/u1/version.json").await, json!(version));
    }
}

#[tokio::test]
async fn a_change_without_types_among_others_makes_the_count_move_by_two() {
    let server = Server::start().await;
    let notifier = &both(&server)[0];
    let calls = [
        tell(notifier, &["u1"], Change::new()),
        tell(notifier, &["u1"], Change::new().any("Message")),
    ];
    settle().await;
    soon(notifier.flush()).await;
    for call in calls {
        soon(call).await.expect("no panic").expect("it is told");
    }
    assert_eq!(server.get("/users/u1/version.json").await, json!(2));
}

/// A feed that answers only when it is let, and the count of requests it has seen.
async fn slow() -> (Server, Arc<Semaphore>, Arc<AtomicUsize>) {
    let (leave, count) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let (waiting, counting) = (leave.clone(), count.clone());
    let app = Router::new().fallback(any(move || {
        counting.fetch_add(1, Ordering::SeqCst);
        let waiting = waiting.clone();
        async move {
            waiting
                .acquire()
                .await
                .expect("it is never closed")
                .forget();
            StatusCode::NO_CONTENT
        }
    }));
    let feed = Server::start().await.feed.clone();
    (Server::serve(feed, app).await, leave, count)
}

#[tokio::test]
async fn while_a_write_is_under_way_changes_gather_however_many_windows_go_by() {
    let (server, leave, count) = slow().await;
    let target = HttpTarget::new(&server.url, SECRET).expect("the URL is good");
    let notifier = Notifier::http(target).window(Duration::from_millis(1));
    let first = tell(&notifier, &["u1"], Change::new());
    soon(async {
        while count.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut later = Vec::new();
    for _ in 0..10 {
        later.push(tell(&notifier, &["u1"], Change::new()));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    leave.add_permits(2);
    for call in later.into_iter().chain([first]) {
        let told = soon(call).await.expect("no panic").expect("it is told");
        assert_eq!(told.requests, 1);
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn each_call_is_told_of_its_own_failure() {
    let count = Arc::new(AtomicUsize::new(0));
    let app = Router::new().fallback(any(move || {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if first {
                StatusCode::NO_CONTENT
            } else {
                StatusCode::BAD_REQUEST
            }
        }
    }));
    let server = Server::serve(Server::start().await.feed.clone(), app).await;
    let target = HttpTarget::new(&server.url, SECRET).expect("the URL is good");
    let notifier = Notifier::http(target).batch_size(2).window(LONG);
    let calls = [
        tell(&notifier, &["a", "b"], Change::new()),
        tell(&notifier, &["b", "c"], Change::new()),
    ];
    settle().await;
    soon(notifier.flush()).await;
    let [told, failed] = calls.map(soon);
    assert!(told.await.expect("no panic").is_ok());
    let error = failed.await.expect("no panic").expect_err("c was not told");
    assert_eq!(
        (error.code(), error.failed()),
        ("notify_rejected", &["c".to_owned()][..])
    );
}

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_more_is_sent_all_the_same() {
    let server = Server::start().await;
    let notifier = &both(&server)[0];
    let call = tell(notifier, &["u1"], Change::new());
    settle().await;
    call.abort();
    soon(notifier.close()).await;
    assert_eq!(server.get("/users/u1/version.json").await, json!(1));
}

#[tokio::test]
async fn closing_sends_what_waits_and_ends_all_clones() {
    let server = Server::start().await;
    for notifier in both(&server) {
        let call = tell(&notifier, &["u1"], Change::new());
        settle().await;
        soon(notifier.close()).await;
        soon(notifier.close()).await;
        soon(call).await.expect("no panic").expect("it is told");
        let error = notifier
            .clone()
            .remote_refresh(["u2"], &Change::new())
            .await;
        let error = error.expect_err("it is closed");
        assert_eq!(
            (error.code(), error.failed()),
            ("notify_closed", &["u2".to_owned()][..])
        );
    }
    assert_eq!(
        server.get("/users.json?shallow=true").await,
        json!({"u1": true})
    );
}

#[tokio::test]
async fn more_users_than_may_wait_are_turned_away_and_those_who_wait_are_told() {
    let server = Server::start().await;
    let notifier = &both(&server)[0];
    let many: Vec<String> = (0..100_000).map(|i| format!("u{i}")).collect();
    let waiting = {
        let notifier = notifier.clone();
        tokio::spawn(async move { notifier.remote_refresh(&many, &Change::new()).await })
    };
    settle().await;
    let error = notifier
        .remote_refresh(["u1", "one more"], &Change::new())
        .await;
    let error = error.expect_err("there is no room");
    assert_eq!(error.code(), "notify_overloaded");
    assert_eq!(error.failed(), ["one more", "u1"]);
    soon(notifier.flush()).await;
    let told = soon(waiting)
        .await
        .expect("no panic")
        .expect("they are told");
    assert_eq!(
        told,
        Told {
            users: 100_000,
            requests: 200
        }
    );
}
