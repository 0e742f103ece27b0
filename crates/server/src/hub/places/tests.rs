//! Whoever listens is told what they would be if each place were looked at by itself.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use remote_refresh_core::wire::{parse_json, Node, Path, StreamEvent};
use tokio::sync::mpsc;

use super::*;

fn parsed(keys: &[String]) -> Path {
    Path::parse(&keys.join("/")).expect("the keys are valid")
}

fn path_of(least: usize) -> impl Strategy<Value = Path> {
    proptest::collection::vec("[ab1]", least..4).prop_map(|keys| parsed(&keys))
}

fn data() -> impl Strategy<Value = Option<Node>> {
    let texts = [
        "null",
        "1",
        r#"{"a":{"b":2},"1":3}"#,
        r#"{"b":{"a":{"a":4}}}"#,
    ];
    proptest::sample::select(texts.to_vec()).prop_map(|json| parse_json(json).expect("it is data"))
}

fn put() -> impl Strategy<Value = StreamEvent> {
    (path_of(0), data()).prop_map(|(path, data)| StreamEvent::Put { path, data })
}

/// A patch as the store makes them: in order, and no path in another.
fn patch() -> impl Strategy<Value = StreamEvent> {
    let children = proptest::collection::btree_map(path_of(1), data(), 1..6);
    (path_of(0), children).prop_map(|(path, all)| {
        let mut children: Vec<(Path, Option<Node>)> = Vec::new();
        for (path, data) in all {
            if (children.last()).is_none_or(|(last, _)| !last.is_ancestor_of(&path)) {
                children.push((path, data));
            }
        }
        StreamEvent::Patch { path, children }
    })
}

/// What a listener of all at `place` is told of `event`.
fn told(place: &Path, event: &StreamEvent) -> Option<StreamEvent> {
    let root = Path::root();
    match event {
        StreamEvent::Put { path, data } => match path.strip_prefix(place) {
            Some(path) => Some(StreamEvent::Put {
                path,
                data: data.clone(),
            }),
            None => {
                let data = data.as_ref().and_then(|data| {
                    data.get(&place.strip_prefix(path).unwrap_or_default())
                        .cloned()
                });
                path.is_ancestor_of(place)
                    .then_some(StreamEvent::Put { path: root, data })
            }
        },
        StreamEvent::Patch { path, children } => {
            if let Some(path) = path.strip_prefix(place) {
                let children = children.clone();
                return Some(StreamEvent::Patch { path, children });
            }
            let mut inside = Vec::new();
            for (child, data) in children {
                let path = path.join(child);
                if path.is_ancestor_of(place) {
                    let data = data.clone();
                    return told(place, &StreamEvent::Put { path, data });
                }
                inside.extend(path.strip_prefix(place).map(|seen| (seen, data.clone())));
            }
            (!inside.is_empty()).then_some(StreamEvent::Patch {
                path: root,
                children: inside,
            })
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_write_led_down_the_tree_meets_whom_it_concerns(
        listened in proptest::collection::btree_set(path_of(0), 0..8),
        event in prop_oneof![put(), patch()],
    ) {
        let mut places = Places::default();
        for (id, path) in (0..).zip(&listened) {
            let (queue, _) = mpsc::channel(1);
            let listener = Listener { id, queue, queued: Default::default() };
            places.entry(path).whole.push(listener);
        }
        let mut found = BTreeMap::new();
        places.tell(&event, &mut |way, place, seen| {
            assert_eq!(place.whole.len(), 1);
            assert!(found.insert(path(way), seen.event()).is_none(), "it is told once");
        });
        let expected: BTreeMap<_, _> = listened
            .iter()
            .filter_map(|place| Some((place.clone(), told(place, &event)?)))
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_nobody_listens_to_leaves_nothing(listened in proptest::collection::btree_set(path_of(0), 1..8)) {
        let mut places = Places::default();
        let mut left: BTreeSet<_> = listened.clone();
        for (id, path) in (0..).zip(&listened) {
            let (queue, _) = mpsc::channel(1);
            places.entry(path).whole.push(Listener { id, queue, queued: Default::default() });
        }
        for path in &listened {
            places.get_mut(path).expect("it is there").whole.clear();
            places.tidy(path);
            left.remove(path);
            for other in &left {
                prop_assert!(places.get(other).is_some_and(|place| !place.is_empty()));
            }
        }
        prop_assert!(places.below.is_empty());
    }
}
