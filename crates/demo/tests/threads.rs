//! The inbox: paging, order, unread counts, new threads.

mod support;

use reqwest::StatusCode;
use serde_json::{json, Value};
use support::{refusal, Demo};

fn ids(page: &Value) -> Vec<i64> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|thread| thread["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_together_hold_each_thread_once_newest_activity_first() {
    let demo = Demo::start().await;
    let amara = demo.person("amara").await;
    let all = amara.json("/api/threads?per_page=100").await;
    let total = usize::try_from(all["total"].as_i64().unwrap()).unwrap();
    let active: Vec<i64> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["active_at"].as_i64().unwrap())
        .collect();
    assert!(active.is_sorted_by(|newer, older| newer >= older));

    let mut joined = Vec::new();
    for page in 1..=total.div_ceil(3) {
        let page = amara
            .json(&format!("/api/threads?page={page}&per_page=3"))
            .await;
        assert_eq!(page["total"], all["total"]);
        joined.extend(ids(&page));
    }
    assert_eq!(joined.len(), total);
    assert_eq!(joined, ids(&all));
    assert_eq!(
        ids(&amara.json("/api/threads?page=99").await),
        Vec::<i64>::new()
    );
}

#[tokio::test]
async fn a_page_that_is_none_is_refused() {
    let demo = Demo::start().await;
    let amara = demo.person("amara").await;
    assert_eq!(refusal(amara.get("/api/threads?page=0").await).await.0, 422);
    assert_eq!(
        refusal(amara.get("/api/threads?per_page=101").await)
            .await
            .0,
        422
    );
    assert_eq!(
        refusal(amara.get("/api/threads?page=first").await).await,
        (400, "bad_query".to_owned())
    );
}

#[tokio::test]
async fn a_message_moves_its_thread_to_the_top_and_counts_as_unread_for_others_only() {
    let demo = Demo::start().await;
    let (amara, chiara) = (demo.person("amara").await, demo.person("chiara").await);
    let thread = amara.thread_id("Visit to the mill in Biella").await;
    assert_ne!(ids(&amara.json("/api/threads").await)[0], thread);
    assert_eq!(
        amara.thread("Visit to the mill in Biella").await["unread"],
        0
    );

    chiara.say(thread, "Back with samples.").await;
    let top = amara.json("/api/threads").await["items"][0].clone();
    assert_eq!(top["id"], thread);
    assert_eq!(top["unread"], 1);
    assert_eq!(top["last_message"]["body"], "Back with samples.");
    assert_eq!(top["last_message"]["author_name"], "Chiara Rossi");
    assert_eq!(
        chiara.thread("Visit to the mill in Biella").await["unread"],
        0
    );
}

#[tokio::test]
async fn reading_clears_the_count_up_to_the_message_named_and_never_goes_back() {
    let demo = Demo::start().await;
    let (amara, chiara) = (demo.person("amara").await, demo.person("chiara").await);
    let thread = amara.thread_id("Visit to the mill in Biella").await;
    let first = chiara.say(thread, "one").await["id"].as_i64().unwrap();
    let second = chiara.say(thread, "two").await["id"].as_i64().unwrap();
    let path = format!("/api/threads/{thread}");
    for (through, unread) in [(first, 1), (second, 0), (first, 0)] {
        let answer = amara
            .post(&format!("{path}/read"), json!({ "through": through }))
            .await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(amara.json(&path).await["unread"], unread);
    }
}

#[tokio::test]
async fn reading_ahead_of_what_exists_does_not_hide_what_comes() {
    let demo = Demo::start().await;
    let (amara, chiara) = (demo.person("amara").await, demo.person("chiara").await);
    let thread = amara.thread_id("Visit to the mill in Biella").await;
    let path = format!("/api/threads/{thread}");
    amara
        .post(&format!("{path}/read"), json!({ "through": i64::MAX }))
        .await;
    chiara.say(thread, "new").await;
    assert_eq!(amara.json(&path).await["unread"], 1);
}

#[tokio::test]
async fn a_new_thread_appears_to_all_its_members_with_its_first_message() {
    let demo = Demo::start().await;
    let (ben, farid, elif) = (
        demo.person("ben").await,
        demo.person("farid").await,
        demo.person("elif").await,
    );
    let body = json!({ "subject": " Lunch ", "members": ["farid", "ben"], "body": "Thursday?" });
    let answer = ben.post("/api/threads", body).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let thread: Value = answer.json().await.unwrap();
    assert_eq!(thread["subject"], "Lunch");
    assert_eq!(thread["message_count"], 1);

    let seen = farid.json("/api/threads").await["items"][0].clone();
    assert_eq!((&seen["id"], &seen["unread"]), (&thread["id"], &json!(1)));
    let names: Vec<&str> = seen["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| u["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Ben Lindqvist", "Farid Haddad"]);
    assert!(!ids(&elif.json("/api/threads").await).contains(&thread["id"].as_i64().unwrap()));
}

#[tokio::test]
async fn a_thread_needs_a_subject_a_message_and_somebody_to_read_it() {
    let demo = Demo::start().await;
    let ben = demo.person("ben").await;
    let before = ben.json("/api/threads").await["total"].clone();
    for (body, status) in [
        (
            json!({ "subject": "  ", "members": ["elif"], "body": "x" }),
            422,
        ),
        (
            json!({ "subject": "a\nb", "members": ["elif"], "body": "x" }),
            422,
        ),
        (
            json!({ "subject": "a", "members": ["elif"], "body": " \n " }),
            422,
        ),
        (
            json!({ "subject": "a", "members": ["ben"], "body": "x" }),
            422,
        ),
        (
            json!({ "subject": "a", "members": ["mallory"], "body": "x" }),
            404,
        ),
        (json!({ "subject": "a", "body": "x" }), 422),
    ] {
        assert_eq!(
            refusal(ben.post("/api/threads", body.clone()).await)
                .await
                .0,
            status,
            "{body}"
        );
    }
    assert_eq!(ben.json("/api/threads").await["total"], before);
}
