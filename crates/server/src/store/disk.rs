//! The data file: one row for each leaf (see `row`), and the rules beside.
//!
//! A row holds the leaf as JSON (with `.value` and `.priority` when it has a priority). What is read comes from the file by way of the
//! database's cache of pages; nothing else of it is in memory.

use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{
    Builder, Database, ReadOnlyTable, ReadableDatabase, ReadableTable, Table, TableDefinition,
    TableHandle, WriteTransaction,
};
use remote_refresh_core::query::Query;
use remote_refresh_core::wire::{Node, Path};

use super::put::put;
use super::rows::Rows;
use crate::config::{Config, Storage};
use crate::data::{Data, Place, ReadError};
use crate::error::ServerError;

const TREE: TableDefinition<'_, &[u8], &str> = TableDefinition::new("tree");
/// What is kept beside the data.
const SETTINGS: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");
const RULES: &str = "rules";
/// Where data was before it had rows in the order of the tree.
const OLD: &str = "leaves";

/// How much memory the database's pages may take when the server is not running, in bytes.
const OFFLINE_CACHE: usize = 64 << 20;

/// The data file.
pub(crate) struct Disk(Database);

impl Disk {
    /// Opens the file, or makes it.
    pub(crate) fn open(config: &Config) -> Result<Self, ServerError> {
        Self::open_with(&config.storage, config.cache_bytes)
    }

    /// Opens another file, or makes it.
    pub(crate) fn create(path: &std::path::Path) -> Result<Self, ServerError> {
        Self::open_with(&Storage::File(path.to_owned()), OFFLINE_CACHE)
    }

    fn open_with(storage: &Storage, cache_bytes: usize) -> Result<Self, ServerError> {
        let mut builder = Builder::new();
        builder.set_cache_size(cache_bytes);
        let (opened, path) = match storage {
            Storage::File(path) => (builder.create(path), path.clone()),
            Storage::Memory => (
                builder.create_with_backend(InMemoryBackend::new()),
                "memory".into(),
            ),
        };
        Self::new(opened.map_err(|error| ServerError::Open {
            path,
            source: Box::new(error.into()),
        })?)
    }

    /// Opens a file that must be there already.
    pub(crate) fn open_existing(path: &std::path::Path) -> Result<Self, ServerError> {
        let mut builder = Builder::new();
        builder.set_cache_size(OFFLINE_CACHE);
        let opened = builder.open(path).map_err(|error| ServerError::Open {
            path: path.to_owned(),
            source: Box::new(error.into()),
        });
        Self::new(opened?)
    }

    /// Copies all rows into another, which must be empty.
    pub(crate) fn copy_to(&self, other: &Self) -> Result<(), ServerError> {
        let (from, to) = (
            self.0.begin_read().map_err(storage)?,
            other.0.begin_write().map_err(storage)?,
        );
        {
            let source = from.open_table(TREE).map_err(storage)?;
            let mut target = to.open_table(TREE).map_err(storage)?;
            for row in source.iter().map_err(storage)? {
                let (key, value) = row.map_err(storage)?;
                target.insert(key.value(), value.value()).map_err(storage)?;
            }
            let source = from.open_table(SETTINGS).map_err(storage)?;
            let mut target = to.open_table(SETTINGS).map_err(storage)?;
            for row in source.iter().map_err(storage)? {
                let (key, value) = row.map_err(storage)?;
                target.insert(key.value(), value.value()).map_err(storage)?;
            }
        }
        to.commit().map_err(storage)
    }

    /// Gives unused space back to the system.
    pub(crate) fn compact(&mut self) -> Result<(), ServerError> {
        self.0.compact().map_err(storage)?;
        Ok(())
    }

    fn new(database: Database) -> Result<Self, ServerError> {
        let disk = Self(database);
        // Makes the tables, so that reading finds them.
        let transaction = disk.0.begin_write().map_err(storage)?;
        let tables: Vec<_> = transaction.list_tables().map_err(storage)?.collect();
        if tables.iter().any(|table| table.name() == OLD) {
            return Err(ServerError::Damaged {
                row: OLD.to_owned(),
            });
        }
        transaction.open_table(TREE).map_err(storage)?;
        transaction.open_table(SETTINGS).map_err(storage)?;
        transaction.commit().map_err(storage)?;
        Ok(disk)
    }

