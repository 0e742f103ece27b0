//! Who may do what.

mod support;

use remote_refresh_core::time::Millis;
use remote_refresh_server::token::mint_token;
use remote_refresh_server::Clock;
use serde_json::{json, Value};
use support::{Server, SECRET};

#[tokio::test]
async fn a_user_reads_their_own_node_and_nothing_else() {
    let server = Server::start().await;
    server
        .put(
            "/users.json",
            &json!({"u1": {"version": 1}, "u2": {"version": 2}}),
        )
        .await;
    let token = server.token("u1");
    let answer = server
        .send("GET", &format!("/users/u1.json?auth={token}"), &[], "")
        .await;
    assert_eq!((answer.status, answer.json()), (200, json!({"version": 1})));
    let answer = server
        .send(
            "GET",
            &format!("/users/u1/version.json?access_token={token}"),
            &[],
            "",
        )
        .await;
    assert_eq!(answer.json(), json!(1));
    for path in ["/users/u2.json", "/users.json", "/.json", "/users/u11.json"] {
        let answer = server
            .send("GET", &format!("{path}?auth={token}"), &[], "")
            .await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (401, "Permission denied"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn only_the_secret_writes() {
    let server = Server::start().await;
    let token = server.token("u1");
    for method in ["PUT", "PATCH", "POST", "DELETE"] {
        for path in [
            format!("/users/u1.json?auth={token}"),
            "/users/u1.json".to_owned(),
        ] {
            let answer = server.send(method, &path, &[], "{}").await;
            assert_eq!(
                (answer.status, answer.error().as_str()),
                (401, "Permission denied"),
                "{method}"
            );
        }
    }
    let by_query = format!("/a.json?auth={}", SECRET.replace(' ', "%20"));
    assert_eq!(server.send("PUT", &by_query, &[], "1").await.status, 200);
    assert_eq!(server.get("/.json").await, json!({"a": 1}));
}

#[tokio::test]
async fn without_a_credential_nothing_is_readable() {
    let server = Server::start().await;
    for path in ["/.json", "/users/u1.json"] {
        assert_eq!(
            server.send("GET", path, &[], "").await.error(),
            "Permission denied"
        );
    }
}

#[tokio::test]
async fn a_bad_credential_is_told_apart_from_an_old_one() {
    let now = Millis(1_700_000_000_000);
    let server = Server::with(|config| config.clock = Clock::new(move || now)).await;
    let hour = Millis::from_secs(3600);
    let old =
        mint_token(SECRET, "u1", hour, now - hour - Millis::from_secs(1)).expect("u1 is a uid");
    let foreign = mint_token("another secret", "u1", hour, now).expect("u1 is a uid");
    let early = mint_token(SECRET, "u1", hour, now + Millis::from_secs(600)).expect("u1 is a uid");
    for (credential, text) in [
        (old.as_str(), "Auth token is expired"),
        (&foreign, "Could not parse auth token."),
        ("nonsense", "Could not parse auth token."),
        (&early, "Auth token is not valid yet"),
    ] {
        for accept in ["application/json", "text/event-stream"] {
            let path = format!("/users/u1.json?auth={credential}");
            let answer = server.send("GET", &path, &[("accept", accept)], "").await;
            assert_eq!((answer.status, answer.error().as_str()), (401, text));
            assert_eq!(
                answer.headers["content-type"],
                "application/json; charset=utf-8"
            );
        }
    }
}

#[tokio::test]
async fn a_denied_stream_is_an_ordinary_error_answer() {
    let server = Server::start().await;
    let path = format!("/users/u2.json?auth={}", server.token("u1"));
    let answer = server
        .send("GET", &path, &[("accept", "text/event-stream")], "")
        .await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (401, "Permission denied")
    );
}

#[tokio::test]
async fn a_credential_that_ends_under_an_open_stream_ends_the_stream() {
    // The clock stands still, so the token is good however long the connection takes; the stream's own time runs.
    let now = Millis(1_700_000_000_000);
    let server = Server::with(|config| config.clock = Clock::new(move || now)).await;
    let token = mint_token(SECRET, "u1", Millis::from_secs(2), now).expect("u1 is a uid");
    let mut stream = server.listen_with("/users/u1.json", &token).await;
    assert_eq!(
        stream.next_json().await,
        json!(["put", {"path": "/", "data": Value::Null}])
    );
    assert_eq!(
        stream.next_json().await,
        json!(["auth_revoked", "credential is no longer valid"])
    );
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_server_without_a_secret_does_not_start() {
    let config = remote_refresh_server::Config::new(remote_refresh_server::Storage::Memory, "");
    let error = remote_refresh_server::FeedServer::open(config)
        .err()
        .expect("everybody would be let in");
    assert_eq!(error.code(), "server_empty_secret");
}
