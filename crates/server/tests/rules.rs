//! Rules over HTTP: put, read back, obeyed by reads, writes and open streams.

mod support;

use serde_json::{json, Value};
use support::{Server, SECRET};

/// Puts rules, which must be accepted.
async fn set_rules(server: &Server, rules: Value) {
    let answer = server
        .admin(
            "PUT",
            "/.settings/rules.json?ns=demo",
            &json!({ "rules": rules }).to_string(),
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"status": "ok"}))
    );
}

async fn as_user(server: &Server, uid: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
    let bearer = format!("Bearer {}", server.token(uid));
    let answer = server
        .send(method, path, &[("authorization", &bearer)], body)
        .await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn rules_are_read_and_replaced_by_administrators_only() {
    let server = Server::start().await;
    let default = server.admin("GET", "/.settings/rules.json", "").await;
    assert_eq!(default.text, remote_refresh_server::DEFAULT_RULES);
    let source = "{ // open\n \"rules\": { \".read\": true } }";
    assert_eq!(
        server
            .admin("PUT", "/.settings/rules.json", source)
            .await
            .status,
        200
    );
    assert_eq!(
        server.admin("GET", "/.settings/rules.json", "").await.text,
        source
    );
    for method in ["GET", "PUT"] {
        let (status, body) = as_user(&server, "u1", method, "/.settings/rules.json", source).await;
        assert_eq!(
            (status, body["error"].as_str()),
            (401, Some("Permission denied"))
        );
    }
    assert_eq!(
        server
            .admin("DELETE", "/.settings/rules.json", "")
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn bad_rules_are_refused_with_line_and_column_and_change_nothing() {
    let server = Server::start().await;
    let bad = "{\n  \"rules\": {\n    \".write\": \"auth.uid == nobody\"\n  }\n}";
    let answer = server.admin("PUT", "/.settings/rules.json", bad).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.error(),
        "Line 3, column 28: No such variable: nobody."
    );
    assert_eq!(
        server.admin("GET", "/.settings/rules.json", "").await.text,
        remote_refresh_server::DEFAULT_RULES
    );
}

#[tokio::test]
async fn users_write_what_rules_let_them() {
    let server = Server::start().await;
    set_rules(&server, json!({
        "rooms": {"$room": {
            ".read": "data.child('members').hasChild(auth.uid)",
            "messages": {"$id": {
                ".write": "!data.exists() && root.child('rooms/' + $room + '/members/' + auth.uid).exists()",
                ".validate": "newData.hasChildren(['by', 'at', 'text']) && newData.child('by').val() == auth.uid",
                "at": {".validate": "newData.val() == now"},
                "text": {".validate": "newData.isString() && newData.val().length < 10"},
                "by": {},
                "$other": {".validate": false}
            }}
        }}
    })).await;
    server
        .put("/rooms/a/members.json", &json!({"u1": true}))
        .await;
    let message =
        |text: &str| json!({"by": "u1", "at": {".sv": "timestamp"}, "text": text}).to_string();
    let post = |uid: &'static str, body: String| {
        let server = &server;
        async move {
            as_user(server, uid, "POST", "/rooms/a/messages.json", &body)
                .await
                .0
        }
    };
    assert_eq!(post("u1", message("hello")).await, 200);
    assert_eq!(post("u1", message("far too long")).await, 401);
    assert_eq!(post("u2", message("hello")).await, 401, "not a member");
    let extra = json!({"by": "u1", "at": {".sv": "timestamp"}, "text": "x", "y": 1});
    assert_eq!(post("u1", extra.to_string()).await, 401);
    let stale = json!({"by": "u1", "at": 5, "text": "x"});
    assert_eq!(post("u1", stale.to_string()).await, 401);
    let (status, messages) = as_user(&server, "u1", "GET", "/rooms/a/messages.json", "").await;
    assert_eq!(
        (status, messages.as_object().map(serde_json::Map::len)),
        (200, Some(1))
    );
    assert_eq!(
        as_user(&server, "u2", "GET", "/rooms/a/messages.json", "")
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn a_patch_of_many_paths_is_done_whole_or_not_at_all() {
    let server = Server::start().await;
    set_rules(&server, json!({".read": true, "a": {".write": "newData.val() == newData.parent().child('b').val()"}, "b": {".write": true}})).await;
    let patch = |body: Value| {
        let server = &server;
        async move {
            as_user(server, "u1", "PATCH", "/.json", &body.to_string())
                .await
                .0
        }
    };
    assert_eq!(patch(json!({"a": 1, "b": 1})).await, 200);
    assert_eq!(patch(json!({"a": 2, "b": 3})).await, 401);
    assert_eq!(patch(json!({"b": 5, "c": 5})).await, 401);
    assert_eq!(server.get("/.json").await, json!({"a": 1, "b": 1}));
}

#[tokio::test]
async fn a_condition_shows_the_data_only_to_who_may_read_it() {
    let server = Server::start().await;
    set_rules(
        &server,
        json!({"a": {".write": true}, "b": {".write": true, ".read": true}}),
    )
    .await;
    server.put("/.json", &json!({"a": "hidden", "b": 1})).await;
    let put = |path: &'static str| server.send("PUT", path, &[("if-match", "null_etag")], "2");
    let hidden = put("/a.json").await;
    assert_eq!(hidden.status, 401);
    assert!(!hidden.text.contains("hidden"));
    assert_eq!(put("/b.json").await.status, 412);
}

#[tokio::test]
async fn new_rules_end_the_streams_they_no_longer_allow_and_leave_the_others() {
    let server = Server::start().await;
    set_rules(&server, json!({"a": {".read": true}, "b": {".read": true}})).await;
    let token = server.token("u1");
    let mut a = server.listen_with("/a.json", &token).await;
    let mut b = server.listen_with("/b.json", &token).await;
    let mut admin = server.listen("/a.json").await;
    for stream in [&mut a, &mut b, &mut admin] {
        stream.next_json().await;
    }
    set_rules(&server, json!({"b": {".read": "auth.uid == 'u1'"}})).await;
    assert_eq!(a.next_json().await, json!(["cancel", null]));
    assert_eq!(a.next().await, None);
    server.put("/.json", &json!({"a": 1, "b": 2})).await;
    assert_eq!(
        b.next_json().await,
        json!(["put", {"path": "/", "data": 2}])
    );
    assert_eq!(
        admin.next_json().await,
        json!(["put", {"path": "/", "data": 1}])
    );
}

#[tokio::test]
async fn an_administrator_may_act_as_somebody() {
    let server = Server::start().await;
    server.put("/users/u1.json", &json!(1)).await;
    let act = |path: &'static str, auth: &'static str| {
        let query: String = form_urlencoded::byte_serialize(auth.as_bytes()).collect();
        let server = &server;
        async move {
            server
                .admin("GET", &format!("{path}?auth_variable_override={query}"), "")
                .await
                .status
        }
    };
    assert_eq!(act("/users/u1.json", r#"{"uid":"u1"}"#).await, 200);
    assert_eq!(act("/users/u1.json", r#"{"uid":"u2"}"#).await, 401);
    assert_eq!(act("/users/u1.json", "null").await, 401);
    assert_eq!(act("/users/u1.json", "7").await, 400);
    let (status, _) = as_user(
        &server,
        "u1",
        "GET",
        "/users/u1.json?auth_variable_override=%7B%22uid%22%3A%22u2%22%7D",
        "",
    )
    .await;
    assert_eq!(status, 401, "only administrators may");
}

#[tokio::test]
async fn rules_are_kept_with_the_data_and_a_file_of_rules_comes_first() {
    use remote_refresh_server::{Config, FeedServer, Storage};
    let folder = tempfile::tempdir().expect("a folder");
    let open = |rules: Option<&str>| {
        let config = Config {
            rules: rules.map(str::to_owned),
            ..Config::new(Storage::File(folder.path().join("feed.redb")), SECRET)
        };
        FeedServer::open(config)
    };
    let served = |feed: FeedServer| async {
        let app = feed.router();
        Server::serve(feed, app).await
    };
    let server = served(open(None).expect("it opens")).await;
    set_rules(&server, json!({"a": {".read": true}})).await;
    server.stop().await;
    let server = served(open(None).expect("it opens")).await;
    assert_eq!(server.send("GET", "/a.json", &[], "").await.status, 200);
    server.stop().await;
    let server = served(open(Some(r#"{"rules":{}}"#)).expect("it opens")).await;
    assert_eq!(server.send("GET", "/a.json", &[], "").await.status, 401);
    server.stop().await;
    assert_eq!(
        open(Some("{}")).err().map(|error| error.code()),
        Some("rules_bad")
    );
}
