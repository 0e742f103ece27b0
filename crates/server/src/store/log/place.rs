//! Where a log is: beside the data file, under its name with `-log` at the end.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::StorageBackend;

/// Where a log is.
pub(in crate::store) trait Place: Send + Sync {
    /// Its name, for people.
    fn path(&self) -> &Path;
    /// The log that is there, to be read.
    fn find(&self) -> io::Result<Option<Box<dyn StorageBackend>>>;
    /// Makes an empty one.
    fn create(&self) -> io::Result<Box<dyn StorageBackend>>;
    /// Waits until the disk has its name.
    fn keep(&self) -> io::Result<()>;
    /// Takes it away, if it is there.
    fn remove(&self) -> io::Result<()>;
}

/// The log beside a data file.
pub(in crate::store) struct Beside {
    data: PathBuf,
    log: PathBuf,
}

impl Beside {
    /// The log of the data file `data`.
    pub(in crate::store) fn of(data: &Path) -> Self {
        let mut log = data.as_os_str().to_owned();
        log.push("-log");
        Self {
            data: data.to_owned(),
            log: log.into(),
        }
    }
}

impl Place for Beside {
    fn path(&self) -> &Path {
        &self.log
    }

    fn find(&self) -> io::Result<Option<Box<dyn StorageBackend>>> {
        let file = match File::open(&self.log) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let backend = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Some(Box::new(backend)))
    }

    fn create(&self) -> io::Result<Box<dyn StorageBackend>> {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(&self.log)?;
        // Who may read the data may read the log, and nobody else.
        file.set_permissions(fs::metadata(&self.data)?.permissions())?;
        let backend = FileBackend::new(file).map_err(io::Error::other)?;
        Ok(Box::new(backend))
    }

    fn keep(&self) -> io::Result<()> {
        sync_folder(&self.log)
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.log) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => sync_folder(&self.log),
        }
    }
}

/// A name is the folder's, which has to be on disk too. Elsewhere than on Unix folders can't be opened.
pub(in crate::store) fn sync_folder(file: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder_of(file))?.sync_all()?;
    }
    Ok(())
}

/// The folder that a file is in.
pub(in crate::store) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
