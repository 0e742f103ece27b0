//! Rows hold what the tree in memory would, however it was written and whichever way it is read.

use proptest::prelude::*;
use redb::ReadableTable;
use remote_refresh_core::query::{Bound, Limit, Order};
use remote_refresh_core::wire::{parse_json, Key, Leaf};

use super::*;
use crate::data;

/// How much is read at once, in bytes.
pub(in crate::store) const MAX: usize = 1 << 20;

fn node(json: &str) -> Option<Node> {
    parse_json(json).expect("the test uses valid data")
}

pub(in crate::store) fn path(text: &str) -> Path {
    Path::parse(text).expect("the test uses valid paths")
}

fn disk() -> Disk {
    Disk::open(&Config::new(Storage::Memory, "secret")).expect("memory can be opened")
}

/// Puts these, all in one batch, and waits until it is acknowledged.
pub(in crate::store) fn write(disk: &mut Disk, puts: &[(Path, Option<Node>)]) {
    let mut batch = disk.begin().expect("memory can be written");
    let mut tree = batch.tree(MAX).expect("memory can be written");
    for (path, data) in puts {
        tree.put(path, data.as_ref())
            .expect("memory can be written");
    }
    drop(tree);
    disk.commit(batch).expect("memory can be written");
}

fn holding(json: &str) -> (Disk, Snapshot) {
    let mut disk = disk();
    write(&mut disk, &[(Path::root(), node(json))]);
    let snapshot = disk.snapshot(MAX).expect("memory can be read");
    (disk, snapshot)
}

fn rows(disk: &Disk) -> usize {
    let snapshot = disk.snapshot(MAX).expect("memory can be read");
    snapshot.table().iter().expect("memory can be read").count()
}

