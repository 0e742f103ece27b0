//! Event streams over HTTP/1: the connection is the stream's from its answer on, whatever came before on it.

mod support;

use support::{soon, Server, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url.trim_start_matches("http://"))
        .await
        .expect("it listens")
}

fn request(method: &str, path: &str, version: &str, rest: &str) -> String {
    format!("{method} {path} {version}\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\n{rest}\r\n")
}

/// Reads on until the text ends so.
async fn read_until(socket: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        text.push(soon(socket.read_u8()).await.expect("it goes on"));
    }
    String::from_utf8(text).expect("text")
}

const FIRST: &str = "event: put\ndata: {\"path\":\"/\",\"data\":1}\n\n\r\n";
const END: &str = "\r\n0\r\n\r\n";

#[tokio::test]
async fn a_stream_may_follow_other_requests_on_a_connection_even_unasked_for_answers() {
    let server = Server::start().await;
    let mut socket = connect(&server).await;
    // All three are sent before any is answered.
    let requests = request("PUT", "/a.json", "HTTP/1.1", "content-length: 1\r\n")
        + "1"
        + &request("GET", "/a.json", "HTTP/1.1", "")
        + &request("GET", "/a.json?sse=true", "HTTP/1.1", "");
    socket
        .write_all(requests.as_bytes())
        .await
        .expect("it reads");
    let text = read_until(&mut socket, FIRST).await;
    let heads: Vec<_> = text.matches("HTTP/1.1 200 OK\r\n").collect();
    assert_eq!(heads.len(), 3, "{text}");
    let (_, stream) = text
        .rsplit_once("HTTP/1.1 200 OK\r\n")
        .expect("there are three");
    let (head, events) = stream.split_once("\r\n\r\n").expect("a head ends");
    for line in [
        "content-type: text/event-stream; charset=utf-8",
        "cache-control: no-cache",
        "access-control-allow-origin: *",
        "transfer-encoding: chunked",
        "connection: close",
    ] {
        assert_eq!(head.matches(line).count(), 1, "{line}: {head}");
    }
    assert_eq!(head.matches("date: ").count(), 1, "{head}");
    assert_eq!(events, format!("{:x}\r\n{FIRST}", FIRST.len() - 2));
    // What is said after that is not heard, and does no harm.
    socket
        .write_all(b"GET /b.json HTTP/1.1\r\n\r\n")
        .await
        .expect("it is open");
    server.put("/a.json", &serde_json::json!(2)).await;
    read_until(&mut socket, "\"data\":2}\n\n\r\n").await;
    server.stop().await;
    let mut rest = String::new();
    soon(socket.read_to_string(&mut rest))
        .await
        .expect("it ends");
    assert!(rest.ends_with(&END[2..]), "{rest}");
}

#[tokio::test]
async fn a_stream_ends_for_the_server_when_its_listener_hangs_up() {
    let server = Server::with(|config| config.max_streams_per_address = 1).await;
    for _ in 0..3 {
        let mut socket = loop {
            let mut socket = connect(&server).await;
            let asked = request("GET", "/a.json?sse=true", "HTTP/1.1", "");
            socket.write_all(asked.as_bytes()).await.expect("it reads");
            // The one before is gone as soon as the server has seen that.
            if read_until(&mut socket, "\r\n").await == "HTTP/1.1 200 OK\r\n" {
                break socket;
            }
        };
        read_until(&mut socket, "\n\n\r\n").await;
    }
}

#[tokio::test]
async fn the_oldest_http_has_streams_too() {
    let server = Server::start().await;
    server.put("/a.json", &serde_json::json!(1)).await;
    let mut socket = connect(&server).await;
    let asked = request("GET", "/a.json?sse=true", "HTTP/1.0", "");
    socket.write_all(asked.as_bytes()).await.expect("it reads");
    let text = read_until(&mut socket, &FIRST[..FIRST.len() - 2]).await;
    assert!(text.starts_with("HTTP/1.0 200 OK\r\n"), "{text}");
    assert!(!text.contains("chunked"), "{text}");
}
