//! Event streams.

mod support;

use std::time::Duration;

use serde_json::{json, Value};
use support::Server;

fn put(path: &str, data: Value) -> Value {
    json!(["put", { "path": path, "data": data }])
}

fn patch(path: &str, data: Value) -> Value {
    json!(["patch", { "path": path, "data": data }])
}

#[tokio::test]
async fn a_stream_begins_with_the_full_value() {
    let server = Server::start().await;
    assert_eq!(
        server.listen("/users/u1.json").await.next_json().await,
        put("/", Value::Null)
    );
    server.put("/users/u1.json", &json!({"a": [1, 2]})).await;
    assert_eq!(
        server.listen("/users/u1.json").await.next_json().await,
        put("/", json!({"a": [1, 2]}))
    );
}

#[tokio::test]
async fn a_stream_has_the_headers_and_the_framing_clients_rely_on() {
    let server = Server::start().await;
    server.put("/a.json", &json!("ж\n")).await;
    let mut stream = server.listen("/a.json").await;
    let headers = stream.response.headers();
    assert_eq!(headers["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-cache");
    assert_eq!(headers["access-control-allow-origin"], "*");
    let chunk = support::soon(stream.response.chunk())
        .await
        .expect("it is open")
        .expect("it goes on");
    assert_eq!(
        chunk,
        "event: put\ndata: {\"path\":\"/\",\"data\":\"ж\\n\"}\n\n".as_bytes()
    );
}

#[tokio::test]
async fn a_stream_can_be_asked_for_in_the_query() {
    let server = Server::start().await;
    let url = format!(
        "{}/a.json?sse=true&auth={}",
        server.url,
        support::SECRET.replace(' ', "%20")
    );
    let response = support::soon(server.client.get(url).send())
        .await
        .expect("an answer");
    assert_eq!(
        response.headers()["content-type"],
        "text/event-stream; charset=utf-8"
    );
}

#[tokio::test]
async fn every_write_at_or_below_the_place_is_told_with_its_path() {
    let server = Server::start().await;
    let mut stream = server.listen("/a.json").await;
    stream.next().await;
    server.put("/a/b/c.json", &json!(1)).await;
    assert_eq!(stream.next_json().await, put("/b/c", json!(1)));
    server.put("/a.json", &json!({"x": 1})).await;
    assert_eq!(stream.next_json().await, put("/", json!({"x": 1})));
    server
        .admin("PATCH", "/a/b.json", r#"{"y":1,"z/w":2,"x":null}"#)
        .await;
    assert_eq!(
        stream.next_json().await,
        patch("/b", json!({"y": 1, "z/w": 2, "x": null}))
    );
    server.admin("DELETE", "/a/b/y.json", "").await;
    assert_eq!(stream.next_json().await, put("/b/y", Value::Null));
    let name = server.admin("POST", "/a/list.json", "5").await.json()["name"].clone();
    let path = format!("/list/{}", name.as_str().expect("a name"));
    assert_eq!(stream.next_json().await, put(&path, json!(5)));
}

#[tokio::test]
async fn a_write_above_the_place_is_told_as_the_new_value() {
    let server = Server::start().await;
    let mut stream = server.listen("/a/b.json").await;
    stream.next().await;
    server
        .put("/.json", &json!({"a": {"b": {"x": 1}, "c": 2}}))
        .await;
    assert_eq!(stream.next_json().await, put("/", json!({"x": 1})));
    server.admin("PATCH", "/.json", r#"{"a":{"c":3}}"#).await;
    assert_eq!(stream.next_json().await, put("/", Value::Null));
    server.put("/a.json", &json!("leaf")).await;
    assert_eq!(stream.next_json().await, put("/", Value::Null));
}

#[tokio::test]
async fn a_patch_above_the_place_is_told_as_one_patch_of_what_concerns_it() {
    let server = Server::start().await;
    let mut one = server.listen("/users/u1.json").await;
    let mut two = server.listen("/users/u2.json").await;
    let mut all = server.listen("/users.json").await;
    for stream in [&mut one, &mut two, &mut all] {
        stream.next().await;
    }
    let body = json!({"users/u1/updated": 7, "users/u1/models/M/version": 1, "users/u2": {"updated": 8}, "other": 1});
    server.admin("PATCH", "/.json", &body.to_string()).await;
    assert_eq!(
        one.next_json().await,
        patch("/", json!({"updated": 7, "models/M/version": 1}))
    );
    assert_eq!(two.next_json().await, put("/", json!({"updated": 8})));
    let expected = json!({"u1/updated": 7, "u1/models/M/version": 1, "u2": {"updated": 8}});
    assert_eq!(all.next_json().await, patch("/", expected));
}

#[tokio::test]
async fn a_write_elsewhere_is_not_told() {
    let server = Server::start().await;
    let mut stream = server.listen("/a.json").await;
    stream.next().await;
    server.put("/b.json", &json!(1)).await;
    server.put("/ab.json", &json!(1)).await;
    server.admin("PATCH", "/.json", r#"{"a!":1,"b/a":1}"#).await;
    server.put("/a.json", &json!("last")).await;
    assert_eq!(stream.next_json().await, put("/", json!("last")));
}

#[tokio::test]
async fn quick_writes_are_told_one_by_one_and_in_order() {
    let server = Server::start().await;
    let mut stream = server.listen("/n.json").await;
    stream.next().await;
    let one = json!({".sv": {"increment": 1}}).to_string();
    let writes = (0..50).map(|_| server.admin("PUT", "/n.json", &one));
    futures_util::future::join_all(writes).await;
    for n in 1..=50 {
        assert_eq!(stream.next_json().await, put("/", json!(n)));
    }
}

#[tokio::test]
async fn nothing_is_lost_between_the_first_value_and_the_first_event() {
    let server = Server::start().await;
    let one = json!({".sv": {"increment": 1}}).to_string();
    let writing = async {
        for _ in 0..100 {
            server.admin("PUT", "/n.json", &one).await;
        }
    };
    let listening = async {
        for _ in 0..20 {
            let mut stream = server.listen("/n.json").await;
            let mut last = stream.next_json().await[1]["data"].as_u64().unwrap_or(0);
            while last < 100 {
                let next = stream.next_json().await[1]["data"]
                    .as_u64()
                    .expect("a number");
                assert_eq!(next, last + 1);
                last = next;
                if last % 5 == 0 {
                    break;
                }
            }
        }
    };
    tokio::join!(writing, listening);
}

#[tokio::test]
async fn an_idle_stream_is_told_that_it_lives() {
    let server = Server::with(|config| config.keep_alive = Duration::from_millis(20)).await;
    let mut stream = server.listen("/a.json").await;
    stream.next().await;
    for _ in 0..3 {
        assert_eq!(stream.next_json().await, json!(["keep-alive", null]));
    }
}
