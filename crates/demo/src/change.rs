//! What a write announces: to whom, and which records moved. Never the records themselves.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A kind of record, by the name the page knows it under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Model {
    /// One message of a thread.
    Message,
    /// A thread: subject, members, newest message, and the reader's unread count.
    Thread,
    /// A user's profile.
    User,
}

impl Model {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "Message",
            Self::Thread => "Thread",
            Self::User => "User",
        }
    }
}

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// It is new.
    Added,
    /// It differs.
    Changed,
    /// It is gone.
    Removed,
}

/// One record that a write touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Which kind of record.
    pub model: Model,
    /// What happened to it.
    pub op: Op,
    /// Its id, as the API spells it.
    pub id: String,
}

/// One write's announcement: at most one record per [`Model`], because the feed keeps one slot for each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The records touched.
    pub touched: Vec<Touched>,
    /// The client whose request caused it, if it said so.
    pub origin: Option<String>,
}

impl Change {
    /// A change caused by the client `origin`.
    #[must_use]
    pub fn by(origin: Option<String>) -> Self {
        Self {
            touched: Vec::new(),
            origin,
        }
    }

    /// Adds one touched record.
    #[must_use]
    pub fn and(mut self, model: Model, op: Op, id: impl ToString) -> Self {
        self.touched.push(Touched {
            model,
            op,
            id: id.to_string(),
        });
        self
    }
}

/// The users a write affects: sorted, each once.
pub type Affected = BTreeSet<String>;
