//! A listener that does not keep up is cut off; the others are not.

mod support;

use serde_json::{json, Value};
use support::{soon, Server, Stream, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Together some 16 MB: more than a sender's socket holds (4 MB by default on Linux) and a small receiver's.
const WRITES: usize = 64;
const VALUE_BYTES: usize = 256 * 1024;

/// Opens a stream by hand, with little room for what is not read.
async fn listen_slowly(server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket can be made");
    socket
        .set_recv_buffer_size(16 * 1024)
        .expect("it may be small");
    let address = server
        .url
        .trim_start_matches("http://")
        .parse()
        .expect("it is an address");
    let mut stream = socket.connect(address).await.expect("it listens");
    let head = format!(
        "GET /a.json HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\naccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let mut answer = [0; 15];
    soon(stream.read_exact(&mut answer))
        .await
        .expect("it answers");
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    stream
}

/// Reads until the stream has ended as it should, and counts its events.
async fn count_events(mut stream: TcpStream) -> usize {
    let mut text = String::new();
    let mut bytes = vec![0; 64 * 1024];
    while !text.ends_with("\r\n0\r\n\r\n") {
        let count = soon(stream.read(&mut bytes)).await.expect("it is open");
        assert_ne!(count, 0, "the stream broke off");
        text.push_str(core::str::from_utf8(&bytes[..count]).expect("the test writes ASCII"));
    }
    text.matches("event: put").count()
}

/// Writes again and again, each time waiting for `healthy` to hear of it.
async fn write_past_the_slow(server: &Server, healthy: &mut Stream) {
    assert_eq!(healthy.next_json().await[1]["data"], Value::Null);
    for i in 0..WRITES {
        let value = format!("{i}:{}", "x".repeat(VALUE_BYTES));
        server.put("/a/v.json?print=silent", &json!(value)).await;
        let event = healthy.next_json().await;
        assert!(event[1]["data"]
            .as_str()
            .expect("a text")
            .starts_with(&format!("{i}:")));
    }
}

#[tokio::test]
async fn a_listener_behind_by_too_many_events_is_cut_off_and_the_others_are_not() {
    let server = Server::with(|config| config.max_queued_events = 4).await;
    let slow = listen_slowly(&server).await;
    let mut healthy = server.listen("/a.json").await;
    write_past_the_slow(&server, &mut healthy).await;
    assert!(
        count_events(slow).await <= WRITES,
        "the slow listener was told everything"
    );
    let again = server.listen("/a/v.json").await.next_json().await;
    let last = again[1]["data"].as_str().expect("a text");
    assert!(
        last.starts_with(&format!("{}:", WRITES - 1)),
        "who comes back gets the full value"
    );
}

#[tokio::test]
async fn a_listener_behind_by_too_many_bytes_is_cut_off() {
    let server = Server::with(|config| config.max_queued_bytes = 4 * VALUE_BYTES).await;
    let slow = listen_slowly(&server).await;
    let mut healthy = server.listen("/a.json").await;
    write_past_the_slow(&server, &mut healthy).await;
    assert!(
        count_events(slow).await <= WRITES,
        "the slow listener was told everything"
    );
}

#[tokio::test]
async fn one_event_larger_than_the_limit_still_goes_through() {
    let server = Server::with(|config| config.max_queued_bytes = 1000).await;
    let mut stream = server.listen("/a.json").await;
    stream.next().await;
    for i in 0..3 {
        server
            .put(
                "/a.json?print=silent",
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
