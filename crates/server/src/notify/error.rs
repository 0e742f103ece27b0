//! Why users were not told.

use remote_refresh_core::wire::KeyError;

#[cfg(feature = "http-client")]
use super::HttpError;
use crate::store::WriteError;

/// Why users were not told. [`NotifyError::failed`] says who; the others of the call have been.
#[derive(Clone, Debug, thiserror::Error)]
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
    /// Something else of the change can't be written. Nobody was told.
    #[error("{why} Nobody was told.")]
    BadChange {
        /// What, and what to do.
        why: &'static str,
    },
    /// The notifier was closed before. Nobody was told.
    #[error("The notifier is closed: make a new one.")]
    Closed {
        /// Who was to be told.
        failed: Vec<String>,
    },
    /// Too much waits already, with a window, for a feed that is slow or away. Nobody was told.
    #[error("{waiting} users wait to be told already: the feed is slow or away. Tell these again later.")]
    Overloaded {
        /// How many users wait.
        waiting: usize,
        /// Who was to be told.
        failed: Vec<String>,
    },
    /// The feed in this process didn't write.
    #[error("The feed didn't take the change: {source}")]
    Write {
        /// Why.
        source: WriteError,
        /// Who was not told.
        failed: Vec<String>,
    },
    /// The feed in another process didn't say that it wrote.
    #[cfg(feature = "http-client")]
    #[error("The feed didn't take the change: {source}")]
    Http {
        /// Why.
        source: HttpError,
        /// Of whom the feed did not say that they were told. Telling them again does no harm.
        failed: Vec<String>,
    },
}

impl NotifyError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadUid { .. } => "notify_bad_uid",
            Self::BadType { .. } => "notify_bad_type",
            Self::BadChange { .. } => "notify_bad_change",
            Self::Closed { .. } => "notify_closed",
            Self::Overloaded { .. } => "notify_overloaded",
            Self::Write { source, .. } => source.code(),
            #[cfg(feature = "http-client")]
            Self::Http { source, .. } => source.code(),
        }
    }

    /// The users of whom the feed did not say that they were told: tell them again, which does no harm to those who were.
    /// Empty where an id or the change is wrong: then it is all of the call.
    #[must_use]
    pub fn failed(&self) -> &[String] {
        match self {
            Self::Closed { failed }
            | Self::Overloaded { failed, .. }
            | Self::Write { failed, .. } => failed,
            #[cfg(feature = "http-client")]
            Self::Http { failed, .. } => failed,
            Self::BadUid { .. } | Self::BadType { .. } | Self::BadChange { .. } => &[],
        }
    }

    /// The same error of a call that was about these users only.
    pub(super) fn about(&self, users: Vec<String>) -> Self {
        let mut error = self.clone();
        match &mut error {
            Self::Closed { failed }
            | Self::Overloaded { failed, .. }
            | Self::Write { failed, .. } => *failed = users,
            #[cfg(feature = "http-client")]
            Self::Http { failed, .. } => *failed = users,
            Self::BadUid { .. } | Self::BadType { .. } | Self::BadChange { .. } => {}
        }
        error
    }
}
