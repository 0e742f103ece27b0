//! Keeping a server running: health, counters, limits, backups.

mod support;

use std::time::Duration;

use remote_refresh_server::{maintenance, run, Config, FeedServer, Storage};
use serde_json::json;
use support::{soon, Server, SECRET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_server_says_that_it_lives_and_that_it_is_ready_until_it_stops() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = server.send("GET", path, &[], "").await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (200, "ok\n"),
            "{path}"
        );
    }
    server.feed.end_streams();
    assert_eq!(server.send("GET", "/readyz", &[], "").await.status, 503);
    assert_eq!(server.send("GET", "/healthz", &[], "").await.status, 200);
}

#[tokio::test]
async fn counters_are_for_administrators_and_count() {
    let server = Server::start().await;
    assert_eq!(server.send("GET", "/metrics", &[], "").await.status, 401);
    let mut stream = server.listen("/a.json").await;
    stream.next().await;
    server.put("/a.json", &json!(1)).await;
    stream.next().await;
    let answer = server.admin("GET", "/metrics", "").await;
    assert!(answer.headers["content-type"]
        .to_str()
        .expect("ASCII")
        .starts_with("text/plain"));
    for line in [
        "feed_streams 1",
        "feed_streams_opened_total 1",
        "feed_deliveries_total 1",
        "feed_denied_total 1",
        "feed_commits_total 1",
        "feed_write_seconds_count 1",
    ] {
        assert!(
            answer.text.lines().any(|found| found == line),
            "{line}\n{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_user_has_only_so_many_streams_and_gets_one_back_for_one_closed() {
    let server = Server::with(|config| config.max_streams_per_user = 2).await;
    let token = server.token("u1");
    let path = format!("/users/u1.json?sse=true&auth={token}");
    let (first, _second) = (
        server.listen_with("/users/u1.json", &token).await,
        server.listen_with("/users/u1.json", &token).await,
    );
    let refused = server.send("GET", &path, &[], "").await;
    assert_eq!(refused.status, 429);
    assert!(refused.error().contains("too many streams"));
    server
        .listen_with("/users/u2.json", &server.token("u2"))
        .await;
    drop(first);
    // The server sees that it is gone when it next looks.
    let again = async {
        loop {
            let request = server.client.get(format!("{}{path}", server.url));
            if request.send().await.expect("the server answers").status() == 200 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon(again).await;
}

#[tokio::test]
async fn an_address_has_only_so_many_streams() {
    let server = Server::with(|config| config.max_streams_per_address = 1).await;
    let _open = server.listen("/a.json").await;
    assert_eq!(
        server.admin("GET", "/a.json?sse=true", "").await.status,
        429
    );
}

#[tokio::test]
async fn who_never_ends_the_head_of_a_request_is_cut_off() {
    let server = Server::with(|config| config.header_timeout = Duration::from_millis(100)).await;
    let address = server.url.trim_start_matches("http://");
    let mut slow = TcpStream::connect(address).await.expect("it listens");
    slow.write_all(b"GET /a.json HTTP/1.1\r\nHost:")
        .await
        .expect("it is open");
    let mut rest = Vec::new();
    // Cut off with or without a word.
    let _ = soon(slow.read_to_end(&mut rest)).await;
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
    assert_eq!(server.get("/a.json").await, json!(null));
}

#[tokio::test]
async fn more_connections_than_allowed_wait_for_their_turn() {
    let server = Server::with(|config| {
        config.max_connections = 1;
        config.header_timeout = Duration::from_millis(200);
    })
    .await;
    let address = server.url.trim_start_matches("http://");
    let idle = TcpStream::connect(address).await.expect("it listens");
    assert_eq!(
        server.get("/a.json").await,
        json!(null),
        "served when the idle one was cut off"
    );
    drop(idle);
}

#[tokio::test]
async fn emulator_mode_is_for_this_machine_only() {
    let config = || Config {
        emulator: true,
        ..Config::new(Storage::Memory, SECRET)
    };
    let exposed = TcpListener::bind("0.0.0.0:0")
        .await
        .expect("a port is free");
    let refused = soon(run(exposed, config(), std::future::pending())).await;
    assert_eq!(
        refused.expect_err("others could reach it").code(),
        "server_exposed_emulator"
    );
    let feed = FeedServer::open(config()).expect("it opens");
    let app = feed.router();
    let server = Server::serve(feed, app).await;
    let owner = [("authorization", "Bearer owner")];
    assert_eq!(server.send("PUT", "/a.json", &owner, "1").await.status, 200);
    let strict = Server::start().await;
    let answer = strict.send("PUT", "/a.json", &owner, "1").await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (401, "Could not parse auth token.")
    );
}

#[tokio::test]
async fn a_backup_is_all_of_the_data_and_the_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, copy) = (
        folder.path().join("feed.redb"),
        folder.path().join("copy.redb"),
    );
    let served = |path: &std::path::Path| {
        let feed = FeedServer::open(Config::new(Storage::File(path.to_owned()), SECRET))
            .expect("it opens");
        let app = feed.router();
        Server::serve(feed, app)
    };
    let server = served(&data).await;
    let everything = json!({"a": {"b": [1, 2]}, "c": "ж", "p": {".value": 1, ".priority": 2}});
    server.put("/.json", &everything).await;
    server
        .admin("PUT", "/.settings/rules.json", r#"{"rules":{}}"#)
        .await;
    assert_eq!(
        maintenance::backup(&data, &copy).map_err(|error| error.code()),
        Err("server_open"),
        "a server has it open"
    );
    server.stop().await;
    maintenance::backup(&data, &copy).expect("nobody has it open");
    assert_eq!(
        maintenance::backup(&data, &copy).map_err(|error| error.code()),
        Err("server_exists")
    );
    assert!(maintenance::backup(&folder.path().join("none"), &folder.path().join("x")).is_err());
    maintenance::compact(&data).expect("nobody has it open");
    for file in [&data, &copy] {
        let server = served(file).await;
        assert_eq!(server.get("/c.json").await, json!("ж"));
        assert_eq!(server.get("/a/b.json").await, json!([1, 2]));
        assert_eq!(server.get("/p.json?format=export").await, everything["p"]);
        assert_eq!(
            server.admin("GET", "/.settings/rules.json", "").await.text,
            r#"{"rules":{}}"#
        );
        server.stop().await;
    }
}
