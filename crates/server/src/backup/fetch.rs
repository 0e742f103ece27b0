//! Backing up a server that runs: asks it for its entries and makes a file of them.

use std::path::Path;
use std::time::Duration;

use super::decode::{Decoder, NoBackup};
use crate::error::ServerError;
use crate::store::copy::NewFile;

/// How long a running server may take to accept a connection, and to send anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Copies the data and the rules of the running server at `url` (`https://feed.example`) into `backup`, a new file. `secret` is
/// the server's, or a token of an administrator. Writers are not held up; each write that was acknowledged before this is there,
/// and none by half.
///
/// # Errors
/// The server can't be reached, refuses, or breaks off; the backup is there already or can't be written.
pub async fn backup_from(url: &str, secret: &str, backup: &Path) -> Result<(), BackupError> {
    let new = NewFile::begin(backup)?;
    let client = reqwest::Client::builder()
        .connect_timeout(PATIENCE)
        .read_timeout(PATIENCE)
        .build();
    // The error would name the address, in which there may be a password.
    let failed = |error: reqwest::Error| BackupError::Unreachable(error.without_url());
    let url = format!("{}{}", url.trim_end_matches('/'), crate::rest::BACKUP);
    let request = client.map_err(failed)?.get(url).bearer_auth(secret);
    let mut response = request.send().await.map_err(failed)?;
    if !response.status().is_success() {
        let status = response.status().as_u16();
        let body = response.text().await.unwrap_or_default();
        let text = body.chars().take(200).collect::<String>();
        let text = text.trim().to_owned();
        return Err(BackupError::Refused { status, text });
    }
    let mut decoder = Decoder::default();
    while let Some(piece) = response.chunk().await.map_err(failed)? {
        decoder.feed(&piece, &mut |entry| Ok::<_, BackupError>(new.add(entry)?))?;
    }
    if !decoder.is_whole() {
        return Err(BackupError::Incomplete);
    }
    Ok(new.finish()?)
}

/// Why there is no backup of a running server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The new file can't be written.
    #[error("{0}")]
    File(#[from] ServerError),
    /// The server can't be asked, or its answer breaks off.
    #[error("The server can't be asked: {0}. Is it running at this address?")]
    Unreachable(reqwest::Error),
    /// The server says no.
    #[error("The server answered {status}: {text}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The beginning of what it said.
        text: String,
    },
    /// Something else answered, or something on the way changed the answer.
    #[error("What was sent is no backup that this version understands. Is a feed server of this version at this address?")]
    NoBackup,
    /// The end is missing.
    #[error("The backup broke off before its end. Its server stopped, or its data can't be read: look into what that logs.")]
    Incomplete,
}

impl From<NoBackup> for BackupError {
    fn from(_: NoBackup) -> Self {
        Self::NoBackup
    }
}

impl BackupError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File(error) => error.code(),
            Self::Unreachable(_) => "backup_unreachable",
            Self::Refused { .. } => "backup_refused",
            Self::NoBackup => "backup_none",
            Self::Incomplete => "backup_incomplete",
        }
    }
}
