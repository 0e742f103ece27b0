//! Who is told of which write.

mod support;

use std::sync::atomic::Ordering;
use std::sync::Arc;

use remote_refresh_demo::Config;
use serde_json::json;
use support::{touched, wait_until, Demo, Recorder, Scratch};

const REPAIRS: &str = "Repairs day in October";
const REPAIRERS: [&str; 4] = ["amara", "daniel", "elif", "farid"];

#[tokio::test]
async fn a_message_tells_each_member_once_the_sender_included() {
    let demo = Demo::start().await;
    let elif = demo.person("elif").await;
    let thread = elif.thread_id(REPAIRS).await;
    let id = elif.say(thread, "Cake is ordered.").await["id"].to_string();
    let told = demo.feed.wait_for(1).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, REPAIRERS);
    let thread = thread.to_string();
    assert_eq!(
        touched(&told[0].1),
        [
            ("Message", "added", id.as_str()),
            ("Thread", "changed", thread.as_str())
        ]
    );
    assert_eq!(told[0].1.origin, None);
}

#[tokio::test]
async fn an_edit_of_the_newest_message_touches_the_thread_too_an_older_one_does_not() {
    let demo = Demo::start().await;
    let elif = demo.person("elif").await;
    let thread = elif.thread_id(REPAIRS).await;
    let older = elif.say(thread, "older").await["id"].to_string();
    let newest = elif.say(thread, "newest").await["id"].to_string();
    for id in [&older, &newest] {
        elif.put(&format!("/api/messages/{id}"), json!({ "body": "edited" }))
            .await;
    }
    let told = demo.feed.wait_for(4).await;
    let thread = thread.to_string();
    assert_eq!(
        touched(&told[2].1),
        [("Message", "changed", older.as_str())]
    );
    assert_eq!(
        touched(&told[3].1),
        [
            ("Message", "changed", newest.as_str()),
            ("Thread", "changed", thread.as_str())
        ]
    );
    assert!(told.iter().all(|(users, _)| users == &REPAIRERS));
}

#[tokio::test]
async fn a_deleted_message_tells_all_members() {
    let demo = Demo::start().await;
    let elif = demo.person("elif").await;
    let thread = elif.thread_id(REPAIRS).await;
    let id = elif.say(thread, "oops").await["id"].to_string();
    elif.delete(&format!("/api/messages/{id}")).await;
    let told = demo.feed.wait_for(2).await;
    let thread = thread.to_string();
    assert_eq!(told[1].0, REPAIRERS);
    assert_eq!(
        touched(&told[1].1),
        [
            ("Message", "removed", id.as_str()),
            ("Thread", "changed", thread.as_str())
        ]
    );
}

#[tokio::test]
async fn a_new_thread_tells_its_members_in_one_notification() {
    let demo = Demo::start().await;
    let ben = demo.person("ben").await;
    let body = json!({ "subject": "Lunch", "members": ["elif"], "body": "Thursday?" });
    let thread: serde_json::Value = ben.post("/api/threads", body).await.json().await.unwrap();
    let told = demo.feed.wait_for(1).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, ["ben", "elif"]);
    let (id, message) = (
        thread["id"].to_string(),
        thread["last_message"]["id"].to_string(),
    );
    assert_eq!(
        touched(&told[0].1),
        [
            ("Thread", "added", id.as_str()),
            ("Message", "added", message.as_str())
        ]
    );
}

#[tokio::test]
async fn a_profile_tells_all_who_share_a_thread_and_the_owner() {
    let demo = Demo::start().await;
    let chiara = demo.person("chiara").await;
    chiara
        .put("/api/users/chiara", json!({ "status": "Back on Friday" }))
        .await;
    let told = demo.feed.wait_for(1).await;
    assert_eq!(
        told[0].0,
        ["amara", "ben", "chiara", "daniel", "elif", "farid"]
    );
    assert_eq!(touched(&told[0].1), [("User", "changed", "chiara")]);
}

#[tokio::test]
async fn reading_tells_the_reader_only_and_only_if_it_is_news() {
    let demo = Demo::start().await;
    let amara = demo.person("amara").await;
    let thread = amara.thread("Launch photos for the Ridge 28").await;
    assert_eq!(thread["unread"], 2);
    let (id, newest) = (thread["id"].to_string(), &thread["last_message"]["id"]);
    for _ in 0..2 {
        amara
            .post(
                &format!("/api/threads/{id}/read"),
                json!({ "through": newest }),
            )
            .await;
    }
    // Notifications keep the order of the writes: had the second reading told anybody, it would come before this.
    amara
        .put("/api/users/amara", json!({ "status": "done reading" }))
        .await;
    let told = demo.feed.wait_for(2).await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].0, ["amara"]);
    assert_eq!(touched(&told[0].1), [("Thread", "changed", id.as_str())]);
    assert_eq!(touched(&told[1].1), [("User", "changed", "amara")]);
}

