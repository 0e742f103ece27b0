//! TLS, and with it HTTP/2: many streams on one connection, the same limits, another certificate while it runs.

mod support;

use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2::SendRequest;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use remote_refresh_core::wire::Decoder;
use remote_refresh_server::Tls;
use serde_json::json;
use support::tls::{certificate, connect};
use support::{soon, Server, SECRET};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::CertificateDer;

fn files(folder: &TempDir) -> Tls {
    Tls::from_files(
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    )
    .expect("they belong together")
}

/// A client's one connection.
async fn http2(server: &Server, trusted: &CertificateDer<'static>) -> SendRequest<Full<Bytes>> {
    let tls = connect(&server.url, trusted, b"h2").await.expect("TLS");
    assert_eq!(tls.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let made = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls));
    let (sender, connection) = soon(made).await.expect("HTTP/2");
    tokio::spawn(connection);
    sender
}

fn request(method: &str, path: &str, credential: &str, body: &str) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(format!("https://localhost{path}"))
        .header("authorization", format!("Bearer {credential}"))
        .body(Full::from(body.to_owned()))
        .expect("a request")
}

/// Reads the next event of a stream.
async fn event(stream: &mut Response<Incoming>, decoder: &mut Decoder) -> String {
    let mut found = None;
    while found.is_none() {
        let frame = soon(stream.body_mut().frame()).await.expect("it goes on");
        let data = frame.expect("it is whole").into_data().expect("data");
        decoder
            .feed(&data, &mut |event| found = Some(event.data))
            .expect("small events");
    }
    found.expect("found")
}

#[tokio::test]
async fn twenty_streams_share_one_connection_with_the_requests_that_they_hear_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = certificate(folder.path());
    let server = Server::with(|config| config.tls = Some(files(&folder))).await;
    let mut client = http2(&server, &trusted).await;
    let mut streams = Vec::new();
    for i in 0..20 {
        let asked = request("GET", &format!("/a/{i}.json?sse=true"), SECRET, "");
        let mut stream = soon(client.send_request(asked)).await.expect("answers");
        assert_eq!(stream.status(), 200);
        assert!(stream.headers().get("connection").is_none());
        let mut decoder = Decoder::new();
        let first = event(&mut stream, &mut decoder).await;
        assert_eq!(first, r#"{"path":"/","data":null}"#);
        streams.push((stream, decoder));
    }
    let write = request("PUT", "/a.json", SECRET, &json!(vec![0; 20]).to_string());
    let written = soon(client.send_request(write)).await.expect("answers");
    assert_eq!(written.status(), 200);
    for (stream, decoder) in &mut streams {
        assert_eq!(event(stream, decoder).await, r#"{"path":"/","data":0}"#);
    }
    let metrics = soon(client.send_request(request("GET", "/metrics", SECRET, ""))).await;
    let metrics = metrics.expect("answers").into_body().collect().await;
    let text = String::from_utf8(metrics.expect("whole").to_bytes().to_vec()).expect("text");
    assert!(text.contains("\nfeed_streams 20\n"), "{text}");
    assert!(text.contains("\nfeed_connections 1\n"), "{text}");
    server.stop().await;
    for (stream, _) in streams {
        let rest = soon(stream.into_body().collect()).await;
        assert!(rest.expect("it ends as it should").to_bytes().is_empty());
    }
}

#[tokio::test]
async fn a_users_limit_holds_on_one_connection_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = certificate(folder.path());
    let server = Server::with(|config| {
        config.tls = Some(files(&folder));
        config.max_streams_per_user = 2;
        config.max_streams_per_address = 3;
    })
    .await;
    let mut client = http2(&server, &trusted).await;
    let mut open = Vec::new();
    for (uid, status) in [
        ("u1", 200),
        ("u1", 200),
        ("u1", 429),
        ("u2", 200),
        ("u2", 429),
    ] {
        let path = format!("/users/{uid}.json?sse=true");
        let asked = request("GET", &path, &server.token(uid), "");
        let stream = soon(client.send_request(asked)).await.expect("answers");
        assert_eq!(stream.status(), status, "{uid}");
        open.push(stream);
    }
}

