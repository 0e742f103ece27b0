//! One event stream over `fetch`: what is asked, what arrives, and how it ends.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{a_turn, put, Page};

#[wasm_bindgen_test]
async fn a_stream_asks_for_events_that_no_cache_holds() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    assert_eq!(request.url(), "https://feed.test/users/u1.json");
    assert_eq!(request.accept().as_deref(), Some("text/event-stream"));
    assert_eq!(request.cache(), "no-store");
    assert!(!request.aborted());
}

#[wasm_bindgen_test]
async fn bytes_may_be_cut_anywhere_even_within_a_character() {
    let page = Page::connected("null").await;
    let request = page.request(0).await;
    for byte in put("/ключ", r#""žluť 🐎""#).as_bytes() {
        request.write(&[*byte]);
    }
    page.until("firebase.child_added").await;
    assert_eq!(page.take(), ["firebase.child_added ключ \"žluť 🐎\""]);
}

#[wasm_bindgen_test]
async fn several_events_may_come_at_once() {
    let page = Page::connected("null").await;
    let events = [put("/a", "1"), put("/b", "2"), put("/a", "null")].concat();
    page.request(0).await.write(events.as_bytes());
    page.until("firebase.child_removed").await;
    assert_eq!(
        page.take(),
        [
            "firebase.child_added a 1",
            "firebase.child_added b 2",
            "firebase.child_removed a 1"
        ]
    );
}

#[wasm_bindgen_test]
async fn a_refusal_is_told_with_the_servers_words_and_not_tried_again() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    request.respond(401);
    request.write(br#"{"error":"Permission "#);
    request.write(br#"denied"}"#);
    request.end();
    page.until("feed 1 denied unauthorized").await;
    assert!(page
        .take()
        .iter()
        .any(|line| line.contains("Permission denied")));
    a_turn().await;
    assert_eq!(page.requests(), 1);
}

#[wasm_bindgen_test]
async fn half_a_refusal_is_one() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    request.respond(401);
    request.write(b"Permission");
    // The stream would discard what was not read yet.
    a_turn().await;
    request.break_off("connection reset");
    page.until("feed 1 denied unauthorized").await;
}

#[wasm_bindgen_test]
async fn of_an_endless_refusal_the_beginning_is_read_and_the_rest_let_go() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    request.respond(404);
    for _ in 0..3 {
        request.write(&[b'x'; 1000]);
    }
    page.until("feed 1 denied bad-request").await;
    let longest = page.take().iter().map(String::len).max();
    assert!(longest.is_some_and(|length| length < 400), "{longest:?}");
    a_turn().await;
    assert!(request.cancelled(), "an unread body holds its connection");
}

#[wasm_bindgen_test]
async fn a_refusal_is_over_with_its_2048th_byte() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    request.respond(404);
    request.write(&[b'x'; 2047]);
    for _ in 0..3 {
        a_turn().await;
    }
    assert_eq!(page.take(), ["feed 1 connecting"], "there may be more");
    request.write(b"x");
    page.until("feed 1 denied bad-request").await;
}

#[wasm_bindgen_test]
async fn a_refusal_may_be_cut_within_a_character() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    request.respond(404);
    request.write("€".repeat(1000).as_bytes());
    page.until("feed 1 denied bad-request: the server rejects this address: check `url` (€€€")
        .await;
}

#[wasm_bindgen_test]
async fn a_refusal_without_a_body_is_one() {
    let page = Page::new();
    page.connect(1);
    page.request(0).await.respond_without_body(404);
    page.until("feed 1 denied bad-request: the server rejects this address: check `url`")
        .await;
}

#[wasm_bindgen_test]
async fn a_fetch_that_throws_is_a_network_that_failed() {
    let page = Page::new();
    page.throw_once("this address is blocked");
    page.connect(1);
    assert_eq!(page.take(), ["feed 1 connecting"], "never within the call");
    page.until("feed 1 connecting stream-ended: the stream ended (this address is blocked)")
        .await;
    page.request(0).await;
}

#[wasm_bindgen_test]
async fn an_answer_without_a_body_is_no_stream() {
    let page = Page::new();
    page.connect(1);
    page.request(0).await.respond_without_body(200);
    page.request(1).await.respond_without_body(503);
    let request = page.request(2).await;
    request.respond(200);
    request.write(put("/", "null").as_bytes());
    page.until("feed 1 open").await;
}

#[wasm_bindgen_test]
async fn a_network_that_fails_is_told_and_tried_again() {
    let page = Page::new();
    page.connect(1);
    page.request(0).await.fail("Failed to fetch");
    page.until("feed 1 connecting stream-ended: the stream ended (Failed to fetch)")
        .await;
    page.request(1).await;
}

#[wasm_bindgen_test]
async fn a_stream_that_breaks_or_ends_is_replaced() {
    let page = Page::connected(r#"{"updated":1}"#).await;
    page.request(0).await.break_off("network error");
    page.until("feed 1 stale stream-ended: the stream ended (network error)")
        .await;
    let second = page.request(1).await;
    second.respond(200);
    second.write(put("/", r#"{"updated":2}"#).as_bytes());
    page.until("feed 1 open").await;
    second.end();
    let third = page.request(2).await;
    third.respond(200);
    third.write(put("/", r#"{"updated":2}"#).as_bytes());
    a_turn().await;
    let added = |line: &&String| line.starts_with("firebase.child_added");
    assert_eq!(page.take().iter().filter(added).count(), 1);
}

#[wasm_bindgen_test]
async fn closing_aborts_the_request_and_hears_nothing_more() {
    let page = Page::connected("null").await;
    let request = page.request(0).await;
    request.write(put("/late", "1").as_bytes());
    page.engine.close(1);
    assert!(request.aborted());
    a_turn().await;
    assert_eq!(page.take(), ["feed 1 closed"]);
    page.engine.close(1);
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn closing_a_feed_that_is_not_the_one_that_is_open_changes_nothing() {
    let page = Page::connected("null").await;
    page.connect(2);
    let request = page.request(1).await;
    page.take();
    page.engine.close(1);
    page.engine.close(3);
    a_turn().await;
    assert!(page.take().is_empty());
    assert!(!request.aborted());
}

#[wasm_bindgen_test]
async fn closing_before_the_answer_aborts_too() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    page.engine.close(1);
    assert!(request.aborted());
    a_turn().await;
    assert_eq!(page.take(), ["feed 1 connecting", "feed 1 closed"]);
    assert_eq!(page.requests(), 1);
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_after_the_close_changes_nothing() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    request.ignore_abort();
    page.engine.close(1);
    request.respond(200);
    request.write(put("/", r#"{"updated":1}"#).as_bytes());
    request.end();
    for _ in 0..3 {
        a_turn().await;
    }
    assert_eq!(page.take(), ["feed 1 connecting", "feed 1 closed"]);
    assert_eq!(page.requests(), 1);
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_after_the_engine_is_gone_changes_nothing() {
    let page = Page::new();
    page.connect(1);
    let request = page.request(0).await;
    request.ignore_abort();
    drop(page);
    request.respond(200);
    request.write(put("/", r#"{"updated":1}"#).as_bytes());
    request.end();
    a_turn().await;
}

#[wasm_bindgen_test]
async fn another_feed_takes_the_place_of_the_first() {
    let page = Page::connected("null").await;
    page.connect(2);
    let (first, second) = (page.request(0).await, page.request(1).await);
    assert!(first.aborted() && !second.aborted());
    assert_eq!(second.url(), "https://feed.test/users/u2.json");
    assert_eq!(page.take(), ["feed 1 closed", "feed 2 connecting"]);
}
