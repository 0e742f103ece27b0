//! The data file: one row for each leaf (see `row`), and the rules beside.
//!
//! A row holds the leaf as JSON (with `.value` and `.priority` when it has a priority). What is read comes from the file by way of the
//! database's cache of pages; nothing else of it is in memory. What was written since the last checkpoint is in the log too (see
//! `log`), and on disk only there.

use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{
    Builder, Database, DatabaseError, Durability, ReadOnlyTable, ReadTransaction, ReadableDatabase,
    ReadableTable, Table, TableDefinition, TableHandle, WriteTransaction,
};
use remote_refresh_core::query::Query;
use remote_refresh_core::wire::{Node, Path};

use super::log::{recover, Beside, Effects, Known, Log, Place as LogPlace};
use super::put::{self, put};
use super::rows::Rows;
use crate::config::{Config, Storage};
use crate::data::{Data, Place, ReadError};
use crate::error::ServerError;

pub(super) const TREE: TableDefinition<'_, &[u8], &str> = TableDefinition::new("tree");
/// What is kept beside the data.
pub(super) const SETTINGS: TableDefinition<'_, &str, &str> = TableDefinition::new("settings");
const RULES: &str = "rules";
/// What binds the file to its log: the fields of [`Known`].
const LOGS: TableDefinition<'_, &str, u128> = TableDefinition::new("logs");
const NAME: &str = "name";
const PREVIOUS: &str = "previous";
const APPLIED: &str = "applied";
/// Where data was before it had rows in the order of the tree.
const OLD: &str = "leaves";

/// How much memory the database's pages may take when the server is not running, in bytes.
pub(super) const OFFLINE_CACHE: usize = 64 << 20;

/// The data file, and its log.
pub(crate) struct Disk {
    database: Database,
    log: Log,
    /// A batch may be in the log but not in the database, or the other way round: only opening both anew tells.
    failed: bool,
    /// How often the file got all on disk since it was opened.
    checkpoints: u64,
}

impl Disk {
    /// Opens the file, or makes it.
    pub(crate) fn open(config: &Config) -> Result<Self, ServerError> {
        let mut builder = Builder::new();
        builder.set_cache_size(config.cache_bytes);
        match &config.storage {
            Storage::File(path) => {
                let opened = builder.create(path);
                let opened = opened.map_err(|error| not_opened(path, error))?;
                Self::new(opened, Some(Box::new(Beside::of(path))))
            }
            Storage::Memory => {
                let opened = builder.create_with_backend(InMemoryBackend::new());
                let opened = opened.map_err(|error| not_opened("memory".as_ref(), error))?;
                Self::new(opened, None)
            }
        }
    }

    /// Opens a file that must be there already.
    pub(crate) fn open_existing(path: &std::path::Path) -> Result<Self, ServerError> {
        let mut builder = Builder::new();
        builder.set_cache_size(OFFLINE_CACHE);
        let opened = builder.open(path);
        let opened = opened.map_err(|error| not_opened(path, error))?;
        Self::new(opened, Some(Box::new(Beside::of(path))))
    }

    /// Gives unused space back to the system.
    pub(crate) fn compact(&mut self) -> Result<(), ServerError> {
        self.database.compact().map_err(storage)?;
        Ok(())
    }

    /// Takes over what the log holds, if a crash left one; then the file is whole.
    pub(super) fn new(
        database: Database,
        place: Option<Box<dyn LogPlace>>,
    ) -> Result<Self, ServerError> {
        let transaction = database.begin_write().map_err(storage)?;
        let tables: Vec<_> = transaction.list_tables().map_err(storage)?.collect();
        if tables.iter().any(|table| table.name() == OLD) {
            return Err(ServerError::OldFormat);
        }
        // Makes the tables, so that reading finds them.
        transaction.open_table(SETTINGS).map_err(storage)?;
        let (known, last) = {
            let mut rows = transaction.open_table(TREE).map_err(storage)?;
            let mut logs = transaction.open_table(LOGS).map_err(storage)?;
            let get = |name| -> Result<u128, ServerError> {
                let value = logs.get(name).map_err(storage)?;
                Ok(value.map_or(0, |value| value.value()))
            };
            let before = Known {
                log: get(NAME)?,
                previous: get(PREVIOUS)?,
                applied: u64::try_from(get(APPLIED)?).unwrap_or(u64::MAX),
            };
            let applied = match &place {
                Some(place) => recover(&**place, before, &mut rows)?,
                None => 0,
            };
            let known = Known {
                log: new_name()?,
                previous: before.log,
                applied,
            };
            for (name, value) in [
                (NAME, known.log),
                (PREVIOUS, known.previous),
                (APPLIED, known.applied.into()),
            ] {
                logs.insert(name, value).map_err(storage)?;
            }
            (known, before.applied)
        };
        transaction.commit().map_err(storage)?;
        if known.applied > last {
            let batches = known.applied - last;
            tracing::info!(batches, "taken over from the log");
        }
        if let Some(place) = &place {
            place.remove().map_err(|source| ServerError::Log {
                path: place.path().to_owned(),
                source,
            })?;
        }
        Ok(Self {
            database,
            log: Log::new(place, known.log, known.applied + 1),
            failed: false,
            checkpoints: 0,
        })
    }

    /// The rules that were put here, if they were.
    pub(super) fn rules(&self) -> Result<Option<String>, ServerError> {
        let transaction = self.database.begin_read().map_err(storage)?;
        let table = transaction.open_table(SETTINGS).map_err(storage)?;
        let row = table.get(RULES).map_err(storage)?;
        Ok(row.map(|row| row.value().to_owned()))
    }

