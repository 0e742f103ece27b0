//! A listener that does not keep up is cut off; the others are not.

mod support;

use serde_json::{json, Value};
use support::{Server, Stream};

/// More than the sockets between two programs hold.
const WRITES: usize = 500;
const VALUE_BYTES: usize = 64 * 1024;

async fn write_past(server: &Server, healthy: &mut Stream) {
    for i in 0..WRITES {
        let value = format!("{i}:{}", "x".repeat(VALUE_BYTES));
        server.put("/a/v.json?print=pretty", &json!(value)).await;
        let event = healthy.next_json().await;
        assert!(event[1]["data"]
            .as_str()
            .expect("a text")
            .starts_with(&format!("{i}:")));
    }
}

/// Counts the events until the stream ends.
async fn drain(mut stream: Stream) -> usize {
    let mut count = 0;
    while stream.next().await.is_some() {
        count += 1;
    }
    count
}

#[tokio::test]
async fn a_listener_behind_by_too_many_events_is_cut_off_and_the_others_are_not() {
    let server = Server::with(|config| config.max_queued_events = 16).await;
    let slow = server.listen("/a.json").await;
    let mut healthy = server.listen("/a.json").await;
    assert_eq!(healthy.next_json().await[1]["data"], Value::Null);
    write_past(&server, &mut healthy).await;
    let seen = drain(slow).await;
    assert!(
        seen <= WRITES,
        "the slow listener saw {seen} events, so it was never cut off"
    );
    let again = server.listen("/a/v.json").await.next_json().await;
    let last = again[1]["data"].as_str().expect("a text").to_owned();
    assert!(
        last.starts_with(&format!("{}:", WRITES - 1)),
        "it comes back to the full value"
    );
}

#[tokio::test]
async fn a_listener_behind_by_too_many_bytes_is_cut_off() {
    let server = Server::with(|config| config.max_queued_bytes = 8 * VALUE_BYTES).await;
    let slow = server.listen("/a.json").await;
    let mut healthy = server.listen("/a.json").await;
    healthy.next().await;
    write_past(&server, &mut healthy).await;
    assert!(drain(slow).await <= WRITES);
}

#[tokio::test]
async fn one_event_larger_than_the_limit_still_goes_through() {
    let server = Server::with(|config| config.max_queued_bytes = 1000).await;
    let mut stream = server.listen("/a.json").await;
    stream.next().await;
    for i in 0..3 {
        server
            .put(
                "/a.json?print=pretty",
                &json!(format!("{i}{}", "x".repeat(VALUE_BYTES))),
            )
            .await;
        let event = stream.next_json().await;
        assert!(event[1]["data"]
            .as_str()
            .expect("a text")
            .starts_with(&i.to_string()));
    }
}
