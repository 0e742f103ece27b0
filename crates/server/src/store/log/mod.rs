//! The log: what was written since the data file was last whole on disk.
//!
//! A commit of the data file writes pages here and there and works out their checksums; a record in the log is one write to
//! one place, and one sync. So a batch of writes is acknowledged when its record is on disk, while the data file gets it in
//! memory; on disk it gets all of it at the next *checkpoint*: when the log is full, when nobody has written for a moment, when
//! rules are kept, and at the end, when the log goes. A log that is there when the data is opened is what a crash left.
//!
//! What makes this safe:
//!
//! - **Only the last record can be torn.** Each is on disk before the next is written.
//! - **A record has a number that no other ever has**, and the data file says up to which it has them all. So a log need not be
//!   emptied: after a checkpoint its records are written over from the front, and what is left behind them counts no more.
//! - **A log is of one data file, opened once.** Each opening draws a name for its log, on disk with the data before there is
//!   any; so the log of another file, or of another state of it, is never taken for this one's.
//! - **Effects, not writes**, are recorded (`effects`): to redo those that the data file had already changes nothing.
//!
//! | module | holds |
//! |---|---|
//! | `effects` | what a batch did to the rows, as bytes |
//! | `place` | where a log is: beside the data file |
//! | `recover` | reading what a crash left |

mod effects;
mod place;
mod recover;
#[cfg(test)]
mod tests;

use std::io;

use redb::StorageBackend;
use sha2::{Digest, Sha256};

pub(super) use effects::Effects;
use effects::HEAD;
pub(super) use place::{folder_of, sync_folder, Beside, Place};
pub(super) use recover::{recover, Known};

/// The most a log holds, in bytes. A checkpoint writes what changed in that time, and after a crash so much is done again: some
/// 80,000 small writes, for which it takes about a second.
const MOST: u64 = if cfg!(test) { 64 << 10 } else { 32 << 20 };
/// By how much a log grows. Space that was written before is what makes a sync quick: the file system has nothing to note.
const STEP: u64 = if cfg!(test) { 8 << 10 } else { 1 << 20 };
/// Where the records begin: what is before is never written again, so no failure can tear it.
const RECORDS: u64 = 4096;
/// Records begin at multiples of this.
const ALIGNMENT: u64 = 8;
/// What a log begins with. The last digit is the format's.
const MAGIC: &[u8; 8] = b"rr-log 1";

/// The log of an open data file.
pub(super) struct Log {
    /// `None`: what is written need not survive.
    place: Option<Box<dyn Place>>,
    /// Its name in the data file, and what its checksums begin with.
    name: u128,
    /// There from the first record on.
    file: Option<File>,
    /// The number of the next record.
    next: u64,
    /// Where the next record goes.
    at: u64,
}

struct File {
    backend: Box<dyn StorageBackend>,
    length: u64,
}

impl Log {
    /// A log that begins with the record `next`. Nothing is made before that is there.
    pub(super) fn new(place: Option<Box<dyn Place>>, name: u128, next: u64) -> Self {
        Self {
            place,
            name,
            file: None,
            next,
            at: RECORDS,
        }
    }

    /// Whether the data file lacks nothing.
    pub(super) const fn is_empty(&self) -> bool {
        self.at == RECORDS
    }

    /// How much the data file lacks, in bytes.
    pub(super) const fn bytes(&self) -> u64 {
        self.at - RECORDS
    }

    /// The number of the last record, whether or not it came about.
    pub(super) const fn last(&self) -> u64 {
        self.next - 1
    }

    /// Adds a record and waits until it is on disk; false if there is no room for it. Its number is used up in any case.
    pub(super) fn append(&mut self, mut effects: Effects) -> io::Result<bool> {
        let number = self.next;
        self.next += 1;
        let Some(record) = effects.record() else {
            return Ok(false);
        };
        let length = record.len().next_multiple_of(ALIGNMENT as usize);
        let end = self.at + length as u64;
        if end > MOST {
            return Ok(false);
        }
        if let Some(place) = &self.place {
            let file = match &mut self.file {
                Some(file) => file,
                missing => missing.insert(File::create(&**place, self.name)?),
            };
            seal(record, self.name, number);
            record.resize(length, 0);
            file.reserve(end)?;
            file.backend.write(self.at, record)?;
            file.backend.sync_data()?;
        }
        self.at = end;
        Ok(true)
    }

    /// The data file has all of it on disk: the next record is written over the first.
    pub(super) const fn rewind(&mut self) {
        self.at = RECORDS;
    }

    /// Takes the log away, which the data file needs no more.
    pub(super) fn remove(&mut self) -> io::Result<()> {
        match (&self.place, self.file.take()) {
            (Some(place), Some(file)) => {
                // Some systems don't remove what is open.
                drop(file);
                place.remove()
            }
            _ => Ok(()),
        }
    }
}

impl File {
    fn create(place: &dyn Place, name: u128) -> io::Result<Self> {
        let backend = place.create()?;
        let mut file = Self { backend, length: 0 };
        file.reserve(RECORDS)?;
        file.backend.write(0, &heading(name))?;
        file.backend.sync_data()?;
        place.keep()?;
        Ok(file)
    }

    /// Makes it at least so long.
    fn reserve(&mut self, length: u64) -> io::Result<()> {
        while self.length < length {
            let zeros = vec![0; STEP as usize];
            self.backend.write(self.length, &zeros)?;
            self.length += STEP;
        }
        Ok(())
    }
}

/// What the log `name` begins with.
fn heading(name: u128) -> Vec<u8> {
    let mut heading = [&MAGIC[..], &name.to_le_bytes()].concat();
    let checksum = Sha256::digest(&heading);
    heading.extend(checksum);
    heading
}

/// Fills in the head of a record: its checksum, its number, and how long its effects are.
fn seal(record: &mut [u8], log: u128, number: u64) {
    let effects = (record.len() - HEAD) as u64;
    record[16..24].copy_from_slice(&number.to_le_bytes());
    record[24..32].copy_from_slice(&effects.to_le_bytes());
    let checksum = checksum(log, &record[16..]);
    record[..16].copy_from_slice(&checksum);
}

/// The checksum of a record that is whole from its number on.
fn checksum(log: u128, rest: &[u8]) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update(log.to_le_bytes())
        .chain_update(rest)
        .finalize();
    let mut checksum = [0; 16];
    checksum.copy_from_slice(&digest[..16]);
    checksum
}
