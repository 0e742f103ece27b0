//! Backups of a server that runs: whole, of one moment, and there under their name only when they are.

mod support;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;

use remote_refresh_server::maintenance::backup_from;
use remote_refresh_server::{Config, FeedServer, Storage};
use serde_json::{json, Value};
use support::process::Process;
use support::{soon, Server, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const WRITERS: usize = 4;

/// All that a server started on `file` serves, and its rules.
async fn restored(file: &Path) -> (Value, String) {
    let server = Server::with(|config| config.storage = Storage::File(file.to_owned())).await;
    let all = server.get("/.json?format=export").await;
    let rules = server.admin("GET", "/.settings/rules.json", "").await.text;
    server.stop().await;
    (all, rules)
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it can be read");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// What the server counts of its backups.
async fn counted(server: &Server) -> Vec<String> {
    let text = server.admin("GET", "/metrics", "").await.text;
    let lines = text.lines().filter(|line| line.starts_with("feed_backup"));
    lines.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_has_each_write_acknowledged_before_and_none_by_half() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("feed.redb");
    let server = Server::with(|config| config.storage = Storage::File(data)).await;
    let rules = r#"{"rules":{"x":{".read":true}}}"#;
    server.admin("PUT", "/.settings/rules.json", rules).await;
    // More than is sent in one piece, and one row that is.
    let ballast: serde_json::Map<String, Value> = (0..300)
        .map(|n| (n.to_string(), json!(format!("{n}").repeat(300))))
        .collect();
    let everything = json!({"many": ballast, "long": "\u{436}".repeat(100_000)});
    server.put("/ballast.json", &everything).await;

    let (server, over) = (Arc::new(server), Arc::new(AtomicBool::new(false)));
    let told: Arc<[AtomicUsize; WRITERS]> = Arc::default();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (server, over, told) = (server.clone(), over.clone(), told.clone());
            tokio::spawn(async move {
                for i in 1.. {
                    // Two places far from each other, before and after the ballast.
                    let write = json!({format!("a/{writer}/{i}"): i, format!("z/{writer}/{i}"): i});
                    let answer = server.admin("PATCH", "/.json", &write.to_string()).await;
                    assert_eq!(answer.status, 200);
                    told[writer].store(i, Ordering::SeqCst);
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                }
            })
        })
        .collect();
    for round in 0..3 {
        let enough = 5 * (round + 1);
        soon(async {
            while told.iter().any(|told| told.load(Ordering::SeqCst) < enough) {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let before: Vec<_> = told
            .iter()
            .map(|told| told.load(Ordering::SeqCst))
            .collect();
        let copy = folder.path().join(format!("copy-{round}.redb"));
        soon(backup_from(&server.url, SECRET, &copy))
            .await
            .expect("it is backed up");
        let (all, kept) = restored(&copy).await;
        assert_eq!((&all["ballast"], kept.as_str()), (&everything, rules));
        for (writer, before) in before.iter().enumerate() {
            let (a, z) = (&all["a"][writer.to_string()], &all["z"][writer.to_string()]);
            assert_eq!(a, z, "a write is there by half");
            for i in 1..=*before {
                assert_eq!(
                    a[i.to_string()],
                    i,
                    "writer {writer} was told that it is stored"
                );
            }
        }
    }
    over.store(true, Ordering::SeqCst);
    for writer in writers {
        soon(writer).await.expect("no panic");
    }
}

#[tokio::test]
async fn an_empty_server_has_a_backup_too_and_no_file_is_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    let server = Server::start().await;
    // As an operator may write it.
    let url = format!("{}/", server.url);
    soon(backup_from(&url, SECRET, &copy))
        .await
        .expect("it is backed up");
    assert_eq!(names(folder.path()), ["copy.redb"]);
    let before = std::fs::read(&copy).expect("it is there");
    let again = soon(backup_from(&url, SECRET, &copy)).await;
    assert_eq!(again.map_err(|error| error.code()), Err("server_exists"));
    assert_eq!(std::fs::read(&copy).expect("it is there"), before);
    assert_eq!(names(folder.path()), ["copy.redb"]);
    assert_eq!(restored(&copy).await.0, Value::Null);
}

#[tokio::test]
async fn only_an_administrator_gets_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start().await;
    for credential in [&*server.token("u1"), "guessed", ""] {
        let refused = soon(backup_from(
            &server.url,
            credential,
            &folder.path().join("x"),
        ))
        .await;
        assert_eq!(
            refused.map_err(|error| error.code()),
            Err("backup_refused"),
            "{credential}"
        );
    }
    let path = "/.settings/backup";
    assert_eq!(server.send("GET", path, &[], "").await.status, 401);
    assert_eq!(server.send("PUT", path, &[], "").await.status, 401);
    assert_eq!(server.admin("PUT", path, "").await.status, 405);
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn a_second_backup_waits_for_its_turn_and_each_is_counted_by_its_end() {
    let server = Server::start().await;
    // More than sockets and buffers hold of an answer that nobody reads.
    let long = json!("x".repeat(1 << 20));
    for n in 0..32 {
        server.put(&format!("/{n}.json"), &long).await;
    }
    let path = "/.settings/backup";
    let request = server.client.get(format!("{}{path}", server.url));
    let first = soon(request.bearer_auth(SECRET).send())
        .await
        .expect("it answers");
    assert_eq!(first.status(), 200);
    let second = server.admin("GET", path, "").await;
    assert_eq!(second.status, 503);
    assert!(second.error().contains("Another backup"));
    // Who hangs up gives it back.
    drop(first);
    let folder = tempfile::tempdir().expect("a folder");
    soon(async {
        let copy = folder.path().join("copy");
        while backup_from(&server.url, SECRET, &copy).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let lines = counted(&server).await;
    for line in [
        "feed_backups_total{result=\"not_taken\"} 1",
        "feed_backups_total{result=\"sent\"} 1",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line}: {lines:?}");
    }
}

/// A backup as it is sent.
async fn sent(server: &Server) -> bytes::Bytes {
    let request = server
        .client
        .get(format!("{}/.settings/backup", server.url));
    let answer = soon(request.bearer_auth(SECRET).send())
        .await
        .expect("it answers");
    soon(answer.bytes()).await.expect("it is whole")
}

#[tokio::test]
async fn what_is_sent_of_a_backup_is_counted() {
    let server = Server::start().await;
    server.put("/a.json", &json!({"b": 1})).await;
    assert_eq!(counted(&server).await.len(), 4, "none was sent yet");
    let bytes = sent(&server).await.len();
    let lines = counted(&server).await;
    for line in [
        "feed_backups_total{result=\"sent\"} 1".to_owned(),
        format!("feed_backup_bytes_total {bytes}"),
    ] {
        assert!(lines.contains(&line), "{line}: {lines:?}");
    }
    assert_eq!(
        lines.len(),
        6,
        "the last one's time and duration: {lines:?}"
    );
}

/// The address of something that answers the next request with `body`, whole as far as HTTP goes.
async fn answering(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("somebody comes");
        let mut head = [0; 4096];
        // A request without a body comes in one piece.
        assert!(socket.read(&mut head).await.expect("it asks") > 0);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        socket.write_all(head.as_bytes()).await.expect("it listens");
        socket.write_all(&body).await.expect("it listens");
    });
    format!("http://{address}")
}

#[tokio::test]
async fn what_breaks_off_or_is_no_backup_leaves_no_file() {
    let server = Server::start().await;
    server.put("/a.json", &json!({"b": 1})).await;
    let sent = sent(&server).await;
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    for (body, code) in [
        (sent[..sent.len() - 1].to_vec(), "backup_incomplete"),
        (Vec::new(), "backup_incomplete"),
        (b"<html>not found</html>".to_vec(), "backup_none"),
        ([&sent[..sent.len() - 1], b"x"].concat(), "backup_none"),
    ] {
        let url = answering(body).await;
        let error = soon(backup_from(&url, SECRET, &copy))
            .await
            .expect_err(code);
        assert_eq!(error.code(), code);
        assert!(error.to_string().ends_with(['.', '?']), "{error}");
        assert!(names(folder.path()).is_empty());
    }
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let nobody = format!("http://{}", free.local_addr().expect("it is bound"));
    drop(free);
    let error = soon(backup_from(&nobody, SECRET, &copy))
        .await
        .expect_err("nobody is there");
    assert_eq!(error.code(), "backup_unreachable");
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn the_program_backs_up_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    let server = Process::start(&folder.path().join("feed.redb"), &[]);
    let put = reqwest::Client::new()
        .put(format!("{}/a.json", server.url))
        .body("7");
    let put = soon(put.bearer_auth(SECRET).send())
        .await
        .expect("it answers");
    assert_eq!(put.status(), 200);
    let backup = |secret: &str| {
        let mut program = std::process::Command::new(support::program());
        program.args(["backup", "--from", &server.url]).arg(&copy);
        program.env("REMOTE_REFRESH_SECRET", secret);
        program.output().expect("it runs")
    };
    let refused = backup("guessed");
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && text.contains("401"), "{text}");
    assert!(
        !text.contains("guessed") && !server.log().contains("guessed"),
        "{text}"
    );
    assert!(backup(SECRET).status.success());
    assert_eq!(restored(&copy).await.0, json!({"a": 7}));
}

#[tokio::test]
async fn a_feed_mounted_in_an_app_is_backed_up_too() {
    let feed = FeedServer::open(Config::new(Storage::Memory, SECRET)).expect("it opens");
    let app = feed.mount(axum::Router::new());
    let server = Server::serve(feed, app).await;
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    soon(backup_from(&server.url, SECRET, &copy))
        .await
        .expect("it is backed up");
}