    /// The rules that were put here, if they were.
    pub(super) fn rules(&self) -> Result<Option<String>, ServerError> {
        let transaction = self.0.begin_read().map_err(storage)?;
        let table = transaction.open_table(SETTINGS).map_err(storage)?;
        let row = table.get(RULES).map_err(storage)?;
        Ok(row.map(|row| row.value().to_owned()))
    }

    /// Keeps these rules.
    pub(super) fn save_rules(&self, source: &str) -> Result<(), ServerError> {
        let transaction = self.0.begin_write().map_err(storage)?;
        transaction
            .open_table(SETTINGS)
            .map_err(storage)?
            .insert(RULES, source)
            .map_err(storage)?;
        transaction.commit().map_err(storage)
    }

    /// What is stored now, of which no more than `max` bytes are read at once.
    pub(super) fn snapshot(&self, max: usize) -> Result<Snapshot, ServerError> {
        let transaction = self.0.begin_read().map_err(storage)?;
        let table = transaction.open_table(TREE).map_err(storage)?;
        Ok(Snapshot {
            table: Arc::new(table),
            max,
        })
    }

    /// Begins to write.
    pub(super) fn begin(&self) -> Result<Batch, ServerError> {
        // redb's default is to wait until the disk has it: what is acknowledged survives a crash.
        Ok(Batch(self.0.begin_write().map_err(storage)?))
    }
}

/// What is stored, as it was at one time: later writes are not seen. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Snapshot {
    table: Arc<ReadOnlyTable<&'static [u8], &'static str>>,
    max: usize,
}

impl Snapshot {
    fn rows(&self) -> Rows<'_, ReadOnlyTable<&'static [u8], &'static str>> {
        Rows {
            table: &self.table,
            max: self.max,
        }
    }

    /// All that lies at `path`.
    pub(crate) fn node(&self, path: &Path) -> Result<Option<Node>, ReadError> {
        self.rows().node(path)
    }

    /// What lies at `path`, all its children `true`.
    pub(crate) fn shallow(&self, path: &Path) -> Result<Option<Node>, ReadError> {
        self.rows().shallow(path)
    }

    /// What `query` asks for of `path`.
    pub(crate) fn window(&self, path: &Path, query: &Query) -> Result<Option<Node>, ReadError> {
        self.rows().window(path, query)
    }
}

impl Data for Snapshot {
    fn place(&self, path: &Path) -> Result<Option<Place>, ReadError> {
        self.rows().place(path)
    }

    fn has_besides(&self, path: &Path, without: &[Path]) -> Result<bool, ReadError> {
        self.rows().has_besides(path, without)
    }
}

/// Writes that are committed together.
pub(super) struct Batch(WriteTransaction);

impl Batch {
    /// What is stored, with the batch's writes so far, to be looked at and written to.
    pub(super) fn tree(&self, max: usize) -> Result<Tree<'_>, ServerError> {
        let table = self.0.open_table(TREE).map_err(storage)?;
        Ok(Tree { table, max })
    }

    /// Waits until the disk has all of it.
    pub(super) fn commit(self) -> Result<(), ServerError> {
        self.0.commit().map_err(storage)
    }
}

/// What is stored, with the batch's writes so far.
pub(super) struct Tree<'batch> {
    table: Table<'batch, &'static [u8], &'static str>,
    max: usize,
}

impl<'batch> Tree<'batch> {
    fn rows(&self) -> Rows<'_, Table<'batch, &'static [u8], &'static str>> {
        Rows {
            table: &self.table,
            max: self.max,
        }
    }

    /// All that lies at `path`.
    pub(super) fn node(&self, path: &Path) -> Result<Option<Node>, ReadError> {
        self.rows().node(path)
    }

    /// Puts `data` at `path`, as [`Node::set`] does.
    pub(super) fn put(&mut self, path: &Path, data: Option<&Node>) -> Result<(), ServerError> {
        put(&mut self.table, path, data).map_err(storage)
    }
}

