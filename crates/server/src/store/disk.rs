//! The data on disk: one row for each leaf, so that a small write is a small write.
//!
//! A row's key is the leaf's path without the leading slash, its value the leaf as JSON (with `.value` and `.priority`
//! when it has a priority). A parent's priority is a row too, named `.priority` below the parent, which no child can be.

use std::collections::BTreeSet;

use redb::backends::InMemoryBackend;
use redb::{
    Database, DatabaseError, ReadableDatabase, ReadableTable, StorageBackend, Table,
    TableDefinition,
};
use remote_refresh_core::wire::{parse_json, Export, Node, Path};

use crate::config::Storage;
use crate::error::ServerError;

const LEAVES: TableDefinition<'_, &str, &str> = TableDefinition::new("leaves");
const PRIORITY: &str = ".priority";
/// What is kept beside the data.
const SETTINGS: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");
const RULES: &str = "rules";

/// The data file.
pub(crate) struct Disk(Database);

impl Disk {
    /// Opens the file, or makes it.
    pub(crate) fn open(storage: &Storage) -> Result<Self, ServerError> {
        let (opened, path) = match storage {
            Storage::File(path) => (Database::create(path), path.clone()),
            Storage::Memory => (in_backend(InMemoryBackend::new()), "memory".into()),
        };
        Self::new(opened.map_err(|error| ServerError::Open {
            path,
            source: Box::new(error.into()),
        })?)
    }

