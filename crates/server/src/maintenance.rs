//! What is done to a data file that no server has open: copying it, and making it smaller.
//!
//! A running server's data is backed up over HTTP: `GET /.json?format=export` by who knows the secret is all of it, as it
//! was at one moment, and a PUT of that puts it back.

use std::path::Path;

use crate::error::ServerError;
use crate::store::disk::Disk;

/// Copies the data and the rules in `data` into `backup`, a new file, which has no unused space.
///
/// # Errors
/// A server has the data open, it can't be read, or the backup is there already or can't be written.
pub fn backup(data: &Path, backup: &Path) -> Result<(), ServerError> {
    if backup.exists() {
        return Err(ServerError::Exists {
            path: backup.to_owned(),
        });
    }
    let source = Disk::open_existing(data)?;
    let target = Disk::create(backup)?;
    source.copy_to(&target)
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
