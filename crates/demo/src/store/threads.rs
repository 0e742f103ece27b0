//! Threads, their members, and how far each member has read.

use rusqlite::{params, OptionalExtension, Row, Transaction};
use serde::Serialize;

use super::users::{self, User};
use super::StoreError;
use crate::change::Affected;

/// A thread as one member sees it.
#[derive(Clone, Debug, Serialize)]
pub struct Thread {
    /// Its id.
    pub id: i64,
    /// What it is about.
    pub subject: String,
    /// The members, by name.
    pub members: Vec<User>,
    /// When it was started, milliseconds since the epoch.
    pub created_at: i64,
    /// When its newest message was sent.
    pub active_at: i64,
    /// How many messages it has.
    pub message_count: i64,
    /// How many of them by others are new to this member.
    pub unread: i64,
    /// The newest message, if any is left.
    pub last_message: Option<LastMessage>,
}

/// The newest message of a thread, for a list of threads.
#[derive(Clone, Debug, Serialize)]
pub struct LastMessage {
    /// Its id.
    pub id: i64,
    /// Who wrote it.
    pub author_id: String,
    /// Their name.
    pub author_name: String,
    /// Its text.
    pub body: String,
    /// Milliseconds since the epoch.
    pub created_at: i64,
}

/// One page of threads.
#[derive(Clone, Debug, Serialize)]
pub struct Page {
    /// Newest activity first.
    pub items: Vec<Thread>,
    /// How many threads there are on all pages.
    pub total: i64,
    /// This page, from 1.
    pub page: u32,
    /// Threads per page.
    pub per_page: u32,
}

const SELECT: &str = "
    SELECT t.id, t.subject, t.created_at, t.active_at,
           (SELECT count(*) FROM messages m WHERE m.thread_id = t.id),
           (SELECT count(*) FROM messages m
             WHERE m.thread_id = t.id AND m.id > me.last_read_id AND m.author_id <> me.user_id),
           l.id, l.author_id, a.name, l.body, l.created_at
    FROM thread_members me
    JOIN threads t ON t.id = me.thread_id
    LEFT JOIN messages l ON l.id = (SELECT max(m.id) FROM messages m WHERE m.thread_id = t.id)
    LEFT JOIN users a ON a.id = l.author_id
    WHERE me.user_id = ?1";

/// Everything but the members.
fn from_row(row: &Row<'_>) -> rusqlite::Result<Thread> {
    let last: Option<i64> = row.get(6)?;
    Ok(Thread {
        id: row.get(0)?,
        subject: row.get(1)?,
        members: Vec::new(),
        created_at: row.get(2)?,
        active_at: row.get(3)?,
        message_count: row.get(4)?,
        unread: row.get(5)?,
        last_message: match last {
            None => None,
            Some(id) => Some(LastMessage {
                id,
                author_id: row.get(7)?,
                author_name: row.get(8)?,
                body: row.get(9)?,
                created_at: row.get(10)?,
            }),
        },
    })
}

/// Page `page` (from 1) of `reader`'s threads.
///
/// # Errors
/// SQLite's.
pub fn list(
    tx: &Transaction<'_>,
    reader: &str,
    page: u32,
    per_page: u32,
) -> Result<Page, StoreError> {
    let total = tx
        .prepare_cached("SELECT count(*) FROM thread_members WHERE user_id = ?1")?
        .query_row([reader], |row| row.get(0))?;
    let offset = i64::from(page.saturating_sub(1)) * i64::from(per_page);
    let sql = format!("{SELECT} ORDER BY t.active_at DESC, t.id DESC LIMIT ?2 OFFSET ?3");
    let mut query = tx.prepare_cached(&sql)?;
    let rows = query.query_map(params![reader, per_page, offset], from_row)?;
    let mut items: Vec<Thread> = rows.collect::<Result<_, _>>()?;
    for thread in &mut items {
        thread.members = members(tx, thread.id)?;
    }
    Ok(Page {
        items,
        total,
        page,
        per_page,
    })
}

/// The thread `id`, if `reader` is a member.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such thread for this reader.
pub fn get(tx: &Transaction<'_>, reader: &str, id: i64) -> Result<Thread, StoreError> {
    let mut thread = tx
        .prepare_cached(&format!("{SELECT} AND t.id = ?2"))?
        .query_row(params![reader, id], from_row)
        .optional()?
        .ok_or(StoreError::Missing("thread"))?;
    thread.members = members(tx, id)?;
    Ok(thread)
}

/// Starts a thread of `author` and `others`; returns its id. It has no message yet.
///
/// # Errors
/// [`StoreError::Missing`] when one of them does not exist.
pub fn start(
    tx: &Transaction<'_>,
    author: &str,
    others: &Affected,
    subject: &str,
    now: i64,
) -> Result<i64, StoreError> {
    tx.execute(
        "INSERT INTO threads (subject, created_by, created_at, active_at) VALUES (?1, ?2, ?3, ?3)",
        params![subject, author, now],
    )?;
    let id = tx.last_insert_rowid();
    let mut members = others.clone();
    members.insert(author.to_owned());
    let mut join =
        tx.prepare_cached("INSERT INTO thread_members (thread_id, user_id) VALUES (?1, ?2)")?;
    for member in &members {
        users::get(tx, member)?;
        join.execute(params![id, member])?;
    }
    Ok(id)
}

/// Notes that `reader` has read `thread` up to the message `through`. Returns whether that is news.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such thread for this reader.
pub fn mark_read(
    tx: &Transaction<'_>,
    reader: &str,
    thread: i64,
    through: i64,
) -> Result<bool, StoreError> {
    require_member(tx, thread, reader)?;
    // Never past what exists, and never back.
    let moved = tx.execute(
        "UPDATE thread_members
         SET last_read_id = min(?3, (SELECT coalesce(max(id), 0) FROM messages WHERE thread_id = ?1))
         WHERE thread_id = ?1 AND user_id = ?2
           AND last_read_id < min(?3, (SELECT coalesce(max(id), 0) FROM messages WHERE thread_id = ?1))",
        params![thread, reader, through],
    )?;
    Ok(moved > 0)
}

/// The members' ids.
///
/// # Errors
/// SQLite's.
pub fn member_ids(tx: &Transaction<'_>, thread: i64) -> Result<Affected, StoreError> {
    let mut query = tx.prepare_cached("SELECT user_id FROM thread_members WHERE thread_id = ?1")?;
    let ids = query.query_map([thread], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Refuses anybody but a member, in the words used for a thread that does not exist: who may not read it need not know.
pub(super) fn require_member(
    tx: &Transaction<'_>,
    thread: i64,
    user: &str,
) -> Result<(), StoreError> {
    let member: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM thread_members WHERE thread_id = ?1 AND user_id = ?2)",
        )?
        .query_row(params![thread, user], |row| row.get(0))?;
    if member {
        Ok(())
    } else {
        Err(StoreError::Missing("thread"))
    }
}

fn members(tx: &Transaction<'_>, thread: i64) -> Result<Vec<User>, StoreError> {
    let sql = format!(
        "SELECT {} FROM thread_members tm JOIN users u ON u.id = tm.user_id WHERE tm.thread_id = ?1 ORDER BY u.name",
        users::COLUMNS
    );
    let mut query = tx.prepare_cached(&sql)?;
    let rows = query.query_map([thread], |row| users::from_row(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
