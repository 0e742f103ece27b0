//! Reading and writing over HTTP.

mod support;

use serde_json::{json, Value};
use support::Server;

#[tokio::test]
async fn a_put_replaces_and_answers_what_it_wrote() {
    let server = Server::start().await;
    let answer = server
        .admin("PUT", "/a/b.json", r#"{"x":[1,null,3],"y":null}"#)
        .await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"x": [1, null, 3]}))
    );
    assert_eq!(
        server.get("/a.json").await,
        json!({"b": {"x": [1, null, 3]}})
    );
    server.put("/a/b.json", &json!("leaf")).await;
    assert_eq!(server.get("/.json").await, json!({"a": {"b": "leaf"}}));
}

#[tokio::test]
async fn absent_data_is_null_not_an_error() {
    let server = Server::start().await;
    let answer = server.admin("GET", "/nothing/here.json", "").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "null"));
}

#[tokio::test]
async fn a_patch_writes_each_path_it_names_and_answers_them() {
    let server = Server::start().await;
    server
        .put(
            "/a.json",
            &json!({"keep": 1, "gone": 2, "deep": {"keep": 3}}),
        )
        .await;
    let answer = server
        .admin(
            "PATCH",
            "/a.json",
            r#"{"gone":null,"deep/new":4,"b":{"c":5}}"#,
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"gone": null, "deep/new": 4, "b": {"c": 5}}))
    );
    let expected = json!({"keep": 1, "deep": {"keep": 3, "new": 4}, "b": {"c": 5}});
    assert_eq!(server.get("/a.json").await, expected);
}

#[tokio::test]
async fn a_patch_with_one_bad_path_writes_nothing() {
    let server = Server::start().await;
    server.put("/a.json", &json!(1)).await;
    for body in [
        r#"{"b":1,"c.d":2}"#,
        r#"{"b":1,"b/c":2}"#,
        r#"{"b":1,"c":{".sv":"nothing"}}"#,
        r#"{"b":1,"c":{"d/e":2}}"#,
        r#"{"b":1,"":2}"#,
        "[1]",
        "1",
        "null",
        "{",
    ] {
        let answer = server.admin("PATCH", "/.json", body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(
            answer.error().starts_with("Invalid data; "),
            "{}",
            answer.error()
        );
    }
    assert_eq!(server.get("/.json").await, json!({"a": 1}));
}

#[tokio::test]
async fn a_post_adds_a_child_with_a_push_id() {
    let server = Server::start().await;
    let mut names = Vec::new();
    for i in 0..3 {
        let answer = server
            .admin("POST", "/list.json", &json!({ "i": i }).to_string())
            .await;
        names.push(answer.json()["name"].as_str().expect("a name").to_owned());
    }
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    assert_eq!(
        server.get(&format!("/list/{}.json", names[1])).await,
        json!({"i": 1})
    );
}

#[tokio::test]
async fn a_delete_removes_and_parents_left_empty_vanish() {
    let server = Server::start().await;
    server.put("/a/b/c.json", &json!(1)).await;
    let answer = server.admin("DELETE", "/a/b/c.json", "").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "null"));
    assert_eq!(server.get("/.json").await, Value::Null);
}

