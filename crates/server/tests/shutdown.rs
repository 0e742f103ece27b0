//! Stopping: streams end, what is under way is answered, what was written is there afterwards.

mod support;

use std::time::Duration;

use remote_refresh_server::Storage;
use serde_json::json;
use support::{soon, Server, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn open_streams_end_and_the_port_is_given_up() {
    let server = Server::start().await;
    let mut streams = vec![
        server.listen("/a.json").await,
        server.listen("/b.json").await,
    ];
    for stream in &mut streams {
        stream.next().await;
    }
    let (client, url) = (server.client.clone(), format!("{}/a.json", server.url));
    server.stop().await;
    for stream in &mut streams {
        assert_eq!(stream.next().await, None);
    }
    assert!(soon(client.get(url).send())
        .await
        .expect_err("nobody listens")
        .is_connect());
}

#[tokio::test]
async fn a_request_under_way_is_answered_and_kept() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("feed.redb");
    let mut server = Server::with(|config| config.storage = Storage::File(file.clone())).await;
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://"))
        .await
        .expect("it listens");
    let head = format!(
        "PUT /a.json HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\nexpect: 100-continue\r\ncontent-length: 6\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("it reads");
    let mut answer = [0; 25];
    soon(socket.read_exact(&mut answer))
        .await
        .expect("it wants the body");
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.begin_stop();
    socket.write_all(b"\"kept\"").await.expect("it still reads");
    let mut answer = String::new();
    soon(socket.read_to_string(&mut answer))
        .await
        .expect("it answers and closes");
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\"kept\""),
        "{answer}"
    );
    server.stop().await;
    let server = Server::with(|config| config.storage = Storage::File(file)).await;
    assert_eq!(server.get("/a.json").await, json!("kept"));
}

#[tokio::test]
async fn a_connection_that_does_not_end_is_dropped_in_time() {
    let server = Server::with(|config| config.grace = Duration::from_millis(50)).await;
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://"))
        .await
        .expect("it listens");
    let head = format!(
        "PUT /a.json HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\nexpect: 100-continue\r\ncontent-length: 6\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("it reads");
    let mut answer = [0; 25];
    soon(socket.read_exact(&mut answer))
        .await
        .expect("it wants the body");
    server.stop().await;
}

#[tokio::test]
async fn while_streams_end_one_after_the_other_requests_are_answered_and_new_streams_refused() {
    // Longer than a test may take: what ends here ends because its turn has come.
    let mut server = Server::with(|config| config.drain = Duration::from_secs(3000)).await;
    let mut first = server.listen("/a.json").await;
    first.next().await;
    let mut second = server.listen("/a.json").await;
    second.next().await;
    server.begin_stop();
    let not_ready = async {
        while server.send("GET", "/readyz", &[], "").await.status != 503 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon(not_ready).await;
    // The first stream of a server is the first to go, at once; the second is still told what happens.
    assert_eq!(first.next().await, None);
    server.put("/a/b.json", &json!(1)).await;
    assert_eq!(
        second.next_json().await,
        json!(["put", {"path": "/b", "data": 1}])
    );
    let refused = server.admin("GET", "/a.json?sse=true", "").await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (503, "The server is stopping. Try again.")
    );
    assert_eq!(refused.headers["retry-after"], "3001");
    server.feed.end_streams();
    assert_eq!(second.next().await, None);
    server.stop().await;
}

#[tokio::test]
async fn a_server_without_streams_does_not_wait_for_them() {
    let server = Server::with(|config| config.drain = Duration::from_secs(3000)).await;
    server.put("/a.json", &json!(1)).await;
    server.stop().await;
}

#[tokio::test]
async fn after_the_end_writes_are_refused_and_closing_again_is_harmless() {
    let server = Server::start().await;
    let feed = server.feed.clone();
    server.stop().await;
    feed.close().await;
    let refused = feed
        .notifier()
        .remote_refresh(["u1"], &remote_refresh_server::notify::Change::new())
        .await;
    assert_eq!(
        refused.expect_err("it has stopped").code(),
        "write_stopping"
    );
}

#[tokio::test]
async fn a_data_file_has_one_server() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("feed.redb");
    let _first = Server::with(|config| config.storage = Storage::File(file.clone())).await;
    let second = remote_refresh_server::FeedServer::open(remote_refresh_server::Config::new(
        Storage::File(file),
        SECRET,
    ));
    assert_eq!(second.err().expect("it is in use").code(), "server_open");
}