#[tokio::test]
async fn further_requests_on_one_connection_wait_until_others_are_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = certificate(folder.path());
    let server = Server::with(|config| {
        config.tls = Some(files(&folder));
        config.max_requests_per_connection = 1;
    })
    .await;
    let mut client = http2(&server, &trusted).await;
    // The server's settings have arrived with its first answer.
    let read = || request("GET", "/a.json", SECRET, "");
    let answer = soon(client.send_request(read())).await.expect("answers");
    answer.into_body().collect().await.expect("whole");
    let asked = request("GET", "/a.json?sse=true", SECRET, "");
    let stream = soon(client.send_request(asked)).await.expect("answers");
    let waiting = tokio::spawn(client.send_request(read()));
    let mut other = http2(&server, &trusted).await;
    let answer = soon(other.send_request(read())).await.expect("answers");
    answer.into_body().collect().await.expect("whole");
    assert!(!waiting.is_finished(), "another connection does not wait");
    drop(stream);
    let answer = soon(waiting).await.expect("no panic").expect("answers");
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn http_1_is_spoken_with_who_does_not_know_better() {
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = certificate(folder.path());
    let server = Server::with(|config| config.tls = Some(files(&folder))).await;
    let tls = connect(&server.url, &trusted, b"http/1.1")
        .await
        .expect("TLS");
    let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(tls))
        .await
        .expect("HTTP/1");
    tokio::spawn(connection);
    let asked = Request::get("/a.json?sse=true")
        .header("host", "localhost")
        .header("authorization", format!("Bearer {SECRET}"))
        .body(Empty::<Bytes>::new())
        .expect("a request");
    let mut stream = soon(client.send_request(asked)).await.expect("answers");
    let mut decoder = Decoder::new();
    assert_eq!(
        event(&mut stream, &mut decoder).await,
        r#"{"path":"/","data":null}"#
    );
    server.stop().await;
    assert!(soon(stream.body_mut().frame()).await.is_none());
}

#[tokio::test]
async fn a_new_certificate_is_taken_while_the_server_runs_and_a_bad_one_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = certificate(folder.path());
    let tls = files(&folder);
    let server = Server::with(|config| config.tls = Some(tls.clone())).await;
    let mut open = http2(&server, &old).await;
    let new = certificate(folder.path());
    tls.reload().expect("they belong together");
    http2(&server, &new).await;
    assert!(
        connect(&server.url, &old, b"h2").await.is_err(),
        "the old one is gone"
    );
    std::fs::write(folder.path().join("key.pem"), "no key").expect("writes");
    assert_eq!(
        tls.reload().expect_err("there is no key").code(),
        "tls_read"
    );
    http2(&server, &new).await;
    let answer = soon(open.send_request(request("GET", "/a.json", SECRET, ""))).await;
    assert_eq!(answer.expect("it is still open").status(), 200);
}

#[tokio::test]
async fn a_connection_without_requests_is_closed_after_a_while_and_one_with_a_stream_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let trusted = certificate(folder.path());
    let tls = files(&folder);
    let server = Server::with(|config| {
        config.tls = Some(tls);
        config.header_timeout = Duration::from_secs(1);
    })
    .await;
    let mut listening = http2(&server, &trusted).await;
    let mut listen = request("GET", "/a.json", SECRET, "");
    let kind = "text/event-stream".parse().expect("a header");
    listen.headers_mut().insert("accept", kind);
    let mut stream = soon(listening.send_request(listen))
        .await
        .expect("a stream");
    let mut decoder = Decoder::new();
    assert!(event(&mut stream, &mut decoder).await.contains("null"));
    // The other comes later, and is closed all the same: one that asked something, and one that never did.
    for asks in [true, false] {
        let tls = connect(&server.url, &trusted, b"h2").await.expect("TLS");
        let made = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(tls));
        let (mut sender, connection) = soon(made).await.expect("HTTP/2");
        let ended = tokio::spawn(connection);
        if asks {
            let asked = sender.send_request(request("GET", "/a.json", SECRET, ""));
            let body = soon(asked).await.expect("it answers").into_body();
            soon(body.collect()).await.expect("it is whole");
        }
        // A closed connection is no error; it ends although its sender is still held.
        soon(ended)
            .await
            .expect("no panic")
            .expect("it is closed in order");
        drop(sender);
    }
    let put = soon(listening.send_request(request("PUT", "/a.json", SECRET, "1"))).await;
    assert_eq!(put.expect("it is open").status(), 200);
    assert!(event(&mut stream, &mut decoder).await.contains('1'));
}

#[test]
fn files_that_are_no_certificate_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    certificate(folder.path());
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    let code = |cert: &Path, key: &Path| {
        let refused = Tls::from_files(cert, key).expect_err("they are none");
        assert!(refused.to_string().contains("PEM"), "{refused}");
        refused.code()
    };
    assert_eq!(code(&folder.path().join("none"), &key), "tls_read");
    assert_eq!(code(&key, &key), "tls_no_certificate");
    assert_eq!(code(&cert, &cert), "tls_read");
    let other = tempfile::tempdir().expect("a folder");
    certificate(other.path());
    let mixed = Tls::from_files(cert, other.path().join("key.pem"));
    assert_eq!(mixed.expect_err("another's key").code(), "tls_unusable");
}
