//! What is too large or too deep is refused, with a sentence.

mod support;

use serde_json::{json, Value};
use support::{Server, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_body_past_the_limit_is_a_413_and_writes_nothing() {
    let server = Server::with(|config| config.max_body = 1000).await;
    let text = |length: usize| json!("x".repeat(length - 2)).to_string();
    assert_eq!(
        server
            .admin("PUT", "/a.json?print=silent", &text(1000))
            .await
            .status,
        204
    );
    for length in [1001, 3000] {
        let answer = server.admin("PUT", "/b.json", &text(length)).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (413, "The data is larger than 1000 bytes.")
        );
    }
    assert_eq!(server.get("/b.json").await, Value::Null);
}

#[tokio::test]
async fn a_body_without_a_length_is_measured_too() {
    let server = Server::with(|config| config.max_body = 1000).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let request = move || -> std::io::Result<String> {
        use std::io::{Read, Write};
        let mut socket = std::net::TcpStream::connect(address)?;
        write!(
            socket,
            "PUT /a.json HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
        )?;
        for _ in 0..3 {
            write!(socket, "1f4\r\n{}\r\n", "1".repeat(500))?;
        }
        write!(socket, "0\r\n\r\n")?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = support::soon(tokio::task::spawn_blocking(request))
        .await
        .expect("no panic")
        .expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

/// Sends the head of a write of 2000 bytes, and so much of its body.
async fn begin_write(server: &Server, bytes: usize) -> TcpStream {
    let address = server.url.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.expect("it listens");
    let head = format!(
        "PUT /a.json HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\nconnection: close\r\ncontent-length: 2000\r\n\r\n"
    );
    let begun = head + &"1".repeat(bytes);
    socket.write_all(begun.as_bytes()).await.expect("it reads");
    socket
}

#[tokio::test]
async fn a_write_has_at_most_a_million_values() {
    let server = Server::start().await;
    let body = format!("[{}1]", "1,".repeat(1_000_000));
    let answer = server.admin("PUT", "/a.json", &body).await;
    assert!(answer.status == 400 && answer.error().contains("1000000 values"));
}

#[tokio::test]
async fn bodies_under_way_hold_only_so_much_together() {
    let server = Server::with(|config| config.max_bodies = 1500).await;
    let text = json!("x".repeat(1000)).to_string();
    assert_eq!(server.admin("PUT", "/a.json", &text).await.status, 200);
    let unfinished = begin_write(&server, 1000).await;
    // Until what was sent has been read.
    let refused = async {
        loop {
            let answer = server.admin("PUT", "/a.json", &text).await;
            if answer.status == 503 {
                break answer;
            }
        }
    };
    assert!(support::soon(refused)
        .await
        .error()
        .contains("Try again later"));
    assert_eq!(server.admin("PUT", "/a.json", "1").await.status, 200);
    drop(unfinished);
    let accepted = async { while server.admin("PUT", "/a.json", &text).await.status != 200 {} };
    support::soon(accepted).await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_408() {
    let server =
        Server::with(|config| config.body_timeout = std::time::Duration::from_millis(50)).await;
    let mut unfinished = begin_write(&server, 1000).await;
    let mut answer = String::new();
    support::soon(unfinished.read_to_string(&mut answer))
        .await
        .expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn data_is_at_most_32_keys_deep_its_path_included() {
    let server = Server::start().await;
    let path = |depth: usize| format!("{}.json", "/a".repeat(depth));
    assert_eq!(server.admin("PUT", &path(32), "1").await.status, 200);
    assert_eq!(
        server.admin("PUT", &path(32), r#"{"b":1}"#).await.status,
        400
    );
    assert_eq!(server.admin("PUT", &path(33), "1").await.status, 400);
    assert_eq!(
        server
            .admin("PATCH", &path(31), r#"{"b/c":1}"#)
            .await
            .status,
        400
    );
    assert_eq!(server.admin("POST", &path(32), "1").await.status, 400);
    let nested = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(server.admin("PUT", "/b.json", &nested).await.status, 400);
}

#[tokio::test]
async fn keys_are_checked_wherever_they_stand() {
    let server = Server::start().await;
    let answer = server.admin("PUT", "/a.json", r#"{"b":{"c#":1}}"#).await;
    let text = "Invalid data; couldn't parse key at /b. Key value can't be empty or contain $ # [ ] / or .";
    assert_eq!((answer.status, answer.error().as_str()), (400, text));
    let long = json!({ "k".repeat(769): 1 }).to_string();
    assert_eq!(server.admin("PUT", "/a.json", &long).await.status, 400);
    let answer = server.admin("PUT", "/a.json", "").await;
    let text = "Invalid data; couldn't parse JSON object, array, or value.";
    assert_eq!((answer.status, answer.error().as_str()), (400, text));
}
