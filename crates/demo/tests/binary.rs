//! The program itself: what it prints, and how it ends.
#![cfg(unix)]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use support::Person;

/// The program that Cargo built along with this test: one directory up. (Cargo also gives its path in an environment
/// variable, but its name has a `-`, and a compiler that is started through a shell script never sees it.)
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("remote-refresh-demo")
}

fn demo(arguments: &[&str]) -> Child {
    Command::new(program())
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn it_prints_its_address_serves_there_and_ends_well_when_terminated() {
    let mut child = demo(&["--listen", "127.0.0.1:0"]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let base = line
        .trim()
        .strip_prefix("remote-refresh demo: ")
        .unwrap()
        .trim_end_matches('/');
    let ben = Person::at(base, "ben").await;
    let token = ben.json("/api/feed-token").await["token"]
        .as_str()
        .unwrap()
        .to_owned();
    // An open stream must not hold it up.
    let stream = reqwest::Client::new()
        .get(format!("{base}/users/ben.json?auth={token}"))
        .header("accept", "text/event-stream");
    let mut stream = stream.send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some());

    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap())
        .await
        .unwrap();
    assert!(status.success(), "{status}");
}

#[test]
fn a_port_that_is_taken_is_reported_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut child = demo(&["--listen", &taken.local_addr().unwrap().to_string()]);
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(said.contains("--listen"), "{said}");
}

#[test]
fn a_feed_elsewhere_needs_its_secret() {
    let mut child = demo(&["--feed", "http://127.0.0.1:1"]);
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert!(said.contains("--feed-secret"), "{said}");
}
