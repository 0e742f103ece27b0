//! What a new database starts with: the six people of a small maker of backpacks, and their conversations.
//!
//! The texts are in `seed.json`; ages are in minutes before the moment of seeding, so that a fresh demo looks alive.

use std::collections::BTreeMap;

use rusqlite::{params, Transaction};
use serde::Deserialize;

use super::{threads, StoreError};
use crate::change::Affected;

const SEED: &str = include_str!("../seed.json");
const MINUTE: i64 = 60_000;

#[derive(Deserialize)]
struct Seed {
    users: Vec<SeedUser>,
    threads: Vec<SeedThread>,
    long: LongThread,
}

#[derive(Deserialize)]
struct SeedUser {
    id: String,
    name: String,
    title: String,
    hue: i64,
    status: String,
    about: String,
}

#[derive(Deserialize)]
struct SeedThread {
    subject: String,
    members: Affected,
    /// How many of the newest messages a member has not read.
    #[serde(default)]
    unread: BTreeMap<String, usize>,
    /// Author, age in minutes, text.
    messages: Vec<(String, i64, String)>,
}

/// A thread long enough to need reading back: `lines` repeated, evenly spread from `from` to `to` minutes ago.
#[derive(Deserialize)]
struct LongThread {
    subject: String,
    members: Affected,
    from: i64,
    to: i64,
    messages: i64,
    lines: Vec<(String, String)>,
}

impl LongThread {
    fn unrolled(self) -> SeedThread {
        let step = (self.from - self.to) / self.messages.max(1);
        let lines = self.lines.iter().cycle();
        let messages = (1..=self.messages)
            .zip(lines)
            .map(|(n, (author, text))| {
                (
                    author.clone(),
                    self.from - n * step,
                    format!("Note {n}. {text}"),
                )
            })
            .collect();
        SeedThread {
            subject: self.subject,
            members: self.members,
            unread: BTreeMap::new(),
            messages,
        }
    }
}

/// Seeds the database as of `now` (milliseconds since the epoch), unless it has users already.
///
/// # Errors
/// SQLite's.
pub fn seed_if_empty(tx: &Transaction<'_>, now: i64) -> Result<(), StoreError> {
    let seeded: bool = tx.query_row("SELECT EXISTS (SELECT 1 FROM users)", [], |row| row.get(0))?;
    if seeded {
        return Ok(());
    }
    let seed: Seed = serde_json::from_str(SEED)?;
    for user in &seed.users {
        tx.execute(
            "INSERT INTO users (id, name, title, hue, status, about, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![user.id, user.name, user.title, user.hue, user.status, user.about, now],
        )?;
    }
    // Oldest first, so that ids ascend with time.
    let mut all = seed.threads;
    all.push(seed.long.unrolled());
    all.sort_by_key(|thread| {
        std::cmp::Reverse(thread.messages.first().map_or(0, |message| message.1))
    });
    for thread in &all {
        seed_thread(tx, thread, now)?;
    }
    Ok(())
}

fn seed_thread(tx: &Transaction<'_>, thread: &SeedThread, now: i64) -> Result<(), StoreError> {
    let Some((starter, age, _)) = thread.messages.first() else {
        return Ok(());
    };
    let id = threads::start(
        tx,
        starter,
        &thread.members,
        &thread.subject,
        now - age * MINUTE,
    )?;
    let mut ids = Vec::with_capacity(thread.messages.len());
    for (author, age, body) in &thread.messages {
        let at = now - age * MINUTE;
        tx.execute(
            "INSERT INTO messages (thread_id, author_id, body, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![id, author, body, at],
        )?;
        ids.push(tx.last_insert_rowid());
        tx.execute(
            "UPDATE threads SET active_at = ?2 WHERE id = ?1",
            params![id, at],
        )?;
    }
    for member in &thread.members {
        let unread = thread.unread.get(member).copied().unwrap_or(0);
        if let Some(last_read) = ids.iter().rev().nth(unread) {
            threads::mark_read(tx, member, id, *last_read)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_author_is_a_member_and_every_member_a_user() {
        let seed: Seed = serde_json::from_str(SEED).unwrap();
        let users: Affected = seed.users.iter().map(|user| user.id.clone()).collect();
        let mut threads = seed.threads;
        threads.push(seed.long.unrolled());
        assert!(threads.len() >= 8);
        for thread in threads {
            assert!(thread.members.is_subset(&users), "{}", thread.subject);
            for (author, _, _) in &thread.messages {
                assert!(
                    thread.members.contains(author),
                    "{}: {author}",
                    thread.subject
                );
            }
            let ages: Vec<i64> = thread.messages.iter().map(|message| message.1).collect();
            assert!(
                ages.is_sorted_by(|older, newer| older > newer),
                "{}",
                thread.subject
            );
        }
    }
}
