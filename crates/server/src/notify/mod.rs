//! The notifier: tells users' pages that something of theirs changed.
//!
//! It bumps a few small values below `users/<uid>`; it never carries data. One call is one patch for each batch of
//! users, so each of them sees one change.
//!
//! | path below `users/<uid>/` | becomes |
//! |---|---|
//! | `updated` | the time of the write |
//! | `version` | one more |
//! | `models/<Type>/version`, `op`, `id` | as many more as records of that type changed; what happened last, and to which |
//! | `origin` | the id of the client that caused it, or nothing |
//! | `spread` | over how many milliseconds pages spread their refetches, or nothing |

#[cfg(feature = "http-notifier")]
mod http;

use std::collections::{BTreeMap, BTreeSet};

use remote_refresh_core::wire::{Key, KeyError, Path};
use serde_json::{json, Map, Value};

use crate::feed::FeedServer;
use crate::store::{Operation, WriteError};
#[cfg(feature = "http-notifier")]
pub use http::{HttpError, HttpTarget};

/// How many users share one patch: some 3,000 leaves, a few hundred kilobytes.
pub const USERS_PER_PATCH: usize = 500;

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// It is new.
    Added,
    /// It is another.
    Changed,
    /// It is gone.
    Removed,
}

impl Op {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// One record that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelChange {
    /// The model's type, as the app calls it: `Message`. It must be a key.
    pub model_type: String,
    /// What happened.
    pub op: Op,
    /// The record, when it is one.
    pub id: Option<String>,
}

/// What users are told. The default tells them that something changed, which refreshes all they are looking at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The records that changed.
    pub models: Vec<ModelChange>,
    /// The client whose own request caused the change; it need not refresh.
    pub origin: Option<String>,
    /// Over how many milliseconds pages spread their refetches.
    pub spread: Option<u32>,
}

impl Change {
    /// Something changed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Also this record.
    #[must_use]
    pub fn model(mut self, model_type: impl Into<String>, op: Op, id: impl Into<String>) -> Self {
        self.models.push(ModelChange {
            model_type: model_type.into(),
            op,
            id: Some(id.into()),
        });
        self
    }

    /// Caused by this client's own request.
    #[must_use]
    pub fn origin(mut self, client: impl Into<String>) -> Self {
        self.origin = Some(client.into());
        self
    }

    /// To be refetched within this many milliseconds, not all at once.
    #[must_use]
    pub fn spread(mut self, milliseconds: u32) -> Self {
        self.spread = Some(milliseconds);
        self
    }
}

/// Why users were not told. Batches before the one that failed have been.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// A user's id can't be a name in the feed. Nobody was told.
    #[error("The user id {uid:?} can't be used: {source} Nobody was told.")]
    BadUid {
        /// The id.
        uid: String,
        /// What is wrong with it.
        source: KeyError,
    },
    /// A model's type can't be a name in the feed. Nobody was told.
    #[error("The model type {model_type:?} can't be used: {source} Nobody was told.")]
    BadType {
        /// The type.
        model_type: String,
        /// What is wrong with it.
        source: KeyError,
    },
    /// The feed in this process didn't write.
    #[error("The feed didn't take the change: {0}")]
    Write(#[from] WriteError),
    /// The feed in another process didn't write.
    #[cfg(feature = "http-notifier")]
    #[error("The feed didn't take the change: {0}")]
    Http(#[from] HttpError),
}

impl NotifyError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadUid { .. } => "notify_bad_uid",
            Self::BadType { .. } => "notify_bad_type",
            Self::Write(error) => error.code(),
            #[cfg(feature = "http-notifier")]
            Self::Http(error) => error.code(),
        }
    }
}

/// Tells users that something of theirs changed.
#[derive(Clone)]
pub struct Notifier(Target);

#[derive(Clone)]
enum Target {
    InProcess(FeedServer),
    #[cfg(feature = "http-notifier")]
    Http(HttpTarget),
}

impl Notifier {
    pub(crate) fn in_process(feed: FeedServer) -> Self {
        Self(Target::InProcess(feed))
    }

    /// A notifier for a feed in another process, or for Firebase.
    #[cfg(feature = "http-notifier")]
    #[must_use]
    pub fn http(target: HttpTarget) -> Self {
        Self(Target::Http(target))
    }

    /// Tells each of `user_ids`, once, that `change` happened; returns when the feed has it on disk.
    ///
    /// Over HTTP, network errors and the feed's own troubles are tried again; that can tell twice, which costs a
    /// refresh and loses nothing.
    ///
    /// # Errors
    /// An id or a type can't be a name in the feed (then nobody was told), or the feed didn't take the change.
    pub async fn remote_refresh<I>(&self, user_ids: I, change: &Change) -> Result<(), NotifyError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let uids: BTreeSet<String> = user_ids
            .into_iter()
            .map(|uid| uid.as_ref().to_owned())
            .collect();
        for uid in &uids {
            Key::new(uid).map_err(|source| NotifyError::BadUid {
                uid: uid.clone(),
                source,
            })?;
        }
        let bump = bump(change)?;
        let uids: Vec<&String> = uids.iter().collect();
        for batch in uids.chunks(USERS_PER_PATCH) {
            let fields = batch.iter().flat_map(|uid| {
                bump.iter()
                    .map(move |(below, value)| (format!("users/{uid}/{below}"), value.clone()))
            });
            self.patch(fields.collect()).await?;
        }
        Ok(())
    }

    async fn patch(&self, fields: Map<String, Value>) -> Result<(), NotifyError> {
        match &self.0 {
            Target::InProcess(feed) => {
                feed.inner()
                    .store
                    .write_own(Operation::patch(Path::root(), fields)?)
                    .await?;
            }
            #[cfg(feature = "http-notifier")]
            Target::Http(target) => target.patch(&fields).await?,
        }
        Ok(())
    }
}

/// What `change` writes below each user's node.
fn bump(change: &Change) -> Result<Vec<(String, Value)>, NotifyError> {
    let increment = |by: usize| json!({ ".sv": { "increment": by } });
    let mut fields = vec![
        ("updated".to_owned(), json!({ ".sv": "timestamp" })),
        ("version".to_owned(), increment(1)),
        ("origin".to_owned(), json!(change.origin)),
        ("spread".to_owned(), json!(change.spread)),
    ];
    let mut types: BTreeMap<&str, Vec<&ModelChange>> = BTreeMap::new();
    for model in &change.models {
        let model_type = model.model_type.as_str();
        Key::new(model_type).map_err(|source| NotifyError::BadType {
            model_type: model_type.to_owned(),
            source,
        })?;
        types.entry(model_type).or_default().push(model);
    }
    for (model_type, changes) in types {
        fields.push((
            format!("models/{model_type}/version"),
            increment(changes.len()),
        ));
        if let Some(last) = changes.last() {
            fields.push((format!("models/{model_type}/op"), json!(last.op.as_str())));
            fields.push((format!("models/{model_type}/id"), json!(last.id)));
        }
    }
    Ok(fields)
}
