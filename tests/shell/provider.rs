//! The stream that an app's provider fills.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{a_turn, js, refused, Page, Provided};

fn send(stream: &Provided, value: &str) {
    stream.value(&js(value)).expect("a value that can be sent");
}

#[wasm_bindgen_test]
async fn a_provider_takes_the_place_of_the_request() {
    let page = Page::provided("{ updated: 1 }").await;
    send(&page.world.provided(), "{ updated: 2 }");
    assert_eq!(
        page.take(),
        [
            "firebase.child_added updated 2",
            "firebase.child_changed updated 2"
        ]
    );
    assert_eq!(page.requests(), 0);
}

#[wasm_bindgen_test]
async fn the_value_is_compared_with_the_last_one() {
    let page = Page::provided("{ a: 1, b: 1 }").await;
    let stream = page.world.provided();
    send(&stream, "{ b: 1, a: 1 }");
    assert!(page.take().is_empty());
    send(&stream, "{ a: 1 }");
    assert_eq!(page.take(), ["firebase.child_removed b 1"]);
    send(&stream, "undefined");
    assert_eq!(page.take(), ["firebase.child_removed a 1"], "none is null");
    send(&stream, "null");
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn what_json_leaves_out_is_left_out_and_dates_are_texts() {
    let page = Page::provided("null").await;
    send(
        &page.world.provided(),
        "{ at: new Date(0), f() {}, u: undefined, n: null, nan: NaN }",
    );
    assert_eq!(
        page.take(),
        [r#"firebase.child_added at "1970-01-01T00:00:00.000Z""#]
    );
}

#[wasm_bindgen_test]
async fn a_value_that_is_no_json_throws_and_changes_nothing() {
    let page = Page::provided("{ a: 1 }").await;
    let stream = page.world.provided();
    for value in [
        "(() => { const value = {}; value.value = value; return value })()",
        "{ big: 1n }",
        "{ toJSON() { throw new TypeError('no') } }",
    ] {
        let error = refused(stream.value(&js(value)));
        assert!(error.starts_with("TypeError: "), "{error}");
    }
    a_turn().await;
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn a_value_that_no_database_takes_is_an_unusable_event() {
    for value in ["{ 'a.b': 1 }", "{ 'a/b': 1 }", "{ '': 1 }"] {
        let page = Page::provided("{ a: 1 }").await;
        send(&page.world.provided(), value);
        page.until("feed 1 stale bad-event").await;
    }
}

#[wasm_bindgen_test]
async fn what_json_has_no_word_for_counts_as_none() {
    let page = Page::provided("{ a: 1 }").await;
    send(&page.world.provided(), "() => {}");
    assert_eq!(page.take(), ["firebase.child_removed a 1"]);
}

#[wasm_bindgen_test]
async fn a_connection_that_is_lost_is_opened_again_with_another_stream() {
    let page = Page::new();
    page.world.provide();
    let options = js("{ provider() {}, reconnectionDelay: 0 }");
    page.engine.connect(1, &options).expect("valid options");
    let (first, signal) = (page.world.provided(), page.world.signal());
    send(&first, "{ a: 1 }");
    page.take();
    first.lost("the socket closed");
    assert_eq!(
        page.take(),
        ["feed 1 stale stream-ended: the stream ended (the socket closed)"]
    );
    page.until("provide null").await;
    assert!(signal.aborted(), "the first is over");
    send(&first, "{ a: 9 }");
    assert!(!page.take().iter().any(|line| line.contains('9')));
    send(&page.world.provided(), "{ a: 2 }");
    page.until("firebase.child_added a 2").await;
}

#[wasm_bindgen_test]
async fn a_provider_that_is_denied_is_so_until_there_are_other_credentials() {
    let page = Page::provided("null").await;
    page.world.provided().denied("not yours");
    assert_eq!(
        page.take(),
        ["feed 1 denied unauthorized: the server refused these credentials (not yours)"]
    );
    page.engine
        .credentials_changed(1, &js("() => {}"))
        .expect("credentials");
    assert_eq!(
        page.take(),
        [
            "feed 1 stale credentials: the credentials changed",
            "token any"
        ]
    );
}

#[wasm_bindgen_test]
async fn a_provider_gets_the_token() {
    let page = Page::new();
    page.world.provide();
    let options = js("{ provider() {}, auth() {} }");
    page.engine.connect(1, &options).expect("valid options");
    page.engine.token_arrived(1, &js("'a+b&c'"));
    page.until("provide a+b&c").await;
}

#[wasm_bindgen_test]
async fn a_provider_that_is_alive_is_connected_but_open_only_with_a_value() {
    let page = Page::new();
    page.world.provide();
    page.engine
        .connect(1, &js("{ provider() {} }"))
        .expect("valid options");
    let stream = page.world.provided();
    page.take();
    stream.alive();
    stream.alive();
    assert!(page.take().is_empty());
    send(&stream, "null");
    assert_eq!(page.take(), ["feed 1 open"]);
}

#[wasm_bindgen_test]
async fn what_is_reported_after_the_close_changes_nothing() {
    let page = Page::provided("{ a: 1 }").await;
    let (stream, signal) = (page.world.provided(), page.world.signal());
    assert!(!signal.aborted());
    page.engine.close(1);
    assert!(signal.aborted());
    assert_eq!(page.take(), ["feed 1 closed"]);
    stream.alive();
    send(&stream, "{ a: 2 }");
    stream.lost("too late");
    stream.denied("too late");
    assert!(page.take().is_empty());
}

#[wasm_bindgen_test]
async fn what_is_reported_after_the_engine_is_gone_changes_nothing() {
    let page = Page::provided("{ a: 1 }").await;
    let (stream, signal) = (page.world.provided(), page.world.signal());
    drop(page);
    assert!(signal.aborted());
    stream.alive();
    send(&stream, "{ a: 2 }");
    stream.lost("too late");
    stream.denied("too late");
}
