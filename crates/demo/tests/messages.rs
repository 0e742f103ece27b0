//! Messages: stretches of a thread, sending, editing, deleting.

mod support;

use reqwest::StatusCode;
use serde_json::{json, Value};
use support::{refusal, Demo, Person};

const LONG: &str = "Daily notes from the workshop";

fn ids(stretch: &Value) -> Vec<i64> {
    stretch["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["id"].as_i64().unwrap())
        .collect()
}

async fn long_thread(demo: &Demo) -> (Person, String) {
    let amara = demo.person("amara").await;
    let id = amara.thread_id(LONG).await;
    (amara, format!("/api/threads/{id}/messages"))
}

#[tokio::test]
async fn a_long_thread_is_read_from_its_end_backwards_without_gap_or_overlap() {
    let demo = Demo::start().await;
    let (amara, path) = long_thread(&demo).await;
    let mut read = Vec::new();
    let mut stretch = amara.json(&path).await;
    assert_eq!(ids(&stretch).len(), 50);
    loop {
        let part = ids(&stretch);
        assert!(part.is_sorted());
        read.splice(0..0, part);
        if stretch["earlier"] == false {
            break;
        }
        stretch = amara.json(&format!("{path}?before={}", read[0])).await;
    }
    assert_eq!(read.len(), 120);
    assert!(read.is_sorted_by(|a, b| a < b));
}

#[tokio::test]
async fn a_lower_edge_keeps_the_stretch_while_messages_come_in() {
    let demo = Demo::start().await;
    let (amara, path) = long_thread(&demo).await;
    let before = ids(&amara.json(&format!("{path}?limit=10")).await);
    let thread = amara.thread_id(LONG).await;
    let new = amara.say(thread, "one more").await["id"].as_i64().unwrap();
    let after = amara
        .json(&format!("{path}?from={}&limit=500", before[0]))
        .await;
    let mut expected = before;
    expected.push(new);
    assert_eq!(ids(&after), expected);
    assert_eq!(after["earlier"], true);
}

#[tokio::test]
async fn an_empty_stretch_still_says_whether_there_are_earlier_ones() {
    let demo = Demo::start().await;
    let (amara, path) = long_thread(&demo).await;
    let none = amara.json(&format!("{path}?from=999999")).await;
    assert_eq!((ids(&none), &none["earlier"]), (vec![], &json!(true)));
    let none = amara.json(&format!("{path}?before=1")).await;
    assert_eq!((ids(&none), &none["earlier"]), (vec![], &json!(false)));
    assert_eq!(
        refusal(amara.get(&format!("{path}?limit=0")).await).await.0,
        422
    );
}

#[tokio::test]
async fn a_message_comes_back_with_its_author_and_text_as_sent() {
    let demo = Demo::start().await;
    let elif = demo.person("elif").await;
    let thread = elif.thread_id("Repairs day in October").await;
    let text = "Line one\nLine <two> & \"three\" 🎒";
    let sent = elif.say(thread, &format!("  {text}\r\n")).await;
    assert_eq!(sent["body"], text);
    assert_eq!(sent["author"]["name"], "Elif Yılmaz");
    assert_eq!(sent["edited_at"], Value::Null);
    let last = elif
        .json(&format!("/api/threads/{thread}/messages?limit=1"))
        .await;
    assert_eq!(last["items"][0], sent);
}

#[tokio::test]
async fn a_message_sent_again_with_the_same_client_id_stays_one() {
    let demo = Demo::start().await;
    let elif = demo.person("elif").await;
    let thread = elif.thread("Repairs day in October").await;
    let path = format!("/api/threads/{}/messages", thread["id"]);
    let body = json!({ "body": "once", "client_id": "a1b2-c3" });
    let first = elif.post(&path, body.clone()).await;
    assert_eq!(first.status(), StatusCode::CREATED);
    let again = elif.post(&path, body).await;
    assert_eq!(again.status(), StatusCode::OK);
    let (first, again): (Value, Value) = (first.json().await.unwrap(), again.json().await.unwrap());
    assert_eq!(first, again);
    let count = elif.thread("Repairs day in October").await["message_count"].as_i64();
    assert_eq!(count, thread["message_count"].as_i64().map(|n| n + 1));
}

#[tokio::test]
async fn an_edit_changes_the_text_and_says_when() {
    let demo = Demo::start().await;
    let elif = demo.person("elif").await;
    let thread = elif.thread_id("Repairs day in October").await;
    let id = elif.say(thread, "Satruday").await["id"].clone();
    let path = format!("/api/messages/{id}");
    let edited: Value = elif
        .put(&path, json!({ "body": "Saturday" }))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(edited["body"], "Saturday");
    assert!(edited["edited_at"].is_i64());
    let last = elif
        .json(&format!("/api/threads/{thread}/messages?limit=1"))
        .await;
    assert_eq!(last["items"][0], edited);
}

#[tokio::test]
async fn a_deleted_message_is_gone_and_the_one_before_is_the_last() {
    let demo = Demo::start().await;
    let elif = demo.person("elif").await;
    let before = elif.thread("Repairs day in October").await;
    let thread = before["id"].as_i64().unwrap();
    let id = elif.say(thread, "never mind").await["id"].clone();
    let path = format!("/api/messages/{id}");
    assert_eq!(elif.delete(&path).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(refusal(elif.delete(&path).await).await.0, 404);
    assert_eq!(
        elif.thread("Repairs day in October").await["last_message"],
        before["last_message"]
    );
}

#[tokio::test]
async fn a_message_that_cannot_be_one_is_refused_with_a_reason() {
    let demo = Demo::start().await;
    let elif = demo.person("elif").await;
    let thread = elif.thread_id("Repairs day in October").await;
    let path = format!("/api/threads/{thread}/messages");
    let long = "ä".repeat(4001);
    for (body, status, code) in [
        (json!({ "body": "" }), 422, "invalid"),
        (json!({ "body": " \n\t " }), 422, "invalid"),
        (json!({ "body": long }), 422, "invalid"),
        (json!({ "body": "a\u{0}b" }), 422, "invalid"),
        (
            json!({ "body": "x", "client_id": "no spaces" }),
            422,
            "invalid",
        ),
        (json!({ "body": 7 }), 422, "bad_body"),
        (json!({ "body": "x".repeat(70_000) }), 413, "too_large"),
    ] {
        let refused = refusal(elif.post(&path, body).await).await;
        assert_eq!(refused, (status, code.to_owned()));
    }
    let fits = "ä".repeat(4000);
    assert_eq!(elif.say(thread, &fits).await["body"], fits);
}

#[tokio::test]
async fn a_burst_is_one_message_and_as_many_changes_as_were_asked_for() {
    let demo = Demo::start().await;
    let (amara, path) = long_thread(&demo).await;
    let burst = path.replace("messages", "burst");
    let body = json!({ "body": "Row {n} of 5", "changes": 5 });
    let answer = amara.post(&burst, body).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.json::<Value>().await.unwrap()["body"], "Row 5 of 5");
    let stretch = amara.json(&path).await;
    let bodies: Vec<&str> = stretch["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["body"].as_str().unwrap())
        .filter(|body| body.starts_with("Row"))
        .collect();
    assert_eq!(bodies, ["Row 5 of 5"]);
    assert_eq!(demo.feed.wait_for(5).await.len(), 5);

    let refused = |changes| {
        let body = json!({ "body": "Row {n}", "changes": changes });
        let (amara, burst) = (amara.clone(), burst.clone());
        async move { refusal(amara.post(&burst, body).await).await.0 }
    };
    assert_eq!([refused(0).await, refused(201).await], [422, 422]);
    let nobody = demo.stranger();
    let answer = nobody.post(&burst, json!({ "body": "Row", "changes": 1 }));
    assert_eq!(answer.await.status(), StatusCode::UNAUTHORIZED);
}
