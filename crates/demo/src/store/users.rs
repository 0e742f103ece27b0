//! People and their profiles.

use rusqlite::{params, OptionalExtension, Row, Transaction};
use serde::Serialize;

use super::StoreError;
use crate::change::Affected;

/// A user as everybody sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// Stable id, also the key of the user's node in the feed.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Job title.
    pub title: String,
    /// Colour of the avatar, degrees on the colour wheel.
    pub hue: i64,
    /// One line under the name.
    pub status: String,
    /// A few sentences.
    pub about: String,
    /// When the profile was last edited, milliseconds since the epoch.
    pub updated_at: i64,
}

/// The editable part of a profile; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct ProfileEdit {
    /// New display name.
    pub name: Option<String>,
    /// New status line.
    pub status: Option<String>,
    /// New description.
    pub about: Option<String>,
}

pub(super) const COLUMNS: &str = "u.id, u.name, u.title, u.hue, u.status, u.about, u.updated_at";

/// Reads [`COLUMNS`] from column `at` on.
pub(super) fn from_row(row: &Row<'_>, at: usize) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(at)?,
        name: row.get(at + 1)?,
        title: row.get(at + 2)?,
        hue: row.get(at + 3)?,
        status: row.get(at + 4)?,
        about: row.get(at + 5)?,
        updated_at: row.get(at + 6)?,
    })
}

/// Everybody, by name.
///
/// # Errors
/// SQLite's.
pub fn all(tx: &Transaction<'_>) -> Result<Vec<User>, StoreError> {
    let mut query = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM users u ORDER BY u.name"))?;
    let users = query.query_map([], |row| from_row(row, 0))?;
    Ok(users.collect::<Result<_, _>>()?)
}

/// The user `id`.
///
/// # Errors
/// [`StoreError::Missing`] when there is none.
pub fn get(tx: &Transaction<'_>, id: &str) -> Result<User, StoreError> {
    tx.prepare_cached(&format!("SELECT {COLUMNS} FROM users u WHERE u.id = ?1"))?
        .query_row([id], |row| from_row(row, 0))
        .optional()?
        .ok_or(StoreError::Missing("user"))
}

/// Edits the profile of `id`. Returns it, and whether anything differs now.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such user.
pub fn edit(
    tx: &Transaction<'_>,
    id: &str,
    edit: &ProfileEdit,
    now: i64,
) -> Result<(User, bool), StoreError> {
    let before = get(tx, id)?;
    let mut user = before.clone();
    if let Some(name) = &edit.name {
        user.name.clone_from(name);
    }
    if let Some(status) = &edit.status {
        user.status.clone_from(status);
    }
    if let Some(about) = &edit.about {
        user.about.clone_from(about);
    }
    if user == before {
        return Ok((user, false));
    }
    user.updated_at = now;
    tx.execute(
        "UPDATE users SET name = ?2, status = ?3, about = ?4, updated_at = ?5 WHERE id = ?1",
        params![id, user.name, user.status, user.about, now],
    )?;
    Ok((user, true))
}

/// Who sees the profile of `id` on a page of theirs: the user, and all who share a thread with them.
///
/// # Errors
/// SQLite's.
pub fn acquaintances(tx: &Transaction<'_>, id: &str) -> Result<Affected, StoreError> {
    let mut query = tx.prepare_cached(
        "SELECT DISTINCT other.user_id FROM thread_members mine
         JOIN thread_members other ON other.thread_id = mine.thread_id
         WHERE mine.user_id = ?1",
    )?;
    let ids = query.query_map([id], |row| row.get(0))?;
    let mut affected: Affected = ids.collect::<Result<_, _>>()?;
    affected.insert(id.to_owned());
    Ok(affected)
}
