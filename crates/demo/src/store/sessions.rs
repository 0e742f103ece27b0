//! Who is signed in: random tokens, kept so that a restart signs nobody out.

use rusqlite::{params, OptionalExtension, Transaction};

use super::StoreError;

/// How long a session lasts, in milliseconds: 30 days.
pub const LIFETIME: i64 = 30 * 24 * 3600 * 1000;

/// Opens the session `token` for `user`, and forgets those that have expired.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such user.
pub fn open(tx: &Transaction<'_>, token: &str, user: &str, now: i64) -> Result<(), StoreError> {
    super::users::get(tx, user)?;
    tx.execute("DELETE FROM sessions WHERE expires_at <= ?1", [now])?;
    tx.execute(
        "INSERT INTO sessions (token, user_id, expires_at) VALUES (?1, ?2, ?3)",
        params![token, user, now + LIFETIME],
    )?;
    Ok(())
}

/// The id of the user whose session `token` is, if it is one and has not expired.
///
/// # Errors
/// SQLite's.
pub fn user_of(tx: &Transaction<'_>, token: &str, now: i64) -> Result<Option<String>, StoreError> {
    let user = tx
        .prepare_cached("SELECT user_id FROM sessions WHERE token = ?1 AND expires_at > ?2")?
        .query_row(params![token, now], |row| row.get(0))
        .optional()?;
    Ok(user)
}

/// Ends the session `token`; one that does not exist is ended already.
///
/// # Errors
/// SQLite's.
pub fn close(tx: &Transaction<'_>, token: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sessions WHERE token = ?1", [token])?;
    Ok(())
}
