//! The mirror holds what plain JSON would hold after the same writes, and its changes lead from one state to the next.

use proptest::prelude::*;
use remote_refresh_core::mirror::{Change, Mirror};
use remote_refresh_core::wire::{Node, StreamEvent};
use serde_json::{json, Map, Value};

/// The plainest tree there is: `serde_json`, objects only, empties pruned after each write.
#[derive(Default)]
struct Model(Value);

impl Model {
    fn put(&mut self, path: &str, value: &Value) {
        let keys: Vec<&str> = path.split('/').filter(|key| !key.is_empty()).collect();
        // Deleting below a leaf or below nothing leaves what is there.
        if prune(value).is_null() {
            let above = &keys[..keys.len().saturating_sub(1)];
            let parent = above.iter().try_fold(&self.0, |at, key| at.get(key));
            if !keys.is_empty() && !parent.is_some_and(Value::is_object) {
                return;
            }
        }
        let mut at = &mut self.0;
        for key in keys {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            at = at
                .as_object_mut()
                .expect("made one above")
                .entry(key)
                .or_insert(Value::Null);
        }
        *at = value.clone();
        self.0 = prune(&self.0);
    }
}

/// Arrays as objects, and nothing that is null or empty.
fn prune(value: &Value) -> Value {
    let fields: Map<String, Value> = match value {
        Value::Object(fields) => fields.clone(),
        Value::Array(items) => (0..)
            .map(|i: usize| i.to_string())
            .zip(items.iter().cloned())
            .collect(),
        leaf => return leaf.clone(),
    };
    let kept: Map<String, Value> = fields
        .iter()
        .map(|(key, value)| (key.clone(), prune(value)))
        .filter(|(_, value)| !value.is_null())
        .collect();
    if kept.is_empty() {
        Value::Null
    } else {
        Value::Object(kept)
    }
}

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i32..3).prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-c0-2]", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    proptest::collection::vec("[a-c0-2]", 0..4).prop_map(|keys| format!("/{}", keys.join("/")))
}

#[derive(Debug, Clone)]
enum Write {
    Put(String, Value),
    Patch(String, Vec<(String, Value)>),
}

fn write() -> impl Strategy<Value = Write> {
    let child = (
        path().prop_filter("a patch names a child", |path| path != "/"),
        data(),
    );
    let children = proptest::collection::vec(child, 0..3).prop_filter(
        "no child lies in another",
        |children| {
            let names: Vec<&String> = children.iter().map(|(name, _)| name).collect();
            let inside = |a: &str, b: &str| format!("{b}/").starts_with(&format!("{a}/"));
            names.iter().enumerate().all(|(i, a)| {
                names
                    .iter()
                    .enumerate()
                    .all(|(j, b)| i == j || !inside(a, b))
            })
        },
    );
    prop_oneof![
        (path(), data()).prop_map(|(path, data)| Write::Put(path, data)),
        (path(), children).prop_map(|(path, children)| Write::Patch(path, children)),
    ]
}

fn event(write: &Write) -> StreamEvent {
    let (name, data) = match write {
        Write::Put(path, data) => ("put", json!({ "path": path, "data": data })),
        Write::Patch(path, children) => {
            let fields: Map<String, Value> = children
                .iter()
                .map(|(name, data)| (name[1..].to_owned(), data.clone()))
                .collect();
            ("patch", json!({ "path": path, "data": fields }))
        }
    };
    StreamEvent::parse(name, &data.to_string())
        .expect("the test makes valid events")
        .expect("the name is known")
}

/// Replays `changes` on the children of `old`: the result must be those of the new state.
fn replay(old: Option<&Node>, changes: &[Change]) -> Vec<(String, Node)> {
    let mut children: Vec<(String, Node)> = old
        .into_iter()
        .flat_map(Node::children)
        .map(|(key, node)| (key.as_str().to_owned(), node.clone()))
        .collect();
    for change in changes {
        match change {
            Change::Removed { key, old } => {
                let at = children.iter().position(|(name, _)| name == key.as_str());
                let (_, was) = children.remove(at.expect("what is removed was there"));
                assert_eq!(&was, old);
            }
            Change::Added { key, node, prev } => {
                assert!(children.iter().all(|(name, _)| name != key.as_str()));
                let at = prev.as_ref().map_or(0, |prev| {
                    1 + children
                        .iter()
                        .position(|(name, _)| name == prev.as_str())
                        .expect("the child before is known by now")
                });
                children.insert(at, (key.as_str().to_owned(), node.clone()));
            }
            Change::Changed { key, node, .. } => {
                let child = children.iter_mut().find(|(name, _)| name == key.as_str());
                let (_, was) = child.expect("what is changed was there");
                assert_ne!(was, node);
                *was = node.clone();
            }
            Change::Moved { .. } => panic!("nothing here has a priority"),
            Change::Value => {}
        }
    }
    children
}

proptest! {
    #[test]
    fn the_mirror_equals_plain_json_after_any_writes(start in data(), writes in proptest::collection::vec(write(), 1..12)) {
        let mut model = Model::default();
        let mut mirror = Mirror::new();
        let first = Write::Put("/".to_owned(), start);
        for write in std::iter::once(&first).chain(&writes) {
            let before = mirror.root().cloned();
            let known = mirror.has_baseline();
            let changes = mirror.apply(&event(write)).expect("the tree is shallow");
            match write {
                Write::Put(path, data) => model.put(path, data),
                Write::Patch(path, children) => {
                    for (name, data) in children {
                        model.put(&format!("{path}{name}"), data);
                    }
                }
            }
            let expected = Node::from_json(&model.0).expect("the model is data");
            prop_assert_eq!(mirror.root(), expected.as_ref());
            prop_assert_eq!(changes.is_empty(), known && before.as_ref() == mirror.root());
            prop_assert_eq!(changes.iter().filter(|change| **change == Change::Value).count(), usize::from(!changes.is_empty()));
            let children: Vec<(String, Node)> = mirror
                .root()
                .into_iter()
                .flat_map(Node::children)
                .map(|(key, node)| (key.as_str().to_owned(), node.clone()))
                .collect();
            prop_assert_eq!(replay(before.as_ref(), &changes), children);
        }
    }
}
