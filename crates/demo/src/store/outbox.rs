//! Notifications owed to the feed, written in the transaction of the change they announce.

use rusqlite::{params, Transaction};

use super::StoreError;
use crate::change::{Affected, Change};

/// One notification owed.
#[derive(Clone, Debug)]
pub struct Owed {
    /// Its place in the order of writes.
    pub id: i64,
    /// Whom it goes to.
    pub users: Affected,
    /// What it says.
    pub change: Change,
}

/// Owes `users` the announcement of `change`.
///
/// # Errors
/// SQLite's.
pub fn owe(tx: &Transaction<'_>, users: &Affected, change: &Change) -> Result<(), StoreError> {
    if users.is_empty() {
        return Ok(());
    }
    tx.prepare_cached("INSERT INTO outbox (users, change) VALUES (?1, ?2)")?
        .execute(params![
            serde_json::to_string(users)?,
            serde_json::to_string(change)?
        ])?;
    Ok(())
}

/// The oldest notifications owed, at most `limit`, in the order of their writes.
///
/// # Errors
/// SQLite's, and [`StoreError::Corrupt`] for a row this code did not write.
pub fn oldest(tx: &Transaction<'_>, limit: u32) -> Result<Vec<Owed>, StoreError> {
    let mut query =
        tx.prepare_cached("SELECT id, users, change FROM outbox ORDER BY id LIMIT ?1")?;
    let mut rows = query.query([limit])?;
    let mut owed = Vec::new();
    while let Some(row) = rows.next()? {
        owed.push(Owed {
            id: row.get(0)?,
            users: serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?,
            change: serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        });
    }
    Ok(owed)
}

/// Notes that all notifications up to `id` have been dealt with.
///
/// # Errors
/// SQLite's.
pub fn settle_through(tx: &Transaction<'_>, id: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM outbox WHERE id <= ?1", [id])?;
    Ok(())
}
