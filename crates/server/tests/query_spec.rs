//! The scenarios of `tests/spec/queries.json`: read over HTTP, and followed through a stream of the query.

mod support;

use serde_json::{json, Value};
use support::Server;

#[tokio::test]
async fn every_query_takes_what_it_should_and_its_stream_tells_what_moves() {
    let server = Server::start().await;
    let rules = json!({"rules": {"d": {".indexOn": ["h", "n/deep", ".value"]}}});
    server
        .admin("PUT", "/.settings/rules.json", &rules.to_string())
        .await;
    let topic: Value = serde_json::from_str(include_str!("../../../tests/spec/queries.json"))
        .expect("a scenario file is JSON");
    let cases = topic["cases"].as_array().expect("a topic has cases");
    assert!(cases.len() >= 90, "only {} cases were found", cases.len());
    for case in cases {
        run(&server, case).await;
    }
}

async fn run(server: &Server, case: &Value) {
    let name = &case["name"];
    server.put("/d.json", &case["data"]).await;
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    for (name, value) in case["query"].as_object().expect("a query is an object") {
        encoded.append_pair(name, &value.to_string());
    }
    let path = format!("/d.json?{}", encoded.finish());
    let answer = server
        .admin("GET", &format!("{path}&format=export"), "")
        .await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    let mut expected = serde_json::Map::new();
    for key in case["keys"].as_array().expect("a case has keys") {
        let key = key.as_str().expect("a key is text");
        expected.insert(key.to_owned(), case["data"][key].clone());
    }
    let expected = if expected.is_empty() {
        Value::Null
    } else {
        Value::Object(expected)
    };
    assert_eq!(answer.json(), expected, "{name}");
    let Some(steps) = case["steps"].as_array() else {
        return;
    };
    let mut stream = server.listen(&path).await;
    assert_eq!(
        stream.next_json().await,
        json!(["put", {"path": "/", "data": expected}]),
        "{name}"
    );
    for (i, step) in steps.iter().enumerate() {
        let (method, at) = match step["put"].as_str() {
            Some(at) => ("PUT", at),
            None => (
                "PATCH",
                step["patch"].as_str().expect("a step puts or patches"),
            ),
        };
        let answer = server
            .admin(method, &format!("/d{at}.json"), &step["data"].to_string())
            .await;
        assert_eq!(answer.status, 200, "{name}, step {i}: {}", answer.text);
        if step["event"].is_null() {
            // What comes next is then about the next write.
            continue;
        }
        assert_eq!(stream.next_json().await, step["event"], "{name}, step {i}");
    }
    server.put("/d.json", &json!({"zzzz": 1, "h": 2})).await;
    let last = stream.next_json().await;
    assert_eq!(
        (&last[0], &last[1]["path"]),
        (&json!("put"), &json!("/")),
        "{name}: nothing else was told"
    );
}