#[tokio::test]
async fn a_post_can_stand_for_another_method() {
    let server = Server::start().await;
    let answer = server
        .admin("POST", "/a.json?x-http-method-override=PUT", "1")
        .await;
    assert_eq!(answer.json(), json!(1));
    let bearer = format!("Bearer {}", support::SECRET);
    let headers = [
        ("authorization", bearer.as_str()),
        ("x-http-method-override", "patch"),
    ];
    server.send("POST", "/.json", &headers, r#"{"b":2}"#).await;
    server
        .admin("POST", "/a.json?x-http-method-override=DELETE", "")
        .await;
    assert_eq!(server.get("/.json").await, json!({"b": 2}));
    let answer = server
        .admin("PUT", "/c.json?x-http-method-override=DELETE", "3")
        .await;
    assert_eq!(answer.json(), json!(3), "only a POST stands for others");
}

#[tokio::test]
async fn server_values_are_resolved_in_the_answer_and_in_the_data() {
    let server = Server::with(|config| {
        config.clock = remote_refresh_server::Clock::new(|| {
            remote_refresh_core::time::Millis(1_700_000_000_000)
        });
    })
    .await;
    let body = r#"{"at":{".sv":"timestamp"},"n":{".sv":{"increment":2}}}"#;
    let expected = json!({"at": 1_700_000_000_000_u64, "n": 2});
    assert_eq!(server.admin("PUT", "/a.json", body).await.json(), expected);
    let answer = server
        .admin("PATCH", "/a.json", r#"{"n":{".sv":{"increment":3}}}"#)
        .await;
    assert_eq!(answer.json(), json!({"n": 5}));
    assert_eq!(
        server.get("/a.json").await,
        json!({"at": 1_700_000_000_000_u64, "n": 5})
    );
}

#[tokio::test]
async fn concurrent_increments_all_count() {
    let server = Server::start().await;
    let one = json!({".sv": {"increment": 1}}).to_string();
    let writes = (0..64).map(|_| server.admin("PUT", "/n.json", &one));
    for answer in futures_util::future::join_all(writes).await {
        assert_eq!(answer.status, 200);
    }
    assert_eq!(server.get("/n.json").await, json!(64));
}

#[tokio::test]
async fn the_query_says_how_the_answer_looks() {
    let server = Server::start().await;
    let data = json!({"list": [1], "p": {".value": 5, ".priority": 2}, "s": "x"});
    server.put("/a.json", &data).await;
    let pretty = server.admin("GET", "/a/list.json?print=pretty", "").await;
    assert_eq!(pretty.text, "[\n  1\n]");
    let silent = server.admin("GET", "/a.json?print=silent", "").await;
    assert_eq!((silent.status, silent.text.as_str()), (204, ""));
    let silent = server.admin("PUT", "/b.json?print=silent", "1").await;
    assert_eq!((silent.status, silent.text.as_str()), (204, ""));
    assert_eq!(
        server.get("/a.json?shallow=true").await,
        json!({"list": true, "p": true, "s": true})
    );
    assert_eq!(server.get("/a/s.json?shallow=true").await, json!("x"));
    let export = json!({"list": {"0": 1}, "p": {".value": 5, ".priority": 2}, "s": "x"});
    assert_eq!(server.get("/a.json?format=export").await, export);
    assert_eq!(
        server.get("/b.json?ns=anything&timeout=3s&x=y").await,
        json!(1)
    );
}

#[tokio::test]
async fn what_is_not_supported_is_said_not_ignored() {
    let server = Server::start().await;
    let answer = server.admin("GET", "/a.json?callback=f", "").await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (400, "This server doesn't support callback. Leave it out.")
    );
    for query in [
        "print=nice",
        "shallow=1",
        "format=xml",
        "shallow=true&format=export",
    ] {
        assert_eq!(
            server
                .admin("GET", &format!("/a.json?{query}"), "")
                .await
                .status,
            400,
            "{query}"
        );
    }
}

#[tokio::test]
async fn paths_are_percent_decoded_and_checked() {
    let server = Server::start().await;
    server.put("/%C3%BCber%20uns/a+b/.json", &json!(1)).await;
    assert_eq!(server.get("/.json").await, json!({"über uns": {"a+b": 1}}));
    for path in [
        "/a%2Fb.json",
        "/a.b.json",
        "/a%.json",
        "/.settings/other.json",
        "/a$.json",
    ] {
        let answer = server.admin("PUT", path, "1").await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(
            answer.error().starts_with("Invalid path: "),
            "{}",
            answer.error()
        );
    }
    assert_eq!(server.admin("GET", "/a", "").await.status, 404);
}

#[tokio::test]
async fn any_page_may_ask() {
    let server = Server::start().await;
    let asked = [
        ("origin", "http://app.example"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,x-other"),
    ];
    let preflight = server.send("OPTIONS", "/a.json", &asked, "").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.headers["access-control-allow-origin"], "*");
    assert_eq!(
        preflight.headers["access-control-allow-headers"],
        "authorization,x-other"
    );
    assert!(preflight.headers["access-control-allow-methods"]
        .to_str()
        .expect("a text")
        .contains("PATCH"));
    for answer in [
        server.admin("GET", "/a.json", "").await,
        server.send("GET", "/a.json", &[], "").await,
    ] {
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        assert_eq!(
            answer.headers["content-type"],
            "application/json; charset=utf-8"
        );
        assert_eq!(answer.headers["cache-control"], "no-cache");
    }
}

#[tokio::test]
async fn an_unknown_method_is_refused() {
    let server = Server::start().await;
    assert_eq!(server.admin("TRACE", "/a.json", "").await.status, 405);
    let head = server.admin("HEAD", "/a.json", "").await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}
