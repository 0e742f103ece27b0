//! The scenarios of `tests/spec`, run through the whole wire: resolved as a server resolves them, sent as a stream
//! sends them, decoded, and applied to a mirror.

use remote_refresh_core::mirror::{Change, Mirror};
use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::path::MAX_DEPTH;
use remote_refresh_core::wire::{server_value, Decoder, Export, Key, Node, Path, StreamEvent, Val};
use serde_json::{json, Value};

const FILES: [(&str, &str); 8] = [
    ("puts", include_str!("../../../tests/spec/puts.json")),
    ("patches", include_str!("../../../tests/spec/patches.json")),
    ("order", include_str!("../../../tests/spec/order.json")),
    ("arrays", include_str!("../../../tests/spec/arrays.json")),
    ("nulls", include_str!("../../../tests/spec/nulls.json")),
    (
        "priorities",
        include_str!("../../../tests/spec/priorities.json"),
    ),
    (
        "server_values",
        include_str!("../../../tests/spec/server_values.json"),
    ),
    ("refused", include_str!("../../../tests/spec/refused.json")),
];

#[test]
fn every_scenario_holds() {
    let mut count = 0;
    for (file, text) in FILES {
        let topic: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{file}.json: {error}"));
        for case in topic["cases"].as_array().expect("a topic has cases") {
            run(&format!("{file}: {}", case["name"]), case);
            count += 1;
        }
    }
    assert!(count >= 50, "only {count} cases were found");
}

fn run(name: &str, case: &Value) {
    let now = Millis(case["clock"].as_u64().unwrap_or(1));
    let mut mirror = Mirror::new();
    let start = server_value::resolve(&case["start"], None, now).expect("a case starts with data");
    let first = apply(
        &mut mirror,
        &StreamEvent::Put {
            path: Path::root(),
            data: start,
        },
    );
    if let Some(expected) = case.get("first") {
        assert_eq!(&first, expected, "{name}: the first value");
    }
    for (i, step) in case["steps"]
        .as_array()
        .expect("a case has steps")
        .iter()
        .enumerate()
    {
        let name = format!("{name}, step {i}");
        match (write(&mirror, step, now), step.get("error")) {
            (Err(code), Some(expected)) => assert_eq!(&json!(code), expected, "{name}"),
            (Err(code), None) => panic!("{name} was refused: {code}"),
            (Ok(_), Some(expected)) => panic!("{name} was not refused, but should be: {expected}"),
            (Ok(event), None) => {
                assert_eq!(
                    apply(&mut mirror, &event),
                    step["changes"],
                    "{name}: the changes"
                );
            }
        }
        if let Some(expected) = step.get("value") {
            assert_eq!(&json_of(&Val(mirror.root())), expected, "{name}: the value");
        }
        if let Some(expected) = step.get("export") {
            assert_eq!(
                &json_of(&Export(mirror.root())),
                expected,
                "{name}: the export"
            );
        }
    }
}

/// What a server would send for the write of this step, or the code of the error it would answer.
fn write(mirror: &Mirror, step: &Value, now: Millis) -> Result<StreamEvent, &'static str> {
    let resolve = |path: &Path, json: &Value| {
        let existing = mirror.root().and_then(|root| root.get(path));
        let node = server_value::resolve(json, existing, now).map_err(|error| error.code())?;
        if path.depth() + node.as_ref().map_or(0, Node::depth) > MAX_DEPTH {
            return Err("too_deep");
        }
        Ok(node)
    };
    if let Some(path) = step.get("put") {
        let path =
            Path::parse(path.as_str().expect("a path is text")).map_err(|error| error.code())?;
        return Ok(StreamEvent::Put {
            data: resolve(&path, &step["data"])?,
            path,
        });
    }
    let path = Path::parse(step["patch"].as_str().expect("a step puts or patches"))
        .map_err(|error| error.code())?;
    let fields = step["data"].as_object().expect("a patch is an object");
    let mut children = Vec::new();
    for (name, json) in fields {
        let below = Path::parse(name).map_err(|error| error.code())?;
        let node = resolve(&path.join(&below), json)?;
        children.push((below, node));
    }
    Ok(StreamEvent::Patch { path, children })
}

/// Sends `event` over the wire and into the mirror. Priorities are not on the wire: they are put in by hand.
fn apply(mirror: &mut Mirror, event: &StreamEvent) -> Value {
    let mut received = Vec::new();
    let mut decoder = Decoder::new();
    let bytes = event.encode().into_bytes();
    for chunk in bytes.chunks(7) {
        decoder
            .feed(chunk, &mut |sse| received.push(sse))
            .expect("scenarios are small");
    }
    assert_eq!(received.len(), 1);
    let parsed = StreamEvent::parse(&received[0].event, &received[0].data)
        .expect("what is encoded can be read")
        .expect("the name is known");
    let sent = if has_priorities(event) {
        event
    } else {
        &parsed
    };
    assert!(
        has_priorities(event) || &parsed == event,
        "{event:?} became {parsed:?}"
    );
    let changes = mirror
        .apply(sent)
        .expect("scenarios begin with the whole and are shallow");
    Value::Array(changes.iter().map(change_json).collect())
}

fn has_priorities(event: &StreamEvent) -> bool {
    fn inside(node: &Node) -> bool {
        node.priority().is_some() || node.children().any(|(_, child)| inside(child))
    }
    match event {
        StreamEvent::Put { data, .. } => data.as_ref().is_some_and(inside),
        StreamEvent::Patch { children, .. } => children
            .iter()
            .any(|(_, data)| data.as_ref().is_some_and(inside)),
        _ => false,
    }
}

fn change_json(change: &Change) -> Value {
    let with_prev = |kind: &str, key: &Key, prev: &Option<Key>| {
        json!([kind, key.as_str(), prev.as_ref().map(Key::as_str)])
    };
    match change {
        Change::Removed { key, .. } => json!(["removed", key.as_str()]),
        Change::Added { key, prev, .. } => with_prev("added", key, prev),
        Change::Moved { key, prev, .. } => with_prev("moved", key, prev),
        Change::Changed { key, prev, .. } => with_prev("changed", key, prev),
        Change::Value => json!(["value"]),
    }
}

fn json_of(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("a node is JSON")
}