impl Data for Tree<'_> {
    fn place(&self, path: &Path) -> Result<Option<Place>, ReadError> {
        self.rows().place(path)
    }

    fn has_besides(&self, path: &Path, without: &[Path]) -> Result<bool, ReadError> {
        self.rows().has_besides(path, without)
    }
}

fn storage(error: impl Into<redb::Error>) -> ServerError {
    ServerError::Storage(Box::new(error.into()))
}

#[cfg(test)]
fn in_backend(backend: impl redb::StorageBackend) -> Result<Database, redb::DatabaseError> {
    Builder::new().create_with_backend(backend)
}

#[cfg(test)]
pub(super) mod failing {
    //! A disk in memory that can be told to fail.

    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::Arc;

    use redb::StorageBackend;

    use super::*;

    #[derive(Debug)]
    struct Failing {
        memory: InMemoryBackend,
        fails: Arc<AtomicBool>,
    }

    impl Failing {
        fn check(&self) -> io::Result<()> {
            if self.fails.load(Ordering::SeqCst) {
                return Err(io::Error::other("the disk is full"));
            }
            Ok(())
        }
    }

    impl StorageBackend for Failing {
        fn len(&self) -> io::Result<u64> {
            self.memory.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.memory.read(offset, out)
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            self.check()?;
            self.memory.set_len(len)
        }

        fn sync_data(&self) -> io::Result<()> {
            self.check()?;
            self.memory.sync_data()
        }

        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            self.check()?;
            self.memory.write(offset, data)
        }
    }

    /// A disk that fails once `fails` is true.
    pub(in crate::store) fn disk(fails: Arc<AtomicBool>) -> Disk {
        let memory = InMemoryBackend::new();
        let database = in_backend(Failing { memory, fails }).expect("it does not fail yet");
        Disk::new(database).expect("it does not fail yet")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use remote_refresh_core::query::{Bound, Limit, Order};
    use remote_refresh_core::wire::{parse_json, Key, Leaf};

    use super::*;
    use crate::data;

    const MAX: usize = 1 << 20;

    fn node(json: &str) -> Option<Node> {
        parse_json(json).expect("the test uses valid data")
    }

    fn path(text: &str) -> Path {
        Path::parse(text).expect("the test uses valid paths")
    }

    fn disk() -> Disk {
        Disk::open(&Config::new(Storage::Memory, "secret")).expect("memory can be opened")
    }

    /// Puts these, all in one batch.
    fn write(disk: &Disk, puts: &[(Path, Option<Node>)]) {
        let batch = disk.begin().expect("memory can be written");
        let mut tree = batch.tree(MAX).expect("memory can be written");
        for (path, data) in puts {
            tree.put(path, data.as_ref())
                .expect("memory can be written");
        }
        drop(tree);
        batch.commit().expect("memory can be written");
    }

    fn holding(json: &str) -> (Disk, Snapshot) {
        let disk = disk();
        write(&disk, &[(Path::root(), node(json))]);
        let snapshot = disk.snapshot(MAX).expect("memory can be read");
        (disk, snapshot)
    }

    fn rows(disk: &Disk) -> usize {
        let snapshot = disk.snapshot(MAX).expect("memory can be read");
        snapshot.table.iter().expect("memory can be read").count()
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
        let (disk, before) = holding(r#"{"a":1}"#);
        write(&disk, &[(path("/a"), node("2"))]);
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
        let disk = disk();
        let batch = disk.begin().expect("writes");
        batch
            .0
            .open_table(TREE)
            .expect("it exists")
            .insert(&b"\x02a\0"[..], "{")
            .expect("writes");
        batch.commit().expect("writes");
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
    fn a_file_of_another_version_is_refused() {
        let database = in_backend(InMemoryBackend::new()).expect("memory can be opened");
        let transaction = database.begin_write().expect("writes");
        let old: TableDefinition<'_, &str, &str> = TableDefinition::new(OLD);
        transaction.open_table(old).expect("it is made");
        transaction.commit().expect("writes");
        assert_eq!(
            Disk::new(database).err().map(|error| error.code()),
            Some("server_damaged")
        );
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
            let disk = disk();
            let mut root = None;
            for batch in batches {
                let puts: Vec<_> = batch.into_iter().map(|(path, json)| (path, node(&json))).collect();
                write(&disk, &puts);
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
}
