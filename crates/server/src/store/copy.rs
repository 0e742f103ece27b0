//! All that a data file holds, one entry after the other, and new files made from that: backups.

use std::ops::Bound;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, ReadableTable};
use tempfile::NamedTempFile;

use super::disk::{not_opened, storage, Disk, Snapshot, OFFLINE_CACHE, SETTINGS, TREE};
use super::log::{folder_of, sync_folder};
use crate::error::ServerError;

/// One entry of a data file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    /// What is kept beside the data: its name, and its text.
    Setting(&'a str, &'a str),
    /// A row of the data (see `row`): its key, and what it holds as JSON.
    Row(&'a [u8], &'a str),
}

/// How far somebody has gone through the entries of a snapshot.
#[derive(Default)]
pub(crate) struct Cursor {
    settings_done: bool,
    last_row: Option<Vec<u8>>,
}

impl Snapshot {
    /// Hands entries to `sink`, from where `cursor` is, for as long as that returns true. Returns whether there are none left.
    pub(crate) fn entries<E: From<ServerError>>(
        &self,
        cursor: &mut Cursor,
        sink: &mut dyn FnMut(Entry<'_>) -> Result<bool, E>,
    ) -> Result<bool, E> {
        if !cursor.settings_done {
            // They are the rules, and few: no need to pause among them.
            let settings = self.transaction().open_table(SETTINGS).map_err(storage)?;
            for entry in settings.iter().map_err(storage)? {
                let (name, text) = entry.map_err(storage)?;
                sink(Entry::Setting(name.value(), text.value()))?;
            }
            cursor.settings_done = true;
        }
        let from = cursor.last_row.as_deref();
        let from = from.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self
            .table()
            .range::<&[u8]>((from, Bound::Unbounded))
            .map_err(storage)?;
        for row in rows {
            let (key, text) = row.map_err(storage)?;
            if !sink(Entry::Row(key.value(), text.value()))? {
                cursor.last_row = Some(key.value().to_vec());
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A data file in the making. It gets its name when it is whole and on disk; dropped before that, nothing of it stays.
pub(crate) struct NewFile {
    path: PathBuf,
    temporary: NamedTempFile,
    database: redb::Database,
    transaction: redb::WriteTransaction,
}

impl NewFile {
    /// Begins a file that will be called `path`, where there must be none yet.
    pub(crate) fn begin(path: &Path) -> Result<Self, ServerError> {
        if path.exists() {
            return Err(exists(path));
        }
        let failed = |error| not_opened(path, error);
        // In the same folder, since it can be renamed within a file system only. None but this user may read it.
        let temporary =
            NamedTempFile::new_in(folder_of(path)).map_err(|error| failed(error.into()))?;
        let mut builder = Builder::new();
        builder.set_cache_size(OFFLINE_CACHE);
        let backend = FileBackend::new(temporary.reopen()?);
        let database = backend.and_then(|backend| builder.create_with_backend(backend));
        let database = database.map_err(failed)?;
        let transaction = database.begin_write().map_err(storage)?;
        transaction.open_table(TREE).map_err(storage)?;
        transaction.open_table(SETTINGS).map_err(storage)?;
        Ok(Self {
            path: path.to_owned(),
            temporary,
            database,
            transaction,
        })
    }

    /// Adds an entry.
    pub(crate) fn add(&self, entry: Entry<'_>) -> Result<(), ServerError> {
        match entry {
            Entry::Setting(name, text) => {
                let mut table = self.transaction.open_table(SETTINGS).map_err(storage)?;
                table.insert(name, text).map_err(storage)?;
            }
            Entry::Row(key, text) => {
                let mut table = self.transaction.open_table(TREE).map_err(storage)?;
                table.insert(key, text).map_err(storage)?;
            }
        }
        Ok(())
    }

    /// Waits until the disk has all of it, then gives it its name, unless another file has got that meanwhile.
    pub(crate) fn finish(self) -> Result<(), ServerError> {
        self.transaction.commit().map_err(storage)?;
        let mut database = self.database;
        database.compact().map_err(storage)?;
        drop(database);
        self.temporary.as_file().sync_all()?;
        if let Err(error) = self.temporary.persist_noclobber(&self.path) {
            return Err(match error.error.kind() {
                std::io::ErrorKind::AlreadyExists => exists(&self.path),
                _ => error.error.into(),
            });
        }
        sync_folder(&self.path)?;
        Ok(())
    }
}

fn exists(path: &Path) -> ServerError {
    let path = path.to_owned();
    ServerError::Exists { path }
}

impl Disk {
    /// Copies all entries into a new file.
    pub(crate) fn copy_to(&self, new: NewFile) -> Result<(), ServerError> {
        self.snapshot(usize::MAX)?
            .entries::<ServerError>(&mut Cursor::default(), &mut |entry| {
                new.add(entry).map(|()| true)
            })?;
        new.finish()
    }
}