    /// Opens a file that must be there already.
    pub(crate) fn open_existing(path: &std::path::Path) -> Result<Self, ServerError> {
        let opened = Database::open(path).map_err(|error| ServerError::Open {
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
        for table in [LEAVES, SETTINGS] {
            let source = from.open_table(table).map_err(storage)?;
            let mut target = to.open_table(table).map_err(storage)?;
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
        transaction.open_table(LEAVES).map_err(storage)?;
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

    /// Reads the whole tree.
    pub(super) fn load(&self) -> Result<Option<Node>, ServerError> {
        let transaction = self.0.begin_read().map_err(storage)?;
        let table = transaction.open_table(LEAVES).map_err(storage)?;
        let mut root = None;
        let mut priorities = Vec::new();
        for row in table.iter().map_err(storage)? {
            let (key, value) = row.map_err(storage)?;
            let damaged = || ServerError::Damaged {
                row: key.value().to_owned(),
            };
            let node = parse_json(value.value())
                .ok()
                .flatten()
                .ok_or_else(damaged)?;
            match key.value().strip_suffix(PRIORITY) {
                Some(parent) => {
                    priorities.push((Path::parse(parent).map_err(|_| damaged())?, node))
                }
                None => Node::set(
                    &mut root,
                    &Path::parse(key.value()).map_err(|_| damaged())?,
                    Some(node),
                ),
            }
        }
        for (path, node) in priorities {
            let parent = root.as_ref().and_then(|root| root.get(&path)).cloned();
            let parent = parent.map(|parent| parent.with_priority(node.priority().cloned()));
            Node::set(&mut root, &path, parent);
        }
        Ok(root)
    }

    /// Makes the rows at and below each of `places` those of `root`, all in one durable commit.
    pub(super) fn save(
        &self,
        root: Option<&Node>,
        places: &BTreeSet<Path>,
    ) -> Result<(), ServerError> {
        // redb's default is to wait until the disk has it: what is acknowledged survives a crash.
        let transaction = self.0.begin_write().map_err(storage)?;
        {
            let mut table = transaction.open_table(LEAVES).map_err(storage)?;
            let mut covering: Option<&Path> = None;
            for place in places {
                // In path order whatever lies in a place comes right after it, and is written with it.
                if covering.is_some_and(|above| above.is_ancestor_of(place)) {
                    continue;
                }
                covering = Some(place);
                rewrite(&mut table, place, root.and_then(|root| root.get(place)))?;
            }
        }
        transaction.commit().map_err(storage)
    }
}

fn in_backend(backend: impl StorageBackend) -> Result<Database, DatabaseError> {
    Database::builder().create_with_backend(backend)
}

fn rewrite(
    table: &mut Table<'_, &str, &str>,
    place: &Path,
    node: Option<&Node>,
) -> Result<(), ServerError> {
    let key = place.to_string().trim_start_matches('/').to_owned();
    if key.is_empty() {
        table.retain(|_, _| false).map_err(storage)?;
    } else {
        table.remove(key.as_str()).map_err(storage)?;
        // "0" comes right after "/".
        let (from, to) = (format!("{key}/"), format!("{key}0"));
        table
            .retain_in(from.as_str()..to.as_str(), |_, _| false)
            .map_err(storage)?;
    }
    match node {
        Some(node) => insert(table, &key, node),
        None => Ok(()),
    }
}

fn insert(table: &mut Table<'_, &str, &str>, key: &str, node: &Node) -> Result<(), ServerError> {
    let row_of = |node: &Node| {
        serde_json::to_string(&Export(Some(node)))
            .expect("a leaf is text, a finite number or a boolean")
    };
    if node.leaf().is_some() {
        table.insert(key, row_of(node).as_str()).map_err(storage)?;
        return Ok(());
    }
    let below = |name: &str| {
        if key.is_empty() {
            name.to_owned()
        } else {
            format!("{key}/{name}")
        }
    };
    if let Some(priority) = node.priority() {
        let bearer = Node::bool(true).with_priority(Some(priority.clone()));
        table
            .insert(below(PRIORITY).as_str(), row_of(&bearer).as_str())
            .map_err(storage)?;
    }
    for (name, child) in node.children() {
        insert(table, &below(name.as_str()), child)?;
    }
    Ok(())
}

fn storage(error: impl Into<redb::Error>) -> ServerError {
    ServerError::Storage(Box::new(error.into()))
}

#[cfg(test)]
pub(super) mod failing {
    //! A disk in memory that can be told to fail.

    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::Arc;

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
    use super::*;

    fn node(json: &str) -> Option<Node> {
        parse_json(json).expect("the test uses valid data")
    }

    fn places(paths: &[&str]) -> BTreeSet<Path> {
        paths
            .iter()
            .map(|path| Path::parse(path).expect("the test uses valid paths"))
            .collect()
    }

    fn disk() -> Disk {
        Disk::open(&Storage::Memory).expect("memory can be opened")
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let disk = disk();
        for json in [
            "null",
            "7",
            r#"{".value":"x",".priority":2}"#,
            r#"{"a":{"b":[1,true,"ж\n\"/"],"c":{".value":1.5,".priority":"p"},".priority":-3},"a!":1,"a0":2,".priority":"top"}"#,
        ] {
            disk.save(node(json).as_ref(), &places(&["/"]))
                .expect("memory can be written");
            assert_eq!(
                disk.load().expect("it is what was written"),
                node(json),
                "{json}"
            );
        }
    }

    #[test]
    fn only_the_places_named_are_written() {
        let disk = disk();
        disk.save(
            node(r#"{"a":{"x":1,"y":2},"a!":3,"a0":4,"b":5}"#).as_ref(),
            &places(&["/"]),
        )
        .expect("writes");
        let later = node(r#"{"a":{"z":1},"a!":30,"a0":40,"b":{"c":1}}"#);
        disk.save(later.as_ref(), &places(&["/a", "/a/z", "/b"]))
            .expect("writes");
        let expected = node(r#"{"a":{"z":1},"a!":3,"a0":4,"b":{"c":1}}"#);
        assert_eq!(disk.load().expect("it is what was written"), expected);
    }

    #[test]
    fn a_row_that_is_no_leaf_is_reported() {
        let disk = disk();
        let transaction = disk.0.begin_write().expect("writes");
        transaction
            .open_table(LEAVES)
            .expect("it exists")
            .insert("a", "{")
            .expect("writes");
        transaction.commit().expect("writes");
        assert_eq!(
            disk.load().expect_err("the row is damaged").code(),
            "server_damaged"
        );
    }
}
