//! What is too large or too deep is refused, with a sentence.

mod support;

use serde_json::{json, Value};
use support::{Server, SECRET};

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
