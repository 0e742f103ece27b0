//! Memory is bounded by what is worked on, not by what is stored.
#![cfg(target_os = "linux")]

mod support;

use serde_json::{json, Map, Value};
use support::http::Connection;
use support::process::Process;

/// How much is stored, in MiB.
const STORED: usize = 90;
const PER_MIB: usize = 16;

#[test]
fn a_server_holds_its_cache_and_not_its_data() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let data = folder.path().join("feed.redb");
    let row = "x".repeat((1 << 20) / PER_MIB);
    let server = Process::start(&data, &[]);
    let mut connection = Connection::open(server.address());
    for part in 0..STORED {
        let rows: Map<String, Value> = (0..PER_MIB)
            .map(|i| (format!("r{part}-{i}"), json!({"text": row, "n": i})))
            .collect();
        let body = Value::Object(rows).to_string();
        connection.send("PATCH", "/rows.json?print=silent", "", &body);
        assert_eq!(connection.answer().0, 204);
    }
    drop(server);
    let size = std::fs::metadata(&data).expect("it is there").len();
    assert!(size > (STORED << 20) as u64);

    let server = Process::start(&data, &["--cache-mb", "8", "--max-read", "1000000"]);
    let mut connection = Connection::open(server.address());
    for i in 0..STORED * PER_MIB {
        let place = format!("/rows/r{}-{}", i % STORED, i / STORED);
        connection.send("GET", &format!("{place}/n.json"), "", "");
        assert_eq!(connection.answer(), (200, (i / STORED).to_string()));
        if i % 64 == 0 {
            connection.send("PUT", &format!("{place}/n.json?print=silent"), "", "7");
            assert_eq!(connection.answer().0, 204);
        }
    }
    connection.send("GET", "/rows.json", "", "");
    let (status, answer) = connection.answer();
    assert!(
        status == 400 && answer.contains("maximum size"),
        "{status} {answer}"
    );
    connection.send(
        "GET",
        "/rows.json?orderBy=%22%24key%22&limitToLast=1",
        "",
        "",
    );
    let (status, answer) = connection.answer();
    assert!(
        status == 200 && answer.starts_with(r#"{"r9-9":"#),
        "{status}"
    );
    connection.send("GET", "/rows.json?shallow=true", "", "");
    assert_eq!(connection.answer().0, 200);
    let peak = server.peak_memory();
    assert!(
        peak < 2 * STORED as u64 / 3,
        "it held {peak} MiB of {STORED}"
    );
}
