//! Why a server does not start, or stops.

use std::io;
use std::path::PathBuf;

/// Why a server does not start, or stops.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The secret is empty: everybody would know it.
    #[error("The secret is empty. Give one of at least 32 random characters.")]
    EmptySecret,
    /// The rules are not accepted.
    #[error("The rules are not accepted. {0}")]
    Rules(#[from] crate::rules::RulesError),
    /// Emulator mode on an address that others can reach.
    #[error("Emulator mode lets everybody in, so it must listen on a loopback address such as 127.0.0.1, not on {address}.")]
    ExposedEmulator {
        /// The address.
        address: std::net::IpAddr,
    },
    /// No page has such an origin.
    #[error("{origin:?} is no origin. Write it as browsers do, such as https://app.example or http://localhost:8080.")]
    BadOrigin {
        /// What was given for one.
        origin: String,
    },
    /// A file that would be overwritten.
    #[error("{} is there already. Choose another name, or move it away.", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The data file can't be opened.
    #[error("Can't open the data file {}: {source}. Is another server using it, and may this one write there?", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the store says.
        source: Box<redb::Error>,
    },
    /// The data file can't be read or written.
    #[error("Can't read or write the data: {0}")]
    Storage(#[from] Box<redb::Error>),
    /// The data file holds what this version never writes.
    #[error("The data file is damaged at the row {row:?}. Restore it from a backup.")]
    Damaged {
        /// The row's key.
        row: String,
    },
    /// The data file was written by an older version.
    #[error("The data file is of an older version, which this one can't read. Start the version that wrote it, save what GET /.json?format=export and GET /.settings/rules.json give with the secret, start this version on a new file, and PUT both back.")]
    OldFormat,
    /// The log beside the data file can't be read or taken away.
    #[error("Can't read or remove the log {}: {source}. It holds what was written last: let this program have it.", path.display())]
    Log {
        /// The log.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The log beside the data file is not that file's, or of a later state of it.
    #[error("The log {} is not of this data file, or of a later state of it: one of them was replaced. Put back the one it belongs with; or, if this data is the right one (a backup, say), remove the log.", path.display())]
    ForeignLog {
        /// The log.
        path: PathBuf,
    },
    /// The log beside the data file was whole once and is not any more, or is no log.
    #[error("The log {} is damaged. Restore the data from a backup; or remove the log, and with it what was written in the last moments before the server ended.", path.display())]
    DamagedLog {
        /// The log.
        path: PathBuf,
    },
    /// The network or a thread failed.
    #[error("The server's socket or thread failed: {0}")]
    Io(#[from] io::Error),
}

impl ServerError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmptySecret => "server_empty_secret",
            Self::Rules(error) => error.code(),
            Self::ExposedEmulator { .. } => "server_exposed_emulator",
            Self::BadOrigin { .. } => "server_bad_origin",
            Self::Exists { .. } => "server_exists",
            Self::Open { .. } => "server_open",
            Self::Storage(_) => "server_storage",
            Self::Damaged { .. } => "server_damaged",
            Self::OldFormat => "server_old_format",
            Self::Log { .. } => "server_log",
            Self::ForeignLog { .. } => "server_foreign_log",
            Self::DamagedLog { .. } => "server_damaged_log",
            Self::Io(_) => "server_io",
        }
    }
}
