//! The scenarios of `tests/spec`, run against a server: written over HTTP, followed through a stream.

mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use remote_refresh_core::time::Millis;
use remote_refresh_server::Clock;
use serde_json::Value;
use support::Server;

const FILES: [&str; 8] = [
    include_str!("../../../tests/spec/puts.json"),
    include_str!("../../../tests/spec/patches.json"),
    include_str!("../../../tests/spec/order.json"),
    include_str!("../../../tests/spec/arrays.json"),
    include_str!("../../../tests/spec/nulls.json"),
    include_str!("../../../tests/spec/priorities.json"),
    include_str!("../../../tests/spec/server_values.json"),
    include_str!("../../../tests/spec/refused.json"),
];

#[tokio::test]
async fn every_scenario_holds_at_the_root() {
    run_all("").await;
}

#[tokio::test]
async fn every_scenario_holds_below_the_root() {
    run_all("/users/u1").await;
}

async fn run_all(place: &str) {
    let time = Arc::new(AtomicU64::new(0));
    let ticking = time.clone();
    let server = Server::with(|config| {
        config.clock = Clock::new(move || Millis(ticking.load(Ordering::SeqCst)));
    })
    .await;
    let mut count = 0;
    for text in FILES {
        let topic: Value = serde_json::from_str(text).expect("a scenario file is JSON");
        for case in topic["cases"].as_array().expect("a topic has cases") {
            if !place.is_empty() && case.to_string().contains("too_deep") {
                continue;
            }
            time.store(case["clock"].as_u64().unwrap_or(1), Ordering::SeqCst);
            run(&server, place, case).await;
            count += 1;
        }
    }
    assert!(count >= 50, "only {count} cases were found");
}

async fn run(server: &Server, place: &str, case: &Value) {
    let name = case["name"].as_str().expect("a case has a name");
    // A stream of this server carries no priorities.
    let compare_changes = case["priorities"] != true;
    let url = |path: &str| format!("{place}{path}.json");
    server.put(&url("/"), &case["start"]).await;
    let mut stream = server.listen(&url("/")).await;
    let first = stream.changes().await;
    if let Some(expected) = case.get("first").filter(|_| compare_changes) {
        assert_eq!(&first, expected, "{name}: the first value");
    }
    for (i, step) in case["steps"]
        .as_array()
        .expect("a case has steps")
        .iter()
        .enumerate()
    {
        let (method, path) = match (step["put"].as_str(), step["patch"].as_str()) {
            (Some(path), _) => ("PUT", path),
            (None, Some(path)) => ("PATCH", path),
            (None, None) => panic!("{name}: a step puts or patches"),
        };
        let answer = server
            .admin(method, &url(path), &step["data"].to_string())
            .await;
        if step.get("error").is_some() {
            assert_eq!(answer.status, 400, "{name}, step {i}");
            assert!(!answer.error().is_empty());
            continue;
        }
        assert_eq!(answer.status, 200, "{name}, step {i}: {}", answer.text);
        let changes = stream.changes().await;
        if compare_changes {
            assert_eq!(changes, step["changes"], "{name}, step {i}");
        }
        if let Some(expected) = step.get("value") {
            assert_eq!(
                &server.get(&url("/")).await,
                expected,
                "{name}, step {i}: as read"
            );
            assert_eq!(&stream.value(), expected, "{name}, step {i}: as streamed");
        }
        if let Some(expected) = step.get("export") {
            let export = server.get(&format!("{}?format=export", url("/"))).await;
            assert_eq!(&export, expected, "{name}, step {i}: exported");
        }
    }
}
