//! Signals to the program: another certificate, the end, and the end at once.
#![cfg(unix)]

mod support;

use rustix::process::Signal;
use serde_json::json;
use support::process::Process;
use support::tls::{certificate, connect};
use support::{soon, SECRET};

#[tokio::test]
async fn sighup_takes_a_new_certificate_and_keeps_the_old_one_where_the_new_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = certificate(folder.path());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (cert, key) = (file("cert.pem"), file("key.pem"));
    let flags = ["--tls-cert", &cert, "--tls-key", &key];
    let server = Process::start(&folder.path().join("feed.redb"), &flags);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    connect(&server.url, &old, b"h2")
        .await
        .expect("the old one");
    let new = certificate(folder.path());
    connect(&server.url, &old, b"h2")
        .await
        .expect("nobody has told it yet");
    server.signal(Signal::HUP);
    server.logged("the certificate was read again").await;
    connect(&server.url, &new, b"h2")
        .await
        .expect("the new one");
    assert!(connect(&server.url, &old, b"h2").await.is_err());
    std::fs::write(&key, "no key").expect("writes");
    server.signal(Signal::HUP);
    server.logged("the certificate stays as it was").await;
    connect(&server.url, &new, b"h2")
        .await
        .expect("still the new one");
}

#[tokio::test]
async fn sighup_without_a_certificate_does_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Process::start(&folder.path().join("feed.redb"), &["--drain", "0"]);
    server.signal(Signal::HUP);
    let health = soon(reqwest::get(format!("{}/healthz", server.url))).await;
    assert_eq!(health.expect("it runs").status(), 200);
    server.signal(Signal::TERM);
    assert!(server.ended().await, "{}", server.log());
}

#[tokio::test]
async fn a_second_signal_ends_a_drain_at_once_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("feed.redb");
    // Far longer than the test waits for anything.
    let mut server = Process::start(&data, &["--drain", "100000"]);
    let client = reqwest::Client::new();
    let at = format!("{}/a.json", server.url);
    let listen = client.get(&at).header("accept", "text/event-stream");
    let mut streams = Vec::new();
    for _ in 0..8 {
        let listen = listen
            .try_clone()
            .expect("it has no body")
            .bearer_auth(SECRET);
        let stream = soon(listen.send()).await.expect("it answers");
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    let put = client.put(&at).bearer_auth(SECRET).body("7");
    assert_eq!(soon(put.send()).await.expect("it answers").status(), 200);
    server.signal(Signal::TERM);
    server.logged("stopping").await;
    server.signal(Signal::TERM);
    assert!(server.ended().await, "{}", server.log());
    assert!(
        server.log().contains("told twice to stop"),
        "{}",
        server.log()
    );
    let again = Process::start(&data, &[]);
    let get = client
        .get(format!("{}/a.json", again.url))
        .bearer_auth(SECRET);
    let value = soon(get.send()).await.expect("it answers").text();
    assert_eq!(
        soon(value).await.expect("it is whole"),
        json!(7).to_string()
    );
}
