//! JSON as the browser reads it: the feed's data, and what of it can't be used.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{json, put, Page};

/// What the child of this value is to the app.
async fn read(value: &str) -> String {
    let page = Page::connected("null").await;
    page.request(0).await.write(put("/child", value).as_bytes());
    page.until("firebase.child_added child").await;
    json(&page.world.snapshot().val())
}

/// Whether the stream is given up for this data of an event, and the words that say why.
async fn refusal(data: &str) -> String {
    let page = Page::connected("null").await;
    let event = ["event: put\ndata: ", data, "\n\n"].concat();
    page.request(0).await.write(event.as_bytes());
    page.until("feed 1 stale").await;
    page.take().remove(0)
}

#[wasm_bindgen_test]
async fn texts_numbers_and_flags_are_what_they_are_in_javascript() {
    for (written, value) in [
        (r#""\u00e9\n\"\\\/""#, r#""é\n\"\\/""#),
        (r#""\ud83d\udc0e""#, "\"🐎\""),
        ("1e3", "1000"),
        ("0.1", "0.1"),
        ("9007199254740993", "9007199254740992"),
        ("-0", "0"),
        ("true", "true"),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        (r#" { "a" : [ 1 , 2 ] } "#, r#"{"a":[1,2]}"#),
    ] {
        assert_eq!(read(written).await, value, "{written}");
    }
}

#[wasm_bindgen_test]
async fn half_of_a_surrogate_pair_becomes_a_replacement_character() {
    assert_eq!(read(r#""\ud83d!""#).await, "\"\u{fffd}!\"");
}

#[wasm_bindgen_test]
async fn empty_objects_and_nulls_are_not_there() {
    assert_eq!(
        read(r#"{"a":{},"b":null,"c":[],"d":[null],"e":1}"#).await,
        r#"{"e":1}"#
    );
}

#[wasm_bindgen_test]
async fn what_is_no_json_ends_the_stream() {
    for data in [
        "",
        "{",
        "put",
        "{'path':'/'}",
        r#"{"path":"/","data":01}"#,
        "[1,]",
    ] {
        let line = refusal(data).await;
        assert!(
            line.starts_with("feed 1 stale bad-event: "),
            "{data}: {line}"
        );
    }
}

#[wasm_bindgen_test]
async fn what_is_no_event_or_no_node_ends_the_stream() {
    for data in [
        "null",
        "5",
        "[]",
        r#"{"data":1}"#,
        r#"{"path":5,"data":1}"#,
        r#"{"path":"/a.b","data":1}"#,
        r#"{"path":"/","data":{"a.b":1}}"#,
        r#"{"path":"/","data":{"a":{"":1}}}"#,
    ] {
        let line = refusal(data).await;
        assert!(
            line.starts_with("feed 1 stale bad-event: "),
            "{data}: {line}"
        );
    }
}

#[wasm_bindgen_test]
async fn what_is_nested_too_deep_ends_the_stream_instead_of_the_page() {
    for depth in [200, 5000] {
        let data = [
            r#"{"path":"/","data":"#,
            &r#"{"a":"#.repeat(depth),
            "1",
            &"}".repeat(depth),
            "}",
        ];
        let line = refusal(&data.concat()).await;
        assert!(
            line.starts_with("feed 1 stale bad-event: "),
            "{depth}: {line}"
        );
    }
}

#[wasm_bindgen_test]
async fn what_is_nested_as_deep_as_a_database_takes_is_read() {
    // 32 levels, of which the path and the event take some.
    let value = [&r#"{"a":"#.repeat(28)[..], "1", &"}".repeat(28)].concat();
    assert_eq!(read(&value).await, value);
}
