//! Messages of a thread.

use rusqlite::{params, OptionalExtension, Row, Transaction};
use serde::Serialize;

use super::users::User;
use super::{threads, users, StoreError};

/// A message with its author as of now.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// Ascending with time, never reused.
    pub id: i64,
    /// The thread it belongs to.
    pub thread_id: i64,
    /// Who wrote it.
    pub author: User,
    /// Plain text.
    pub body: String,
    /// The id the sender's page gave it, if any.
    pub client_id: Option<String>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// When it was last edited, if ever.
    pub edited_at: Option<i64>,
}

/// Which part of a thread's messages to read.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Only ids from here on: the lower edge of what a page shows, so that a refresh shows the same stretch.
    pub from: Option<i64>,
    /// Only ids below: for reading further back.
    pub before: Option<i64>,
    /// At most this many, the newest of them.
    pub limit: u32,
}

/// A stretch of a thread.
#[derive(Clone, Debug, Serialize)]
pub struct Stretch {
    /// Oldest first.
    pub items: Vec<Message>,
    /// Whether there are older ones than the first.
    pub earlier: bool,
}

const COLUMNS: &str = "m.id, m.thread_id, m.body, m.client_id, m.created_at, m.edited_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        id: row.get(0)?,
        thread_id: row.get(1)?,
        body: row.get(2)?,
        client_id: row.get(3)?,
        created_at: row.get(4)?,
        edited_at: row.get(5)?,
        author: users::from_row(row, 6)?,
    })
}

fn select(condition: &str) -> String {
    format!(
        "SELECT {COLUMNS}, {} FROM messages m JOIN users u ON u.id = m.author_id WHERE {condition}",
        users::COLUMNS
    )
}

/// The stretch of `thread` that `window` asks for, if `reader` is a member.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such thread for this reader.
pub fn list(
    tx: &Transaction<'_>,
    reader: &str,
    thread: i64,
    window: Window,
) -> Result<Stretch, StoreError> {
    threads::require_member(tx, thread, reader)?;
    let sql = select("m.thread_id = ?1 AND m.id >= ?2 AND m.id < ?3 ORDER BY m.id DESC LIMIT ?4");
    let mut query = tx.prepare_cached(&sql)?;
    let bounds = params![
        thread,
        window.from.unwrap_or(0),
        window.before.unwrap_or(i64::MAX),
        window.limit
    ];
    let mut items: Vec<Message> = query
        .query_map(bounds, from_row)?
        .collect::<Result<_, _>>()?;
    items.reverse();
    let lowest = items
        .first()
        .map_or(window.before.unwrap_or(i64::MAX), |first| first.id);
    let earlier = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM messages WHERE thread_id = ?1 AND id < ?2)")?
        .query_row(params![thread, lowest], |row| row.get(0))?;
    Ok(Stretch { items, earlier })
}

/// The message `id`, if `reader` is a member of its thread.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such message for this reader.
pub fn get(tx: &Transaction<'_>, reader: &str, id: i64) -> Result<Message, StoreError> {
    let message = tx
        .prepare_cached(&select("m.id = ?1"))?
        .query_row([id], from_row)
        .optional()?
        .ok_or(StoreError::Missing("message"))?;
    match threads::require_member(tx, message.thread_id, reader) {
        Err(StoreError::Missing(_)) => Err(StoreError::Missing("message")),
        other => other.map(|()| message),
    }
}

/// Sends `body` to `thread`. A repeated `client_id` of the same author is the same message: returns that one and `false`.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such thread for this author.
pub fn send(
    tx: &Transaction<'_>,
    author: &str,
    thread: i64,
    body: &str,
    client_id: Option<&str>,
    now: i64,
) -> Result<(Message, bool), StoreError> {
    threads::require_member(tx, thread, author)?;
    let sent: Option<i64> = tx
        .prepare_cached("SELECT id FROM messages WHERE author_id = ?1 AND client_id = ?2")?
        .query_row(params![author, client_id], |row| row.get(0))
        .optional()?;
    if let Some(id) = sent {
        return Ok((get(tx, author, id)?, false));
    }
    tx.execute(
        "INSERT INTO messages (thread_id, author_id, body, client_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![thread, author, body, client_id, now],
    )?;
    let id = tx.last_insert_rowid();
    tx.execute(
        "UPDATE threads SET active_at = ?2 WHERE id = ?1",
        params![thread, now],
    )?;
    // Who writes has read what is above.
    threads::mark_read(tx, author, thread, id)?;
    Ok((get(tx, author, id)?, true))
}

/// What an edit did.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The message as it is now.
    pub message: Message,
    /// Whether anything differs now.
    pub differs: bool,
    /// Whether it is the thread's newest, which a list of threads shows.
    pub is_newest: bool,
}

/// Replaces the text of `author`'s own message `id`.
///
/// # Errors
/// [`StoreError::Missing`] when this author sees no such message, [`StoreError::NotYours`] when somebody else wrote it.
pub fn edit(
    tx: &Transaction<'_>,
    author: &str,
    id: i64,
    body: &str,
    now: i64,
) -> Result<Edited, StoreError> {
    let mut message = own(tx, author, id, "You can only edit messages that you wrote.")?;
    let differs = message.body != body;
    if differs {
        tx.execute(
            "UPDATE messages SET body = ?2, edited_at = ?3 WHERE id = ?1",
            params![id, body, now],
        )?;
        body.clone_into(&mut message.body);
        message.edited_at = Some(now);
    }
    Ok(Edited {
        is_newest: is_newest(tx, &message)?,
        message,
        differs,
    })
}

/// Removes `author`'s own message `id`; returns it as it was.
///
/// # Errors
/// As for [`edit`].
pub fn remove(tx: &Transaction<'_>, author: &str, id: i64) -> Result<Message, StoreError> {
    let message = own(
        tx,
        author,
        id,
        "You can only delete messages that you wrote.",
    )?;
    tx.execute("DELETE FROM messages WHERE id = ?1", [id])?;
    Ok(message)
}

fn own(
    tx: &Transaction<'_>,
    author: &str,
    id: i64,
    refusal: &'static str,
) -> Result<Message, StoreError> {
    let message = get(tx, author, id)?;
    if message.author.id == author {
        Ok(message)
    } else {
        Err(StoreError::NotYours(refusal))
    }
}

fn is_newest(tx: &Transaction<'_>, message: &Message) -> Result<bool, StoreError> {
    let newer: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM messages WHERE thread_id = ?1 AND id > ?2)")?
        .query_row(params![message.thread_id, message.id], |row| row.get(0))?;
    Ok(!newer)
}