#[tokio::test]
async fn a_write_that_changes_nothing_or_fails_tells_nobody() {
    let demo = Demo::start().await;
    let (elif, ben) = (demo.person("elif").await, demo.person("ben").await);
    let thread = elif.thread_id(REPAIRS).await;
    let path = format!("/api/threads/{thread}/messages");
    let send = json!({ "body": "same", "client_id": "c-1" });
    elif.post(&path, send.clone()).await;
    elif.post(&path, send).await;
    let newest = elif.thread(REPAIRS).await["last_message"]["id"].to_string();
    elif.put(
        &format!("/api/messages/{newest}"),
        json!({ "body": "same" }),
    )
    .await;
    elif.put("/api/users/elif", json!({ "name": "Elif Yılmaz" }))
        .await;
    ben.post(&path, json!({ "body": "not a member" })).await;
    ben.delete(&format!("/api/messages/{newest}")).await;
    elif.post(&path, json!({ "body": "" })).await;
    elif.say(thread, "the end").await;
    let told = demo.feed.wait_for(2).await;
    assert_eq!(told.len(), 2);
    assert!(told
        .iter()
        .all(|(_, change)| touched(change)[0].1 == "added"));
}

#[tokio::test]
async fn the_calling_pages_id_is_passed_on_as_the_origin() {
    let demo = Demo::start().await;
    let mut elif = demo.person("elif").await;
    elif.client_id = Some("tab-1");
    let thread = elif.thread_id(REPAIRS).await;
    elif.say(thread, "from this tab").await;
    assert_eq!(
        demo.feed.wait_for(1).await[0].1.origin.as_deref(),
        Some("tab-1")
    );
    elif.client_id = Some("not an id");
    let path = format!("/api/threads/{thread}/messages");
    assert_eq!(elif.post(&path, json!({ "body": "x" })).await.status(), 422);
}

#[tokio::test]
async fn a_feed_that_is_down_gets_every_notification_in_order_once_it_is_back() {
    let demo = Demo::start().await;
    demo.feed.down.store(true, Ordering::SeqCst);
    let elif = demo.person("elif").await;
    let thread = elif.thread_id(REPAIRS).await;
    let mut sent = Vec::new();
    for n in 0..5 {
        sent.push(elif.say(thread, &format!("while down {n}")).await["id"].to_string());
    }
    wait_until(|| demo.feed.attempts() >= 2).await;
    assert_eq!(demo.feed.arrived(), []);
    demo.feed.down.store(false, Ordering::SeqCst);
    let told = demo.feed.wait_for(5).await;
    let ids: Vec<&str> = told
        .iter()
        .map(|(_, change)| touched(change)[0].2)
        .collect();
    assert_eq!(ids, sent);
}

#[tokio::test]
async fn what_a_stopped_demo_still_owed_is_delivered_after_its_restart() {
    let dir = Scratch::new("outbox");
    let config = Config {
        data: Some(dir.0.clone()),
        ..Config::default()
    };
    let feed = Arc::new(Recorder::default());
    feed.down.store(true, Ordering::SeqCst);
    let demo = Demo::start_with(config.clone(), Arc::clone(&feed)).await;
    let elif = demo.person("elif").await;
    let thread = elif.thread_id(REPAIRS).await;
    let id = elif.say(thread, "before the end").await["id"].to_string();
    demo.stop().await;
    assert_eq!(feed.arrived(), []);

    let demo = Demo::start_with(config, Arc::default()).await;
    let told = demo.feed.wait_for(1).await;
    assert_eq!(touched(&told[0].1)[0], ("Message", "added", id.as_str()));
}

#[tokio::test]
async fn a_notification_the_feed_refuses_for_good_does_not_hold_up_the_next() {
    let demo = Demo::start().await;
    demo.feed.refusing.store(true, Ordering::SeqCst);
    let elif = demo.person("elif").await;
    let thread = elif.thread_id(REPAIRS).await;
    elif.say(thread, "refused").await;
    wait_until(|| demo.feed.attempts() >= 1).await;
    demo.feed.refusing.store(false, Ordering::SeqCst);
    let id = elif.say(thread, "taken").await["id"].to_string();
    let told = demo.feed.wait_for(1).await;
    assert_eq!(told.len(), 1);
    assert_eq!(touched(&told[0].1)[0].2, id);
}
