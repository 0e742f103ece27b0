//! What tabs send each other, and what they make of it. The other tab is the test.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{a_turn, js, put, Neighbour, Page, User};

/// A tab that follows the test.
async fn follower() -> (Page, Neighbour) {
    let user = User::new();
    let neighbour = user.neighbour();
    neighbour.lead().await.expect("the lock is granted");
    let page = Page::new();
    page.connect_with(&user.options(""));
    page.until_heard(&neighbour, r#"{"ask":true}"#).await;
    assert_eq!(page.take(), ["feed 1 connecting"]);
    (page, neighbour)
}

/// A tab that leads, whose feed has this value.
async fn leader(value: &str) -> (Page, Neighbour) {
    let user = User::new();
    let page = Page::new();
    page.connect_with(&user.options(""));
    page.open(0, value).await;
    page.take();
    (page, user.neighbour())
}

/// What a leading tab sends of this value.
fn open(value: &str) -> String {
    [
        "{ state: 'open', data: '{\"path\":\"/\",\"data\":",
        value,
        "}' }",
    ]
    .concat()
}

#[wasm_bindgen_test]
async fn a_tab_that_follows_compares_what_it_hears_with_what_it_knows() {
    let (page, neighbour) = follower().await;
    for value in [1, 1, 2, 2] {
        neighbour.post(&js(&open(&format!("{{\"updated\":{value}}}"))));
    }
    page.until("firebase.child_added").await;
    a_turn().await;
    assert_eq!(
        page.take(),
        [
            "feed 1 open",
            "firebase.child_added updated 2",
            "firebase.child_changed updated 2"
        ]
    );
    assert_eq!(page.requests(), 0);
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_tab_that_follows_has_the_state_that_the_leading_one_reports() {
    let (page, neighbour) = follower().await;
    for state in ["open", "stale", "offline", "open"] {
        neighbour.post(&js(&["{ state: '", state, "' }"].concat()));
    }
    neighbour.post(&js("{ state: 'stale' }"));
    page.until("feed 1 stale").await;
    a_turn().await;
    assert_eq!(
        page.take(),
        [
            "feed 1 open",
            "feed 1 stale",
            "feed 1 offline",
            "feed 1 open",
            "feed 1 stale"
        ]
    );
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_leading_tab_that_was_refused_or_closed_says_nothing_about_this_one() {
    let (page, neighbour) = follower().await;
    for state in ["denied", "closed"] {
        neighbour.post(&js(&["{ state: '", state, "' }"].concat()));
    }
    neighbour.post(&js(&open("null")));
    page.until("feed 1 open").await;
    assert_eq!(page.take(), ["feed 1 open"]);
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_state_of_another_version_is_ignored_with_its_value() {
    let (page, neighbour) = follower().await;
    neighbour.post(&js(
        r#"{ state: 'hibernating', data: '{"path":"/","data":{"updated":1}}' }"#,
    ));
    neighbour.post(&js(&open(r#"{"updated":2}"#)));
    page.until("feed 1 open").await;
    a_turn().await;
    assert_eq!(
        page.take(),
        ["feed 1 open"],
        "the second value is the first"
    );
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn what_is_no_message_is_ignored() {
    let (page, neighbour) = follower().await;
    for message in [
        "undefined",
        "null",
        "5",
        "'open'",
        "[]",
        "{}",
        "{ ask: 1 }",
        "{ state: 7 }",
        "{ state: null }",
        "{ state: {} }",
        "new Uint8Array(3)",
        "new Map([['state', 'open']])",
    ] {
        neighbour.post(&js(message));
    }
    // What is ignored leaves no trace: the next one that is a message is the first that is heard.
    neighbour.post(&js("{ state: 'open', more: 'of a later version' }"));
    page.until("feed 1 open").await;
    assert_eq!(page.take(), ["feed 1 open"]);
    assert!(neighbour.take().is_empty());
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_value_that_cannot_be_read_is_none_and_the_next_one_may_be() {
    let (page, neighbour) = follower().await;
    neighbour.post(&js(&open(r#"{"updated":1}"#)));
    for data in [
        "5",
        "'no JSON'",
        "'{'",
        "'null'",
        "'[]'",
        "'{}'",
        r#"'{"path":7,"data":1}'"#,
        r#"'{"path":"/a.b","data":1}'"#,
    ] {
        neighbour.post(&js(&["{ state: 'open', data: ", data, " }"].concat()));
    }
    neighbour.post(&js(&open(r#"{"updated":2}"#)));
    page.until("firebase.child_changed").await;
    assert_eq!(
        page.take(),
        [
            "feed 1 open",
            "firebase.child_added updated 2",
            "firebase.child_changed updated 2"
        ]
    );
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_leading_tab_answers_with_its_state_and_its_value() {
    let (page, neighbour) = leader(r#"{"updated":1}"#).await;
    neighbour.post(&js("{ ask: true }"));
    page.until_heard(
        &neighbour,
        r#"{"state":"open","data":"{\"path\":\"/\",\"data\":{\"updated\":1}}"}"#,
    )
    .await;
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_leading_tab_answers_questions_alone() {
    let (page, neighbour) = leader(r#"{"updated":1}"#).await;
    for message in [
        "{ ask: 1 }",
        "{ ask: 'true' }",
        "{ ask: false }",
        "{ state: 'stale' }",
        r#"{ state: 'open', data: '{"path":"/","data":{"updated":9}}' }"#,
        "null",
    ] {
        neighbour.post(&js(message));
    }
    neighbour.post(&js("{ ask: true }"));
    let answer = r#"{"state":"open","data":"{\"path\":\"/\",\"data\":{\"updated\":1}}"}"#;
    let mut heard = page.until_heard(&neighbour, answer).await;
    a_turn().await;
    heard.extend(neighbour.take());
    assert_eq!(heard, [answer], "one answer to one question");
    assert!(page.take().is_empty(), "it leads, and follows nobody");
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_leading_tab_sends_each_change_of_its_value_and_of_its_state() {
    let (page, neighbour) = leader(r#"{"updated":1}"#).await;
    let request = page.request(0).await;
    request.write(put("/updated", "2").as_bytes());
    let value = r#""data":"{\"path\":\"/\",\"data\":{\"updated\":2}}"}"#;
    let sent = |state: &str| [r#"{"state":""#, state, r#"","#, value].concat();
    page.until_heard(&neighbour, &sent("open")).await;
    request.break_off("network error");
    page.until_heard(&neighbour, &sent("stale")).await;
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn a_leading_tab_without_a_value_sends_its_state_alone() {
    let user = User::new();
    let page = Page::new();
    page.connect_with(&user.options(""));
    page.request(0).await;
    let neighbour = user.neighbour();
    neighbour.post(&js("{ ask: true }"));
    page.until_heard(&neighbour, r#"{"state":"connecting"}"#)
        .await;
    neighbour.leave();
}

#[wasm_bindgen_test]
async fn children_named_like_an_objects_own_and_priorities_reach_the_other_tabs_as_data() {
    const VALUE: &str = r#"{"__proto__":{"a":1},"constructor":{".value":2,".priority":"p"},"list":{"0":"x","1":"y"}}"#;
    let (page, neighbour) = leader(VALUE).await;
    neighbour.post(&js("{ ask: true }"));
    // As `exportVal` writes it: with priorities, and never an array.
    let data = ["{\"path\":\"/\",\"data\":", VALUE, "}"].concat();
    let message = js(&format!(
        "JSON.stringify({{ state: 'open', data: {data:?} }})"
    ));
    let message = message.as_string().expect("JSON");
    page.until_heard(&neighbour, &message).await;
    neighbour.leave();
    drop(page);

    // What a tab hears so is the same value again.
    let (page, neighbour) = follower().await;
    neighbour.post(&js(&open(VALUE)));
    neighbour.post(&js(&open(&VALUE.replace("\"a\":1", "\"a\":2"))));
    page.until("firebase.child_changed").await;
    assert_eq!(
        page.take(),
        [
            "feed 1 open",
            r#"firebase.child_added __proto__ {"a":2}"#,
            r#"firebase.child_changed __proto__ {"a":2}"#
        ]
    );
    assert!(js("({}).a").is_undefined(), "nobody's prototype changed");
    neighbour.leave();
}
