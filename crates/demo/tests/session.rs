//! Signing in and out.

mod support;

use reqwest::header::{CACHE_CONTROL, SET_COOKIE};
use reqwest::StatusCode;
use serde_json::{json, Value};
use support::{cookie_of, refusal, Demo, Scratch};

#[tokio::test]
async fn the_people_one_may_sign_in_as_are_listed_to_everybody() {
    let demo = Demo::start().await;
    let list = demo.stranger().json("/api/users").await;
    let ids: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| u["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["amara", "ben", "chiara", "daniel", "elif", "farid"]);
}

#[tokio::test]
async fn signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let demo = Demo::start().await;
    let answer = demo
        .stranger()
        .post("/api/session", json!({ "user": "ben" }))
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
    let cookie = answer
        .headers()
        .get(SET_COOKIE)
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(answer.headers().get(CACHE_CONTROL).unwrap(), "no-store");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["user"]["name"], "Ben Lindqvist");
    assert_eq!(body["feed"], json!({ "url": "/", "uid": "ben" }));
}

#[tokio::test]
async fn the_session_says_who_is_signed_in_until_they_sign_out() {
    let demo = Demo::start().await;
    let ben = demo.person("ben").await;
    assert_eq!(ben.json("/api/session").await["user"]["id"], "ben");
    assert_eq!(
        ben.delete("/api/session").await.status(),
        StatusCode::NO_CONTENT
    );
    let nobody = json!({ "user": null, "feed": null });
    assert_eq!(ben.json("/api/session").await, nobody);
    assert_eq!(demo.stranger().json("/api/session").await, nobody);
    assert_eq!(
        ben.delete("/api/session").await.status(),
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn signing_in_as_somebody_else_ends_the_session_before() {
    let demo = Demo::start().await;
    let ben = demo.person("ben").await;
    let answer = ben.post("/api/session", json!({ "user": "elif" })).await;
    let mut elif = ben.clone();
    elif.cookie = Some(cookie_of(&answer));
    assert_eq!(elif.json("/api/session").await["user"]["id"], "elif");
    assert_eq!(ben.json("/api/session").await["user"], Value::Null);
}

#[tokio::test]
async fn nobody_signs_in_as_a_user_who_does_not_exist() {
    let demo = Demo::start().await;
    let answer = demo
        .stranger()
        .post("/api/session", json!({ "user": "mallory" }))
        .await;
    assert_eq!(refusal(answer).await, (404, "not_found".to_owned()));
}

#[tokio::test]
async fn the_feed_token_is_for_whoever_is_signed_in() {
    let demo = Demo::start().await;
    let token = demo.person("elif").await.json("/api/feed-token").await;
    assert_eq!(token["token"], "token of elif");
    assert!(token["expires"].is_i64());
    assert_eq!(
        demo.stranger().get("/api/feed-token").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_restart_signs_nobody_out_and_forgets_no_message() {
    let dir = Scratch::new("restart");
    let config = remote_refresh_demo::Config {
        data: Some(dir.0.clone()),
        ..Default::default()
    };
    let demo = Demo::start_with(config.clone(), Default::default()).await;
    let mut ben = demo.person("ben").await;
    let thread = ben.thread_id("Buckle change on the line").await;
    ben.say(thread, "still here?").await;
    demo.stop().await;

    let demo = Demo::start_with(config, Default::default()).await;
    let cookie = ben.cookie.take();
    ben = demo.stranger();
    ben.cookie = cookie;
    assert_eq!(ben.json("/api/session").await["user"]["id"], "ben");
    assert_eq!(
        ben.thread("Buckle change on the line").await["last_message"]["body"],
        "still here?"
    );
}

#[tokio::test]
async fn each_seat_of_a_browser_has_a_session_of_its_own() {
    let demo = Demo::start().await;
    let mut left = demo.stranger();
    left.seat = Some("left");
    let answer = left.post("/api/session", json!({ "user": "amara" })).await;
    left.cookie = Some(cookie_of(&answer));
    let mut right = demo.stranger();
    right.seat = Some("right");
    let answer = right.post("/api/session", json!({ "user": "ben" })).await;
    // One browser: both cookies go with each request.
    let both = format!("{}; {}", left.cookie.unwrap(), cookie_of(&answer));
    left.cookie = Some(both.clone());
    right.cookie = Some(both.clone());
    assert_eq!(left.json("/api/session").await["user"]["id"], "amara");
    assert_eq!(right.json("/api/session").await["user"]["id"], "ben");

    let signed_out = right.delete("/api/session").await;
    assert!(cookie_of(&signed_out).starts_with("remote_refresh_demo_right="));
    assert!(right.json("/api/session").await["user"].is_null());
    assert_eq!(left.json("/api/session").await["user"]["id"], "amara");
    let mut nowhere = demo.stranger();
    nowhere.cookie = Some(both);
    assert!(nowhere.json("/api/session").await["user"].is_null());
}

#[tokio::test]
async fn a_seat_whose_name_could_be_anything_else_is_refused() {
    let demo = Demo::start().await;
    for seat in ["", "Left", "a;b", "a=b", "far-too-long-a-name"] {
        let mut person = demo.stranger();
        person.seat = Some(seat);
        assert_eq!(
            refusal(person.get("/api/session").await).await,
            (422, "invalid".to_owned()),
            "{seat:?}"
        );
        assert_eq!(person.get("/api/threads").await.status(), 422, "{seat:?}");
    }
}
