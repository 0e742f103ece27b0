//! The data file: one row for each leaf (see `row`), and the rules beside.
//!
//! A row holds the leaf as JSON (with `.value` and `.priority` when it has a priority). What is read comes from the file by way of the
//! database's cache of pages; nothing else of it is in memory.

use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{
    Builder, Database, DatabaseError, ReadOnlyTable, ReadTransaction, ReadableDatabase, Table,
    TableDefinition, TableHandle, WriteTransaction,
};
use remote_refresh_core::query::Query;
use remote_refresh_core::wire::{Node, Path};

use super::put::put;
use super::rows::Rows;
use crate::config::{Config, Storage};
use crate::data::{Data, Place, ReadError};
use crate::error::ServerError;

pub(super) const TREE: TableDefinition<'_, &[u8], &str> = TableDefinition::new("tree");
/// What is kept beside the data.
pub(super) const SETTINGS: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");
const RULES: &str = "rules";
/// Where data was before it had rows in the order of the tree.
const OLD: &str = "leaves";

/// How much memory the database's pages may take when the server is not running, in bytes.
pub(super) const OFFLINE_CACHE: usize = 64 << 20;

/// The data file.
pub(crate) struct Disk(Database);

impl Disk {
    /// Opens the file, or makes it.
    pub(crate) fn open(config: &Config) -> Result<Self, ServerError> {
        Self::open_with(&config.storage, config.cache_bytes)
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
        Self::new(opened.map_err(|error| not_opened(&path, error))?)
    }

    /// Opens a file that must be there already.
    pub(crate) fn open_existing(path: &std::path::Path) -> Result<Self, ServerError> {
        let mut builder = Builder::new();
        builder.set_cache_size(OFFLINE_CACHE);
        let opened = builder.open(path);
        Self::new(opened.map_err(|error| not_opened(path, error))?)
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
            return Err(ServerError::OldFormat);
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
            stored: Arc::new((transaction, table)),
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
    stored: Arc<(ReadTransaction, ReadOnlyTable<&'static [u8], &'static str>)>,
    max: usize,
}

impl Snapshot {
    /// The rows of the data.
    pub(super) fn table(&self) -> &ReadOnlyTable<&'static [u8], &'static str> {
        &self.stored.1
    }

    /// What leads to all other tables.
    pub(super) fn transaction(&self) -> &ReadTransaction {
        &self.stored.0
    }

    fn rows(&self) -> Rows<'_, ReadOnlyTable<&'static [u8], &'static str>> {
        Rows {
            table: self.table(),
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

/// Why a file could not be opened.
pub(super) fn not_opened(path: &std::path::Path, error: DatabaseError) -> ServerError {
    if let DatabaseError::UpgradeRequired(_) = error {
        return ServerError::OldFormat;
    }
    ServerError::Open {
        path: path.to_owned(),
        source: Box::new(error.into()),
    }
}

pub(super) fn storage(error: impl Into<redb::Error>) -> ServerError {
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
mod power_failure;
#[cfg(test)]
mod tests;
