//! The scenarios of `tests/spec/queries.json`: which children a query takes, in which order.

use remote_refresh_core::query::{Bound, Limit, Order, Query};
use remote_refresh_core::wire::{Leaf, Node};
use serde_json::Value;

#[test]
fn every_query_takes_what_it_should() {
    let topic: Value = serde_json::from_str(include_str!("../../../tests/spec/queries.json"))
        .expect("a scenario file is JSON");
    let cases = topic["cases"].as_array().expect("a topic has cases");
    assert!(cases.len() >= 90, "only {} cases were found", cases.len());
    for case in cases {
        let data = Node::from_json(&case["data"]).expect("a case has data");
        let query = read(&case["query"]);
        let children = query.children(data.as_ref());
        let keys: Vec<_> = children.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(Value::from(keys), case["keys"], "{}", case["name"]);
        let window = query.window(data.as_ref());
        let size = window.as_ref().map_or(0, Node::num_children);
        assert_eq!(size, children.len(), "{}", case["name"]);
    }
}

fn read(query: &Value) -> Query {
    let bound = |name: &str, inclusive| {
        let value = match query.get(name)? {
            Value::Null => None,
            Value::Bool(value) => Some(Leaf::Bool(*value)),
            Value::String(text) => Some(Leaf::String(text.as_str().into())),
            number => Some(Leaf::Number(number.as_f64().expect("a bound is a leaf"))),
        };
        Some(Bound {
            value,
            key: None,
            inclusive,
        })
    };
    let limit = |name: &str| {
        query
            .get(name)?
            .as_u64()
            .map(|count| usize::try_from(count).expect("limits are small"))
    };
    let equal = bound("equalTo", true);
    Query {
        order: Order::parse(query["orderBy"].as_str().expect("a query has an order"))
            .expect("it is one"),
        start: bound("startAt", true)
            .or(bound("startAfter", false))
            .or(equal.clone()),
        end: bound("endAt", true).or(bound("endBefore", false)).or(equal),
        limit: limit("limitToFirst")
            .map(Limit::First)
            .or(limit("limitToLast").map(Limit::Last)),
    }
}
