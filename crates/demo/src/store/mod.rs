//! SQLite: one connection behind a lock, and the queries by topic.
//!
//! * [`users`], [`sessions`], [`threads`], [`messages`]: what the API reads and writes
//! * [`outbox`]: notifications owed to the feed
//! * [`seed`]: the people and conversations a new database starts with
//!
//! One connection is enough here: SQLite has one writer anyway, and a query of the demo takes well under a millisecond.

pub mod messages;
pub mod outbox;
pub mod seed;
pub mod sessions;
pub mod threads;
pub mod users;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

const SCHEMA: &str = include_str!("../schema.sql");
const SCHEMA_VERSION: i64 = 1;

/// Why the store refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The record does not exist, or the asker may not know that it does.
    #[error("There is no such {0}.")]
    Missing(&'static str),
    /// The record exists and may be seen, but belongs to somebody else.
    #[error("{0}")]
    NotYours(&'static str),
    /// The file was written by a newer demo.
    #[error("The database has schema version {0}; this demo knows up to {SCHEMA_VERSION}. Delete it, or use a newer demo.")]
    TooNew(i64),
    /// A stored value is not what this code writes.
    #[error("A stored notification cannot be read.")]
    Corrupt(#[from] serde_json::Error),
    /// SQLite failed.
    #[error("The database failed.")]
    Sqlite(#[from] rusqlite::Error),
    /// The task that ran the query died.
    #[error("The database task was aborted.")]
    Aborted(#[from] tokio::task::JoinError),
}

/// A shared handle on the database.
#[derive(Clone, Debug)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens the database at `path` (in memory without one), creates its tables and, if it has no users, seeds it as of
    /// `now` (milliseconds since the epoch).
    ///
    /// # Errors
    /// When the file cannot be opened, or comes from a newer demo.
    pub fn open(path: Option<&Path>, now: i64) -> Result<Self, StoreError> {
        let mut connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        // A commit is on disk when the API answers: WAL with full sync.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        migrate(&mut connection)?;
        let tx = connection.transaction()?;
        seed::seed_if_empty(&tx, now)?;
        tx.commit()?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Runs `work` in a transaction of its own: committed when it returns `Ok`, undone otherwise.
    ///
    /// # Errors
    /// Those of `work`, and SQLite's on commit.
    pub async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || {
            // A panic in `work` has already rolled its transaction back, so the connection is sound.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&tx)?;
            tx.commit()?;
            Ok(value)
        })
        .await?
    }
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => {
            let tx = connection.transaction()?;
            tx.execute_batch(SCHEMA)?;
            tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            tx.commit()?;
            Ok(())
        }
        SCHEMA_VERSION => Ok(()),
        newer => Err(StoreError::TooNew(newer)),
    }
}