#[test]
fn what_is_written_is_read() {
    for json in [
        "null",
        "7",
        r#"{".value":"x",".priority":2}"#,
        r#"{"a":{"b":[1,true,"ж\n\"/"],"c":{".value":1.5,".priority":"p"},".priority":-3},"a!":1,"a0":2,".priority":"top"}"#,
    ] {
        let (_disk, snapshot) = holding(json);
        assert_eq!(
            snapshot.node(&Path::root()).expect("it is read"),
            node(json),
            "{json}"
        );
    }
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let (mut disk, before) = holding(r#"{"a":1}"#);
    write(&mut disk, &[(path("/a"), node("2"))]);
    assert_eq!(before.node(&path("/a")).expect("it is read"), node("1"));
    let now = disk.snapshot(MAX).expect("memory can be read");
    assert_eq!(now.node(&path("/a")).expect("it is read"), node("2"));
}

#[test]
fn no_more_is_read_than_may_be() {
    let (disk, _) = holding(&format!(
        r#"{{"big":{{"x":"{}","y":1}},"small":1}}"#,
        "x".repeat(2000)
    ));
    let snapshot = disk.snapshot(1000).expect("memory can be read");
    let code = |path: &str| {
        snapshot
            .node(&Path::parse(path).expect("a path"))
            .map_err(|error| error.code())
    };
    assert_eq!(code("/"), Err("read_too_large"));
    assert_eq!(code("/big"), Err("read_too_large"));
    assert_eq!(code("/small"), Ok(node("1")));
    assert_eq!(
        snapshot
            .shallow(&Path::root())
            .map_err(|error| error.code()),
        Ok(node(r#"{"big":true,"small":true}"#))
    );
    let last = Query {
        limit: Some(Limit::Last(1)),
        ..Query::by(Order::Key)
    };
    let window = snapshot
        .window(&Path::root(), &last)
        .map_err(|error| error.code());
    assert_eq!(window, Ok(node(r#"{"small":1}"#)));
}

#[test]
fn a_row_that_is_no_leaf_is_reported() {
    let mut disk = disk();
    let batch = disk.begin().expect("writes");
    batch
        .transaction
        .open_table(TREE)
        .expect("it exists")
        .insert(&b"\x02a\0"[..], "{")
        .expect("writes");
    disk.commit(batch).expect("writes");
    let snapshot = disk.snapshot(MAX).expect("memory can be read");
    assert_eq!(
        snapshot.node(&path("/a")).map_err(|error| error.code()),
        Err("read_damaged")
    );
    assert_eq!(
        snapshot.node(&path("/")).map_err(|error| error.code()),
        Err("read_damaged")
    );
}

#[test]
fn a_file_of_an_older_version_is_refused_with_what_to_do() {
    let database = in_backend(InMemoryBackend::new()).expect("memory can be opened");
    let transaction = database.begin_write().expect("writes");
    let old: TableDefinition<'_, &str, &str> = TableDefinition::new(OLD);
    transaction.open_table(old).expect("it is made");
    transaction.commit().expect("writes");
    let older = not_opened("feed.redb".as_ref(), DatabaseError::UpgradeRequired(2));
    for error in [Disk::new(database, None).err(), Some(older)] {
        let error = error.expect("it is refused");
        assert_eq!(error.code(), "server_old_format");
        assert!(error.to_string().contains("GET /.json?format=export"));
    }
}

/// Data as JSON: leaves, objects, priorities.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        (0_u8..9).prop_map(|n| n.to_string()),
        (0_u8..9).prop_map(|n| format!(r#"{{".value":"{n}",".priority":{n}}}"#)),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        let children = proptest::collection::btree_map("[a0!]", inner, 0..4);
        (children, 0..4).prop_map(|(children, priority)| {
            let fields = children
                .iter()
                .map(|(key, json)| format!(r#""{key}":{json}"#));
            let priority = (priority == 0).then(|| r#"".priority":"p""#.to_owned());
            format!(
                "{{{}}}",
                fields.chain(priority).collect::<Vec<_>>().join(",")
            )
        })
    })
}

fn any_path() -> impl Strategy<Value = Path> {
    proptest::collection::vec("[a0!]", 0..4)
        .prop_map(|keys| Path::parse(&keys.join("/")).expect("the keys are valid"))
}

fn bound() -> impl Strategy<Value = Option<Bound>> {
    let bound = (
        prop_oneof![
            "[!a0]".prop_map(|key| Leaf::String(key.into())),
            (0_u8..9).prop_map(|n| Leaf::Number(n.into()))
        ],
        any::<bool>(),
    );
    proptest::option::of(bound.prop_map(|(value, inclusive)| Bound {
        value: Some(value),
        key: None,
        inclusive,
    }))
}

fn query() -> impl Strategy<Value = Query> {
    let order = prop_oneof![
        Just(Order::Key),
        Just(Order::Value),
        Just(Order::Priority),
        Just(Order::Child(path("a")))
    ];
    let limit = prop_oneof![
        Just(None),
        (1_usize..4).prop_map(|n| Some(Limit::First(n))),
        (1_usize..4).prop_map(|n| Some(Limit::Last(n)))
    ];
    (order, bound(), bound(), limit).prop_map(|(order, start, end, limit)| Query {
        order,
        start,
        end,
        limit,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn rows_are_what_the_tree_in_memory_is(
        batches in proptest::collection::vec(proptest::collection::vec((any_path(), json()), 1..3), 1..10),
        place in any_path(),
        without in proptest::collection::btree_set(any_path().prop_filter("below", |path| !path.is_root()), 0..3),
        query in query(),
    ) {
        let mut disk = disk();
        let mut root = None;
        for batch in batches {
            let puts: Vec<_> = batch.into_iter().map(|(path, json)| (path, node(&json))).collect();
            write(&mut disk, &puts);
            for (path, data) in puts {
                Node::set(&mut root, &path, data);
            }
            let snapshot = disk.snapshot(MAX).expect("memory can be read");
            let tree = data::Tree(root.as_ref());
            let there = root.as_ref().and_then(|root| root.get(&place));
            prop_assert_eq!(&snapshot.node(&Path::root()).expect("it is read"), &root);
            prop_assert_eq!(snapshot.node(&place).expect("it is read"), there.cloned());
            prop_assert_eq!(snapshot.place(&place).expect("it is read"), tree.place(&place).expect("it is there"));
            prop_assert_eq!(snapshot.window(&place, &query).expect("it is read"), query.window(there));
            let without: Vec<Path> = without.iter().map(|below| place.join(below)).collect();
            prop_assert_eq!(
                snapshot.has_besides(&place, &without).expect("it is read"),
                tree.has_besides(&place, &without).expect("it is there")
            );
            let names = |node: Option<&Node>| node.map_or(Vec::new(), |node| node.children().map(|(key, _)| key.clone()).collect::<Vec<Key>>());
            prop_assert_eq!(names(snapshot.shallow(&place).expect("it is read").as_ref()), names(there));
            prop_assert_eq!(rows(&disk), count(root.as_ref()));
        }
    }
}

/// How many rows a node takes.
fn count(node: Option<&Node>) -> usize {
    node.map_or(0, |node| {
        let own = node.leaf().is_some() || node.priority().is_some();
        usize::from(own)
            + node
                .children()
                .map(|(_, child)| count(Some(child)))
                .sum::<usize>()
    })
}
