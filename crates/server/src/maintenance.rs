//! What operators do: copying the data, of a file that no server has open or of a running server, and making a file smaller.
//!
//! A backup is a data file like any other: a server is started on it. It appears under its name when it is whole and on disk, or
//! not at all.

use std::path::Path;

#[cfg(feature = "http-client")]
pub use crate::backup::fetch::{backup_from, BackupError};
use crate::error::ServerError;
use crate::store::copy::NewFile;
use crate::store::disk::Disk;

/// Copies the data and the rules in `data` into `backup`, a new file, which has no unused space.
///
/// # Errors
/// A server has the data open, it can't be read, or the backup is there already or can't be written.
pub fn backup(data: &Path, backup: &Path) -> Result<(), ServerError> {
    let source = Disk::open_existing(data)?;
    source.copy_to(NewFile::begin(backup)?)
}

/// Makes the file `data` smaller, if it can be. Returns its size before and after, in bytes.
///
/// # Errors
/// A server has the data open, or it can't be read or written.
pub fn compact(data: &Path) -> Result<(u64, u64), ServerError> {
    let before = std::fs::metadata(data)?.len();
    Disk::open_existing(data)?.compact()?;
    Ok((before, std::fs::metadata(data)?.len()))
}