    /// Keeps these rules.
    pub(super) fn save_rules(&mut self, source: &str) -> Result<(), ServerError> {
        let transaction = self.begin_write()?;
        transaction
            .open_table(SETTINGS)
            .map_err(storage)?
            .insert(RULES, source)
            .map_err(storage)?;
        self.commit_whole(transaction)
    }

    /// What is stored now, of which no more than `max` bytes are read at once.
    pub(super) fn snapshot(&self, max: usize) -> Result<Snapshot, ServerError> {
        let transaction = self.database.begin_read().map_err(storage)?;
        let table = transaction.open_table(TREE).map_err(storage)?;
        Ok(Snapshot {
            stored: Arc::new((transaction, table)),
            max,
        })
    }

    /// Begins to write.
    pub(super) fn begin(&self) -> Result<Batch, ServerError> {
        Ok(Batch {
            transaction: self.begin_write()?,
            effects: Effects::default(),
        })
    }

    fn begin_write(&self) -> Result<WriteTransaction, ServerError> {
        if self.failed {
            return Err(storage(redb::StorageError::PreviousIo));
        }
        self.database.begin_write().map_err(storage)
    }

    /// Waits until the disk has the batch, so that it survives a crash: in the log or, when that has no room or can't be written,
    /// in the data file.
    pub(super) fn commit(&mut self, batch: Batch) -> Result<(), ServerError> {
        let mut transaction = batch.transaction;
        match self.log.append(batch.effects) {
            Ok(true) => {
                let set = transaction.set_durability(Durability::None);
                set.expect("neither savepoints nor other processes are had to do with");
                self.finish(transaction)
            }
            Ok(false) => self.commit_whole(transaction),
            Err(error) => {
                tracing::warn!(%error, "the log can't be written: the data file is");
                self.commit_whole(transaction)
            }
        }
    }

    /// Commits all there is to the data file, which needs the log's records no more.
    fn commit_whole(&mut self, transaction: WriteTransaction) -> Result<(), ServerError> {
        let last = u128::from(self.log.last());
        let noted = transaction
            .open_table(LOGS)
            .map_err(storage)
            .and_then(|mut logs| logs.insert(APPLIED, last).map(drop).map_err(storage));
        match noted {
            Ok(()) => self.finish(transaction)?,
            Err(error) => {
                self.failed = true;
                return Err(error);
            }
        }
        self.log.rewind();
        self.checkpoints += 1;
        Ok(())
    }

    fn finish(&mut self, transaction: WriteTransaction) -> Result<(), ServerError> {
        let committed = transaction.commit();
        self.failed = committed.is_err();
        committed.map_err(storage)
    }

    /// How much is in the log that the data file has not on disk, in bytes.
    pub(super) const fn log_bytes(&self) -> u64 {
        self.log.bytes()
    }

    /// How often the data file got all on disk since it was opened.
    pub(super) const fn checkpoints(&self) -> u64 {
        self.checkpoints
    }

    /// Waits until the disk has all in the data file.
    pub(super) fn checkpoint(&mut self) -> Result<(), ServerError> {
        if self.log.is_empty() {
            return Ok(());
        }
        let transaction = self.begin_write()?;
        self.commit_whole(transaction)
    }

    /// Leaves one file that is whole, and no log.
    pub(super) fn close(mut self) -> Result<(), ServerError> {
        self.checkpoint()?;
        Ok(self.log.remove()?)
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
pub(super) struct Batch {
    transaction: WriteTransaction,
    effects: Effects,
}

impl Batch {
    /// What is stored, with the batch's writes so far, to be looked at and written to.
    pub(super) fn tree(&mut self, max: usize) -> Result<Tree<'_>, ServerError> {
        let table = self.transaction.open_table(TREE).map_err(storage)?;
        Ok(Tree {
            table,
            effects: &mut self.effects,
            max,
        })
    }
}

/// What is stored, with the batch's writes so far.
pub(super) struct Tree<'batch> {
    table: Table<'batch, &'static [u8], &'static str>,
    effects: &'batch mut Effects,
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
        let rows = &mut put::Rows {
            table: &mut self.table,
            effects: self.effects,
        };
        put(rows, path, data).map_err(storage)
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

/// A name that no other log has.
fn new_name() -> Result<u128, ServerError> {
    let mut name = [0; 16];
    getrandom::fill(&mut name).map_err(std::io::Error::other)?;
    Ok(u128::from_le_bytes(name))
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
    use std::path::Path as FilePath;
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
        fn new(fails: &Arc<AtomicBool>) -> Self {
            let (memory, fails) = (InMemoryBackend::new(), fails.clone());
            Self { memory, fails }
        }

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

    /// Where the log of such a disk is.
    struct FailingPlace(Arc<AtomicBool>);

    impl LogPlace for FailingPlace {
        fn path(&self) -> &FilePath {
            FilePath::new("log")
        }

        fn find(&self) -> io::Result<Option<Box<dyn StorageBackend>>> {
            Ok(None)
        }

        fn create(&self) -> io::Result<Box<dyn StorageBackend>> {
            Ok(Box::new(Failing::new(&self.0)))
        }

        fn keep(&self) -> io::Result<()> {
            Ok(())
        }

        fn remove(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A disk that fails once `fails` is true.
    pub(in crate::store) fn disk(fails: Arc<AtomicBool>) -> Disk {
        let database = in_backend(Failing::new(&fails)).expect("it does not fail yet");
        let place = Box::new(FailingPlace(fails));
        Disk::new(database, Some(place)).expect("it does not fail yet")
    }
}

#[cfg(test)]
mod power_failure;
#[cfg(test)]
pub(super) mod tests;
