//! Who may do what.

mod support;

use reqwest::{Method, StatusCode};
use serde_json::json;
use support::{refusal, Demo};

#[tokio::test]
async fn without_a_session_nothing_but_the_sign_in_answers() {
    let demo = Demo::start().await;
    let mut stranger = demo.stranger();
    for cookie in [
        None,
        Some("remote_refresh_demo=0000"),
        Some("nonsense"),
        Some("other=1; remote_refresh_demo="),
    ] {
        stranger.cookie = cookie.map(str::to_owned);
        for (method, path) in [
            (Method::GET, "/api/feed-token"),
            (Method::GET, "/api/users/ben"),
            (Method::PUT, "/api/users/ben"),
            (Method::GET, "/api/threads"),
            (Method::POST, "/api/threads"),
            (Method::GET, "/api/threads/1"),
            (Method::POST, "/api/threads/1/read"),
            (Method::GET, "/api/threads/1/messages"),
            (Method::POST, "/api/threads/1/messages"),
            (Method::PUT, "/api/messages/1"),
            (Method::DELETE, "/api/messages/1"),
        ] {
            let answer = stranger.send(method.clone(), path, Some(json!({}))).await;
            assert_eq!(
                refusal(answer).await,
                (401, "signed_out".to_owned()),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_thread_of_others_is_answered_like_one_that_does_not_exist() {
    let demo = Demo::start().await;
    let (ben, farid) = (demo.person("ben").await, demo.person("farid").await);
    let thread = ben.thread_id("Zip pulls with a whistle").await;
    let message = ben.say(thread, "secret").await["id"].as_i64().unwrap();
    for thread in [thread, 999_999] {
        let path = format!("/api/threads/{thread}");
        let not_found = (404, "not_found".to_owned());
        assert_eq!(refusal(farid.get(&path).await).await, not_found);
        assert_eq!(
            refusal(farid.get(&format!("{path}/messages")).await).await,
            not_found
        );
        let answer = farid
            .post(&format!("{path}/messages"), json!({ "body": "hi" }))
            .await;
        assert_eq!(refusal(answer).await, not_found);
        let answer = farid
            .post(&format!("{path}/read"), json!({ "through": 1 }))
            .await;
        assert_eq!(refusal(answer).await, not_found);
    }
    let mut words = Vec::new();
    for message in [message, 999_999] {
        let answer = farid
            .put(
                &format!("/api/messages/{message}"),
                json!({ "body": "mine" }),
            )
            .await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        words.push(answer.text().await.unwrap());
    }
    assert_eq!(words[0], words[1]);
}

#[tokio::test]
async fn a_message_of_another_member_can_be_read_but_neither_edited_nor_deleted() {
    let demo = Demo::start().await;
    let (ben, chiara) = (demo.person("ben").await, demo.person("chiara").await);
    let thread = ben.thread_id("Zip pulls with a whistle").await;
    let id = ben.say(thread, "mine").await["id"].clone();
    let path = format!("/api/messages/{id}");
    let forbidden = (403, "forbidden".to_owned());
    assert_eq!(
        refusal(chiara.put(&path, json!({ "body": "hers" })).await).await,
        forbidden
    );
    assert_eq!(refusal(chiara.delete(&path).await).await, forbidden);
    let last = chiara
        .json(&format!("/api/threads/{thread}/messages?limit=1"))
        .await;
    assert_eq!(last["items"][0]["body"], "mine");
}

#[tokio::test]
async fn a_profile_is_seen_by_all_who_are_signed_in_and_edited_by_its_owner_only() {
    let demo = Demo::start().await;
    let (ben, elif) = (demo.person("ben").await, demo.person("elif").await);
    let edit = json!({ "status": "hacked" });
    assert_eq!(
        refusal(ben.put("/api/users/elif", edit).await).await,
        (403, "forbidden".to_owned())
    );
    let answer = elif
        .put(
            "/api/users/elif",
            json!({ "status": "On holiday", "name": " Elif Y. " }),
        )
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
    let seen = ben.json("/api/users/elif").await;
    assert_eq!(
        (&seen["status"], &seen["name"]),
        (&json!("On holiday"), &json!("Elif Y."))
    );
    assert_eq!(seen["title"], "Customer care");
    for bad in [
        json!({ "name": " " }),
        json!({ "name": "x".repeat(61) }),
        json!({ "status": "a\nb" }),
    ] {
        assert_eq!(refusal(elif.put("/api/users/elif", bad).await).await.0, 422);
    }
    assert_eq!(ben.json("/api/users/elif").await, seen);
}

#[tokio::test]
async fn addresses_methods_and_bodies_that_are_none_are_refused_in_json() {
    let demo = Demo::start().await;
    let ben = demo.person("ben").await;
    assert_eq!(
        refusal(ben.get("/api/nothing").await).await,
        (404, "not_found".to_owned())
    );
    assert_eq!(
        refusal(ben.get("/api/threads/one").await).await,
        (404, "not_found".to_owned())
    );
    assert_eq!(
        refusal(ben.delete("/api/threads").await).await,
        (405, "method_not_allowed".to_owned())
    );
    let form = reqwest::Client::new()
        .post(format!("{}/api/session", demo.base))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("user=ben");
    assert_eq!(
        refusal(form.send().await.unwrap()).await,
        (415, "not_json".to_owned())
    );
    let cut = reqwest::Client::new()
        .post(format!("{}/api/session", demo.base))
        .header("content-type", "application/json")
        .body("{\"user\":");
    assert_eq!(
        refusal(cut.send().await.unwrap()).await,
        (400, "bad_body".to_owned())
    );
}
